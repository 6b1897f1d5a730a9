"""Which sheet and which header row a ledger stands in."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, BinaryIO

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from common.workbook import delimited
from common.workbook.container import DAMAGED, LOCKED
from common.workbook.errors import Unreadable
from common.workbook.headers import HeaderIndex, HeaderRow, Range, best_header

HEAD_ROWS = 40
Rows = Callable[[], Iterator[list[Any]]]


@dataclass
class Sheet:
    """One sheet: its rows from Excel row 1, and what was found at its head.

    `offset` is the Excel column (from 0) of the first cell of each row, `height` the number of
    rows with what stands above them (0 for a text), `index` the place among all sheets.
    """

    name: str
    rows: Rows
    offset: int = 0
    merges: list[Range] = field(default_factory=list)
    encoding: str = ""
    header: HeaderRow | None = None
    has_rows: bool = False
    height: int = 0
    index: int = 0

    def head(self) -> list[list[Any]]:
        """Return the first rows."""
        return list(islice(self.rows(), HEAD_ROWS))

    def rank(self, required: Sequence[str]) -> tuple[int, int, bool]:
        """Order sheets: required headers found, headers found, rows below."""
        names = self.header.names if self.header else set()
        return len(names.intersection(required)), len(names), self.has_rows

    def suits(self, required: Sequence[str]) -> bool:
        """Whether all required headers were found."""
        return self.header is not None and self.header.names.issuperset(required)


@dataclass
class Choice:
    """The sheet that was chosen, other sheets that would do, and heads for the explanation."""

    best: Sheet | None
    others: list[str]
    heads: list[tuple[list[list[Any]], list[Range]]]


def of_workbook(
    file: BinaryIO,
    index: HeaderIndex,
    required: Sequence[str],
    wanted: str | None,
    only: Callable[[str], None],
) -> Choice:
    """Choose the sheet of an .xlsx or .xls: visible ones first, hidden ones if none will do.
    ``only`` is told the name of a sheet without rivals before that is parsed; the file has been
    read then."""
    file.seek(0)
    try:
        book = CalamineWorkbook.from_object(file)
        visible, hidden = _names(book, wanted)
        if len(visible) == 1:
            only(visible[0])
        choice = _choose((_sheet(book, name) for name in visible), index, required)
        if not choice.best or not choice.best.suits(required):
            second = _choose((_sheet(book, name) for name in hidden), index, required)
            if second.best and second.best.suits(required):
                return second
        return choice
    except PasswordError as error:
        raise Unreadable(LOCKED) from error
    except CalamineError as error:
        raise Unreadable(DAMAGED) from error


def _names(book: CalamineWorkbook, wanted: str | None) -> tuple[list[str], list[str]]:
    """Return the names of the visible and of the hidden sheets, or the wanted one alone."""
    sheets = [sheet for sheet in book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    names = [sheet.name for sheet in sheets]
    if wanted is not None:
        if wanted not in names:
            raise Unreadable(f"没有名为“{wanted}”的工作表，文件里有：{'、'.join(names[:10])}。")
        return [wanted], []
    visible = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    return visible, [name for name in names if name not in visible]


def _sheet(book: CalamineWorkbook, name: str) -> Sheet:
    sheet: CalamineSheet = book.get_sheet_by_name(name)
    offset = sheet.start[1] if sheet.start else 0
    merges = [
        ((top, left - offset), (bottom, right - offset))
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    ]
    return Sheet(
        name,
        sheet.iter_rows if sheet.start else _no_rows,
        offset,
        merges,
        height=sheet.end[0] + 1 if sheet.end else 0,
        index=book.sheet_names.index(name),
    )


def _no_rows() -> Iterator[list[Any]]:
    return iter(())


def of_text(file: BinaryIO, index: HeaderIndex, required: Sequence[str]) -> Choice:
    """Read a text table with the encoding and separator under which its header is found."""
    tried: list[Sheet] = []
    for encoding, text in delimited.decodings(file):
        for separator in delimited.separators(text):
            tried.append(Sheet("", _text_rows(text, separator), encoding=encoding))
        choice = _choose(iter(tried), index, required)
        if choice.best and choice.best.suits(required):
            break
    return Choice(choice.best, [], choice.heads)


def _text_rows(text: str, separator: str) -> Rows:
    def rows() -> Iterator[list[Any]]:
        width = 0
        for row in delimited.rows(text, separator):
            width = max(width, len(row))
            yield row if len(row) == width else row + [""] * (width - len(row))

    return rows


def _choose(sheets: Iterator[Sheet], index: HeaderIndex, required: Sequence[str]) -> Choice:
    """Return the best sheet; each is dropped from memory as soon as a better one is known."""
    choice = Choice(None, [], [])
    for sheet in sheets:
        head = sheet.head()
        merges = [area for area in sheet.merges if area[0][0] < HEAD_ROWS]
        sheet.header = best_header(head, merges, index)
        sheet.has_rows = sheet.header is not None and _has_rows(sheet, sheet.header.last)
        choice.heads.append((head, merges))
        if choice.best is None or sheet.rank(required) > choice.best.rank(required):
            loser, choice.best = choice.best, sheet
        else:
            loser = sheet
        if loser and loser.suits(required) and loser.has_rows:
            choice.others.append(loser.name)
    return choice


def _has_rows(sheet: Sheet, header: int) -> bool:
    return any(any(row) for row in islice(sheet.rows(), header + 1, None))
