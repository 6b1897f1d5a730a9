"""Months, quarters and years as fixed calendar keys; nothing here drifts with when work was done.

A month is its first day; a :class:`Span` runs from its first to its last day, both included.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
# What goes back without bound begins here; no record is older.
EARLIEST = date(1900, 1, 1)
# How many months a period of a figure has.
LENGTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, order=True)
class Span:
    """The days first … last, both included. Raises ValueError when they are the wrong way round."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("a span ends before it begins")

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def months(self) -> list[date]:
        """The months of which any day lies in the span, earliest first."""
        return list(months_between(month_of(self.first), month_of(self.last)))


def month_of(day: date) -> date:
    """The month in which ``day`` lies."""
    return day.replace(day=1)


def add_months(month: date, count: int) -> date:
    """The month ``count`` months after ``month`` (before it when negative)."""
    number = month.year * 12 + month.month - 1 + count
    return date(number // 12, number % 12 + 1, 1)


def month_end(month: date) -> date:
    """The last day of the month in which ``month`` lies."""
    return add_months(month, 1) - _DAY


def months_between(first: date, last: date) -> Iterator[date]:
    """The months first … last, both included; nothing when last is the earlier one."""
    month = month_of(first)
    while month <= last:
        yield month
        month = add_months(month, 1)


def period_of(unit: str, day: date) -> Span:
    """The month, quarter or year in which ``day`` lies. KeyError: no such unit."""
    length = LENGTHS[unit]
    first = date(day.year, (day.month - 1) // length * length + 1, 1)
    return Span(first, month_end(add_months(first, length - 1)))


def last_full(unit: str, day: date) -> Span:
    """The latest month, quarter or year that has ended by ``day``; that of ``day`` itself when
    ``day`` is its last day. KeyError: no such unit."""
    current = period_of(unit, day)
    return current if current.last == day else period_of(unit, current.first - _DAY)


def parts_of(unit: str, span: Span) -> list[Span]:
    """The whole months, quarters or years within ``span``, earliest first. KeyError: no such
    unit."""
    found, part = [], period_of(unit, span.first)
    while part.last <= span.last:
        if part.first >= span.first:
            found.append(part)
        part = period_of(unit, part.last + _DAY)
    return found


def whole(unit: str, span: Span) -> Span:
    """The whole periods within ``span``; where it has none, those that it touches. What is counted
    by the month cannot be counted by the day. KeyError: no such unit."""
    parts = parts_of(unit, span)
    if parts:
        return Span(parts[0].first, parts[-1].last)
    return Span(period_of(unit, span.first).first, period_of(unit, span.last).last)


def in_words(span: Span) -> str:
    """2026年10月 · 2026年第三季度 · 2026年 · 累计至 2026-10-31 · else 2026-01-01 至 2026-10-31."""
    if span.first == EARLIEST:
        return f"累计至 {span.last}"
    year = f"{span.first.year}年"
    if span == period_of("month", span.first):
        return f"{year}{span.first.month}月"
    if span == period_of("quarter", span.first):
        return f"{year}第{'一二三四'[span.first.month // 3]}季度"
    if span == period_of("year", span.first):
        return year
    return f"{span.first} 至 {span.last}"


def day_in_month(month: date, number: int) -> date:
    """The ``number``-th day of the month, or its last day where it has fewer."""
    return min(month.replace(day=1) + _DAY * (number - 1), month_end(month))
