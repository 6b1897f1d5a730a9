"""Working-day clocks, as pure functions (domain.md §7).

A clock begins at a moment, may be paused, and ends. The day on which it begins is not counted
(《民法典》第二百零一条); after it a working day counts when the clock ran in its office hours. So
an hour at night or on a day off is no time, a pause inside one day changes nothing, and it does not
matter in which order pauses were written down. Nothing is stored but the moments: another calendar
gives other days.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Protocol

from services.choices import TicketGrade, TicketKind

_DAY = timedelta(days=1)
# A stretch without a working day longer than this is a calendar that was filled in wrongly.
_LONGEST_REST = 60
_MINUTES = 60


class HasDays(Protocol):
    """What a calendar must offer here (common/workdays.py)."""

    def is_working(self, day: date) -> bool: ...


class HasHours(Protocol):
    """Office hours by day."""

    def on(self, day: date) -> "Hours": ...


@dataclass(frozen=True)
class Hours:
    """Office hours of a working day; the same on every day."""

    opens: time
    closes: time

    @classmethod
    def of(cls, opens: Decimal, closes: Decimal) -> "Hours":
        """From hours as settings have them: 17.5 is 17:30."""
        return cls(_moment(opens), _moment(closes))

    def on(self, _day: date) -> "Hours":
        """Those of a day."""
        return self

    def covers(self, moment: datetime) -> bool:
        """Whether a local moment lies in them."""
        return self.opens <= moment.time() < self.closes


@dataclass(frozen=True)
class Timetable:
    """Office hours that change: (first day, hours) in order, the first without a beginning."""

    periods: tuple[tuple[date, Hours], ...]

    def on(self, day: date) -> Hours:
        """Those of a day."""
        return self.periods[max(bisect_right(self.periods, day, key=_first_day) - 1, 0)][1]


def _first_day(period: tuple[date, Hours]) -> date:
    return period[0]


def _moment(hours: Decimal) -> time:
    whole, minutes = divmod(int(hours * _MINUTES), _MINUTES)
    return time(whole, minutes)


@dataclass(frozen=True)
class Interval:
    """A stretch of time from a local moment up to another; without an end it goes on."""

    starts_at: datetime
    ends_at: datetime | None = None

    def touches(self, day: date, hours: Hours) -> bool:
        """Whether it takes in any moment of the office hours of ``day``."""
        opens, closes = (
            datetime.combine(day, moment, self.starts_at.tzinfo)
            for moment in (hours.opens, hours.closes)
        )
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            return False
        return self.starts_at < closes and (self.ends_at is None or self.ends_at > opens)


@dataclass(frozen=True)
class Clock:
    """A time limit: when it began, when it stopped (None: it has not), its pauses in any order,
    on a calendar with office hours. Moments are local ones."""

    starts_at: datetime
    stops_at: datetime | None
    pauses: tuple[Interval, ...]
    calendar: HasDays
    hours: HasHours

    @property
    def is_paused(self) -> bool:
        """Whether it stands still until somebody lets it go on."""
        return any(pause.ends_at is None for pause in self.pauses)

    def used(self, now: datetime) -> int:
        """How many working days it has run, up to ``now`` or to its stop."""
        until = min(self.stops_at, now) if self.stops_at else now
        running = self.running(until)
        return sum(
            self._counts(day, running) for day in _days(self.starts_at.date(), until.date())
        )

    def paused(self, now: datetime) -> int:
        """How many working days it stood still, of those after its beginning."""
        until = min(self.stops_at, now) if self.stops_at else now
        running = self.running(until)
        days = _days(self.starts_at.date(), until.date())
        return sum(
            self.calendar.is_working(day) and not self._counts(day, running)
            and any(pause.touches(day, self.hours.on(day)) for pause in self.pauses)
            for day in days
        )

    def due_on(self, limit: int) -> date | None:
        """The last day of ``limit`` working days, were it not stopped; None while it is paused
        and has not run out."""
        running = self.running(None)
        day, left, rest = self.starts_at.date(), limit, 0
        last = max((one.ends_at for one in running if one.ends_at), default=None)
        goes_on = any(one.ends_at is None for one in running)
        while left:
            day += _DAY
            if not goes_on and (last is None or day > last.date()):
                return None
            rest = 0 if self.calendar.is_working(day) else rest + 1
            left -= self._counts(day, running)
            if rest > _LONGEST_REST:
                return None
        return day

    def running(self, until: datetime | None) -> list[Interval]:
        """What is left of it when the pauses are taken out."""
        left = [Interval(self.starts_at, until)]
        for pause in self.pauses:
            left = [part for one in left for part in _without(one, pause)]
        return left

    def state_of(self, day: date, now: datetime) -> str:
        """What a day is for it: before, off, used, paused or left."""
        if day <= self.starts_at.date():
            return "before"
        if not self.calendar.is_working(day):
            return "off"
        if self._counts(day, self.running(None if day > now.date() else now)):
            return "left" if day > now.date() else "used"
        return "left" if day > now.date() else "paused"

    def _counts(self, day: date, running: Iterable[Interval]) -> bool:
        return self.calendar.is_working(day) and any(
            part.touches(day, self.hours.on(day)) for part in running
        )


def _days(first: date, last: date) -> Iterator[date]:
    """The days after ``first`` up to ``last``."""
    return (first + _DAY * at for at in range(1, (last - first).days + 1))


def _without(one: Interval, pause: Interval) -> list[Interval]:
    """The parts of ``one`` before and after a pause."""
    if (pause.ends_at is not None and pause.ends_at <= one.starts_at) or (
        one.ends_at is not None and pause.starts_at >= one.ends_at
    ):
        return [one]
    parts = []
    if pause.starts_at > one.starts_at:
        parts.append(Interval(one.starts_at, pause.starts_at))
    if pause.ends_at is not None and (one.ends_at is None or pause.ends_at < one.ends_at):
        parts.append(Interval(pause.ends_at, one.ends_at))
    return parts


def limit_key(kind: str, grade: str) -> str:
    """The setting with the time limit of a ticket: 紧急 and 复杂 go before the kind."""
    if grade == TicketGrade.URGENT:
        return "ticket.urgent_days"
    if grade == TicketGrade.COMPLEX:
        return "ticket.complex_days"
    is_consultation = kind == TicketKind.CONSULTATION
    return "ticket.consultation_days" if is_consultation else "ticket.ordinary_days"
