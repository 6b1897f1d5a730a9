"""Every state × verb × role of a log, and what the steps do besides."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.choices import Role
from accounts.scope import scope_for
from activities import actions
from activities.actions import Seen
from activities.choices import Caution, LogState
from activities.flow import LOG_FLOW
from activities.models import Activity, ActivityLog, LogDraft, LogReopening, LogRound
from common.refusals import Refused
from common.transitions import TransitionRefused
from services.models import Ticket
from tests.activities.logs import content, log_of, session, submit, zero
from tests.flows import assert_table

pytestmark = pytest.mark.django_db

S = LogState
# verb → states that allow it, where it leads, who may.
TABLE = {
    "submit": ({S.OWED, S.RETURNED}, S.SUBMITTED, {Role.SECRETARY}),
    "withdraw": ({S.SUBMITTED}, S.OWED, {Role.SECRETARY}),
    "accept": ({S.SUBMITTED}, S.ACCEPTED, {Role.TOWN}),
    "send_back": ({S.SUBMITTED}, S.RETURNED, {Role.TOWN}),
    "take_back": ({S.ACCEPTED}, S.SUBMITTED, {Role.TOWN}),
    "confirm": ({S.ACCEPTED}, S.CONFIRMED, {Role.DISTRICT}),
    "refuse": ({S.ACCEPTED}, S.SUBMITTED, {Role.DISTRICT}),
    "unconfirm": ({S.CONFIRMED}, S.ACCEPTED, {Role.DISTRICT}),
    "exempt": ({S.OWED, S.RETURNED}, S.EXEMPT, {Role.DISTRICT, Role.TOWN}),
    "restore": ({S.EXEMPT}, S.OWED, {Role.DISTRICT, Role.TOWN}),
    "release": ({S.OWED}, S.RELEASED, set()),
    "owe": ({S.RELEASED}, S.OWED, set()),
}


def test_the_table_names_every_verb():
    assert TABLE.keys() == LOG_FLOW.transitions.keys()


@pytest.mark.parametrize("verb", TABLE)
def test_state_verb_role(cast, verb):
    assert_table(LOG_FLOW, log_of(cast.organization_a), verb, *TABLE[verb])


@pytest.fixture
def in_time(time_machine):
    """3 November: October's log is due on the 6th."""
    time_machine.move_to("2026-11-03 10:00+08:00")
    return time_machine


@pytest.fixture
def log(cast, in_time):
    return log_of(cast.organization_a)


def test_submitting_writes_the_activities_the_round_and_the_need(cast, log):
    submit(log, cast.secretary_a, content(session(extras=("has_film",)), need="路灯坏了"))
    activity = Activity.objects.get()
    assert (activity.organization, activity.has_film, activity.has_practice) == (
        cast.organization_a, True, False,
    )
    assert (log.state, log.submitted_on, log.rounds, log.is_late) == (
        S.SUBMITTED, date(2026, 11, 3), 1, False,
    )
    assert Ticket.objects.get().text == "路灯坏了"
    assert LogRound.objects.get().submitted_by == cast.secretary_a


def test_twice_is_once(cast, log):
    submit(log, cast.secretary_a)
    submit(log, cast.secretary_a)
    assert (LogRound.objects.count(), Activity.objects.count()) == (1, 1)
    with pytest.raises(Refused, match="待审，不能修改"):
        submit(log, cast.secretary_a, content(session(topic="另一个")))


@pytest.mark.parametrize(
    ("moment", "is_late"),
    [
        ("2026-11-06 23:59:59.999+08:00", False),
        ("2026-11-07 00:00:00+08:00", True),
        ("2026-11-06 16:00:00+00:00", True),  # the same moment, told in UTC
        ("2026-11-20 23:59:59.999+08:00", True),
    ],
)
def test_the_last_second_of_the_due_day(cast, log, in_time, moment, is_late):
    in_time.move_to(moment, tick=False)
    assert submit(log, cast.secretary_a).is_late is is_late
    assert ActivityLog.objects.filter(pk=log.pk).filed_on_time().exists() is not is_late


def test_after_the_lock_day_nothing_is_taken(cast, log, in_time):
    in_time.move_to("2026-11-21 00:00:00+08:00")
    with pytest.raises(Refused, match="10月日志已在11月20日锁定，要补报请联系镇街开放"):
        submit(log, cast.secretary_a)
    town = scope_for(cast.town_a_staff)
    actions.reopen(
        log=log, until=date(2026, 11, 25), reason="书记住院", by=cast.town_a_staff, scope=town
    )
    in_time.move_to("2026-11-25 23:59:59+08:00")
    assert submit(log, cast.secretary_a).is_late


def test_a_reopening_ends_by_itself(cast, log, in_time):
    in_time.move_to("2026-11-22 10:00+08:00")
    town = scope_for(cast.town_a_staff)
    actions.reopen(
        log=log, until=date(2026, 11, 25), reason="书记住院", by=cast.town_a_staff, scope=town
    )
    in_time.move_to("2026-11-26 00:00:01+08:00")
    with pytest.raises(Refused, match="锁定"):
        submit(log, cast.secretary_a)


def test_a_month_that_has_not_come_cannot_be_filed(cast, log, in_time):
    december = log_of(cast.organization_a, date(2026, 12, 1))
    with pytest.raises(Refused, match="12月还没有到"):
        submit(december, cast.secretary_a)


