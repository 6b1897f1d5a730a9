"""Tickets: state × verb × role, whose turn it is, what each step does to the clocks."""

from datetime import date, datetime

import pytest

from accounts.choices import Role
from accounts.models import Department
from accounts.scope import scope_for
from common import parameters, workdays
from common.models import FlowStep
from common.refusals import Refused
from services import actions, reminding
from services.choices import TicketLevel, TicketState
from services.clocks import settle
from services.flow import TICKET_FLOW
from services.models import Ticket, TicketPause
from services.ticket_rights import available
from tests.factories import make_user
from tests.flows import assert_table
from tests.services.tickets import (
    BAD,
    GOOD,
    accepted,
    assigned,
    department,
    do,
    raised,
)

pytestmark = pytest.mark.django_db
S = TicketState
OFFICE = {Role.DISTRICT, Role.TOWN}
HANDLERS = OFFICE | {Role.DEPARTMENT}
RAISERS = OFFICE | {Role.SECRETARY, Role.INSTRUCTOR}
OPEN = {S.REGISTERED, S.RETURNED, S.ACCEPTED, S.ASSIGNED, S.DISPUTED, S.WORKING, S.SUSPENDED}
PUSHED = OPEN - {S.RETURNED}
TABLE = {
    "accept": ({S.REGISTERED}, S.ACCEPTED, OFFICE),
    "reply": ({S.REGISTERED, S.ACCEPTED, S.DISPUTED}, S.ANSWERED, OFFICE),
    "send_back": ({S.REGISTERED}, S.RETURNED, OFFICE),
    "resubmit": ({S.RETURNED}, S.REGISTERED, RAISERS),
    "withdraw": ({S.REGISTERED, S.RETURNED}, S.WITHDRAWN, RAISERS),
    "assign": ({S.ACCEPTED, S.ASSIGNED, S.DISPUTED}, S.ASSIGNED, OFFICE),
    "take": ({S.ACCEPTED, S.ASSIGNED, S.DISPUTED}, S.WORKING, OFFICE),
    "sign": ({S.ASSIGNED}, S.WORKING, {Role.DEPARTMENT}),
    "dispute": ({S.ASSIGNED}, S.DISPUTED, {Role.DEPARTMENT}),
    "answer": ({S.WORKING}, S.ANSWERED, HANDLERS),
    "progress": ({S.WORKING}, "", HANDLERS),
    "suspend": ({S.WORKING}, S.SUSPENDED, HANDLERS),
    "resume": ({S.SUSPENDED}, S.WORKING, HANDLERS | RAISERS),
    "ask_extension": ({S.WORKING}, "", HANDLERS),
    "extend": ({S.WORKING}, "", OFFICE),
    "refuse_extension": ({S.WORKING}, "", OFFICE),
    "rate": ({S.ANSWERED}, S.CLOSED, RAISERS),
    "redo": ({S.ANSWERED}, S.WORKING, RAISERS),
    "supplement": (OPEN, "", RAISERS),
    "supervise": (PUSHED, "", OFFICE),
    "escalate": (PUSHED, "", OFFICE),
    "conclude": ({S.WORKING, S.SUSPENDED, S.ANSWERED}, S.CLOSED, {Role.DISTRICT}),
    "archive": ({S.CLOSED}, S.ARCHIVED, OFFICE),
    "record_help": ({S.ANSWERED, S.CLOSED, S.ARCHIVED}, "", HANDLERS),
    "drop_help": ({S.ANSWERED, S.CLOSED, S.ARCHIVED}, "", HANDLERS),
    "warn": (PUSHED, "", set()),
    "climb": (PUSHED, "", set()),
    "lapse": ({S.ANSWERED}, S.CLOSED, set()),
    "store": ({S.CLOSED}, S.ARCHIVED, set()),
}


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to("2026-11-09 10:20+08:00")


@pytest.fixture
def ticket(cast):
    """What the secretary of 甲一 asked for on Monday 9 November 2026."""
    return raised(cast.secretary_a, cast.entity_a)


def due(ticket) -> dict[str, date]:
    """Last day of each clock that runs."""
    return {one.kind: one.due_on for one in ticket.clocks.filter(stopped_at=None)}


