"""Keyset paging: a page begins after the sort values of a row, not after a number of rows.

Every page of a long list, the last one too, costs the same: one count and one bounded query.
The place in the list travels in the URL as an opaque, signed text; a text that is damaged,
foreign or made for another order leads to the first page.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import F, Field, Q

_SIGNER = signing.Signer(salt="common.paging", sep=".")
LAST = "last"  # the one cursor that is a word: the last page


@dataclass(frozen=True)
class Page:
    """One page of a list. ``first`` and ``last`` number its rows from 1 (0 when it is empty)."""

    rows: list[Any]
    total: int
    first: int
    last: int
    previous: str = ""  # cursors; "" = there is no such page
    next: str = ""

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True)
class _Key:
    alias: str
    descending: bool
    nullable: bool
    field: Field

    def order(self, *, backward: bool) -> Any:
        """Empty values stand last, when read backwards first."""
        ascending = self.descending if backward else not self.descending
        name = F(self.alias)
        nulls = {"nulls_first" if backward else "nulls_last": True} if self.nullable else {}
        return name.asc(**nulls) if ascending else name.desc(**nulls)

    def same(self, value: Any) -> Q:
        if value is None:
            return Q(**{f"{self.alias}__isnull": True})
        return Q(**{self.alias: value})

    def beyond(self, value: Any, *, backward: bool, or_same: bool = False) -> Q | None:
        """Rows behind ``value`` in the order (before it, when backward); None = there are none."""
        if value is None:
            return Q(**{f"{self.alias}__isnull": False}) if backward else None
        lookup = "lt" if self.descending != backward else "gt"
        condition = Q(**{f"{self.alias}__{lookup}{'e' if or_same else ''}": value})
        if self.nullable and not backward:
            condition |= Q(**{f"{self.alias}__isnull": True})
        return condition


@dataclass(frozen=True)
class _Mark:
    """The row at the edge of a page: where it stands and its sort values."""

    backward: bool
    number: int
    values: tuple[Any, ...]


def paginate(
    queryset: models.QuerySet,
    *,
    order: Sequence[str],
    cursor: str = "",
    size: int = 20,
    total: int | None = None,
) -> Page:
    """One page of ``queryset`` sorted by ``order`` (field paths or annotations, "-" = descending).

    The primary key is added as the last sort key. Two queries, whatever the page; one, when the
    caller already knows ``total``.
    """
    rows, keys = _with_keys(queryset, order)
    if total is None:
        total = queryset.order_by().count()
    if cursor == LAST:
        return _last(rows, keys, size, total)
    mark = _read(cursor, keys)
    if mark is None:
        return _forward(rows, keys, size, total, None)
    if mark.backward:
        return _backward(rows, keys, size, total, mark)
    return _forward(rows, keys, size, total, mark)


def ordered(queryset: models.QuerySet, order: Sequence[str]) -> models.QuerySet:
    """All rows in the order of the pages (for the export)."""
    rows, keys = _with_keys(queryset, order)
    return rows.order_by(*(key.order(backward=False) for key in keys))


def _with_keys(
    queryset: models.QuerySet, order: Sequence[str]
) -> tuple[models.QuerySet, list[_Key]]:
    paths = [*order, "pk"]
    named = {f"sort_key_{index}": F(path.lstrip("-")) for index, path in enumerate(paths)}
    rows = queryset.order_by().annotate(**named)
    keys = [
        _Key(
            alias=alias,
            descending=path.startswith("-"),
            nullable=_nullable(queryset, path.lstrip("-")),
            field=rows.query.annotations[alias].output_field,
        )
        for alias, path in zip(named, paths, strict=True)
    ]
    return rows, keys


def _nullable(queryset: models.QuerySet, path: str) -> bool:
    """Whether a sort value can be empty; annotations and joins by alias may always be."""
    if path == "pk":
        return False
    model = queryset.model
    for part in path.split("__"):
        try:
            field = model._meta.get_field(part)
        except FieldDoesNotExist:
            return True
        if getattr(field, "null", True) or field.one_to_many or field.many_to_many:
            return True
        model = field.related_model or model
    return False


def _behind(keys: list[_Key], mark: _Mark) -> Q:
    """Rows behind the mark: further on in the first key that differs."""
    condition = Q(pk__in=[])
    for index, key in enumerate(keys):
        further = key.beyond(mark.values[index], backward=mark.backward)
        if further is None:
            continue
        for earlier, value in zip(keys[:index], mark.values[:index], strict=True):
            further &= earlier.same(value)
        condition |= further
    bound = keys[0].beyond(mark.values[0], backward=mark.backward, or_same=True)
    if bound is not None and mark.values[0] is not None:
        condition &= bound  # says the same once more, in the form that an index can use
    return condition


def _fetch(
    rows: models.QuerySet, keys: list[_Key], limit: int, mark: _Mark | None, *, backward: bool
) -> list[Any]:
    """Up to ``limit`` rows next to the mark, nearest first."""
    if mark is not None:
        rows = rows.filter(_behind(keys, mark))
    return list(rows.order_by(*(key.order(backward=backward) for key in keys))[:limit])


def _forward(
    rows: models.QuerySet, keys: list[_Key], size: int, total: int, mark: _Mark | None
) -> Page:
    found = _fetch(rows, keys, size + 1, mark, backward=False)
    if mark is not None and not found:  # the rows behind the mark are gone
        return _last(rows, keys, size, total)
    before = mark.number if mark else 0
    return _page(found[:size], keys, total, before, more=len(found) > size)


def _backward(
    rows: models.QuerySet, keys: list[_Key], size: int, total: int, mark: _Mark
) -> Page:
    found = _fetch(rows, keys, size + 1, mark, backward=True)
    if len(found) <= size:  # reached the beginning: show a whole first page
        return _forward(rows, keys, size, total, None)
    page = found[:size][::-1]
    return _page(page, keys, total, max(mark.number - 1 - size, 1), more=True)


def _last(rows: models.QuerySet, keys: list[_Key], size: int, total: int) -> Page:
    """The last page, with as many rows as remain when one pages there from the beginning."""
    remaining = total % size or size
    found = _fetch(rows, keys, remaining, None, backward=True)[::-1]
    return _page(found, keys, total, max(total - len(found), 0), more=False)


def _page(found: list[Any], keys: list[_Key], total: int, before: int, *, more: bool) -> Page:
    if not found:
        return Page(rows=[], total=total, first=0, last=0)
    first, last = before + 1, before + len(found)
    return Page(
        rows=found,
        total=max(total, last),
        first=first,
        last=last,
        previous=_write(found[0], keys, first, backward=True) if before else "",
        next=_write(found[-1], keys, last, backward=False) if more else "",
    )


def _write(row: Any, keys: list[_Key], number: int, *, backward: bool) -> str:
    values = [_plain(getattr(row, key.alias)) for key in keys]
    text = json.dumps([_shape(keys), backward, number, values], separators=(",", ":"))
    return _SIGNER.sign(base64.urlsafe_b64encode(text.encode()).decode().rstrip("="))


def _read(cursor: str, keys: list[_Key]) -> _Mark | None:
    """The mark in a cursor, or None for anything that was not written for this order."""
    try:
        text = _SIGNER.unsign(cursor)
        shape, backward, number, values = json.loads(
            base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        )
        if shape != _shape(keys):
            return None
        parsed = tuple(
            None if value is None else key.field.to_python(value)
            for key, value in zip(keys, values, strict=True)
        )
    except (signing.BadSignature, binascii.Error, ValueError, TypeError, ValidationError):
        return None
    return _Mark(backward=bool(backward), number=int(number), values=parsed)


def _shape(keys: list[_Key]) -> str:
    """Which order a cursor belongs to."""
    return ",".join(
        f"{'-' if key.descending else ''}{key.field.name or ''}:{type(key.field).__name__}"
        for key in keys
    )


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | str):
        return value
    return str(value)
