"""A need that a log or a visit tells of becomes a ticket (activities/needs.py)."""

from accounts.models import User
from activities.models import ActivityLog, Visit
from activities.needs import Keeper, kept_by
from services.actions import Asked, open_ticket
from services.choices import TicketChannel, TicketState
from services.models import Ticket
from services.ticket_words import STATE_TONES

TITLE_LENGTH = 40
# Until the office has taken it up, the log or visit is where it is written.
_UNTOUCHED = frozenset({TicketState.REGISTERED})


def keep(
    *, text: str, by: User, log: ActivityLog | None = None, visit: Visit | None = None
) -> Ticket | None:
    """The ticket of a log or a visit, made to say ``text``; "" takes an untouched one back."""
    ticket = Ticket.objects.filter(log=log, visit=visit).first()
    if ticket and not may_change(ticket):
        return ticket
    if not text:
        if ticket:
            ticket.delete()
        return None
    if ticket is None:
        channel = TicketChannel.VISIT if visit else TicketChannel.ENTERPRISE
        asked = Asked(title=title_of(text), text=text, channel=channel)
        whom = visit.whom if visit else log.organization
        return open_ticket(whom=whom, asked=asked, by=by, source=visit or log)
    if ticket.text != text:
        ticket.title, ticket.text = title_of(text), text
        ticket.save(update_fields=["title", "text"])
    return ticket


def may_change(ticket: Ticket) -> bool:
    """Whether nobody has taken the ticket up yet."""
    return ticket.state in _UNTOUCHED


def title_of(text: str) -> str:
    """The beginning of a text as a title."""
    line = text.split("\n", 1)[0].strip()
    return line if len(line) <= TITLE_LENGTH else f"{line[:TITLE_LENGTH - 1]}…"


kept_by(Keeper(keep, may_change), dict(STATE_TONES))
