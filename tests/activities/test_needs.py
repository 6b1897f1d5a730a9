"""Needs: every state × verb × role, who may ask again, what waits for whom."""

from itertools import product

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.scope import Scope, scope_for
from activities import actions
from activities.choices import NeedState
from activities.flow import NEED_FLOW
from activities.models import Need
from activities.need_actions import answer_need, reopen_need
from common.inbox import boxes_for
from common.models import FlowStep
from common.refusals import Refused
from tests.activities.logs import content, log_of
from tests.activities.visits import record

pytestmark = pytest.mark.django_db
S = NeedState
TABLE = {
    "answer": ({S.OPEN}, S.ANSWERED, {Role.TOWN, Role.DISTRICT}),
    "reopen": ({S.ANSWERED}, S.OPEN, {Role.SECRETARY, Role.INSTRUCTOR, Role.TOWN}),
}


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-03 10:00+08:00")


@pytest.fixture
def need(cast):
    """A need that the instructor raised on a visit in 甲镇."""
    made = record(
        cast.instructor_a_user, cast.instructor_a, cast.entity_a, day="2026-11-02", need="要路灯"
    )
    return made.raised


def answer(need, by, text="下周装"):
    need.refresh_from_db()
    answer_need(need=need, answer=text, by=by, scope=scope_for(by))


def labels(user, rf):
    """Label → (number, address) of what waits for a user in needs."""
    request = rf.get("/")
    request.user, request.scope = user, scope_for(user)
    return {
        matter.label: (matter.count, matter.url)
        for box in boxes_for(request) for matter in box.matters if "需求" in matter.label
    }


def test_state_verb_role(need):
    assert TABLE.keys() == NEED_FLOW.transitions.keys()
    for verb, (sources, target, roles) in TABLE.items():
        for state, role in product(NeedState, Role):
            Need.objects.filter(pk=need.pk).update(state=state)
            need.refresh_from_db()
            scope = Scope(roles=frozenset({role}))
            allowed = state in sources and role in roles
            assert NEED_FLOW.can(need, verb, scope) == allowed, (verb, state, role)
            if allowed:
                NEED_FLOW.apply(need, verb, by=None, scope=scope, note="因为")
                assert need.state == target
            else:
                with pytest.raises(Refused):
                    NEED_FLOW.apply(need, verb, by=None, scope=scope, note="因为")


def test_from_visit_to_answer_and_back(cast, client, rf, need):
    """The town answers, the instructor reads it once, asks again."""
    mine = "提出的需求等答复"
    assert labels(cast.instructor_a_user, rf) == {mine: (1, "/needs/?state=open&mine=yes")}
    assert labels(cast.town_a_staff, rf) == {"企业需求待回复": (1, "/needs/?state=open")}
    assert labels(cast.town_b_staff, rf) == {}
    client.force_login(cast.town_a_staff)
    page = client.get(need.get_absolute_url()).content.decode()
    assert "怎样帮" in page
    url = reverse("activities:need_answer", args=[need.pk])
    assert client.post(url, {"answer": "  "}).status_code == 302
    need.refresh_from_db()
    assert need.state == S.OPEN
    client.post(url, {"answer": "下周由城管所安装。"})
    assert labels(cast.town_a_staff, rf) == {}
    assert labels(cast.instructor_a_user, rf) == {"需求有了答复": (1, "")}
    client.force_login(cast.district_staff)
    client.get(need.get_absolute_url())
    assert labels(cast.instructor_a_user, rf) != {}
    client.force_login(cast.instructor_a_user)
    page = client.get(need.get_absolute_url()).content.decode()
    assert "下周由城管所安装。" in page
    assert "再次提出" in page
    assert labels(cast.instructor_a_user, rf) == {}
    url = reverse("activities:need_reopen", args=[need.pk])
    client.post(url, {"note": ""})
    need.refresh_from_db()
    assert need.state == S.ANSWERED
    client.post(url, {"note": "还没有装"})
    need.refresh_from_db()
    assert (need.state, need.answer, need.answered_at) == (S.OPEN, "", None)
    assert labels(cast.instructor_a_user, rf)[mine][0] == 1
    assert [step.note for step in FlowStep.objects.order_by("id")] == [
        "下周由城管所安装。", "还没有装",
    ]


def test_only_who_raised_it_or_the_town_asks_again(cast, need):
    answer(need, cast.town_a_staff)
    with pytest.raises(Refused, match="只有提出人和镇街"):
        reopen_need(
            need=need, note="再来", by=cast.secretary_a, scope=scope_for(cast.secretary_a)
        )
    reopen_need(need=need, note="再来", by=cast.town_a_staff, scope=scope_for(cast.town_a_staff))
    assert need.state == S.OPEN


def test_an_overtaken_answer_is_refused(cast, need):
    seen = Need.objects.get(pk=need.pk)
    answer(need, cast.town_a_staff)
    with pytest.raises(Refused, match="刚办过"):
        answer_need(
            need=seen, answer="又答", by=cast.district_staff, scope=scope_for(cast.district_staff)
        )


def test_a_need_from_a_log_is_one_of_the_organization(cast, client, rf):
    log = log_of(cast.organization_a)
    actions.submit(
        log=log, content=content(need="缺场地"), by=cast.secretary_a,
        scope=scope_for(cast.secretary_a),
    )
    need = Need.objects.get()
    assert (need.organization, need.entity, need.log) == (cast.organization_a, None, log)
    client.force_login(cast.secretary_a)
    page = client.get(need.get_absolute_url()).content.decode()
    assert "月度日志" in page
    assert client.get("/needs/", {"mine": "yes"}).context["page"].total == 1
    assert labels(cast.secretary_a, rf)["提出的需求等答复"][0] == 1


def test_whose_needs_who_sees(cast, client, need):
    codes = {
        "district_staff": 200, "town_a_staff": 200, "town_b_staff": 404, "sector_staff": 404,
        "secretary_a": 200, "secretary_joint": 404, "instructor_a_user": 200, "importer": 200,
        "department_staff": 404, "no_grant": 404, "audit_admin": 404,
    }
    for name, code in codes.items():
        client.force_login(cast.user(name))
        assert client.get(need.get_absolute_url()).status_code == code, name
    url = reverse("activities:need_answer", args=[need.pk])
    for name, code in (("secretary_a", 403), ("town_b_staff", 404), ("importer", 403)):
        client.force_login(cast.user(name))
        assert client.post(url, {"answer": "好"}).status_code == code, name
    client.force_login(cast.district_staff)
    for query, number in (
        ({"town": cast.town_a.pk}, 1), ({"town": cast.town_b.pk}, 0), ({"q": "路灯"}, 1),
        ({"state": "answered"}, 0), ({"days_after": "2026-11-04"}, 0), ({"mine": "yes"}, 0),
    ):
        assert client.get("/needs/", query).context["page"].total == number, query


def test_visits_and_needs_leave_the_history_of_their_entity_alone(cast, client, need):
    """They have a history of their own; a record cannot be the first end of its own link."""
    client.force_login(cast.town_a_staff)
    page = client.get(f"{cast.entity_a.get_absolute_url()}history/")
    assert page.status_code == 200
    assert "企业需求 新增" not in page.content.decode()
    visit = client.get(need.visit.get_absolute_url()).content.decode()
    assert "见到谁" in visit
