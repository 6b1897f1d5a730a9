"""What a list behind a figure is: columns, search and order by what the rows are.

What columns show beside a row's own values is read for a page of rows at once (``prepare``), so
that the list itself is the figure's own query. Rows that do not open today are named only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from accounts.scope import Scope
from common.filters import ScopedFilterSet
from common.lists import Sort
from common.tables import Column

Prepare = Callable[[list[Any], Scope, date], None]


@dataclass(frozen=True)
class Sheet:
    """A kind of list."""

    model: type
    noun: str
    unit: str
    filterset_class: type[ScopedFilterSet]
    columns: Sequence[Column]
    sorts: Sequence[Sort]
    prepare: Prepare


def take_over(rows: list[Any], shown: dict[Any, Any], names: Sequence[str]) -> None:
    """Set on each row the attributes of its better known twin."""
    for row in rows:
        twin = shown.get(row.pk)
        for name in names:
            setattr(row, name, getattr(twin, name, None))
        row.opens = bool(row.opens)
