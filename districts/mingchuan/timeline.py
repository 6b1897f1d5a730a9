"""Days of the district's history, counted back from the day of loading.

The trend has 24 month ends; the last of them is that of the month before the day of loading. The
published figures hold from then on: nothing that counts happens in the month of loading itself.
"""

from calendar import monthrange
from datetime import date, timedelta
from random import Random

EARLIEST_TODAY = date(2026, 1, 1)  # the events of named enterprises are dated until 2024

MONTHS = 24
LAST = MONTHS - 1
COVERED = (71, 72, 72, 74, 75, 77, 78, 80, 81, 82, 84, 85, 86, 87, 88, 90, 91, 93, 94, 95, 97, 99,
           102, 104)  # fmt: skip
COUNTED = (401, 402, 403, 403, 405, 407, 409, 410, 412, 414, 416, 418, 419, 420, 422, 424, 425,
           427, 428, 430, 431, 434, 436, 438)  # fmt: skip
# Enterprises that closed in each month of the trend; the first entry has no month.
CLOSED = (0, 1, 0, 2, 1, 1, 0, 1, 1, 1, 0, 1, 2, 1, 0, 1, 1, 1, 2, 0, 1, 1, 1, 2)
CLOSED_COVERED = (8, 16, 22)  # months in which one of them had an organization
BRANCH_DISSOLVED = (5, 21)  # months in which an enterprise's own branch was dissolved
JOINT_DISSOLVED = 12  # month in which a joint branch of three was dissolved, one moved on


def month_end(today: date, back: int) -> date:
    """Last day of the month that lies `back` months before the month of `today`."""
    months = today.year * 12 + today.month - 1 - back
    year, month = divmod(months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def years_before(day: date, years: int) -> date:
    """The same day `years` earlier (later if negative), 29 February becoming the 28th."""
    year = day.year - years
    return date(year, day.month, min(day.day, monthrange(year, day.month)[1]))


def between(rng: Random, first: date, last: date) -> date:
    """A day from first to last, both included, mostly a working day."""
    day = first + timedelta(days=rng.randrange((last - first).days + 1))
    if day.weekday() >= 5 and first <= day - timedelta(days=2):
        day -= timedelta(days=2)
    return day


class Timeline:
    """The months of the trend as seen from the day of loading."""

    def __init__(self, today: date) -> None:
        if today < EARLIEST_TODAY:
            raise ValueError(f"the district's history is told from {EARLIEST_TODAY} on")
        self.today = today
        self.ends = [month_end(today, MONTHS - index) for index in range(MONTHS)]

    @property
    def start(self) -> date:
        """First month end of the trend; what is older has no month."""
        return self.ends[0]

    def day_in(self, rng: Random, month: int) -> date:
        """A day in a month of the trend, 1 … 23."""
        return between(rng, self.ends[month - 1] + timedelta(days=1), self.ends[month])

    def before_start(self, rng: Random, years: float, not_before: date = date.min) -> date:
        """A day before the trend begins, at most `years` before it."""
        first = max(self.start - timedelta(days=int(years * 365)), not_before)
        return between(rng, first, self.start - timedelta(days=20))

    def founded_months(self) -> list[int]:
        """Month of each enterprise founded within the trend, from the counts and the closures."""
        months: list[int] = []
        for month in range(1, MONTHS):
            grown = COUNTED[month] - COUNTED[month - 1]
            months += [month] * (grown + CLOSED[month])
        return months

    def covered_months(self) -> list[int]:
        """Month of each enterprise newly covered within the trend, losses made up for."""
        lost = [*CLOSED_COVERED, *BRANCH_DISSOLVED, JOINT_DISSOLVED, JOINT_DISSOLVED]
        months: list[int] = []
        for month in range(1, MONTHS):
            gained = COVERED[month] - COVERED[month - 1] + lost.count(month)
            months += [month] * gained
        return months
