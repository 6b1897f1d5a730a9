"""How a month of an organization stands in the matrix and in lists: a glyph and a word."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum

from activities.choices import ACCEPTED, LogState


class Mark(Enum):
    """(word, symbol of ui/glyphs.html), in the order of the legend."""

    ACCEPTED = ("已审", "a")
    SUBMITTED = ("已报，待审", "s")
    LATE = ("逾期报送", "l")
    OWED = ("未报", "m")
    RETURNED = ("退回", "r")
    ZERO = ("零报告", "z")
    EXEMPT = ("豁免", "x")
    RELEASED = ("不应报", "n")

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def glyph(self) -> str:
        return self.value[1]


_UNFILED: Mapping[str, Mark] = {
    LogState.OWED: Mark.OWED,
    LogState.RETURNED: Mark.RETURNED,
    LogState.EXEMPT: Mark.EXEMPT,
    LogState.RELEASED: Mark.RELEASED,
}


@dataclass(frozen=True)
class Standing:
    """What became of a month. ``submitted_on``: the day of filing, None before."""

    state: str
    is_zero: bool
    due_on: date
    submitted_on: date | None

    @property
    def is_late(self) -> bool:
        return self.submitted_on is not None and self.submitted_on > self.due_on

    @property
    def mark(self) -> Mark:
        """One glyph: that nothing was held and that it came late say more than who has seen it;
        :meth:`words` say all."""
        if self.state in _UNFILED:
            return _UNFILED[self.state]
        if self.is_zero:
            return Mark.ZERO
        if self.is_late:
            return Mark.LATE
        return Mark.ACCEPTED if self.state in ACCEPTED else Mark.SUBMITTED

    def words(self, today: date) -> str:
        """Everything about the month: 零报告，逾期报送，待审."""
        if self.state == LogState.OWED:
            is_over = today > self.due_on
            return "未报" if is_over else f"未报，{self.due_on.month}月{self.due_on.day}日截止"
        if self.state in _UNFILED:
            return self.mark.word
        said = ["零报告"] if self.is_zero else []
        said += ["逾期报送"] if self.is_late else []
        return "，".join([*said, LogState(self.state).label])


NOTHING = Standing(LogState.RELEASED, False, date.max, None)


def percent(part: int, whole: int) -> int | None:
    """A rate in whole percent, rounded half up; None without a denominator. 100 only when all
    are in."""
    if not whole:
        return None
    return min((part * 200 + whole) // (whole * 2), 100 if part == whole else 99)