def at(moment: str) -> datetime:
    return datetime.fromisoformat(f"{moment}+08:00")


def set_hours(key: str, hour: int, on: date) -> None:
    parameters.set_from(key=key, value=hour, on=on, by=None)


def verbs(ticket, user) -> set[str]:
    return {one.verb for one in available(ticket, user, scope_for(user))}


def test_every_verb_stands_in_the_table():
    assert TABLE.keys() == TICKET_FLOW.transitions.keys()


@pytest.mark.parametrize("verb", TABLE)
def test_state_verb_role(ticket, verb):
    Ticket.objects.filter(pk=ticket.pk).update(closed_on="2026-11-09")
    ticket.refresh_from_db()
    sources, target, roles = TABLE[verb]
    assert_table(TICKET_FLOW, ticket, verb, sources, target, roles)


# --- From the enterprise's word to its rating ---------------------------------------------------


def test_the_whole_way(cast, ticket, time_machine):
    town, clerk = cast.town_a_staff, cast.department_staff
    assert (ticket.number, ticket.town, ticket.due_on) == (
        "GD-2026-0001", cast.town_a, date(2026, 11, 10),
    )
    other = Department.objects.create(name="供电所")
    ticket = assigned(ticket, town, department(), other)
    assert due(ticket) == {
        "first_reply": date(2026, 11, 12), "work": date(2026, 11, 18), "sign": date(2026, 11, 10),
    }
    time_machine.move_to("2026-11-10 09:12+08:00")
    ticket = do("sign", ticket, clerk)
    assert ticket.due_on == date(2026, 11, 12)
    ticket = do("progress", ticket, clerk, note="已派工")
    assert ticket.due_on == date(2026, 11, 18)
    time_machine.move_to("2026-11-12 17:05+08:00")
    ticket = do("suspend", ticket, clerk, note="等企业补充灯杆编号")
    assert (ticket.state, ticket.due_on) == (S.SUSPENDED, None)
    time_machine.move_to("2026-11-18 08:50+08:00")
    ticket = do("resume", ticket, cast.secretary_a, note="编号是 12")
    assert (ticket.state, ticket.due_on) == (S.WORKING, date(2026, 11, 23))
    time_machine.move_to("2026-11-20 11:00+08:00")
    ticket = do("answer", ticket, clerk, text="已换好两盏。")
    assert (ticket.state, ticket.is_on_time, ticket.answered_on) == (
        S.ANSWERED, True, date(2026, 11, 20),
    )
    ticket = do("rate", ticket, cast.secretary_a, **GOOD)
    assert (ticket.state, ticket.rating_source, ticket.closed_on, ticket.due_on) == (
        S.CLOSED, "enterprise", date(2026, 11, 20), None,
    )
    assert list(FlowStep.objects.order_by("id").values_list("verb", flat=True)) == [
        "accept", "assign", "sign", "progress", "suspend", "resume", "answer", "rate",
    ]


def test_the_office_answers_at_once(cast, ticket):
    ticket = do("reply", ticket, cast.town_a_staff, answer="窗口可以办。")
    assert (ticket.state, ticket.is_on_time, due(ticket)) == (
        S.ANSWERED, True, {"rate": date(2026, 11, 16)},
    )


def test_what_is_sent_back_waits_for_the_enterprise(cast, ticket, time_machine):
    time_machine.move_to("2026-11-09 16:00+08:00")
    ticket = do("send_back", ticket, cast.town_a_staff, note="哪条路")
    assert (ticket.state, ticket.due_on) == (S.RETURNED, None)
    time_machine.move_to("2026-11-13 16:00+08:00")
    ticket = do("resubmit", ticket, cast.secretary_a, note="工业路")
    assert (ticket.state, ticket.due_on) == (S.REGISTERED, date(2026, 11, 13))


def test_an_objection_goes_back_to_the_office(cast, ticket):
    ticket = assigned(ticket, cast.town_a_staff, department())
    ticket = do("dispute", ticket, cast.department_staff, note="路灯归城管")
    assert due(ticket)["assign"] == date(2026, 11, 10)
    other = Department.objects.create(name="城市管理局")
    ticket = do("assign", ticket, cast.town_a_staff, department=other, supports=())
    assert (ticket.state, ticket.department) == (S.ASSIGNED, other)
    assert not Ticket.objects.within(scope_for(cast.department_staff)).exists()


