"""Flows: what leads where, who may, and what happens when two are at it."""

from itertools import product

import pytest
from django.utils import timezone

from accounts.choices import Role
from accounts.scope import RIGHTS, Scope
from common.ledgers.flow import BATCH_FLOW
from common.models import BatchState as State
from common.models import FlowStep, ImportBatch
from common.transitions import Flow, Transition, TransitionRefused
from tests import factories

pytestmark = pytest.mark.django_db

IMPORTER = Scope(roles=frozenset({Role.IMPORTER}))
SECRETARY = Scope(roles=frozenset({Role.SECRETARY}))

# What people may do, written out by hand; everything else is refused.
BY_PEOPLE = {
    (State.UPLOADED, "check"): State.CHECKING,
    (State.CHECKED, "check"): State.CHECKING,
    (State.CHECKED, "apply"): State.APPLYING,
    (State.APPLIED, "undo"): State.UNDOING,
    (State.UPLOADED, "discard"): State.DISCARDED,
    (State.CHECKED, "discard"): State.DISCARDED,
    (State.FAILED, "discard"): State.DISCARDED,
}
# What jobs do.
BY_JOBS = BY_PEOPLE | {
    (State.CHECKING, "finish_check"): State.CHECKED,
    (State.UPLOADED, "fail"): State.FAILED,
    (State.CHECKING, "fail"): State.FAILED,
    (State.APPLYING, "finish_apply"): State.APPLIED,
    (State.APPLYING, "stop_apply"): State.CHECKED,
    (State.UNDOING, "finish_undo"): State.UNDONE,
    (State.UNDOING, "stop_undo"): State.APPLIED,
}
EVERYTHING = list(product(State, BATCH_FLOW.transitions))


def make_batch(state):
    return ImportBatch.objects.create(
        number="20261122-01", kind="areas", file_name="a.xlsx", sha256="0" * 64,
        effective_on="2026-11-22", state=state,
    )


@pytest.mark.parametrize("role", list(Role))
def test_batch_offers_what_its_state_and_the_role_allow(role):
    scope = Scope(roles=frozenset({role}))

    offered = {
        (state, transition.verb)
        for state in State
        for transition in BATCH_FLOW.available(ImportBatch(state=state), scope)
    }

    assert offered == (set(BY_PEOPLE) if role in RIGHTS["import"] else set())


def test_batch_takes_from_people_what_it_offers():
    batch, taken = make_batch(State.UPLOADED), {}

    for state, verb in EVERYTHING:
        ImportBatch.objects.update(state=state)
        batch.state = state
        try:
            BATCH_FLOW.apply(batch, verb, by=None, scope=IMPORTER)
        except TransitionRefused:
            assert ImportBatch.objects.get().state == state
        else:
            taken[state, verb] = ImportBatch.objects.get().state

    assert taken == BY_PEOPLE


def test_batch_takes_from_jobs_each_step_once():
    batch, taken = make_batch(State.UPLOADED), {}

    for state, verb in EVERYTHING:
        ImportBatch.objects.update(state=state)
        if BATCH_FLOW.advance(batch, verb):
            taken[state, verb] = ImportBatch.objects.get().state
            assert not BATCH_FLOW.advance(batch, verb)

    assert taken == BY_JOBS


def test_step_saves_values_and_is_kept():
    user, now = factories.make_user(), timezone.now()
    batch = make_batch(State.CHECKED)

    step = BATCH_FLOW.apply(
        batch, "apply", by=user, scope=IMPORTER, note=" 已核对 ", applied_at=now
    )

    stored = ImportBatch.objects.get()
    assert (stored.state, stored.applied_at) == (State.APPLYING, now)
    assert (batch.state, batch.applied_at) == (State.APPLYING, now)
    assert (step.verb, step.before, step.after, step.by, step.note) == (
        "apply", State.CHECKED, State.APPLYING, user, "已核对",
    )
    assert list(BATCH_FLOW.steps(batch)) == [step]


def test_stale_page_is_told_who_was_faster():
    person = factories.make_user("zhoumin")
    batch = make_batch(State.CHECKED)
    page = ImportBatch.objects.get()
    BATCH_FLOW.apply(batch, "discard", by=person, scope=IMPORTER)

    with pytest.raises(TransitionRefused) as refused:
        BATCH_FLOW.apply(page, "apply", by=None, scope=IMPORTER)

    assert str(refused.value) == "zhoumin刚办过“放弃”，现在是“已放弃”，请看最新内容。"
    assert page.state == State.DISCARDED
    assert FlowStep.objects.count() == 1


def test_state_that_moved_without_a_step_is_told_too():
    batch = make_batch(State.CHECKED)
    page = ImportBatch.objects.get()
    ImportBatch.objects.filter(pk=batch.pk).update(state=State.CHECKING)

    with pytest.raises(TransitionRefused, match="状态刚有变动，现在是“检查中”，请看最新内容。"):
        BATCH_FLOW.apply(page, "apply", by=None, scope=IMPORTER)


def test_step_from_a_wrong_state_names_it():
    with pytest.raises(TransitionRefused, match="现在是“已撤销”，不能撤销本次导入。"):
        BATCH_FLOW.apply(make_batch(State.UNDONE), "undo", by=None, scope=IMPORTER)


def test_step_without_the_right_is_refused():
    with pytest.raises(TransitionRefused, match="您没有“确认入库”的权限。"):
        BATCH_FLOW.apply(make_batch(State.CHECKED), "apply", by=None, scope=SECRETARY)


def test_step_that_needs_a_reason_asks_for_it():
    flow = Flow(
        "state",
        Transition("undo", "撤销", {State.APPLIED}, State.UNDOING, right="import", needs_note=True),
    )

    with pytest.raises(TransitionRefused, match="撤销要写明原因。"):
        flow.apply(make_batch(State.APPLIED), "undo", by=None, scope=IMPORTER, note="  ")


def test_verb_stands_once_in_a_flow():
    step = Transition("undo", "撤销", {State.APPLIED}, State.UNDOING)

    with pytest.raises(ValueError, match="twice"):
        Flow("state", step, step)


def test_labels_of_verbs():
    assert BATCH_FLOW.label("apply") == "确认入库"
    assert BATCH_FLOW.label("no longer there") == "no longer there"
    assert BATCH_FLOW.can(ImportBatch(state=State.CHECKED), "apply", IMPORTER)
    assert not BATCH_FLOW.can(ImportBatch(state=State.CHECKED), "apply", SECRETARY)
