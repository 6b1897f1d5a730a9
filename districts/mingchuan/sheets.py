"""Writes a ledger the way offices keep it: title, unit and date, header with ★, total, note."""

import shutil
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from re import Match, compile
from typing import IO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | date | None
Row = Sequence[Cell]

HEADER_ROW = 2  # counted from 0: title, unit and date, header
BULK = 20_000  # from so many rows on, rows are written straight into the sheet's XML


@dataclass(frozen=True, slots=True)
class Column:
    """One column: header as printed, width in characters, whether its cells are text."""

    header: str
    width: float
    is_text: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands around the rows of one ledger."""

    title: str
    unit: str  # who filled it in
    tab: str
    columns: tuple[Column, ...]
    total: str  # beside 合计, e.g. "共 {} 家"
    note: str
    instructions: tuple[str, ...] = ()  # lines of a second tab 填表说明


class _Styles:
    """Cell formats of one workbook."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        font = {"font_name": "宋体", "font_size": 10, "valign": "vcenter"}
        boxed = font | {"border": 1, "border_color": "#8c8c8c"}
        self.title = book.add_format(font | {"bold": True, "font_size": 16, "align": "center"})
        self.line = book.add_format(font | {"font_color": "#404040"})
        self.header = book.add_format(
            boxed | {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#e8e8e8"}
        )
        self.plain = book.add_format(boxed)
        self.text = book.add_format(boxed | {"num_format": "@"})
        self.typed_text = book.add_format({"num_format": "@"})  # cells filled in later
        self.number = book.add_format(boxed | {"align": "right"})
        self.date = book.add_format(boxed | {"num_format": "yyyy-mm-dd", "align": "center"})
        self.total = book.add_format(boxed | {"bold": True})
        self.note = book.add_format(font | {"font_color": "#606060"})

    def of(self, column: Column) -> Format:
        """Format of a text or ordinary cell of the column."""
        return self.text if column.is_text else self.plain


def write_ledger(path: Path, sheet: Sheet, rows: Sequence[Row], today: date) -> None:
    """Write one workbook; equal rows on an equal day give equal bytes."""
    is_bulk = len(rows) >= BULK
    options = {"constant_memory": not is_bulk, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {
                "title": sheet.title,
                "author": sheet.unit,
                "created": datetime(today.year, today.month, today.day),  # noqa: DTZ001 -- file date
            }
        )
        page = book.add_worksheet(sheet.tab)
        styles = _Styles(book)
        _set_up_page(page, sheet, styles, len(rows))
        _write_head(page, sheet, styles, today)
        if is_bulk:
            _write_row(page, styles, sheet.columns, HEADER_ROW + 1, [1, *_pattern(sheet.columns)])
        else:
            for number, row in enumerate(rows, 1):
                _write_row(page, styles, sheet.columns, HEADER_ROW + number, [number, *row])
        _write_foot(page, sheet, styles, len(rows))
        _write_instructions(book, sheet, styles)
    if is_bulk:
        _splice(path, HEADER_ROW + 1, rows)


def _set_up_page(page: Worksheet, sheet: Sheet, styles: _Styles, count: int) -> None:
    for position, column in enumerate(sheet.columns):
        style = styles.typed_text if column.is_text else None
        page.set_column(position, position, column.width, style)
    page.freeze_panes(HEADER_ROW + 1, 3)
    page.autofilter(HEADER_ROW, 0, HEADER_ROW + count, len(sheet.columns) - 1)
    page.set_landscape()
    page.set_paper(8)  # A3
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEADER_ROW)
    page.set_footer("&C第 &P 页，共 &N 页")


def _write_head(page: Worksheet, sheet: Sheet, styles: _Styles, today: date) -> None:
    last = len(sheet.columns) - 1
    page.set_row(0, 30)
    page.merge_range(0, 0, 0, last, sheet.title, styles.title)
    page.set_row(1, 18)
    page.write_string(1, 0, f"填报单位：{sheet.unit}", styles.line)
    page.write_string(
        1, last - 2, f"填报日期：{today.year}年{today.month}月{today.day}日", styles.line
    )
    page.set_row(HEADER_ROW, 34)
    for position, column in enumerate(sheet.columns):
        page.write_string(HEADER_ROW, position, column.header, styles.header)