# --- Dissatisfied -------------------------------------------------------------------------------


def test_dissatisfied_needs_a_reason_and_opens_it_again(cast, ticket, time_machine):
    ticket = do("reply", ticket, cast.town_a_staff, answer="不归我们管。")
    with pytest.raises(Refused, match="要写明原因"):
        do("rate", ticket, cast.secretary_a, **BAD)
    ticket = do("rate", ticket, cast.secretary_a, note="没有解决", **BAD)
    assert (ticket.state, ticket.round, ticket.level) == (S.WORKING, 2, TicketLevel.TOWN)
    assert due(ticket) == {"work": date(2026, 11, 18)}
    time_machine.move_to("2026-11-20 10:00+08:00")
    ticket = do("answer", ticket, cast.town_a_staff, text="又说了一遍。")
    assert ticket.is_on_time is False
    ticket = do("rate", ticket, cast.secretary_a, note="还是没有解决", **BAD)
    assert ticket.level == TicketLevel.DISTRICT
    ticket = do("conclude", ticket, cast.district_staff, note="政策不允许，已当面说明。")
    assert (ticket.state, ticket.satisfaction, ticket.first_satisfaction) == (
        S.CLOSED, "dissatisfied", "dissatisfied",
    )


def test_nobody_rates_his_own_work(cast, ticket):
    """The office that answered leaves the rating to the enterprise, its instructor or the other
    level; the department to any of them."""
    ticket = do("reply", ticket, cast.town_a_staff, answer="窗口可以办。")
    second = make_user("second", Role.TOWN, area=cast.town_a)
    for user in (cast.town_a_staff, second, cast.department_staff):
        assert "rate" not in verbs(ticket, user)
    for user in (cast.secretary_a, cast.instructor_a_user, cast.district_staff):
        assert {"rate", "redo"} <= verbs(ticket, user)
    with pytest.raises(Refused, match="不由您评价"):
        do("rate", ticket, cast.town_a_staff, **GOOD)
    ticket = do("rate", ticket, cast.district_staff, **GOOD)
    assert ticket.rating_source == "call_back"


def test_a_department_is_rated_by_others(cast, ticket):
    ticket = assigned(ticket, cast.town_a_staff, department())
    do("sign", ticket, cast.department_staff)
    ticket = do("answer", ticket, cast.department_staff, text="好了。")
    assert "rate" not in verbs(ticket, cast.department_staff)
    assert "rate" in verbs(ticket, cast.town_a_staff)
    # Whoever is of the department does not rate it as somebody else either.
    both = make_user("both", Role.TOWN, area=cast.town_a)
    both.grants.create(role=Role.DEPARTMENT, department=department())
    assert "rate" not in verbs(ticket, both)


# --- Whose turn it is ---------------------------------------------------------------------------


def test_whose_turn_it_is(cast, ticket):
    helper = Department.objects.create(name="供电所")
    helping = make_user("helping", Role.DEPARTMENT, department=helper)
    pushing = {"supervise", "escalate"}
    assert verbs(ticket, cast.secretary_a) == {"withdraw", "supplement"}
    assert verbs(ticket, cast.town_a_staff) == {"accept", "reply", "send_back"} | pushing
    assert verbs(ticket, cast.town_b_staff) == set()
    assert verbs(ticket, cast.secretary_joint) == set()
    ticket = assigned(ticket, cast.town_a_staff, department(), helper)
    assert verbs(ticket, cast.department_staff) == {"sign", "dispute"}
    assert verbs(ticket, helping) == set()
    ticket = do("sign", ticket, cast.department_staff)
    assert verbs(ticket, cast.department_staff) == {
        "answer", "progress", "suspend", "ask_extension",
    }
    assert verbs(ticket, helping) == {"progress"}
    assert verbs(ticket, cast.town_a_staff) == pushing
    assert verbs(ticket, cast.district_staff) == pushing | {"conclude"}