def test_a_zero_report_wants_a_reason(cast, log):
    with pytest.raises(Refused, match="为什么没有开展活动"):
        submit(log, cast.secretary_a, zero(" "))
    submit(log, cast.secretary_a, zero())
    assert (log.is_zero, log.reason, Activity.objects.count()) == (True, "企业停产检修", 0)


def test_nothing_is_no_log(cast, log):
    with pytest.raises(Refused, match="至少填一次活动"):
        actions.submit(
            log=log, content=content().__class__(), by=cast.secretary_a,
            scope=scope_for(cast.secretary_a),
        )


def test_a_returned_log_comes_again_with_its_day(cast, log, in_time):
    submit(log, cast.secretary_a)
    town = scope_for(cast.town_a_staff)
    comments = {"activities.0.content": "另外 2 处什么时候改好？", "need": " "}
    actions.send_back(log=log, comments=comments, by=cast.town_a_staff, scope=town)
    log.refresh_from_db()
    assert log.state == S.RETURNED
    assert LogRound.objects.get().comments == {
        "activities.0.content": "另外 2 处什么时候改好？"
    }
    assert not Activity.objects.counting().exists()
    in_time.move_to("2026-11-12 10:00+08:00")
    submit(log, cast.secretary_a, content(session(content="四处已改好。")))
    assert (log.rounds, log.submitted_on, log.is_late) == (2, date(2026, 11, 3), False)
    assert Activity.objects.counting().get().content == "四处已改好。"


def test_returning_says_what_to_put_right(cast, log):
    submit(log, cast.secretary_a)
    town = scope_for(cast.town_a_staff)
    with pytest.raises(Refused, match="请写明哪里要改"):
        actions.send_back(log=log, comments={"need": ""}, by=cast.town_a_staff, scope=town)


def test_returned_late_leaves_working_days_beyond_the_lock(cast, log, in_time):
    submit(log, cast.secretary_a)
    in_time.move_to("2026-11-20 17:00+08:00")  # a Friday, the lock day
    town = scope_for(cast.town_a_staff)
    actions.send_back(log=log, comments={"need": "说清楚"}, by=cast.town_a_staff, scope=town)
    assert LogReopening.objects.get().until == date(2026, 11, 27)
    in_time.move_to("2026-11-27 23:00+08:00")
    assert submit(log, cast.secretary_a, content(need="三号车间")).rounds == 2


def test_withdrawn_is_owed_again_until_somebody_has_looked(cast, log):
    submit(log, cast.secretary_a)
    own, town = scope_for(cast.secretary_a), scope_for(cast.town_a_staff)
    actions.withdraw(log=log, by=cast.secretary_a, scope=own)
    assert (log.state, log.submitted_on) == (S.OWED, None)
    submit(log, cast.secretary_a)
    actions.accept(log=log, by=cast.town_a_staff, scope=town)
    with pytest.raises(TransitionRefused):
        actions.withdraw(log=log, by=cast.secretary_a, scope=own)


def test_two_reviewers_at_once(cast, log):
    submit(log, cast.secretary_a)
    town = scope_for(cast.town_a_staff)
    first, second = (ActivityLog.objects.get(pk=log.pk) for _ in range(2))
    actions.accept(log=first, by=cast.town_a_staff, scope=town)
    with pytest.raises(TransitionRefused, match="刚办过“通过”，现在是“已审”，请看最新内容"):
        actions.send_back(
            log=second, comments={"need": "说清楚"}, by=cast.town_a_staff, scope=town
        )


def test_only_what_is_without_cautions_is_accepted_together(cast, log):
    joint = log_of(cast.organization_joint)
    submit(log, cast.secretary_a)
    submit(joint, cast.secretary_joint, content(session(held_on=date(2026, 11, 1))))
    assert joint.cautions == [Caution.OUTSIDE_MONTH]
    done = actions.accept_all(
        logs=[log, joint], by=cast.town_a_staff, scope=scope_for(cast.town_a_staff)
    )
    assert done == [log]
    joint.refresh_from_db()
    assert joint.state == S.SUBMITTED


def test_a_draft_is_kept_and_a_stale_page_is_told(cast, log):
    own = scope_for(cast.secretary_a)
    first = Seen(rounds=0, revision=0)

    def save(topic: str, seen: Seen | None = first) -> int:
        return actions.save_draft(
            log=log, content={"topic": topic}, seen=seen, by=cast.secretary_a, scope=own
        ).revision

    assert save("安全") == 1
    assert save("安全") == 1  # the answer was lost and the page asks again
    with pytest.raises(actions.StaleDraft, match="另一个页面改过"):
        save("旧")
    with pytest.raises(actions.StaleDraft):
        actions.submit(log=log, content=content(), by=cast.secretary_a, scope=own, seen=first)
    assert LogDraft.objects.get().content == {"topic": "安全"}
    assert save("旧", None) == 2  # whoever says so replaces it
    submit(log, cast.secretary_a)
    assert not LogDraft.objects.exists()


def test_accepting_asks_the_same_whatever_the_log_says(cast, log):
    submit(log, cast.secretary_a, content(*[session()] * 6))
    with CaptureQueriesContext(connection) as caught:
        actions.accept(log=log, by=cast.town_a_staff, scope=scope_for(cast.town_a_staff))
    assert len(caught) <= 14, [query["sql"][:80] for query in caught]
