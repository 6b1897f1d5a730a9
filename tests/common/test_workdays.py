"""The working-day calendar: weekdays, holidays, make-up days."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import workdays
from common.models import CalendarDay, HistoryEntry
from tests import factories

pytestmark = pytest.mark.django_db

ANY_DATABASE = settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DAYS = st.dates(date(2025, 1, 1), date(2027, 12, 31))


@pytest.fixture
def year_2026():
    """The State Council's arrangement of 2026."""
    workdays.fill([2026])


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-11-20", True),  # Friday
        ("2026-11-21", False),  # Saturday
        ("2026-10-01", False),  # 国庆节, a Thursday
        ("2026-10-10", True),  # Saturday, worked in exchange
        ("2026-02-14", True),  # Saturday, worked in exchange
        ("2026-02-23", False),  # Monday, 春节
    ],
)
def test_days_of_2026(year_2026, day, expected):
    assert workdays.is_working(date.fromisoformat(day)) is expected


@pytest.mark.parametrize(
    ("month", "first"),
    [
        ("2026-01-15", "2026-01-04"),  # a Sunday, worked in exchange
        ("2026-05-31", "2026-05-06"),
        ("2026-10-01", "2026-10-08"),
        ("2026-11-01", "2026-11-02"),
        ("2026-12-01", "2026-12-01"),
    ],
)
def test_first_working_day_of_a_month(year_2026, month, first):
    assert workdays.first_working_day(date.fromisoformat(month)) == date.fromisoformat(first)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-08", -1, "2026-09-30"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-11-20", 5, "2026-11-27"),
        ("2026-11-21", 0, "2026-11-21"),
        ("2026-11-21", 1, "2026-11-23"),
    ],
)
def test_adding_working_days(year_2026, start, count, end):
    day, reached = date.fromisoformat(start), date.fromisoformat(end)

    assert workdays.add_working_days(day, count) == reached
    if count > 0:
        assert workdays.working_days_between(day, reached) == count


@ANY_DATABASE
@given(day=DAYS, count=st.integers(-60, 60), rests=st.sets(DAYS, max_size=30), data=st.data())
def test_counting_undoes_adding(day, count, rests, data):
    CalendarDay.objects.all().delete()
    CalendarDay.objects.bulk_create(
        CalendarDay(day=rest, is_working=data.draw(st.booleans()), name="试") for rest in rests
    )

    reached = workdays.add_working_days(day, count)

    assert count == 0 or workdays.is_working(reached)
    if count > 0:
        assert workdays.working_days_between(day, reached) == count
    if workdays.is_working(day):
        assert workdays.add_working_days(reached, -count) == day


@ANY_DATABASE
@given(first=DAYS, middle=DAYS, last=DAYS)
def test_spans_add_up(first, middle, last):
    between = workdays.working_days_between

    assert between(first, middle) + between(middle, last) == between(first, last)
    assert between(first, last) == -between(last, first)


def test_adding_costs_one_query(year_2026, django_assert_num_queries):
    with django_assert_num_queries(1):
        workdays.add_working_days(date(2026, 1, 1), 200)


def test_two_months_without_a_working_day_are_a_mistake():
    first = date(2026, 1, 1)
    CalendarDay.objects.bulk_create(
        CalendarDay(day=first + timedelta(days=n), is_working=False, name="休") for n in range(90)
    )

    with pytest.raises(workdays.NoWorkingDay, match="请检查工作日历"):
        workdays.add_working_days(first, 1)


def test_day_is_edited_and_cleared():
    user, saturday = factories.make_user(), date(2026, 11, 21)

    workdays.set_day(day=saturday, is_working=True, name="普查加班", by=user)
    assert workdays.is_working(saturday)
    workdays.set_day(day=saturday, is_working=False, name="休息", by=user)
    assert not workdays.is_working(saturday)
    assert workdays.clear_day(day=saturday, by=user)
    assert not workdays.clear_day(day=saturday, by=user)

    entries = HistoryEntry.objects.filter(table="common_calendarday").order_by("id")
    assert [entry.operation for entry in entries] == ["I", "U", "D"]
    assert {entry.actor for entry in entries} == {user.pk}


# --- Filling ------------------------------------------------------------------------------------


def test_year_is_filled_once(year_2026):
    names = dict(CalendarDay.objects.values_list("day", "name"))

    assert len(names) == 28
    assert names[date(2026, 10, 6)] == "国庆节"
    assert names[date(2026, 9, 20)] == "国庆节调休上班"
    assert names[date(2026, 2, 16)] == "农历除夕"
    assert workdays.fill([2026]) == 0


def test_filling_leaves_edited_days_alone():
    workdays.set_day(day=date(2026, 1, 4), is_working=False, name="本区不调休", by=None)
    workdays.fill([2026])  # the arrangement is known and nobody has entered a make-up day

    assert CalendarDay.objects.get(day="2026-01-04").name == "本区不调休"
    assert CalendarDay.objects.filter(day__year=2026).count() == 28


def test_year_with_a_make_up_day_entered_by_hand_is_not_filled():
    workdays.set_day(day=date(2026, 1, 4), is_working=True, name="元旦调休上班", by=None)

    assert workdays.fill([2026]) == 0


def test_year_without_an_arrangement_has_its_statutory_days(monkeypatch):
    known = workdays.schedule(2035)  # nobody has arranged it yet

    assert not known.is_arranged
    assert {row.name for row in known.days} == {
        "元旦", "农历除夕", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节",
    }
    workdays.fill([2035])
    assert workdays.fill([2035]) == 0
    make_up = CalendarDay(day=date(2035, 9, 29), is_working=True, name="国庆节调休上班")
    arranged = workdays.Schedule((*known.days, make_up), is_arranged=True)
    monkeypatch.setattr(workdays, "schedule", lambda _year: arranged)
    assert workdays.fill([2035]) == 1  # the arrangement has come


def test_default_is_last_year_to_next_year(monkeypatch):
    monkeypatch.setattr(workdays.timezone, "localdate", lambda: date(2026, 11, 22))

    workdays.fill()

    years = set(CalendarDay.objects.values_list("day__year", flat=True))
    assert years == {2025, 2026, 2027}