def test_who_was_faster_is_told(cast, ticket):
    seen = Ticket.objects.get(pk=ticket.pk)
    accepted(ticket, cast.town_a_staff)
    with pytest.raises(Refused, match="刚办过"):
        actions.step(
            ticket=seen, verb="send_back", by=cast.district_staff, note="补",
            scope=scope_for(cast.district_staff),
        )


def test_registering_for_somebody_elses_enterprise_is_refused(cast):
    with pytest.raises(Refused, match="不在您的管理范围内"):
        raised(cast.secretary_a, cast.entity_b)
    with pytest.raises(Refused, match="不在您的管理范围内"):
        raised(cast.department_staff, cast.entity_a)


# --- Extension ----------------------------------------------------------------------------------


def test_an_extension_once_in_time_and_at_most_as_long_again(cast, ticket, time_machine):
    ticket = assigned(ticket, cast.town_a_staff, department())
    ticket = do("sign", ticket, cast.department_staff)
    do("progress", ticket, cast.department_staff, note="在办")
    with pytest.raises(Refused, match="最多延长 7 个工作日"):
        do("ask_extension", ticket, cast.department_staff, days=8, reason="等料")
    ticket = do("ask_extension", ticket, cast.department_staff, days=3, reason="等料")
    assert {"extend", "refuse_extension"} <= verbs(ticket, cast.town_a_staff)
    ticket = do("extend", ticket, cast.town_a_staff)
    assert (ticket.due_on, ticket.extension_asked) == (date(2026, 11, 23), None)
    with pytest.raises(Refused, match="不能再延"):
        do("ask_extension", ticket, cast.department_staff, days=1, reason="等料")
    assert "extend" not in verbs(ticket, cast.town_a_staff)


def test_an_extension_on_the_last_day_comes_too_late(cast, ticket, time_machine):
    ticket = assigned(ticket, cast.town_a_staff, department())
    do("sign", ticket, cast.department_staff)
    time_machine.move_to("2026-11-18 10:00+08:00")
    with pytest.raises(Refused, match="到期前至少 1 个工作日"):
        do("ask_extension", ticket, cast.department_staff, days=2, reason="等料")


# --- The calendar -------------------------------------------------------------------------------


def test_a_change_of_the_calendar_moves_the_last_days(cast, ticket):
    ticket = assigned(ticket, cast.town_a_staff, department())
    workdays.set_day(day=date(2026, 11, 14), is_working=True, name="调休上班", by=None)
    ticket.refresh_from_db()
    assert due(ticket)["work"] == date(2026, 11, 17)
    workdays.set_day(day=date(2026, 11, 10), is_working=False, name="停工", by=None)
    ticket.refresh_from_db()
    assert (due(ticket)["work"], ticket.due_on) == (date(2026, 11, 18), date(2026, 11, 11))
    workdays.clear_day(day=date(2026, 11, 10), by=None)
    ticket.refresh_from_db()
    assert ticket.due_on == date(2026, 11, 10)


def test_a_change_of_the_calendar_decides_anew_whether_work_was_in_time(cast, ticket, time_machine):
    ticket = do("take", accepted(ticket, cast.town_a_staff), cast.town_a_staff)
    time_machine.move_to("2026-11-19 10:00+08:00")
    ticket = do("answer", ticket, cast.town_a_staff, text="好了")
    do("rate", ticket, cast.secretary_a, **GOOD)
    ticket.refresh_from_db()
    assert ticket.is_on_time is False
    workdays.set_day(day=date(2026, 11, 16), is_working=False, name="停工", by=None)
    ticket.refresh_from_db()
    assert ticket.is_on_time is True


