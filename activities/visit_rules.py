"""Rules of visits and of instructors' load, as pure functions."""

from dataclasses import dataclass
from datetime import date, timedelta

EARLIEST = date(1990, 1, 1)


def day_problem(visited_on: date, today: date) -> str:
    """Why a visit cannot have been on this day, one sentence; "" when it can."""
    if visited_on > today:
        return "走访日期不能晚于今天。"
    if visited_on < EARLIEST:
        return "走访日期太早，请核对年份。"
    return ""


def is_editable(recorded_on: date, today: date, days: int) -> bool:
    """Whether who recorded a visit may still change it (setting visit.edit_days)."""
    return today <= recorded_on + timedelta(days=days)


def is_due(last: date | None, assigned_on: date, day: date, days: int) -> bool:
    """Whether an assignment waits for a visit: neither visited nor begun within ``days`` before
    ``day``. 0 days: nothing ever waits."""
    if not days:
        return False
    since = max(assigned_on, last) if last else assigned_on
    return (day - since).days > days


@dataclass(frozen=True)
class Shortage:
    """How many instructors a grid lacks."""

    full_time: int
    part_time: int

    def __bool__(self) -> bool:
        return bool(self.full_time or self.part_time)

    @property
    def words(self) -> str:
        """缺专职 1 名、兼职 2 名 · "" when nothing is missing."""
        parts = [
            f"{label} {number} 名"
            for label, number in (("专职", self.full_time), ("兼职", self.part_time))
            if number
        ]
        return f"缺{'、'.join(parts)}" if parts else ""


def shortage(full_time: int, part_time: int, least_full: int, least_part: int) -> Shortage:
    """What a grid lacks of the rule 1 专职 + 2 兼职 (settings grid.full_time, grid.part_time); each
    kind is counted by itself."""
    return Shortage(max(least_full - full_time, 0), max(least_part - part_time, 0))
