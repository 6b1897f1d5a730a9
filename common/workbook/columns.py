"""Which column of the file is which column of the ledger, and what to say when that fails."""

from collections.abc import Iterable, Mapping, Sequence

from common.workbook.container import MOST_COLUMNS
from common.workbook.errors import Unreadable
from common.workbook.headers import (
    HeaderCell,
    HeaderIndex,
    HeaderRow,
    Headers,
    best_header,
    column_letter,
    money_unit,
)
from common.workbook.sheets import Choice, Sheet

_NOTHING_INSIDE = "工作表里没有内容，请检查是否选错了文件。"
_FEWEST_NAMES = 2
_NAMED_IN_SENTENCE = 6


def check_choice(
    choice: Choice,
    headers: Headers,
    required: Sequence[str],
    title: str,
    others: Mapping[str, Headers],
) -> Sheet:
    """Return the chosen sheet if its header has what the ledger needs; raises Unreadable."""
    best = choice.best
    if best is not None and best.suits(required) and best.header and best.header.names:
        _check_columns(best.header, best.offset, headers)
        return best
    if not any(any(row) for head, _ in choice.heads for row in head):
        raise Unreadable(_NOTHING_INSIDE)
    found = len(best.header.names) if best and best.header else 0
    likely = _likely_ledger(choice, others, found)
    if likely:
        chosen = f"，您选的是《{title}》" if title else ""
        raise Unreadable(f"这像是《{likely}》{chosen}，请换一种台账或换一个文件。")
    wanted = required or list(headers)
    if best is None or best.header is None or found < min(_FEWEST_NAMES, len(headers)):
        raise Unreadable(f"没有找到表头，请保留一行列名，至少要有{_list(wanted)}。")
    missing = [name for name in required if name not in best.header.names]
    where = f"工作表《{best.name}》" if best.name else ""
    row = best.header.last + 1
    raise Unreadable(f"{where}第 {row} 行的表头缺少{_list(missing)}，请补上后重新上传。")


def _likely_ledger(choice: Choice, others: Mapping[str, Headers], found: int) -> str:
    """Return the title of another ledger whose headers are found more often, else ""."""
    likely, most = "", max(found, _FEWEST_NAMES)
    for title, headers in others.items():
        index = HeaderIndex(headers)
        for head, merges in choice.heads:
            header = best_header(head, merges, index)
            if header and len(header.names) > most:
                likely, most = title, len(header.names)
    return likely


def _check_columns(header: HeaderRow, offset: int, headers: Headers) -> None:
    named = [(place, cell) for place, cell in enumerate(header.cells) if cell.text]
    if len(named) > MOST_COLUMNS:
        raise Unreadable(
            f"表头有 {len(named)} 列，最多 {MOST_COLUMNS} 列，请删去多余的列后重新上传。"
        )
    for place, cell in named:
        expected, given = _unit(cell.name, headers), money_unit(cell.text)
        if expected and given and expected != given:
            raise Unreadable(
                f"{column_letter(place + offset)} 列“{cell.text}”按{given}填写，"
                f"本台账按{expected}，请换算并改好列名后重新上传。"
            )
    chosen(header, offset)


def _unit(name: str | None, headers: Headers) -> str:
    """Return the unit that the ledger gives a header, in its name or in a synonym."""
    spellings = [name, *headers[name]] if name else []
    return next((unit for unit in map(money_unit, spellings) if unit), "")


def chosen(header: HeaderRow, offset: int) -> list[HeaderCell]:
    """Return the header cells with one column per name: the nearest spelling wins.

    A rival of lower rank loses its name (it becomes an ignored column); raises Unreadable if two
    columns have the same claim.
    """
    cells = list(header.cells)
    for name in header.names:
        rivals = [place for place, cell in enumerate(cells) if cell.name == name]
        best = min(cells[place].rank for place in rivals)
        winners = [place for place in rivals if cells[place].rank == best]
        if len(winners) > 1:
            letters = "、".join(column_letter(place + offset) for place in winners)
            raise Unreadable(f"{letters} 列都是“{name}”，请只留一列后重新上传。")
        for place in rivals:
            if place != winners[0]:
                cells[place] = HeaderCell(cells[place].text, None, 1)
    return cells


def _list(names: Iterable[str]) -> str:
    every = list(names)
    listed = "".join(f"“{name}”" for name in every[:_NAMED_IN_SENTENCE])
    return f"{listed}等 {len(every)} 列" if len(every) > _NAMED_IN_SENTENCE else listed
