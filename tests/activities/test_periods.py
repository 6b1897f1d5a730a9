"""Months, quarters, years: fixed keys that no short month and no leap year moves."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.periods import (
    LENGTHS,
    Span,
    add_months,
    day_in_month,
    in_words,
    last_full,
    month_end,
    month_of,
    months_between,
    parts_of,
    period_of,
    whole,
)

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2026-02-10", "2026-02-28"), ("2028-02-10", "2028-02-29"), ("2100-02-01", "2100-02-28"),
        ("2026-04-30", "2026-04-30"), ("2026-12-31", "2026-12-31"), ("2026-01-31", "2026-01-31"),
    ],
)
def test_the_last_day_of_a_month(day, last):
    assert month_end(date.fromisoformat(day)) == date.fromisoformat(last)


@given(DAYS, st.integers(-400, 400))
def test_months_are_added_and_taken_away(day, count):
    month = month_of(day)
    assert add_months(add_months(month, count), -count) == month
    assert add_months(month, count).day == 1


@given(DAYS, st.sampled_from(sorted(LENGTHS)))
def test_every_day_lies_in_one_period_and_the_next_follows_at_once(day, unit):
    span = period_of(unit, day)
    assert day in span
    assert len(span.months) == LENGTHS[unit]
    assert period_of(unit, span.last + timedelta(days=1)).first == span.last + timedelta(days=1)


@given(DAYS, st.sampled_from(sorted(LENGTHS)))
def test_the_last_full_period_has_ended(day, unit):
    span = last_full(unit, day)
    assert span.last <= day
    assert span == period_of(unit, span.first)
    assert period_of(unit, span.last + timedelta(days=1)).last > day


def test_the_last_day_of_a_quarter_ends_it():
    assert last_full("quarter", date(2026, 9, 30)) == Span(date(2026, 7, 1), date(2026, 9, 30))
    assert last_full("quarter", date(2026, 9, 29)) == Span(date(2026, 4, 1), date(2026, 6, 30))
    assert last_full("year", date(2026, 1, 1)) == Span(date(2025, 1, 1), date(2025, 12, 31))


def test_months_across_a_year_end():
    found = list(months_between(date(2025, 11, 30), date(2026, 2, 1)))
    assert found == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]
    assert list(months_between(date(2026, 2, 1), date(2026, 1, 31))) == []


def test_a_day_that_the_month_does_not_have_is_its_last():
    assert day_in_month(date(2026, 2, 1), 30) == date(2026, 2, 28)
    assert day_in_month(date(2026, 2, 1), 6) == date(2026, 2, 6)


def test_a_span_runs_forwards():
    with pytest.raises(ValueError, match="ends before"):
        Span(date(2026, 2, 1), date(2026, 1, 1))


# --- Spans in whole periods ---------------------------------------------------------------------


@given(st.sampled_from(sorted(LENGTHS)), DAYS, st.integers(0, 900))
def test_parts_are_whole_neighbours_inside_and_leave_less_than_one_at_each_end(unit, first, days):
    span = Span(first, first + timedelta(days=days))
    parts = parts_of(unit, span)
    for before, after in pairwise(parts):
        assert after.first - before.last == timedelta(days=1)
    for part in parts:
        assert part == period_of(unit, part.first)
        assert part.first in span
        assert part.last in span
    if parts:
        assert whole(unit, span) == Span(parts[0].first, parts[-1].last)
        assert period_of(unit, parts[0].first - timedelta(days=1)).first < span.first
        assert period_of(unit, parts[-1].last + timedelta(days=1)).last > span.last
    else:
        touched = whole(unit, span)
        assert span.first in touched
        assert span.last in touched


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2026-10-01", "2026-10-31", "2026年10月"),
        ("2024-02-01", "2024-02-29", "2024年2月"),
        ("2024-02-01", "2024-02-28", "2024-02-01 至 2024-02-28"),
        ("2026-07-01", "2026-09-30", "2026年第三季度"),
        ("2026-10-01", "2026-12-31", "2026年第四季度"),
        ("2026-01-01", "2026-12-31", "2026年"),
        ("2026-01-01", "2026-10-31", "2026-01-01 至 2026-10-31"),
        ("2026-08-01", "2026-10-31", "2026-08-01 至 2026-10-31"),
    ],
)
def test_a_span_in_words(first, last, words):
    assert in_words(Span(date.fromisoformat(first), date.fromisoformat(last))) == words
