"""The clocks of tickets: moments and pauses as rows, and what follows from them and the calendar.

Everything here runs inside the recorded transaction of a verb (services/actions.py), with the
ticket locked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import le

from django.db.models import Q
from django.utils import timezone

from common import parameters
from common.dated import value_at
from common.workdays import Calendar, calendar
from services.choices import ENDED, ClockKind
from services.models import Ticket, TicketClock, TicketPause
from services.rules import Clock, HasHours, Hours, Interval, Timetable, limit_key

_LIMITS = {
    ClockKind.ACCEPT: "ticket.accept_days",
    ClockKind.ASSIGN: "ticket.assign_days",
    ClockKind.SIGN: "ticket.sign_days",
    ClockKind.FIRST_REPLY: "ticket.first_reply_days",
    ClockKind.RATE: "ticket.rate_days",
}
OFFICE = ("office.opens", "office.closes")
_CHUNK = 500
# What a ticket keeps of what follows from its clocks.
_KEPT = ("due_on", "is_on_time", "days_used")
# A change of the calendar reaches tickets that began up to so long before the day.
_REACH = timedelta(days=800)


def office_hours(on: date | None = None) -> Hours:
    """Office hours as the settings of a day have them; one query."""
    values = parameters.values(on=on or timezone.localdate())
    return Hours.of(values["office.opens"], values["office.closes"])


def timetable() -> Timetable:
    """Office hours of every day, as the settings have them; one query."""
    opens, closes = parameters.timelines(*OFFICE).values()
    starts = sorted({period.starts_on for period in (*opens, *closes)})
    return Timetable(tuple(
        (day, Hours.of(*(value_at(periods, day).values["value"] for periods in (opens, closes))))
        for day in starts
    ))


@dataclass(frozen=True)
class Ground:
    """What clocks are read by: the calendar, office hours, the moment."""

    days: Calendar
    hours: HasHours
    now: datetime


def limit_setting(kind: str, ticket: Ticket) -> str:
    """The setting with the time limit of a clock of a ticket."""
    return _LIMITS.get(ClockKind(kind)) or limit_key(ticket.kind, ticket.grade)


def start(ticket: Ticket, kinds: Iterable[str], at: datetime) -> None:
    """Let clocks begin; each kind may run once at a time and begin again later."""
    on = timezone.localdate(at)
    for kind in kinds:
        number = TicketClock.objects.filter(ticket=ticket, kind=kind).count() + 1
        TicketClock.objects.create(
            ticket=ticket, kind=kind, number=number, started_at=at,
            limit=parameters.value(limit_setting(kind, ticket), on=on),
        )


def stop(ticket: Ticket, kinds: Iterable[str], at: datetime) -> None:
    """Stop those of the clocks that run."""
    TicketClock.objects.filter(
        ticket=ticket, kind__in=list(kinds), stopped_at=None
    ).update(stopped_at=at)


def pause(ticket: Ticket, at: datetime, reason: str) -> None:
    """Let all clocks of the ticket stand still."""
    TicketPause.objects.create(ticket=ticket, starts_at=at, reason=reason[:500])


def go_on(ticket: Ticket, at: datetime) -> None:
    """End the pause; the days until now were none of the office's."""
    TicketPause.objects.filter(ticket=ticket, ends_at=None).update(ends_at=at)


def lengthen(ticket: Ticket, days: int) -> None:
    """Give the running work so many working days more."""
    clock = TicketClock.objects.get(ticket=ticket, kind=ClockKind.WORK, stopped_at=None)
    clock.limit += days
    clock.save(update_fields=["limit"])


def settle(tickets: Iterable[Ticket], now: datetime | None = None) -> None:
    """Renew what follows from the clocks: due days, and whether the work was done in time. A
    constant number of queries, and a write for each row that changes."""
    rows = list(tickets)
    now = now or timezone.now()
    clocks = _by_ticket(TicketClock.objects.filter(ticket__in=rows))
    pauses = _by_ticket(TicketPause.objects.filter(ticket__in=rows))
    ground = Ground(calendar(), timetable(), timezone.localtime(now))
    changed_clocks, changed = [], []
    for ticket in rows:
        own = clocks.get(ticket.pk, [])
        before = _kept(ticket), [row.due_on for row in own]
        follow(ticket, own, pauses.get(ticket.pk, []), ground)
        after = _kept(ticket), [row.due_on for row in own]
        if after[0] != before[0]:
            changed.append(ticket)
        if after[1] != before[1]:
            changed_clocks += own
    TicketClock.objects.bulk_update(changed_clocks, ["due_on"], batch_size=_CHUNK)
    Ticket.objects.bulk_update(changed, _KEPT, batch_size=_CHUNK)


def _kept(ticket: Ticket) -> list:
    return [getattr(ticket, name) for name in _KEPT]


def _by_ticket(rows) -> dict:
    found: dict = {}
    for row in rows:
        found.setdefault(row.ticket_id, []).append(row)
    return found


def follow(
    ticket: Ticket, clocks: Iterable[TicketClock], pauses: Iterable[TicketPause], ground: Ground
) -> None:
    """Set, without saving, what the clocks and the ticket keep of what follows from them."""
    clocks, pauses = list(clocks), list(pauses)
    used, limits = [], []
    for row in clocks:
        clock = clock_of(row, pauses, ground.days, ground.hours)
        row.due_on = clock.due_on(row.limit)
        if row.kind == ClockKind.WORK and row.stopped_at:
            used.append(clock.used(ground.now))
            limits.append(row.limit)
    is_paused = any(row.ends_at is None for row in pauses)
    due = [row.due_on for row in clocks if row.due_on and row.stopped_at is None]
    ticket.due_on = None if is_paused else min(due, default=None)
    ticket.is_on_time = all(map(le, used, limits)) if used else None
    ticket.days_used = sum(used) if used else None


def clock_of(
    row: TicketClock, pauses: Iterable[TicketPause], days: Calendar, hours: HasHours
) -> Clock:
    """The clock of a row, in local time."""
    return Clock(
        timezone.localtime(row.started_at),
        timezone.localtime(row.stopped_at) if row.stopped_at else None,
        tuple(
            Interval(
                timezone.localtime(one.starts_at),
                timezone.localtime(one.ends_at) if one.ends_at else None,
            )
            for one in pauses
        ),
        days,
        hours,
    )


def renew(days: Iterable[date]) -> int:
    """The calendar says otherwise of these days: renew the tickets whose clocks may have run on
    them; how many there were. Called in the transaction that changed the calendar."""
    changed = sorted(days)
    if not changed:
        return 0
    first, last = changed[0], changed[-1]
    reached = Q(state__in=ENDED, clocks__due_on__gte=first) | ~Q(state__in=ENDED)
    rows = Ticket.objects.filter(
        reached, clocks__started_at__date__lte=last, clocks__started_at__date__gte=first - _REACH
    ).order_by("pk").distinct()
    ids = list(rows.values_list("pk", flat=True))
    for at in range(0, len(ids), _CHUNK):
        settle(Ticket.objects.filter(pk__in=ids[at:at + _CHUNK]))
    return len(ids)


def renew_from(day: date) -> int:
    """Office hours are others from a day on: renew the tickets whose clocks may run then."""
    return renew([day, max(day, timezone.localdate())])
