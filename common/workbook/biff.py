"""Error cells of an .xls, which arrive from calamine as empty ones.

An .xls is a small file system (OLE2) with one stream of records (BIFF); calamine has read both
before. Most files have no errors: a search over the bytes says so, and nothing is walked through.
"""

import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from common.cells import BrokenCell

_FREE = 0xFFFFFFFA  # from here on a number of a sector ends its chain
_BEGIN, _END, _SHEET = 0x0809, 0x000A, 0x0085
_BOOL_OR_ERROR, _FORMULA = 0x0205, 0x0006
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}
# A record of an error, or of a formula whose result is one.
_SIGN = re.compile(
    rb"\x05\x02\x08\x00.{6}[\x00\x07\x0f\x17\x1d\x24\x2a]\x01|"
    rb"\x06\x00..{7}\x02.{5}\xff\xff",
    re.DOTALL,
)


def broken_cells(file: BinaryIO, sheet: int) -> dict[int, list[tuple[int, BrokenCell]]]:
    """Return Excel row -> [(column from 0, what the cell shows)] of the errors in a sheet.

    ``sheet`` counts from 0 as the workbook lists its sheets. Raises ValueError, IndexError or
    struct.error when the file is not what calamine took it for.
    """
    file.seek(0)
    stream = _stream(file.read())
    if not _SIGN.search(stream):
        return {}
    sheets = [data for kind, data in _records(stream, 0) if kind == _SHEET]
    (start,) = struct.unpack_from("<I", sheets[sheet])
    found: dict[int, list[tuple[int, BrokenCell]]] = {}
    for kind, data in _records(stream, start):
        code = _error(kind, data)
        if code is not None:
            row, column = struct.unpack_from("<HH", data)
            cell = BrokenCell(_ERRORS.get(code, "#N/A"))
            found.setdefault(row + 1, []).append((column, cell))
    return found


def _error(kind: int, data: bytes) -> int | None:
    """Return the code of the error that a record shows, None if it shows none."""
    if kind == _BOOL_OR_ERROR and len(data) >= 8 and data[7]:
        return data[6]
    if kind == _FORMULA and len(data) >= 14 and data[6] == 2 and data[12:14] == b"\xff\xff":
        return data[8]
    return None


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Yield (kind, content) from a beginning to its end; charts inside are passed through."""
    depth = 0
    while position + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, position)
        position += 4
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[position : position + size]
        position += size


def _stream(content: bytes) -> bytes:
    """Return the stream of the workbook."""
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    first, cutoff, small_first = struct.unpack_from("<I4xII", content, 48)
    big = _Sectors(content[1 << shift :], shift, [])
    big.following = _following(content, big)
    folder = big.chain(first)
    entries = [folder[at : at + 128] for at in range(0, len(folder), 128)]
    named = {entry[: max(entry[64] - 2, 0)].decode("utf-16-le", "replace"): entry
             for entry in reversed(entries)}
    found = named.get("Workbook") or named["Book"]
    start, size = struct.unpack_from("<II", found, 116)
    if size >= cutoff:
        return big.chain(start)[:size]
    (root,) = struct.unpack_from("<I", entries[0], 116)
    following = _numbers(big.chain(small_first))
    return _Sectors(big.chain(root), small_shift, following).chain(start)[:size]


class _Sectors:
    """Pieces of equal size, and for each the number of the next."""

    def __init__(self, content: bytes, shift: int, following: list[int]) -> None:
        self._content, self._shift, self.following = content, shift, following

    def one(self, number: int) -> bytes:
        """Return a piece."""
        return self._content[number << self._shift : (number + 1) << self._shift]

    def chain(self, number: int) -> bytes:
        """Return the pieces from this one on, joined."""
        found: list[bytes] = []
        while number < _FREE:
            if len(found) > len(self.following):
                raise ValueError("a chain without end")
            found.append(self.one(number))
            number = self.following[number]
        return b"".join(found)


def _following(content: bytes, sectors: _Sectors) -> list[int]:
    """Return the table of the sectors that follow one another, itself in sectors that are listed
    in the header and, for files above 7 MB, further on."""
    (more,) = struct.unpack_from("<I", content, 68)
    lists = _numbers(content[76:512])
    while more < _FREE and len(lists) << 9 < len(content):
        *listed, more = _numbers(sectors.one(more))
        lists += listed
    return _numbers(b"".join(sectors.one(number) for number in lists if number < _FREE))


def _numbers(content: bytes) -> list[int]:
    return [number for (number,) in struct.iter_unpack("<I", content[: len(content) // 4 * 4])]