def _write_row(
    page: Worksheet, styles: _Styles, columns: tuple[Column, ...], number: int, row: Row
) -> None:
    for position, (column, value) in enumerate(zip(columns, row, strict=True)):
        if value is None or value == "":
            page.write_blank(number, position, None, styles.of(column))
        elif isinstance(value, date):
            page.write_datetime(number, position, value, styles.date)
        elif isinstance(value, str):
            page.write_string(number, position, value, styles.of(column))
        else:
            page.write_number(number, position, value, styles.number)


def _write_foot(page: Worksheet, sheet: Sheet, styles: _Styles, count: int) -> None:
    row = HEADER_ROW + count + 1
    page.write_string(row, 0, "合计", styles.total)
    page.write_string(row, 1, sheet.total.format(count), styles.total)
    page.write_string(row + 1, 0, sheet.note, styles.note)


def _write_instructions(book: xlsxwriter.Workbook, sheet: Sheet, styles: _Styles) -> None:
    if not sheet.instructions:
        return
    page = book.add_worksheet("填表说明")
    page.set_column(0, 0, 100)
    for number, line in enumerate(sheet.instructions):
        page.write_string(number, 0, line, styles.line)


# -- large ledgers ---------------------------------------------------------------------------------
#
# xlsxwriter takes about 10 µs a cell, so 60,000 rows would take as long as everything else twice
# over. It writes the sheet with one pattern row instead, whose XML is then replaced by that of all
# rows in the same styles.

_CELL = compile(r'<c r="([A-Z]+)\d+"(?: s="(\d+)")?')
_SPECIAL = compile("[&<>]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def _pattern(columns: tuple[Column, ...]) -> list[Cell]:
    return ["样" for _ in columns[1:]]


def _escape(match: Match[str]) -> str:
    return _ENTITIES[match.group()]


def _row_xml(number: int, row: Row, letters: list[str], styles: list[str]) -> str:
    cells = []
    for letter, style, value in zip(letters, styles, row, strict=True):
        if value is None or value == "":
            continue
        if isinstance(value, str):
            text = _SPECIAL.sub(_escape, value) if _SPECIAL.search(value) else value
            cells.append(f'<c r="{letter}{number}"{style} t="inlineStr"><is><t>{text}</t></is></c>')
        else:
            cells.append(f'<c r="{letter}{number}"{style}><v>{value!r}</v></c>')
    return f'<row r="{number}">{"".join(cells)}</row>'


def _rows_xml(pattern: str, first: int, rows: Iterable[Row]) -> Iterator[str]:
    found = _CELL.findall(pattern)
    letters = [letter for letter, _ in found]
    styles = [f' s="{style}"' if style else "" for _, style in found]
    for position, row in enumerate(rows):
        yield _row_xml(first + position, [position + 1, *row], letters, styles)


def _splice(path: Path, pattern_row: int, rows: Sequence[Row]) -> None:
    """Replace the pattern row (counted from 0) of the first sheet by all rows."""
    number = pattern_row + 1
    whole = path.with_suffix(".part")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as new:
        for item in old.infolist():
            data = old.read(item)
            if item.filename != "xl/worksheets/sheet1.xml":
                new.writestr(item, data)
                continue
            before, rest = data.decode().split(f'<row r="{number}"', 1)
            pattern, after = rest.split("</row>", 1)
            large = zipfile.ZipInfo(item.filename, item.date_time)
            large.compress_type = zipfile.ZIP_DEFLATED
            with new.open(large, "w") as part:
                _write_parts(part, before, _rows_xml(pattern, number, rows), after)
    shutil.move(whole, path)


def _write_parts(part: IO[bytes], before: str, rows: Iterator[str], after: str) -> None:
    part.write(before.encode())
    chunk: list[str] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == 500:
            part.write("".join(chunk).encode())
            chunk.clear()
    part.write("".join([*chunk, after]).encode())
