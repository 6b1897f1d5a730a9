"""A row of a ledger on its way from cells to changes."""

import uuid
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from common.changes import Change
from common.ledgers.columns import Column
from common.models import RowOutcome

RECORD_NUMBER = "记录号"
# Excel keeps 15 digits: a longer number is shown as it shows it, with what it has lost.
_EXACT = 10**15


def as_text(value: Any) -> str:
    """A raw cell as people see it in the sheet."""
    if isinstance(value, str):
        # NUL cannot be stored in JSON of the database.
        return value.replace("\x00", "")
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if abs(value) >= _EXACT:
            return f"{value:.5E}"
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, datetime) and value.time() == time.min:
        return value.date().isoformat()
    return str(value).replace("\x00", "")


@dataclass(frozen=True)
class Options:
    """How a batch (or a form) is meant.

    ``day``: the 数据截止日; ``is_correction``: 更正 instead of 变更; ``empty_clears``: a blank cell
    clears the value; ``scope``: what the user may see; ``by_form``: one row typed on a page.
    """

    day: date
    scope: Any
    is_correction: bool = False
    empty_clears: bool = False
    by_form: bool = False


NOTHING: frozenset[Any] = frozenset()


class RawCells(Mapping):
    """The cells of one row of a file by canonical header; the headers are kept once for all."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: Sequence[Any]) -> None:
        self._places, self._values = places, values

    def __getitem__(self, name: str) -> Any:
        return self._values[self._places[name]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def keys(self):
        return self._places.keys()

    def values(self):
        return self._values

    def items(self):
        return zip(self._places, self._values, strict=True)

    def get(self, name, default=None):
        at = self._places.get(name)
        return default if at is None else self._values[at]


@dataclass(slots=True)
class Row:
    """Cells read from one row, the record they belong to, and what follows from them."""

    number: int
    raw: Mapping[str, Any]
    cells: dict[str, Any] = field(default_factory=dict)
    # Names of cells that could not be read.
    unread: Set[str] = NOTHING
    record: uuid.UUID | None = None
    is_new: bool = True
    label: str = ""
    changes: list[Change] = field(default_factory=list)
    diff: list[list[str]] = field(default_factory=list)
    errors: list[dict[str, str]] = field(default_factory=list)
    warnings: list[dict[str, str]] = field(default_factory=list)
    is_suspect: bool = False
    is_out_of_scope: bool = False
    # Ids of records that other rows of the same file create and this one refers to.
    needs: Set[uuid.UUID] = NOTHING
    # What facets tell one another (the entity's founding date, a member's joining date).
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def is_found_by_number(self) -> bool:
        """Whether 记录号 found the record: the row comes from an export, and a text that repeats
        what the export printed says nothing new."""
        return bool(self.facts.get("by_number"))

    def given(self, column: Column) -> bool:
        """Whether the cell was filled and read."""
        return column.column_name in self.cells

    def get(self, column: Column) -> Any:
        """The value read from the cell, or what an empty cell stores."""
        return self.cells.get(column.column_name, column.nothing)

    def wants(self, column: Column, options: Options) -> bool:
        """Whether the row says something about this column: a value, or a blank that clears."""
        name = column.column_name
        if name in self.unread:
            return False
        if self.is_new or name in self.cells:
            return True
        return options.empty_clears and self.is_blank(column)

    def is_blank(self, column: Column) -> bool:
        """Whether the file has the column and the row says nothing in it."""
        name = column.column_name
        return name in self.raw and name not in self.cells and name not in self.unread

    def error(self, column: Column | str, message: str) -> None:
        """Hold the row back."""
        self._note(self.errors, column, message)

    def warn(self, column: Column | str, message: str) -> None:
        """Say what looks wrong; the row goes on."""
        self._note(self.warnings, column, message)

    def refuse_scope(self, column: Column | str, message: str) -> None:
        """Hold the row back because it lies outside the user's scope."""
        self.is_out_of_scope = True
        self.error(column, message)

    def changed(self, column: Column | str, old: str, new: str) -> None:
        """Note a difference for the check page: column, old text, new text."""
        name = column if isinstance(column, str) else column.column_name
        self.diff.append([name, old, new])

    def _note(self, notes: list, column: Column | str, message: str) -> None:
        name = column if isinstance(column, str) else column.column_name
        note = {"column": name, "value": self.shown(column), "message": message}
        if note not in notes:
            notes.append(note)

    def shown(self, column: Column | str) -> str:
        """The cell as a message may quote it: secrets are not quoted."""
        if isinstance(column, str):
            return as_text(self.raw.get(column))[:200]
        if column.is_secret:
            value = self.cells.get(column.column_name)
            return column.cell.mask(value) if value else ""
        return as_text(self.raw.get(column.column_name))[:200]

    @property
    def outcome(self) -> RowOutcome:
        if self.is_out_of_scope:
            return RowOutcome.OUT_OF_SCOPE
        if self.errors:
            return RowOutcome.ERROR
        if self.is_new:
            return RowOutcome.NEW
        return RowOutcome.UPDATE if self.changes else RowOutcome.SAME
