"""工作日历: which days are worked.

A weekday is, a weekend is not, unless the calendar has a row for the day (a holiday, a make-up
working day). The rows are filled from the State Council's schedule as the `holidays` package knows
it and can be edited on screen.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from common.models import CalendarDay, Via
from common.refusals import Refused
from common.trace import recording

_SATURDAY = 5
_DAY = timedelta(days=1)
# A stretch without a working day longer than this is a calendar that was filled in wrongly.
_LONGEST_REST = 60


class NoWorkingDay(Refused):
    """The calendar has no working day for two months on."""


@dataclass(frozen=True)
class Calendar:
    """The days that differ from their weekday, of some period."""

    exceptions: dict[date, bool]

    def is_working(self, day: date) -> bool:
        return self.exceptions.get(day, day.weekday() < _SATURDAY)


def calendar(first: date = date.min, last: date = date.max) -> Calendar:
    """The calendar of first … last inclusive, in one query: some thirty rows a year."""
    rows = CalendarDay.objects.filter(day__range=(first, last))
    return Calendar(dict(rows.values_list("day", "is_working")))


def is_working(day: date) -> bool:
    """Whether ``day`` is worked."""
    return calendar(day, day).is_working(day)


def add_working_days(day: date, count: int) -> date:
    """The ``count``-th working day after ``day`` (before it when negative); ``day`` itself when 0.

    A time limit of 5 working days from the day of an event ends on ``add_working_days(day, 5)``.
    """
    step = _DAY if count > 0 else -_DAY
    known = calendar(first=day) if count > 0 else calendar(last=day)
    left, rest = abs(count), 0
    while left:
        day += step
        rest = 0 if known.is_working(day) else rest + 1
        left -= rest == 0
        if rest > _LONGEST_REST:
            raise NoWorkingDay(f"{day:%Y-%m-%d} 前后两个月没有工作日，请检查工作日历。")
    return day


def working_days_between(first: date, last: date) -> int:
    """How many working days lie after ``first`` up to ``last`` inclusive; the same with a minus
    when ``last`` is the earlier one. For a later working day e,
    add_working_days(d, working_days_between(d, e)) = e."""
    if last < first:
        return -working_days_between(last, first)
    return count(first, last, calendar(first, last))


def first_working_day(month: date) -> date:
    """The first working day of the month in which ``month`` lies."""
    return add_working_days(month.replace(day=1) - _DAY, 1)


def count(first: date, last: date, known: Calendar) -> int:
    """Working days after ``first`` up to ``last`` by a calendar that was read before; no query."""
    days = (first + _DAY * offset for offset in range(1, (last - first).days + 1))
    return sum(known.is_working(day) for day in days)


# --- Editing ------------------------------------------------------------------------------------

_WATCHERS: list[Callable[[Iterable[date]], Any]] = []


def watch(function: Callable[[Iterable[date]], Any]) -> None:
    """Have ``function`` called with the days that changed, in the transaction that changes them:
    for what is kept of a calendar's days (due days of tickets)."""
    if function not in _WATCHERS:
        _WATCHERS.append(function)


def _tell(days: Iterable[date]) -> None:
    changed = list(days)
    for function in _WATCHERS:
        function(changed)


def set_day(
    *, day: date, is_working: bool, name: str, by: models.Model | None, via: Via = Via.PAGE
) -> CalendarDay:
    """Say whether ``day`` is worked, and why (元旦, 春节调休上班)."""
    with recording(by=by, via=via):
        row, _created = CalendarDay.objects.update_or_create(
            day=day, defaults={"is_working": is_working, "name": name}
        )
        _tell([day])
    return row


def clear_day(*, day: date, by: models.Model | None, via: Via = Via.PAGE) -> bool:
    """``day`` is again what its weekday says; whether there was anything to clear."""
    with recording(by=by, via=via):
        is_changed = bool(CalendarDay.objects.filter(day=day).delete()[0])
        _tell([day] if is_changed else [])
    return is_changed


# --- Filling ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Schedule:
    """What is known of a year: its days, and whether the State Council's arrangement (with the
    make-up days) is among them or only the statutory holidays."""

    days: tuple[CalendarDay, ...]
    is_arranged: bool


def fill(
    years: Iterable[int] | None = None, *, by: models.Model | None = None, via: Via = Via.COMMAND
) -> int:
    """Add what is known of ``years`` (default: last year to next year); number of days added.

    Rows that are there stay as they are. A year that has rows gets more only when the arrangement
    has become known and nobody has entered a make-up day yet.
    """
    this_year = timezone.localdate().year
    added: list[CalendarDay] = []
    for year in years or range(this_year - 1, this_year + 2):
        known = schedule(year)
        there = dict(CalendarDay.objects.filter(day__year=year).values_list("day", "is_working"))
        if there and not (known.is_arranged and not any(there.values())):
            continue
        added += [row for row in known.days if row.day not in there]
    if added:
        with recording(by=by, via=via):
            CalendarDay.objects.bulk_create(added, ignore_conflicts=True)
            _tell(row.day for row in added)
    return len(added)


def schedule(year: int) -> Schedule:
    """The holidays and make-up days of a year."""
    import holidays  # noqa: PLC0415 -- slow import

    known = holidays.China(years=year, language="zh_CN")
    worked = sorted(day for day in known.weekend_workdays if day.year == year)
    if not worked:
        known = holidays.China(years=year, language="zh_CN", observed=False)
    rests = {day: _SUBSTITUTED.sub("", name).strip() for day, name in known.items()}
    festivals = {day: name for day, name in rests.items() if name != _DAY_OFF}
    rows = [
        CalendarDay(day=day, is_working=False, name=festivals.get(day) or _near(day, festivals))
        for day in rests
    ]
    for day in worked:
        stands_for = next((d for d, name in known.items() if f"{day}" in name), day)
        festival = _near(stands_for, festivals)
        rows.append(CalendarDay(day=day, is_working=True, name=f"{festival}调休上班"))
    return Schedule(tuple(sorted(rows, key=lambda row: row.day)), bool(worked))


_DAY_OFF = "休息日"
_SUBSTITUTED = re.compile(r"（.*?）")


def _near(day: date, festivals: dict[date, str]) -> str:
    """The holiday that a day off or a make-up day belongs to."""
    return festivals[min(festivals, key=lambda other: abs(other - day))].removeprefix("农历")
