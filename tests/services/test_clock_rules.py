"""Working-day clocks on calendars of every sort: pauses in any order, holidays, make-up days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.choices import TicketGrade, TicketKind
from services.rules import Clock, Hours, Interval, limit_key

HOURS = Hours.of(Decimal(9), Decimal("17.5"))
MONDAY = date(2026, 11, 9)


@dataclass(frozen=True)
class Days:
    """A calendar: weekdays but for the days said otherwise."""

    exceptions: tuple[tuple[date, bool], ...] = ()

    def is_working(self, day: date) -> bool:
        return dict(self.exceptions).get(day, day.weekday() < 5)


def at(day: date | str, hour: str = "10:00") -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime.combine(day, time.fromisoformat(hour))


def clock(starts_at, *pauses, stops_at=None, days=None) -> Clock:
    return Clock(
        starts_at, stops_at, tuple(Interval(*one) for one in pauses), days or Days(), HOURS
    )


# --- Cases that can be counted by hand ----------------------------------------------------------


def test_the_case_of_the_drawing():
    """Registered on the 9th, stood still from the evening of the 12th to the morning of the 18th;
    on the 20th five of seven days are used and the 23rd is the last."""
    one = clock(at("2026-11-09", "15:30"), (at("2026-11-12", "17:05"), at("2026-11-18", "08:50")))
    now = at("2026-11-20", "08:00")
    assert (one.used(now), one.paused(now), one.due_on(7)) == (5, 3, date(2026, 11, 23))
    days = [date(2026, 11, day) for day in (9, 10, 13, 14, 18, 20, 23)]
    assert [one.state_of(day, at("2026-11-20", "10:00")) for day in days] == [
        "before", "used", "paused", "off", "used", "used", "left",
    ]


def test_registered_at_night_before_a_holiday():
    """23:00 on 30 September: the seven days begin after the holiday; the Saturday that makes up
    for it is one of them."""
    holiday = tuple((date(2026, 10, day), False) for day in range(1, 8))
    made_up = ((date(2026, 10, 10), True),)
    one = clock(at("2026-09-30", "23:00"), days=Days(holiday + made_up))
    assert one.used(at("2026-10-07", "23:59")) == 0
    assert one.due_on(1) == date(2026, 10, 8)
    assert one.due_on(3) == date(2026, 10, 10)
    assert one.due_on(4) == date(2026, 10, 12)


def test_a_pause_over_night_or_inside_a_day_takes_no_time_away():
    plain = clock(at(MONDAY))
    night = clock(at(MONDAY), (at("2026-11-10", "17:30"), at("2026-11-11", "09:00")))
    lunch = clock(at(MONDAY), (at("2026-11-10", "11:00"), at("2026-11-10", "14:00")))
    assert {one.due_on(5) for one in (plain, night, lunch)} == {date(2026, 11, 16)}


def test_a_day_that_was_paused_whole_is_given_back():
    one = clock(at(MONDAY), (at("2026-11-10", "08:00"), at("2026-11-10", "18:00")))
    assert one.due_on(1) == date(2026, 11, 11)
    assert one.used(at("2026-11-10", "19:00")) == 0


def test_while_paused_there_is_no_last_day_unless_it_is_past():
    assert clock(at(MONDAY), (at("2026-11-11"), None)).due_on(5) is None
    assert clock(at(MONDAY), (at("2026-11-11"), None)).due_on(2) == date(2026, 11, 11)


def test_a_stopped_clock_keeps_its_last_day_and_what_it_used():
    one = clock(at(MONDAY), stops_at=at("2026-11-12"))
    assert (one.due_on(3), one.used(at("2026-12-31"))) == (date(2026, 11, 12), 3)


def test_a_calendar_without_working_days_gives_no_day():
    never = tuple((MONDAY + timedelta(days=n), False) for n in range(100))
    assert clock(at(MONDAY), days=Days(never)).due_on(1) is None


def test_which_limit_holds():
    kind, grade = TicketKind, TicketGrade
    assert limit_key(kind.CONSULTATION, grade.ORDINARY) == "ticket.consultation_days"
    assert limit_key(kind.REQUEST, grade.ORDINARY) == "ticket.ordinary_days"
    assert limit_key(kind.CONSULTATION, grade.COMPLEX) == "ticket.complex_days"
    assert limit_key(kind.COMPLAINT, grade.URGENT) == "ticket.urgent_days"


# --- Any calendar, any pauses -------------------------------------------------------------------

moments = st.integers(0, 40 * 24 * 4).map(lambda n: at(MONDAY, "00:00") + timedelta(minutes=15 * n))
pauses = st.lists(
    st.tuples(moments, st.integers(0, 10 * 24 * 4)).map(
        lambda one: (one[0], one[0] + timedelta(minutes=15 * one[1]))
    ),
    max_size=4,
)
calendars = st.lists(
    st.tuples(st.integers(0, 60).map(lambda n: MONDAY + timedelta(days=n)), st.booleans()),
    max_size=20,
).map(lambda days: Days(tuple(days)))


@given(moments, pauses, calendars, moments, st.randoms())
def test_pauses_commute(start, stops, days, now, shuffler):
    """The order in which pauses were written down makes no difference, nor does a pause that ends
    when it begins, nor one written as two that meet."""
    shuffled = list(stops)
    shuffler.shuffle(shuffled)
    halves = [(a, a + (b - a) / 2, b) for a, b in shuffled]
    parts = [(a, half) for a, half, _b in halves] + [(half, b) for _a, half, b in halves]
    whole = clock(start, *stops, days=days)
    for other in (shuffled, [*stops, (now, now)], parts):
        same = clock(start, *other, days=days)
        assert (same.used(now), same.due_on(7)) == (whole.used(now), whole.due_on(7))


@given(moments, pauses, calendars, moments, moments)
def test_time_is_never_negative_and_never_runs_back(start, stops, days, now, later):
    one = clock(start, *stops, days=days)
    now, later = sorted((now, later))
    assert 0 <= one.used(now) <= one.used(later)
    assert one.used(now) + one.paused(now) <= sum(
        days.is_working(start.date() + timedelta(days=n))
        for n in range(1, max((now.date() - start.date()).days, 0) + 1)
    )


@given(moments, pauses, calendars, st.integers(1, 15))
def test_the_last_day_is_the_one_on_which_the_days_are_used_up(start, stops, days, limit):
    one = clock(start, *stops, days=days)
    due = one.due_on(limit)
    assert due is not None
    assert days.is_working(due)
    assert one.used(at(due, "23:59")) == limit
    assert one.used(at(due - timedelta(days=1), "23:59")) == limit - 1


@given(moments, pauses, calendars, moments, st.integers(1, 15))
def test_more_pause_gives_no_less_time(start, stops, days, now, limit):
    more = clock(start, *stops, (now, now + timedelta(days=3)), days=days)
    one = clock(start, *stops, days=days)
    assert more.due_on(limit) >= one.due_on(limit)


@given(moments, calendars, st.integers(1, 15))
def test_a_make_up_saturday_counts(start, days, limit):
    """A day off that becomes worked brings the last day forward, or leaves it, never back."""
    off = next(
        day for n in range(1, 90)
        if not days.is_working(day := start.date() + timedelta(days=n))
    )
    worked = Days((*days.exceptions, (off, True)))
    before, after = (clock(start, days=one) for one in (days, worked))
    assert after.due_on(limit) <= before.due_on(limit)
    assert after.used(at(off, "23:59")) == before.used(at(off, "23:59")) + 1
