"""A year of the calendar as its page shows it."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from common.models import CalendarDay
from common.workdays import Calendar

WEEKDAYS = "一二三四五六日"
FIRST_YEAR, LAST_YEAR = 2000, 2099


@dataclass(frozen=True)
class Day:
    """One day of a month; ``sign``: 休 or 班 where the calendar says so."""

    day: date
    is_working: bool
    sign: str
    name: str
    is_today: bool

    @property
    def words(self) -> str:
        """What a screen reader hears."""
        state = "上班" if self.is_working else "休息"
        return f"{self.day.month}月{self.day.day}日，{state}{'，' + self.name if self.name else ''}"


@dataclass(frozen=True)
class Month:
    """A month in weeks; None where a week belongs to the month before or after."""

    number: int
    weeks: Sequence[Sequence[Day | None]]
    working: int


@dataclass(frozen=True)
class Span:
    """Days of one holiday in a row, weekends between them included; or one working day."""

    first: date
    last: date
    is_working: bool
    name: str

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Year:
    """Twelve months, and what of the arrangement is known."""

    number: int
    months: Sequence[Month]
    rows: Sequence[CalendarDay]

    @property
    def spans(self) -> list[Span]:
        """The rows as people say them: 国庆节 10月1日 至 10月7日 休息."""
        usual = Calendar({row.day: row.is_working for row in self.rows})
        spans: list[Span] = []
        for row in self.rows:
            span = Span(row.day, row.day, row.is_working, row.name)
            last = spans[-1] if spans else None
            if last and _goes_on(last, span, usual):
                spans[-1] = replace(last, last=span.last)
            else:
                spans.append(span)
        return spans

    @property
    def working(self) -> int:
        return sum(month.working for month in self.months)

    @property
    def is_arranged(self) -> bool:
        """The State Council moves working days every year; without one it is not entered yet."""
        return any(row.is_working for row in self.rows)


def _goes_on(span: Span, following: Span, usual: Calendar) -> bool:
    """Whether two spans are one holiday: the same name, and nobody works in between."""
    if (span.name, span.is_working) != (following.name, following.is_working):
        return False
    between = [span.last + timedelta(n) for n in range(1, (following.first - span.last).days)]
    return all(usual.is_working(day) == span.is_working for day in between)


def year_of(number: int, today: date) -> Year:
    """The year with its days, in one query."""
    rows = list(CalendarDay.objects.filter(day__year=number))
    known = {row.day: row for row in rows}
    return Year(number, [_month(number, month, known, today) for month in range(1, 13)], rows)


def _month(year: int, month: int, known: dict[date, CalendarDay], today: date) -> Month:
    weeks = [
        [_day(day, known, today) if day.month == month else None for day in week]
        for week in calendar.Calendar().monthdatescalendar(year, month)
    ]
    working = sum(day.is_working for week in weeks for day in week if day)
    return Month(month, weeks, working)


def _day(day: date, known: dict[date, CalendarDay], today: date) -> Day:
    row = known.get(day)
    if row is None:
        return Day(day, Calendar({}).is_working(day), "", "", day == today)
    return Day(day, row.is_working, "班" if row.is_working else "休", row.name, day == today)
