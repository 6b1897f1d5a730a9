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
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

_PREFIX = re.compile(rb"<(?:([A-Za-z_][\w.-]{0,30}):)?worksheet[\s>]")
_PLACE = re.compile(rb"\sr=[\"']([A-Z]{1,9})([0-9]{1,9})[\"']")
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
        targets = {
            relation.get("Id"): relation.get("Target", "") for relation in _list(archive, relations)
        }
        found = {}
        for element in _list(archive, book):
            if element.tag.rpartition("}")[2] == "sheet":
                key = element.get(_RELATION) or element.get(_STRICT_RELATION)
                path = posixpath.normpath(posixpath.join("/xl", targets.get(key, ""))).lstrip("/")
                found[element.get("name", "")] = names.get(path.lower(), "")
        return {sheet: part for sheet, part in found.items() if part}


def broken_cells(file: BinaryIO, part: str) -> dict[int, list[tuple[int, BrokenCell]]]:
    """Return Excel row -> [(column from 0, what the cell shows)] of errors and empty formulas.

    Reads the part to its end, so that its checksum is verified as well; raises Unreadable.
    """
    found: dict[int, list[tuple[int, BrokenCell]]] = {}
    for piece, prefix in _pieces(file, part):
        for row, column, cell in _broken_in(piece, prefix):
            found.setdefault(row, []).append((column, cell))
    return found


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


def is_readable_xml(file: BinaryIO) -> bool:
    """Whether the sheets are in the encoding that calamine reads; it finds nothing in UTF-16."""
    for part in sheet_parts(file).values():
        with _archive(file) as archive, archive.open(part) as stream:
            if b"\0" in stream.read(64):
                return False
    return True


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
    opening, closing = b"<%sc " % prefix, b"</%sc>" % prefix
    strays = 0
    for position in _hits(piece, prefix):
        start = piece.rfind(opening, max(position - _LONGEST_CELL_START, 0), position + 1)
        end = piece.find(closing, position, position + _LONGEST_CELL_END)
        if start < 0 or end < 0:
            strays += 1
            if strays > _MOST_STRAYS:
                raise Unreadable(DAMAGED)
            continue
        attributes, _, content = piece[start:end].partition(b">")
        shown = _broken(attributes, content, prefix)
        place = _PLACE.search(attributes) if shown is not None else None
        if place and shown is not None:
            yield int(place[2]), _column(place[1]) - 1, BrokenCell(shown)


def _hits(piece: bytes, prefix: bytes) -> Iterator[int]:
    """Yield where an error or a formula may stand: plain searches, no regular expression."""
    formula = b"<%sf" % prefix
    # Cells of plain values have neither letter; looking for one byte is next to free.
    signs = [sign for letter, sign in ((b"#", b">#"), (b"f", formula)) if letter in piece]
    for sign in signs:
        position = piece.find(sign)
        while position >= 0:
            after = position + len(sign)
            # <f> and <f t="shared">, not <filter> or <formula1>.
            if sign != formula or piece[after : after + 1] in (b">", b" "):
                yield position
            position = piece.find(sign, after)


def _broken(attributes: bytes, content: bytes, prefix: bytes) -> str | None:
    """Return what a broken cell shows, None if the cell is sound."""
    value = content.partition(b"<%sv>" % prefix)[2].partition(b"</")[0].strip()
    if b' t="e"' in attributes or b" t='e'" in attributes:
        return value.decode("ascii", "replace")[:20] or "#N/A"
    # A formula may well give an empty text; only one without any result was not calculated.
    gives_text = b' t="str"' in attributes or b" t='str'" in attributes
    has_formula = b"<%sf>" % prefix in content or b"<%sf " % prefix in content
    return "" if has_formula and not value and not gives_text else None


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number
