"""One ledger file from its bytes to frames of rows. Runs inside the guarded child only."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, BinaryIO

from common.workbook import columns, container, parts, proof, sheets, tidy
from common.workbook.broken import BrokenCells
from common.workbook.errors import Unreadable
from common.workbook.headers import HeaderIndex, column_letter, shown
from common.workbook.sheets import Sheet

CHUNK_ROWS = 2000
NO_ROWS = "表头下面没有数据，请填写后重新上传。"
Frame = tuple[str, Any]


def extract(file: BinaryIO, request: dict[str, Any]) -> Iterator[Frame]:
    """Yield ("table", description), ("rows", (numbers, rows))…, ("end", what was left out).

    Raises Unreadable.
    """
    kind = container.kind_of(file, request["scale"])
    if kind == "xlsx":
        proof.check(file)
        parts.refuse_long(file, request["row_limit"])
    with ThreadPoolExecutor(1) as beside:
        broken = BrokenCells(file, kind if request["find_error_cells"] else "", beside)
        yield from _frames(file, kind, request, broken)


def _frames(
    file: BinaryIO, kind: str, request: dict[str, Any], broken: BrokenCells
) -> Iterator[Frame]:
    sheet, others = _find_sheet(file, kind, request, broken)
    layout = _layout(sheet, request)
    cells = columns.chosen(layout.header, sheet.offset)
    tidied = tidy.Tidied()
    _check_length(kind, sheet, layout, request, broken)
    frames = _chunks(_rows(sheet, layout, tidied, broken))
    first = next(frames, None)
    if first is None:
        raise Unreadable(NO_ROWS)
    yield (
        "table",
        {
            "kind": kind,
            "sheet": sheet.name,
            "encoding": sheet.encoding,
            "header_row": layout.header.last + 1,
            "other_sheets": others,
            "columns": [
                (place + sheet.offset, cells[place].text, cells[place].name)
                for place in layout.positions
            ],
        },
    )
    yield first
    yield from frames
    unnamed = [column_letter(place + sheet.offset) for place in sorted(tidied.unnamed)]
    yield "end", {"dropped": tidied.dropped, "unnamed": unnamed}


def explain_size(file: BinaryIO) -> str:
    """Return why a file that ran out of memory did so: the far cell that holds a value."""
    if container.kind_of(file) != "xlsx":
        return container.TOO_LARGE
    place = parts.farthest_cell(file)
    if place is None:
        return container.TOO_LARGE
    return f"{place} 单元格有内容，把表格撑得太大，请删去这一格所在的行和列后重新上传。"


def _find_sheet(
    file: BinaryIO, kind: str, request: dict[str, Any], broken: BrokenCells
) -> tuple[Sheet, list[str]]:
    headers, required = request["headers"], request["required"]
    index = HeaderIndex(headers)
    if kind == "csv":
        choice = sheets.of_text(file, index, required)
    else:
        choice = sheets.of_workbook(file, index, required, request["sheet"], broken.begin)
    sheet = columns.check_choice(choice, headers, required, request["title"], request["others"])
    return sheet, choice.others


def _layout(sheet: Sheet, request: dict[str, Any]) -> tidy.Layout:
    header = sheet.header
    if header is None:
        raise Unreadable(NO_ROWS)
    cells = columns.chosen(header, sheet.offset)
    places = {cell.name: place for place, cell in enumerate(cells) if cell.name}
    above = [[shown(value) for value in row if value != ""] for row in sheet.head()[: header.first]]
    return tidy.Layout(
        header=header,
        positions=[place for place, cell in enumerate(cells) if cell.text],
        required=[places[name] for name in request["required"]],
        known=sorted(places.values()),
        unnamed={place for place, cell in enumerate(cells) if not cell.text},
        fill_down=[places[name] for name in request["fill_down"] if name in places],
        titles={row[0] for row in above if len(row) == 1 and row[0]},
    )


def _rows(
    sheet: Sheet, layout: tidy.Layout, tidied: tidy.Tidied, broken: BrokenCells
) -> Iterator[tuple[int, tidy.Row]]:
    """Chain the steps of tidy.py; those that have nothing to do are left out."""
    start = layout.header.last + 1
    numbered: Iterator[tuple[int, tidy.Row]] = enumerate(
        islice(sheet.rows(), start, None), start + 1
    )
    if found := broken.of(sheet):
        numbered = tidy.with_broken(numbered, found, sheet.offset)
    numbered = tidy.tidy_rows(numbered, layout, tidied)
    if sheet.merges and layout.fill_down:
        numbered = tidy.filled_down(numbered, sheet.merges, layout.fill_down)
    if layout.unnamed:
        numbered = tidy.watched(numbered, layout.unnamed, tidied)
    return tidy.picked(numbered, layout.positions)


def _check_length(
    kind: str, sheet: Sheet, layout: tidy.Layout, request: dict[str, Any], broken: BrokenCells
) -> None:
    """Refuse a sheet of too many rows before the first is sent: the other side keeps them all.

    Only a sheet that is longer than allowed is gone through for it; many rows may be blank.
    """
    limit = request["row_limit"]
    # The rows of a text are counted by reading it, which finds its damage as well.
    height = sum(1 for _ in sheet.rows()) if kind == "csv" else sheet.height
    if height - layout.header.last - 1 > limit:
        numbered = _rows(sheet, layout, tidy.Tidied(), broken)
        if next(islice(numbered, limit, None), None) is not None:
            raise Unreadable(parts.too_many_rows(limit))


def _chunks(numbered: Iterator[tuple[int, tidy.Row]]) -> Iterator[Frame]:
    while chunk := list(islice(numbered, CHUNK_ROWS)):
        yield "rows", ([number for number, _ in chunk], [row for _, row in chunk])
