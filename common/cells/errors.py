"""What a cell can be and how it can fail."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

Raw = str | int | float | bool | date | datetime | time | timedelta | Decimal | None

MANGLED = "已被 Excel 改写，请把该列设为文本后重新填写。"


class CellError(ValueError):
    """A cell that cannot be read; `sentence` says what is wrong and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Masked(CellError):
    """A masked identity cell such as 138****0000; beside a 记录号 it means unchanged."""

    def __init__(self) -> None:
        super().__init__("这是打了星号的号码，请填写完整号码，或连同“记录号”一列一起导入。")


@dataclass(frozen=True)
class BrokenCell:
    """What the reader puts where a cell shows an error or a formula without a stored result.

    `shown` is the error as Excel shows it (#DIV/0!), or "" for a formula without a result.
    """

    shown: str

    @property
    def sentence(self) -> str:
        """What the person should do."""
        if self.shown:
            return f"公式出错（{self.shown}），请改成具体的值。"
        return "公式没有计算结果，请在 Excel 或 WPS 中打开并保存一次，或改成具体的值。"

    def __str__(self) -> str:
        return self.shown or "公式"


class Memory(dict[Any, Any]):
    """What the cells of one column mean, for one pass over a file: raw value -> clean value, None
    where it is nothing, or the CellError that says why it cannot be read.

    Ledgers repeat dates, choices and area names, and a pass asks for millions of cells: each
    spelling is parsed once, and what is known costs one look-up. Columns that do not repeat (codes,
    phones) are not kept beyond the first thousands: that cost more than it saved. True and False,
    which would be found under 1 and 0, are asked for by of(). ``has_errors``: some cell could not
    be read.
    """

    MOST = 8192
    has_errors = False

    def __init__(self, parser: Callable[[Any], Any], nothing: Any) -> None:
        super().__init__()
        self._parser, self._nothing = parser, nothing
        self[None] = self[""] = None

    def of(self, value: Any) -> Any:
        """Return the meaning of any value."""
        return self[(bool, value) if value.__class__ is bool else value]

    def __missing__(self, key: Any) -> Any:
        found = self.parsed(key[1] if key.__class__ is tuple else key)
        if len(self) < self.MOST:
            self[key] = found
        return found

    def parsed(self, value: Any) -> Any:
        """Return the meaning of a value without looking whether it is known."""
        try:
            found = self._parser(value)
        except CellError as error:
            self.has_errors = True
            return error.with_traceback(None)
        # A Decimal that is compared with None asks who that is.
        if found.__class__ is self._nothing.__class__ and found == self._nothing:
            return None
        return found

    @property
    def is_full(self) -> bool:
        """Whether nothing more is kept."""
        return len(self) >= self.MOST
