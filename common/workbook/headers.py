"""Headers: how they are compared, and which row of a sheet is the header row."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Headers = Mapping[str, Sequence[str]]
Range = tuple[tuple[int, int], tuple[int, int]]
"""A merged range: first and last (row, column), counted from 0, both included."""

_DECORATION = re.compile(r"[\s★☆*※▲●■#:;,.、/\\|·・“”\"'‘’`?!_\-—]+")
_BRACKETED = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|\u3014[^\u3014\u3015]*\u3015|<[^<>]*>"
)
_NUMBERING = re.compile(r"^\d{1,2}[.、)]\s*(?=\D)")
_MONEY_UNITS = {"元", "千元", "万元", "百万元", "亿元"}
_LONGEST_HEADER = 200


def _plain(header: object) -> str:
    return unicodedata.normalize("NFKC", str(header)[:_LONGEST_HEADER]).strip()


def header_key(header: object) -> str:
    """Return a header as headers are compared: without spaces, breaks, ★ * : and width forms."""
    return _DECORATION.sub("", _NUMBERING.sub("", _plain(header))).casefold()


def bare_key(header: object) -> str:
    """Return header_key() without what stands in brackets: units, 必填, formats."""
    return header_key(_BRACKETED.sub("", _plain(header)))


def money_unit(header: object) -> str:
    """Return the unit of money in the brackets of a header, "" if there is none."""
    for bracketed in _BRACKETED.findall(_plain(header)):
        for word in re.split(r"[\s:、,;]+", bracketed[1:-1]):
            if word.removeprefix("单位") in _MONEY_UNITS:
                return word.removeprefix("单位")
    return ""


class HeaderIndex:
    """The headers of one ledger, ready to be looked up by what stands in a file."""

    def __init__(self, headers: Headers) -> None:
        self._full: dict[str, str] = {}
        self._bare: dict[str, str] = {}
        spellings = [(name, name) for name in headers]
        spellings += [(name, synonym) for name in headers for synonym in headers[name]]
        for name, spelling in spellings:
            self._full.setdefault(header_key(spelling), name)
            self._bare.setdefault(bare_key(spelling), name)

    def find(self, header: object) -> str | None:
        """Return the canonical name of a header, None if it is not known."""
        if not isinstance(header, str) or not header:
            return None
        return self._full.get(header_key(header)) or self._bare.get(bare_key(header) or "\0")


@dataclass(frozen=True)
class HeaderCell:
    """What was found in one column of the header: its text and whom it names.

    `rank` orders rival columns of one name: 0 the name itself, 1 with other brackets, 2 a synonym,
    3 a lower header that matches only without the group above it.
    """

    text: str
    name: str | None
    rank: int


@dataclass(frozen=True)
class HeaderRow:
    """A header of one or two rows: `first` and `last` row, counted from 0, and its columns."""

    first: int
    last: int
    cells: list[HeaderCell]

    @property
    def names(self) -> set[str]:
        """The headers that were recognised."""
        return {cell.name for cell in self.cells if cell.name}


def best_header(
    rows: Sequence[Sequence[object]], merges: Sequence[Range], index: HeaderIndex
) -> HeaderRow | None:
    """Return the header among the first rows of a sheet: most names, then fewest rows, then first.

    `rows` count from row 0 of the sheet; columns of `merges` count as those of `rows`.
    """
    found = list(_single_headers(rows, index))
    found += _double_headers(rows, merges, index)
    best = max(
        found, key=lambda row: (len(row.names), row.first - row.last, -row.first), default=None
    )
    return best if best and best.names else None


def _single_headers(rows: Sequence[Sequence[object]], index: HeaderIndex) -> Iterator[HeaderRow]:
    for number, row in enumerate(rows):
        cells = [_cell(index, shown(value)) for value in row]
        yield HeaderRow(number, number, cells)


def _double_headers(
    rows: Sequence[Sequence[object]], merges: Sequence[Range], index: HeaderIndex
) -> Iterator[HeaderRow]:
    for number in range(len(rows) - 1):
        upper = [shown(value) for value in rows[number]]
        lower = [shown(value) for value in rows[number + 1]]
        if not any(upper) or not any(lower):
            continue
        near = [area for area in merges if area[0][0] <= number <= area[1][0]]
        spread = _spread(upper, [area for area in near if area[0][0] == number])
        # Without a merge, a lower header under an empty upper one is what tells two rows.
        if near or any(not up and index.find(low) for up, low in zip(upper, lower, strict=False)):
            pairs = zip(spread, lower, strict=False)
            yield HeaderRow(number, number + 1, [_paired(index, *pair) for pair in pairs])


def _spread(upper: list[str], merges: Sequence[Range]) -> list[str]:
    """Repeat the text of a merged group above each of its columns."""
    spread = list(upper)
    for (_, left), (_, right) in merges:
        for column in range(max(left, 0), min(right + 1, len(spread))):
            spread[column] = upper[left] if left >= 0 else ""
    return spread


def _paired(index: HeaderIndex, upper: str, lower: str) -> HeaderCell:
    if not upper or not lower or upper == lower:
        return _cell(index, lower or upper)
    whole = _cell(index, f"{upper} {lower}")
    if whole.name:
        return whole
    name = index.find(lower)
    return HeaderCell(whole.text, name, 3)


def _cell(index: HeaderIndex, header: str) -> HeaderCell:
    name = index.find(header)
    if name is None:
        return HeaderCell(header, None, 0)
    if header_key(name) == header_key(header):
        return HeaderCell(header, name, 0)
    return HeaderCell(header, name, 1 if bare_key(name) == bare_key(header) else 2)


def shown(value: object) -> str:
    """Return a header cell as one line of text; numbers and dates are no headers."""
    return " ".join(value[:_LONGEST_HEADER].split()) if isinstance(value, str) else ""


def column_letter(index: int) -> str:
    """Return the letters of a column that counts from 0: 0 is A, 27 is AB."""
    letters = ""
    number = index + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
