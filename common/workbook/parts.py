"""What calamine does not tell about a sheet of an .xlsx, found in its XML.

Errors (#N/A) and formulas without a stored result arrive from calamine as empty cells, which an
import could take for "clear this value"; and one far cell makes it ask for more memory than there
is. Streams in pieces of 1 MiB; regular expressions look only where a plain search has hit.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO
from xml.etree import ElementTree

from common.cells import BrokenCell
from common.workbook.container import DAMAGED, MEBIBYTE, MOST_COLUMNS
from common.workbook.errors import Unreadable

_PIECE = MEBIBYTE
_LONGEST_ROW = 64 * MEBIBYTE
_LARGEST_LIST = 4 * MEBIBYTE
_LARGE_SHEET = 96 * MEBIBYTE
_ROWS_ABOVE = 100  # titles, header, notes
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

_PREFIX = re.compile(rb"<(?:([A-Za-z_][\w.-]{0,30}):)?worksheet[\s>]")
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Z]{1,9})([0-9]{1,9})[\"']")
_SORT = re.compile(rb"\st\s*=\s*[\"']([a-zA-Z]{1,20})[\"']")
_VALUE = re.compile(rb"<(?:[\w.-]{1,31}:)?v(?:\s[^>]{0,200})?>(?:<!\[CDATA\[)?([^<\]]{0,200})")
_NAME_ENDS = (b" ", b">", b"/", b"\n", b"\t", b"\r")
# Repeats are bounded, so that no made-up text makes a search quadratic.
_FILLED_CELL = (
    rb"<%sc\s(?:[^>]{0,200}?\s)?r=[\"']([A-Z]{1,9})([0-9]{1,9})[\"'][^>]{0,200}(?<!/)>(?!</)"
)
_SPARSE = 20
_LONGEST_CELL_START, _LONGEST_CELL_END, _MOST_STRAYS = 16_384, 65_536, 1000


def sheet_part(file: BinaryIO, sheet: str) -> str | None:
    """Return the name of the part that holds a sheet, None if the workbook does not say."""
    return sheet_parts(file).get(sheet)


def sheet_parts(file: BinaryIO) -> dict[str, str]:
    """Return sheet name -> part, as the workbook and its relations say; raises Unreadable."""
    with _archive(file) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        book = names.get("xl/workbook.xml", "")
        relations = names.get("xl/_rels/workbook.xml.rels", "")
        if not book or not relations:
            return {}
        targets = _targets(archive, relations)
        found = {}
        for element in _list(archive, book):
            if element.tag.rpartition("}")[2] == "sheet":
                key = element.get(_RELATION) or element.get(_STRICT_RELATION)
                found[element.get("name", "")] = names.get(targets.get(key, "").lower(), "")
        return {sheet: part for sheet, part in found.items() if part}


def relation_targets(file: BinaryIO) -> list[str]:
    """Return the parts that the relations of the workbook name; raises Unreadable."""
    with _archive(file) as archive:
        names = {name.lower(): name for name in archive.namelist()}
        relations = names.get("xl/_rels/workbook.xml.rels", "")
        return list(_targets(archive, relations).values()) if relations else []


def _targets(archive: zipfile.ZipFile, relations: str) -> dict[str | None, str]:
    """Return id of a relation -> part."""
    return {
        relation.get("Id"): posixpath.normpath(
            posixpath.join("/xl", relation.get("Target", ""))
        ).lstrip("/")
        for relation in _list(archive, relations)
    }


def broken_cells(file: BinaryIO, part: str) -> dict[int, list[tuple[int, BrokenCell]]]:
    """Return Excel row -> [(column from 0, what the cell shows)] of errors and empty formulas.

    Reads the part to its end, so that its checksum is verified as well; raises Unreadable.
    """
    found: dict[int, list[tuple[int, BrokenCell]]] = {}
    for piece, prefix in _pieces(file, part):
        for row, column, cell in _broken_in(piece, prefix):
            found.setdefault(row, []).append((column, cell))
    return found


def refuse_long(file: BinaryIO, row_limit: int) -> None:
    """Raise Unreadable for a large sheet of more filled rows than a ledger may have.

    Before calamine opens it, which takes seconds for every 100,000 rows and all memory in the end.
    """
    with _archive(file) as archive:
        sizes = {entry.filename: entry.file_size for entry in archive.infolist()}
    for part in sheet_parts(file).values():
        filled = 0
        if sizes[part] > _LARGE_SHEET:
            for piece, prefix in _pieces(file, part):
                value, text = b"<%sv" % prefix, b"<%st" % prefix
                rows = piece.split(b"</%srow>" % prefix)
                filled += sum(value in row or text in row for row in rows)
                if filled > row_limit + _ROWS_ABOVE:
                    raise Unreadable(too_many_rows(row_limit))


def too_many_rows(row_limit: int) -> str:
    """Return what to do with a ledger of more rows than that."""
    return f"超过 {row_limit:,} 行，请按镇街或类型拆成几个文件上传。"


def farthest_cell(file: BinaryIO) -> str | None:
    """Return the sheet and place of the filled cell that stretches a sheet most: 《Sheet1》的 XFD9.

    Beyond the columns that a ledger may have it is the rightmost cell, else the lowest. None if
    the sheets are simply full.
    """
    largest, place = 0, None
    for sheet, part in sheet_parts(file).items():
        right, low, filled = (0, 0, b""), (0, 0, b""), 0
        for piece, prefix in _pieces(file, part):
            for found in re.finditer(_FILLED_CELL % prefix, piece):
                column, row = _column(found[1]), int(found[2])
                filled += 1
                right = max(right, (column, row, found[1] + found[2]))
                low = max(low, (row, column, found[1] + found[2]))
        if right[0] * low[0] > max(largest, filled * _SPARSE):
            corner = right if right[0] > MOST_COLUMNS else low
            largest, place = right[0] * low[0], f"《{sheet}》的 {corner[2].decode()}"
    return place


def _archive(file: BinaryIO) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Unreadable(DAMAGED) from error


def _list(archive: zipfile.ZipFile, part: str) -> Iterator[ElementTree.Element]:
    """Yield the elements of a small part: the sheets of the workbook, its relations."""
    try:
        with archive.open(part) as stream:
            content = stream.read(_LARGEST_LIST + 1)
        if len(content) > _LARGEST_LIST or b"<!DOCTYPE" in content:
            raise Unreadable(DAMAGED)
        # No entities without a DTD, and the process has limits.
        return ElementTree.fromstring(content).iter()  # noqa: S314
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, ElementTree.ParseError) as error:
        raise Unreadable(DAMAGED) from error


def _pieces(file: BinaryIO, part: str) -> Iterator[tuple[bytes, bytes]]:
    """Yield (whole rows of XML, namespace prefix with its colon) of a sheet."""
    first, prefix, rest = True, b"", b""
    with _archive(file) as archive:
        try:
            with archive.open(part) as stream:
                while data := stream.read(_PIECE):
                    if first:
                        prefix, first = _prefix(data), False
                    whole, end, rest = (rest + data).rpartition(b"</%srow>" % prefix)
                    if len(rest) > _LONGEST_ROW:
                        raise Unreadable(DAMAGED)
                    yield whole + end, prefix
        except (zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
            raise Unreadable(DAMAGED) from error
    yield rest, prefix


def _prefix(beginning: bytes) -> bytes:
    if b"<!DOCTYPE" in beginning:
        raise Unreadable(DAMAGED)
    found = _PREFIX.search(beginning[:4096])
    return found[1] + b":" if found and found[1] else b""


def _broken_in(piece: bytes, prefix: bytes) -> Iterator[tuple[int, int, BrokenCell]]:
    strays = 0
    for position in _hits(piece, prefix):
        found = _cell_around(piece, position, prefix)
        if found is None:
            strays += 1
            if strays > _MOST_STRAYS:
                raise Unreadable(DAMAGED)
            continue
        attributes, content = found
        shown = _broken(attributes, content, prefix)
        place = _PLACE.search(attributes) if shown is not None else None
        if place and shown is not None:
            yield int(place[2]), _column(place[1]) - 1, BrokenCell(shown)


def _hits(piece: bytes, prefix: bytes) -> Iterator[int]:
    """Yield where an error or a formula may stand: plain searches, no regular expression."""
    formula = b"<%sf" % prefix
    signs = [b'"e"']
    # Cells of plain values have neither; looking for one byte is next to free.
    signs += [sign for letter, sign in ((b"'", b"'e'"), (b"f", formula)) if letter in piece]
    for sign in signs:
        position = piece.find(sign)
        while position >= 0:
            after = position + len(sign)
            # <f> and <f t="shared">, not <filter> or <formula1>.
            if sign != formula or piece[after : after + 1] in _NAME_ENDS:
                yield position
            position = piece.find(sign, after)


def _cell_around(piece: bytes, position: int, prefix: bytes) -> tuple[bytes, bytes] | None:
    """Return attributes and content of the cell in which a position lies."""
    opening, nearest = b"<%sc" % prefix, max(position - _LONGEST_CELL_START, 0)
    start = piece.rfind(opening, nearest, position + 1)
    after = len(opening)
    while start >= 0 and piece[start + after : start + after + 1] not in _NAME_ENDS:
        start = piece.rfind(opening, nearest, start)
    inside = piece.find(b">", start, position + _LONGEST_CELL_END)
    if start < 0 or inside < 0:
        return None
    attributes = piece[start + len(opening) : inside]
    if attributes.endswith(b"/"):
        return attributes, b""
    end = piece.find(b"</%sc" % prefix, inside, position + _LONGEST_CELL_END)
    return None if end < 0 else (attributes, piece[inside + 1 : end])


def _broken(attributes: bytes, content: bytes, prefix: bytes) -> str | None:
    """Return what a broken cell shows, None if the cell is sound."""
    found = _VALUE.search(content)
    value = found[1].strip() if found else b""
    sort = _SORT.search(attributes)
    if sort and sort[1] == b"e":
        return value.decode("ascii", "replace")[:20] or "#N/A"
    # A formula may well give an empty text; only one without any result was not calculated.
    gives_text = sort is not None and sort[1] == b"str"
    has_formula = re.search(rb"<%sf[\s/>]" % prefix, content)
    return "" if has_formula and not value and not gives_text else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
