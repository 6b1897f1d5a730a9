"""From the rows of a sheet to the rows of the ledger.

Blank rows, repeated headers, totals and notes are left out. All this runs for every row of a
ledger of 58,000: a row whose first required cells are filled passes after two comparisons.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from common.cells import BrokenCell
from common.workbook.errors import Unreadable
from common.workbook.headers import HeaderRow, Range, header_key, shown

Row = list[Any]
Broken = Mapping[int, Sequence[tuple[int, BrokenCell]]]

LONGEST_GAP = 100_000
MOST_DROPPED = 1000
_TOTALS = ("合计", "总计", "小计", "累计", "共计", "总数", "本页合计", "本表合计")
_TOTAL = re.compile(rf"({'|'.join(_TOTALS)})([:(0-9共].*)?")
_NOTE = re.compile(
    r"(填表说明|填报说明|说明|备注|注|注意事项|填表要求)[:0-9一1].*|(填表|填报)(说明|要求)|备注|说明|"
    r"(填表|填报|制表|审核|审批|经办|复核|统计)(人|单位|日期|时间|部门)?[:(].*|"
    r"(填表|填报|制表|审核|统计)(人|单位|日期|时间)|"
    r"(单位|党组织|部门)?(负责人|主管领导|盖章|公章)[:(].*|(联系人|联系电话|日期)[:].*"
)
_EXAMPLES = ("示例", "样例", "举例", "例", "例：", "填写示例")
# Cells that look empty: a row that begins with one is looked at more closely.
_BLANKS = (" ", "  ", "\u3000", "\xa0", "\t", "\n", "\r\n")
_NUMBER = re.compile(r"[\d,.%+-]+|共?[\d,.]+(家|户|人|名|个|次|条|处|份|项|万元)?")
_SPACES = re.compile(r"\s+")


@dataclass
class Layout:
    """Where the columns stand. Positions count from the first column that the reader gives."""

    header: HeaderRow
    positions: list[int]
    required: list[int]
    known: list[int]
    unnamed: set[int] = field(default_factory=set)
    fill_down: list[int] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)

    @property
    def anchors(self) -> tuple[int, int]:
        """The two required columns that tell an ordinary row at a glance."""
        first = self.required or self.known
        return first[0], first[min(1, len(first) - 1)]


@dataclass
class Tidied:
    """What was left out, for the report."""

    dropped: list[tuple[int, str]] = field(default_factory=list)
    unnamed: set[int] = field(default_factory=set)


def tidy_rows(
    numbered: Iterable[tuple[int, Row]], layout: Layout, tidied: Tidied
) -> Iterator[tuple[int, Row]]:
    """Yield (Excel row, cells of the sheet's row) of the rows that hold a record."""
    first, second = layout.anchors
    special = {cell.text for cell in layout.header.cells}.union(_TOTALS, _EXAMPLES, _BLANKS)
    previous = layout.header.last + 1
    for number, row in numbered:
        if row[first] == "" or row[second] == "" or row[first] in special or row[0] in special:
            fate = _fate(row, layout)
            if fate == "blank":
                continue
            if fate != "record":
                if len(tidied.dropped) < MOST_DROPPED:
                    tidied.dropped.append((number, fate))
                continue
        if number - previous > LONGEST_GAP:
            raise Unreadable(
                f"第 {number} 行离其余各行太远，请删去它前面的空行或这一行后重新上传。"
            )
        previous = number
        yield number, row


def _fate(row: Row, layout: Layout) -> str:
    """Return "record", "blank", or the text of a row that is a total, a note or a header."""
    if row.count("") == len(row):
        return "blank"
    filled = [(position, value) for position, value in enumerate(row) if not _is_blank(value)]
    if not filled:
        return "blank"
    beginning = shown(filled[0][1])[:50]
    rest = [cell for place, cell in filled[1:] if place in layout.required]
    if _repeats_header(filled, layout) or (len(filled) == 1 and beginning in layout.titles):
        return beginning
    plain = _packed(beginning)
    if _TOTAL.fullmatch(plain) and all(map(_is_number, rest)):
        return beginning
    if _NOTE.fullmatch(plain) and all(map(_is_note, rest)):
        return beginning
    if filled[0][0] not in layout.known and beginning in _EXAMPLES:
        return beginning
    # Numbers written ahead into 序号 make no record.
    return "record" if any(place in layout.known for place, _ in filled) else "blank"


def _is_blank(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _repeats_header(filled: Sequence[tuple[int, Any]], layout: Layout) -> bool:
    if len(filled) < 2:
        return False
    cells = layout.header.cells
    for place, value in filled:
        text = header_key(shown(value))
        header = header_key(cells[place].text) if place < len(cells) else ""
        if not text or not (header.startswith(text) or header.endswith(text)):
            return False
    return True


def _packed(value: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", value))


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_NUMBER.fullmatch(_packed(value[:50])))
    return isinstance(value, int | float | BrokenCell)


def _is_note(value: Any) -> bool:
    return isinstance(value, str) and bool(_NOTE.fullmatch(_packed(value[:50])))


def filled_down(
    numbered: Iterable[tuple[int, Row]], merges: Sequence[Range], positions: Sequence[int]
) -> Iterator[tuple[int, Row]]:
    """Repeat the value of a vertical merge in the cells below it, in the given columns only."""
    pending = sorted(
        (top + 1, bottom + 1, left)
        for (top, left), (bottom, _) in merges
        if bottom > top and left in positions
    )
    pending.reverse()
    active: dict[int, tuple[int, Any]] = {}
    for number, row in numbered:
        while pending and pending[-1][0] <= number:
            top, bottom, position = pending.pop()
            if top == number:
                active[position] = (bottom, row[position])
        for position, (bottom, value) in active.items():
            if number <= bottom and row[position] == "":
                row[position] = value
        yield number, row


def with_broken(
    numbered: Iterable[tuple[int, Row]], broken: Broken, offset: int
) -> Iterator[tuple[int, Row]]:
    """Put BrokenCell where a cell shows an error; `offset` is the Excel column of position 0."""
    for number, row in numbered:
        for column, cell in broken.get(number, ()):
            if 0 <= column - offset < len(row):
                row[column - offset] = cell
        yield number, row


def watched(
    numbered: Iterable[tuple[int, Row]], unnamed: set[int], tidied: Tidied
) -> Iterator[tuple[int, Row]]:
    """Note which columns without a header hold values: they are not read."""
    watching = set(unnamed)
    for number, row in numbered:
        if watching:
            filled = {place for place in watching if place < len(row) and not _is_blank(row[place])}
            tidied.unnamed |= filled
            watching -= filled
        yield number, row


def picked(numbered: Iterable[tuple[int, Row]], positions: list[int]) -> Iterator[tuple[int, Row]]:
    """Keep the columns that have a header, in order."""
    width = len(positions)
    if positions == list(range(width)):
        yield from ((number, row if len(row) == width else row[:width]) for number, row in numbered)
    elif width == 1:
        only = positions[0]
        yield from ((number, [row[only]]) for number, row in numbered)
    else:
        pick = itemgetter(*positions)
        yield from ((number, list(pick(row))) for number, row in numbered)
