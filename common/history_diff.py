"""What one act did to the rows of a record, field by field: the pure part of common/history.py.

Rows come as the trace keeps them: column → JSON value. A *timeline* is a table of which one row at
most holds per record and day (states, posts, terms): its changes are told as "38 → 41 from a day
on", not as one row closed and another begun.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.db import models

from common.dated import BEGINNING, FOREVER
from common.guards import NeverOverlap
from common.secrets import SecretField, mark_of

Values = Mapping[str, Any]

_DATES = ("starts_on", "ends_on")
# Columns that serve matching and search; they follow from others.
_SERVING = frozenset({"name_key", "initials", "text_key", "pending_key"})


@dataclass(frozen=True)
class Touched:
    """A row before and after one act; None where it did not exist (or was erased)."""

    model: type[models.Model]
    row: UUID
    old: Values | None
    new: Values | None


@dataclass(frozen=True)
class Difference:
    """One line of history: a field (or, without one, a whole row) with its raw values."""

    model: type[models.Model]
    field: models.Field | None
    old: Any
    new: Any
    since: date | None = None


def told_fields(model: type[models.Model], owner: str | None) -> list[models.Field]:
    """The fields that history tells of: those with a label, without the owner and the dates."""
    return [
        field
        for field in model._meta.concrete_fields
        if not field.primary_key
        and field.column != owner
        and field.name not in _DATES
        and field.name not in _SERVING
        and not str(field.verbose_name).isascii()
    ]


def is_timeline(model: type[models.Model], owner: str | None) -> bool:
    """Whether at most one row of ``model`` holds per owner and day."""
    if owner is None:
        return False
    name = next(f.name for f in model._meta.concrete_fields if f.column == owner)
    return any(_keys(constraint) == [name] for constraint in model._meta.constraints)


def _keys(constraint: models.BaseConstraint) -> list[str]:
    """Of what a constraint allows one row a day; [] when it is about something else."""
    if isinstance(constraint, NeverOverlap):
        return list(constraint.keys)
    if isinstance(constraint, ExclusionConstraint):
        return [key for key, _operator in constraint.expressions[:-1]]
    return []


def differs(field: models.Field, old: Any, new: Any) -> bool:
    """Whether two raw values are different; tokens are compared by what they conceal."""
    if isinstance(field, SecretField):
        return mark_of(old or "") != mark_of(new or "")
    return (old or None) != (new or None) if _is_text(field) else old != new


def _is_text(field: models.Field) -> bool:
    return isinstance(field, models.CharField | models.TextField)


def differences(
    model: type[models.Model], owner: str | None, touched: Sequence[Touched], *, is_new: bool
) -> list[Difference]:
    """What happened to the rows ``touched`` (all of ``model``, in one act). ``is_new``: the record
    itself came with this act, so its first values are no news."""
    if owner is None:
        return [line for row in touched for line in _of_record(row)]
    if not is_timeline(model, owner):
        return [line for row in touched for line in _of_link(row, owner)]
    return [] if is_new else _of_timeline(model, owner, touched)


def _of_record(row: Touched) -> list[Difference]:
    if row.old is None or row.new is None:
        return [Difference(row.model, None, row.old, row.new)]
    return _fields(row.model, None, row.old, row.new, None)


def _of_link(row: Touched, owner: str) -> list[Difference]:
    """A link came, went, or its values changed: always told with what it links."""
    if row.old is None and row.new is None:
        return []
    return [Difference(row.model, None, row.old, row.new)] if _is_news(row, owner) else []


def _is_news(row: Touched, owner: str) -> bool:
    if row.old is None or row.new is None:
        return True
    dates = [field for field in row.model._meta.concrete_fields if field.name in _DATES]
    told = [*told_fields(row.model, owner), *dates]
    return any(differs(f, row.old.get(f.column), row.new.get(f.column)) for f in told)


def _of_timeline(
    model: type[models.Model], owner: str, touched: Sequence[Touched]
) -> list[Difference]:
    """Compare what held before and after the act from each day on where something begins."""
    before = [row.old for row in touched if row.old]
    after = [row.new for row in touched if row.new]
    known = {row["id"] for row in before}
    lines: list[Difference] = []
    last: list[Difference] = []
    for day in _boundaries([*before, *after]):
        old, new = _holding(before, day), _holding(after, day)
        found: list[Difference] = []
        if old is not None or new is not None:
            since = None if day == BEGINNING else day
            found = _fields(model, owner, old or {}, new or {}, since)
            is_begun = new is not None and _day(new["starts_on"]) == day
            if not found and is_begun and new["id"] not in known:
                found = [Difference(model, None, None, new, since)]  # the next term, equal in kind
        lines += [line for line in found if not _continues(line, last)]
        last = found
    return lines


def _continues(line: Difference, last: Iterable[Difference]) -> bool:
    """The same difference as in the period before: it is told once."""
    return line.field is not None and any(
        (line.field, line.old, line.new) == (other.field, other.old, other.new) for other in last
    )


def _fields(
    model: type[models.Model], owner: str | None, old: Values, new: Values, since: date | None
) -> list[Difference]:
    return [
        Difference(model, field, old.get(field.column), new.get(field.column), since)
        for field in told_fields(model, owner)
        if differs(field, old.get(field.column), new.get(field.column))
    ]


def _boundaries(rows: Iterable[Values]) -> list[date]:
    days = {_day(row[name]) for row in rows for name in _DATES}
    return sorted(days - {FOREVER})


def _holding(rows: Iterable[Values], day: date) -> Values | None:
    return next(
        (row for row in rows if _day(row["starts_on"]) <= day < _day(row["ends_on"])), None
    )


def _day(text: str) -> date:
    return date.fromisoformat(text)
