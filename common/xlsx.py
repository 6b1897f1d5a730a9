"""Long lists as workbooks: xlsxwriter draws the frame (styles, header, widths, footer), the rows
below it are written here as they come.

xlsxwriter in constant memory makes an object of every cell before it writes it; a row that is
written at once takes a fifth of the time, and as little memory. Cells look the same in both.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from itertools import count
from typing import BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

Value = str | int | float | Decimal | date | None  # None and "" leave a cell empty
_SHEET = "xl/worksheets/sheet1.xml"
_LONGEST = 32_767  # characters of a cell
_ZERO = date(1899, 12, 30).toordinal()  # day 0 of a workbook
_CHUNK = 500  # rows that are packed at a time
_STYLE = re.compile(r' s="(\d+)"')
_ODD = re.compile(r"[&<>_\x00-\x1f\x7f\ufffe\uffff]|^\s|\s\Z")
_ESCAPED = re.compile(r"_(?=x[0-9a-fA-F]{4}_)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


def write_book(
    target: str | BinaryIO,
    draw: Callable[[xlsxwriter.Workbook], int],
    rows: Iterable[Sequence[Value]],
) -> int:
    """Write a workbook of one sheet; returns the number of ``rows``. ``draw`` makes the sheet
    with all that stands above the rows and says in which line (from 0) the first one comes.

    Text is always text, never a formula, and is cut where a cell ends; days are dates.
    """
    frame = BytesIO()
    book = xlsxwriter.Workbook(frame, {"strings_to_formulas": False, "strings_to_urls": False})
    line = draw(book)
    _pattern(book, line)
    book.close()
    written = 0
    with ZipFile(frame) as source, ZipFile(target, "w", ZIP_DEFLATED) as result:
        for name in source.namelist():
            if name != _SHEET:
                result.writestr(name, source.read(name))
                continue
            head, styles, tail = _cut(source.read(name).decode())
            with result.open(name, "w") as sheet:
                sheet.write(head.encode())
                lines = _lines(rows, line, styles)
                while chunk := [text for _, text in zip(range(_CHUNK), lines, strict=False)]:
                    written += len(chunk)
                    sheet.write("".join(chunk).encode())
                sheet.write(tail.encode())
    return written


def _pattern(book: xlsxwriter.Workbook, line: int) -> None:
    """A line of empty cells that carry the styles of text and of days; it is taken out again."""
    sheet = book.worksheets()[0]
    for at, shape in enumerate(("@", "yyyy-mm-dd")):
        sheet.write_blank(line, at, None, book.add_format({"num_format": shape}))


def _cut(sheet: str) -> tuple[str, tuple[str, ...], str]:
    """What comes before the rows, the numbers of the styles, what comes after. The number of rows
    is not known yet, so the sheet does not tell its size."""
    head, _, tail = sheet.partition("</sheetData>")
    head, _, pattern = head.rpartition("<row ")
    styles = tuple(_STYLE.findall(pattern))
    return re.sub("<dimension [^>]*/>", "", head), styles, f"</sheetData>{tail}"


def _lines(rows: Iterable[Sequence[Value]], line: int, styles: Sequence[str]) -> Iterable[str]:
    """The rows as XML."""
    text_style, day_style = styles
    names: list[str] = []
    for number, row in zip(count(line + 1), rows, strict=False):
        if len(names) < len(row):
            names = [xl_col_to_name(at) for at in range(len(row))]
        cells = []
        for name, value in zip(names, row, strict=False):
            if isinstance(value, str):
                if value:
                    content = f't="inlineStr"><is>{_text(value)}</is>'
                    cells.append(f'<c r="{name}{number}" s="{text_style}" {content}</c>')
            elif value is None:
                continue
            elif isinstance(value, date):
                day = value.toordinal() - _ZERO
                cells.append(f'<c r="{name}{number}" s="{day_style}"><v>{day}</v></c>')
            else:
                cells.append(f'<c r="{name}{number}"><v>{value:.16G}</v></c>')
        yield f'<row r="{number}">{"".join(cells)}</row>'


def _text(value: str) -> str:
    """A text as XML; what XML cannot hold is written as _xHHHH_, as Excel does."""
    value = value[:_LONGEST]
    if value.isalnum() or not _ODD.search(value):  # most are names and codes
        return f"<t>{value}</t>"
    escaped = _CONTROL.sub(lambda one: f"_x{ord(one[0]):04X}_", _ESCAPED.sub("_x005F_", value))
    escaped = escaped.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<t xml:space="preserve">{escaped}</t>'
