"""What follows from the days of a ticket that comes by the ledger: moments, its clock, whether the
work was done in time."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from common import changes, parameters
from common.changes import Change
from common.workdays import Calendar, calendar
from services.choices import ClockKind, RatingSource, TicketState
from services.clocks import timetable
from services.models import TicketClock
from services.rules import Clock, HasHours, limit_key

# A list knows days only; things happen at ten.
_HOUR = time(10)


def at_ten(day: date) -> datetime:
    """Ten o'clock of a day."""
    return timezone.make_aware(datetime.combine(day, _HOUR))


@dataclass(frozen=True)
class Ground:
    """Calendar, office hours and time limits, read once for a file."""

    days: Calendar
    hours: HasHours
    limits: Mapping[str, Any]

    @classmethod
    def read(cls) -> "Ground":
        """As they are today; three queries."""
        return cls(calendar(), timetable(), parameters.values())

    def derived(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the ticket keeps beside its cells."""
        clock, limit = self._clock(values)
        is_done = values["state"] == TicketState.CLOSED
        used = clock.used(clock.stops_at) if is_done else None
        return {
            "registered_at": at_ten(values["registered_on"]),
            "first_satisfaction": values["satisfaction"],
            "rating_source": RatingSource.LEDGER if values["satisfaction"] else "",
            "is_on_time": used <= limit if is_done else None,
            "days_used": used,
            "due_on": None if is_done else clock.due_on(limit),
        }

    def clock_change(
        self, ticket: uuid.UUID, values: Mapping[str, Any], known: Mapping[uuid.UUID, uuid.UUID]
    ) -> Change:
        """The clock of the ticket: of the work that was done, or of what is to be accepted."""
        clock, limit = self._clock(values)
        is_done = values["state"] == TicketState.CLOSED
        columns = {
            "kind": ClockKind.WORK if is_done else ClockKind.ACCEPT, "limit": limit,
            "started_at": clock.starts_at, "stopped_at": clock.stops_at,
            "due_on": clock.due_on(limit),
        }
        if ticket in known:
            return changes.update(TicketClock, known[ticket], columns)
        return changes.insert(TicketClock, {"ticket_id": ticket, **columns})

    def _clock(self, values: Mapping[str, Any]) -> tuple[Clock, int]:
        """The clock of a row with its limit; days out of order make a clock of no time."""
        if values["state"] != TicketState.CLOSED:
            starts_at = at_ten(values["registered_on"])
            limit = self.limits["ticket.accept_days"]
            return Clock(starts_at, None, (), self.days, self.hours), limit
        first = values["accepted_on"] or values["registered_on"]
        last = max(values["answered_on"] or values["closed_on"] or first, first)
        limit = self.limits[limit_key(values["kind"], values["grade"])]
        return Clock(at_ten(first), at_ten(last), (), self.days, self.hours), limit