def test_a_change_of_office_hours_moves_the_last_days_at_once(cast, ticket):
    """A pause until one o'clock takes the whole day where the office closes at noon."""
    ticket = do("take", accepted(ticket, cast.town_a_staff), cast.town_a_staff)
    TicketPause.objects.create(
        ticket=ticket, starts_at=at("2026-11-10 08:00"), ends_at=at("2026-11-10 13:00"),
        reason="停电",
    )
    settle([ticket])
    assert due(ticket)["work"] == date(2026, 11, 18)
    set_hours("office.closes", 12, date(2026, 11, 10))
    ticket.refresh_from_db()
    assert (due(ticket)["work"], ticket.due_on) == (date(2026, 11, 19), date(2026, 11, 13))
    # Another change that is only planned holds from its own day on.
    set_hours("office.closes", 18, date(2026, 11, 11))
    assert due(ticket)["work"] == date(2026, 11, 19)
    set_hours("office.closes", 18, date(2026, 11, 10))
    assert due(ticket)["work"] == date(2026, 11, 18)


def test_new_office_hours_hold_from_their_day(cast, ticket):
    ticket = do("take", accepted(ticket, cast.town_a_staff), cast.town_a_staff)
    TicketPause.objects.create(
        ticket=ticket, starts_at=at("2026-11-10 08:00"), ends_at=at("2026-11-11 13:00"),
        reason="停电",
    )
    settle([ticket])
    assert due(ticket)["work"] == date(2026, 11, 19)
    set_hours("office.closes", 12, date(2026, 11, 12))
    assert due(ticket)["work"] == date(2026, 11, 19)


def test_new_office_hours_decide_anew_whether_work_was_in_time(cast, ticket, time_machine):
    ticket = do("take", accepted(ticket, cast.town_a_staff), cast.town_a_staff)
    time_machine.move_to("2026-11-19 11:00+08:00")
    ticket = do("answer", ticket, cast.town_a_staff, text="好了")
    do("rate", ticket, cast.secretary_a, **GOOD)
    ticket.refresh_from_db()
    assert (ticket.is_on_time, ticket.days_used) == (False, 8)
    # On the 19th the office opens at noon: the hour of the morning is no time.
    set_hours("office.opens", 12, date(2026, 11, 19))
    ticket.refresh_from_db()
    assert (ticket.is_on_time, ticket.days_used) == (True, 7)


# --- By itself ----------------------------------------------------------------------------------


def test_overdue_tickets_are_pushed_in_office_hours_only(cast, ticket, time_machine):
    for moment in ("2026-11-11 08:59", "2026-11-11 17:30", "2026-11-14 10:00"):
        time_machine.move_to(f"{moment}+08:00")
        assert reminding.look_after() == 0
    time_machine.move_to("2026-11-11 10:00+08:00")
    assert (reminding.look_after(), reminding.look_after()) == (1, 0)
    ticket.refresh_from_db()
    assert (ticket.card, ticket.level) == ("yellow", TicketLevel.TOWN)
    time_machine.move_to("2026-11-17 10:00+08:00")
    assert (reminding.look_after(), reminding.look_after()) == (2, 0)
    ticket.refresh_from_db()
    assert (ticket.card, ticket.level) == ("red", TicketLevel.DISTRICT)
    assert [step.note for step in TICKET_FLOW.steps(ticket)] == [
        "超期 5 个工作日，由区级牵头", "超期 5 个工作日，红牌", "超期 1 个工作日，黄牌",
    ]


def test_what_is_answered_or_suspended_is_not_pushed(cast, ticket, time_machine):
    do("reply", ticket, cast.town_a_staff, answer="好。")
    other = do("take", accepted(raised(cast.secretary_a, cast.entity_a), cast.town_a_staff),
               cast.town_a_staff)
    do("suspend", other, cast.town_a_staff, note="等材料")
    time_machine.move_to("2026-11-16 10:00+08:00")
    assert reminding.look_after() == 0


def test_an_answer_that_nobody_rates_closes_unrated_and_is_stored(cast, ticket, time_machine):
    do("reply", ticket, cast.town_a_staff, answer="好。")
    time_machine.move_to("2026-11-17 10:00+08:00")
    assert reminding.look_after() == 1
    ticket.refresh_from_db()
    assert (ticket.state, ticket.satisfaction, ticket.closed_on) == (
        S.CLOSED, "", date(2026, 11, 17),
    )
    time_machine.move_to("2026-12-01 10:00+08:00")
    assert reminding.look_after() == 1
    ticket.refresh_from_db()
    assert ticket.state == S.ARCHIVED
