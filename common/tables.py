"""Columns of a list, declared once: the page, the column chooser and the xlsx file read them.

``Column("staff", "从业人数", value="state__employees", kind="number")`` — ``value`` is a path
("__" or "." between steps; methods are called) or a function of the row.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, BinaryIO, Literal

from django.db.models import Manager
from django.utils import timezone

from common.dated import BEGINNING, FOREVER

Kind = Literal["text", "number", "date", "state", "cov"]
EMPTY = "—"
ID_LABEL = "记录号"
_XLSX_EXACT_DIGITS = 15


@dataclass(frozen=True)
class Column:
    """One column.

    kind: ``number`` is right-aligned and grouped; ``state`` and ``cov`` are words with a tone
    (``tones``: word → ok/warn/bad/info, or own/joint/attach/work/none/out).
    link: row → address or None. sub: a second, small line in the same cell; in the file it is a
    column of its own. sort: keys of the view's sorts that a click on the head takes in turn.
    short: the label on a phone card. wide: not on phones. up: first on a phone card. whole: never
    broken into lines, as names and words of two or three characters.
    fixed: cannot be switched off. shown: part of the list until the user chooses columns.
    """

    key: str
    label: str
    value: str | Callable[[Any], Any] = ""
    kind: Kind = "text"
    link: Callable[[Any], str | None] | None = None
    sub: "Column | None" = None
    tones: Mapping[str, str] = field(default_factory=dict)
    sort: tuple[str, ...] = ()
    short: str = ""
    wide: bool = False
    up: bool = False
    whole: bool = False
    fixed: bool = False
    shown: bool = True

    def raw(self, row: Any) -> Any:
        """The value of the row, not yet formatted; None where there is none."""
        if callable(self.value):
            return self.value(row)
        return follow(row, self.value or self.key)

    def text(self, row: Any) -> str:
        return display(self.raw(row))

    @property
    def heading(self) -> str:
        """Label with the label of the second line."""
        return f"{self.label}、{self.sub.label}" if self.sub else self.label

    @property
    def css(self) -> str:
        """Classes of the cells."""
        flags = {"n": self.kind == "number", "wide": self.wide, "up": self.up}
        names = [name for name, is_on in flags.items() if is_on]
        return " ".join([*names, "nowrap"] if self.kind == "date" or self.whole else names)


def follow(row: Any, path: str) -> Any:
    """Follow a path of attributes; missing or empty steps give None."""
    value = row
    for step in path.replace("__", ".").split("."):
        value = getattr(value, step, None)
        if callable(value) and not isinstance(value, Manager):
            value = value()
        if value is None:
            return None
    return value


def display(value: Any) -> str:
    """A value as people read it: 58,271 · −2 · 2026-11-20 · 是 · — for nothing or no bound."""
    if value is None or value == "" or value in (BEGINNING, FOREVER):
        return EMPTY
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        value = value.normalize()
        return f"{value:,f}".replace("-", "−")
    if isinstance(value, int | float):
        return f"{value:,}".replace("-", "−")
    if isinstance(value, datetime):
        moment = timezone.localtime(value) if timezone.is_aware(value) else value
        return f"{moment:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@dataclass(frozen=True)
class Cell:
    """One cell of the page."""

    column: Column
    text: str
    url: str | None = None
    tone: str = ""
    sub: str = ""


@dataclass(frozen=True)
class Row:
    """One row of the page; ``object`` is what the row shows."""

    object: Any
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """Columns and rows together: iterate for :class:`Row`."""

    columns: Sequence[Column]
    rows: Iterable[Any]

    def __iter__(self) -> Iterator[Row]:
        for row in self.rows:
            yield Row(row, [_cell(column, row) for column in self.columns])


def _cell(column: Column, row: Any) -> Cell:
    text = column.text(row)
    return Cell(
        column=column,
        text=text,
        url=column.link(row) if column.link else None,
        tone=column.tones.get(text, ""),
        sub=_sub(column, row),
    )


def _sub(column: Column, row: Any) -> str:
    """The second line; nothing where there is nothing to say."""
    text = column.sub.text(row) if column.sub else ""
    return "" if text == EMPTY else text


def chosen_columns(columns: Sequence[Column], keys: Iterable[str]) -> list[Column]:
    """The columns that the user wants, in declared order; unknown keys are ignored."""
    wanted = set(keys)
    known = {column.key for column in columns}
    if not wanted & known:
        return [column for column in columns if column.shown or column.fixed]
    return [column for column in columns if column.fixed or column.key in wanted]


def write_xlsx(
    target: BinaryIO,
    *,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    notes: Sequence[str] = (),
    with_id: bool = True,
) -> int:
    """Write a list as a workbook into ``target``; return the number of rows.

    Text is always written as text, so a name that begins with "=" stays a name. ``notes`` are
    lines above the header (who, when, which conditions). ``with_id`` adds the 记录号 column.
    """
    from common.xlsx import write_book  # noqa: PLC0415 -- slow import

    flat = [part for column in columns for part in (column, column.sub) if part]
    labels = [column.label for column in flat] + ([ID_LABEL] if with_id else [])

    def draw(book: Any) -> int:
        sheet = book.add_worksheet(_sheet_name(title))
        head = book.add_format({"bold": True, "bg_color": "#f1f3f5", "bottom": 1})
        small = book.add_format({"font_color": "#626a73"})
        for index, note in enumerate(notes):
            sheet.write_string(index, 0, note, small)
        for index, label in enumerate(labels):
            sheet.set_column(index, index, 38 if label == ID_LABEL else _width(label))
            sheet.write_string(len(notes), index, label, head)
        sheet.freeze_panes(len(notes) + 1, 1)
        return len(notes) + 1

    def cells(row: Any) -> list[Any]:
        return [_kept(column.raw(row)) for column in flat] + ([str(row.pk)] if with_id else [])

    return write_book(target, draw, map(cells, rows))


def _kept(value: Any) -> Any:
    """A value as the file keeps it: numbers and days as such, everything else as text."""
    if value is None or value in (BEGINNING, FOREVER):
        return None
    if isinstance(value, bool | datetime):
        return display(value)
    return value if isinstance(value, date) or _is_plain_number(value) else str(value)


def _is_plain_number(value: Any) -> bool:
    """Numbers that a spreadsheet keeps exactly (it has 15 digits)."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return False
    return abs(value) < 10**_XLSX_EXACT_DIGITS


def _width(label: str) -> int:
    wide = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in label)
    return max(12, min(wide + 4, 40))


def _sheet_name(title: str) -> str:
    """A name that a workbook allows: at most 31 characters, none of []:*?/\\ and no outer '."""
    kept = "".join(char for char in title if char not in "[]:*?/\\").strip("'")
    return kept[:31] or "名单"
