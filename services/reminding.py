"""What the clock does by itself: cards and levels when a ticket is overdue, closing what nobody
rates, archiving. In office hours of working days only."""

from datetime import date, datetime

from django.utils import timezone

from common import parameters, workdays
from common.models import Via
from common.trace import recording
from services import clocks
from services.actions import CLOCKS
from services.choices import PENDING, TicketCard, TicketLevel, TicketState
from services.flow import TICKET_FLOW
from services.models import Ticket


def is_office_time(now: datetime) -> bool:
    """Whether people are at work."""
    local = timezone.localtime(now)
    return clocks.office_hours(local.date()).covers(local) and workdays.is_working(local.date())


def look_after(now: datetime | None = None) -> int:
    """Do what is due; how many steps that were. None outside office hours."""
    now = now or timezone.now()
    if not is_office_time(now):
        return 0
    today = timezone.localdate(now)
    values = parameters.values(on=today)
    return (
        _push(today, values)
        + _lapse(today, now)
        + _store(today, values["ticket.archive_days"])
    )


def _push(today: date, values) -> int:
    """黄牌, 红牌, 升级 for what is overdue; each once."""
    done, days = 0, workdays.calendar()
    waiting = Ticket.objects.filter(state__in=PENDING, due_on__lt=today)
    for ticket in waiting.order_by("due_on", "pk"):
        over = workdays.count(ticket.due_on, today, days)
        card = ticket.card
        if over >= values["ticket.red_days"]:
            card = TicketCard.RED
        elif over >= values["ticket.yellow_days"] and not card:
            card = TicketCard.YELLOW
        note = f"超期 {over} 个工作日"
        if card != ticket.card:
            words = TicketCard(card).label
            done += _advance(ticket, "warn", f"{note}，{words}", card=card)
        if over >= values["ticket.raise_days"] and ticket.level == TicketLevel.TOWN:
            done += _advance(ticket, "climb", f"{note}，由区级牵头", level=TicketLevel.DISTRICT)
    return done


def _lapse(today: date, now: datetime) -> int:
    """Close what the enterprise had its days to rate; it counts as not rated."""
    done = 0
    for ticket in Ticket.objects.filter(state=TicketState.ANSWERED, due_on__lt=today):
        with recording(by=None, via=Via.JOB):
            if TICKET_FLOW.advance(ticket, "lapse", closed_on=today):
                clocks.stop(ticket, CLOCKS["lapse"].stops, now)
                clocks.settle([ticket], now)
                done += 1
    return done


def _store(today: date, days: int) -> int:
    """Archive what has been closed for long."""
    since = workdays.add_working_days(today, -days)
    closed = Ticket.objects.filter(state=TicketState.CLOSED, closed_on__lte=since)
    return sum(_advance(ticket, "store", "") for ticket in closed)


def _advance(ticket: Ticket, verb: str, note: str, **values) -> bool:
    with recording(by=None, via=Via.JOB):
        return TICKET_FLOW.advance(ticket, verb, note=note, **values)
