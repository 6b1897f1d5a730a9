"""What a cell can be and how it can fail."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

T = TypeVar("T")
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


def remembered(parser: Callable[[Any], T], size: int = 50_000) -> Callable[[Any], T]:
    """Return `parser` with a bounded memory of values and errors, for one pass over a file.

    Ledgers repeat dates, choices and area names; True, 1 and 1.0 are kept apart.
    """

    @functools.lru_cache(maxsize=size, typed=True)
    def attempt(value: Any) -> T | CellError:
        try:
            return parser(value)
        except CellError as error:
            return error

    def parse(value: Any) -> T:
        result = attempt(value)
        if isinstance(result, CellError):
            raise result.with_traceback(None)
        return result

    return parse
