"""Who changed a setting or the calendar, in words."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from common.dated import BEGINNING
from common.history import Change, Entry, Pair, history_by_rows
from common.history_diff import Values
from common.models import CalendarDay, HistoryEntry, Parameter
from common.parameters import Setting

_LATEST = 50
_LINES = 6
BY_WEEKDAY = "按星期"


def history_of_setting(setting: Setting, scope: Any) -> list[Entry]:
    """The changes of a setting, newest first."""
    rows = _trace(Parameter.objects.filter(key=setting.key), before__key=setting.key)
    return history_by_rows(rows, lambda pairs: _value_changes(setting, pairs), scope)


def history_of_year(year: int, scope: Any) -> list[Entry]:
    """The changes of a year of the calendar, newest first."""
    days = CalendarDay.objects.filter(day__year=year)
    return history_by_rows(_trace(days, before__day__startswith=f"{year}-"), _day_changes, scope)


def history_of_day(day: date, scope: Any) -> list[Entry]:
    """The changes of one day of the calendar, newest first."""
    days = CalendarDay.objects.filter(day=day)
    return history_by_rows(_trace(days, before__day=day.isoformat()), _day_changes, scope)


def _trace(present: QuerySet, **gone: str) -> QuerySet[HistoryEntry]:
    """The trace of the rows that are there and of those that were deleted."""
    entries = HistoryEntry.objects.filter(table=present.model._meta.db_table)
    deleted = entries.filter(operation="D", **gone).values("row")
    chosen = entries.filter(Q(row__in=present.values("id")) | Q(row__in=deleted))
    return chosen.order_by("-id")[:_LATEST]


# --- A setting ----------------------------------------------------------------------------------


def _value_changes(setting: Setting, pairs: Sequence[Pair]) -> list[Change]:
    """From each day on where something begins: the value before and after the act."""
    before = [old for old, _new in pairs if old]
    after = [new for _old, new in pairs if new]
    changes: list[tuple[str, Any, Any]] = []
    for day in sorted({row["starts_on"] for row in (*before, *after)}):
        # Before the first change nothing was stored: the default held.
        old = _held(before, day) if before else setting.stored(setting.default)
        new = _held(after, day)
        if old is not None and new is not None and old != new:
            changes.append((day, old, new))
    return [_value_change(setting, *change) for change in changes]


def _held(rows: Sequence[Values], day: str) -> Any:
    """The stored value on a day (ISO); None where no row of ``rows`` holds."""
    return next((r["value"] for r in rows if r["starts_on"] <= day < r["ends_on"]), None)


def _value_change(setting: Setting, day: str, old: Any, new: Any) -> Change:
    words = [setting.words(setting.loaded(value)) for value in (old, new)]
    note = "" if day == BEGINNING.isoformat() else f"{day} 起"
    return Change(setting.label, *words, note)


# --- The calendar -------------------------------------------------------------------------------


def _day_changes(pairs: Sequence[Pair]) -> list[Change]:
    """Day by day; when a whole year was filled in, the first days and how many more."""
    days = sorted(pairs, key=lambda pair: (pair[1] or pair[0] or {}).get("day", ""))
    told = [_day_change(*pair) for pair in days if any(pair)]
    rest = len(told) - _LINES
    return told if rest <= 1 else [*told[:_LINES], Change("另有", "", f"{rest} 天")]


def _day_change(old: Values | None, new: Values | None) -> Change:
    day = (new or old or {})["day"]
    return Change(day, _day_words(old) if old else "", _day_words(new) if new else BY_WEEKDAY)


def _day_words(row: Values) -> str:
    return f"{'上班' if row['is_working'] else '休息'}，{row['name']}"
