"""Questions to tickets: where an enterprise lies, the next number, what is overdue."""

import uuid
from datetime import date

from django.db.models import Model, Q

from enterprises.models import Entity, EntityState
from organizations.models import OrganizationState
from services.choices import PENDING, WITH_ENTERPRISE, TicketLevel, TicketState
from services.models import Ticket

PREFIX = "GD"


def town_of(whom: Model, day: date) -> uuid.UUID | None:
    """所属镇街 of an entity or an organization on a day."""
    if isinstance(whom, Entity):
        rows = EntityState.objects.at(day).filter(entity=whom)
    else:
        rows = OrganizationState.objects.at(day).filter(organization=whom)
    return rows.values_list("town", flat=True).first()


def next_number(year: int) -> str:
    """GD-2026-0317: the caller holds the lock that numbers are given under."""
    stem = f"{PREFIX}-{year}-"
    taken = Ticket.objects.filter(number__regex=rf"^{stem}\d+$").values_list("number", flat=True)
    last = max((int(number.removeprefix(stem)) for number in taken), default=0)
    return f"{stem}{last + 1:04}"


def overdue(today: date) -> Q:
    """超期: government has to act and the day is past."""
    return Q(state__in=PENDING, due_on__lt=today)


def due_today(today: date) -> Q:
    """今日到期."""
    return Q(state__in=PENDING, due_on=today)


def waits_for(ticket: Ticket) -> str:
    """Who has to act now, in words; "" when nobody has."""
    if ticket.state in WITH_ENTERPRISE:
        return "企业"
    if ticket.state in (TicketState.ASSIGNED, TicketState.WORKING) and ticket.department:
        return str(ticket.department)
    if ticket.state in PENDING:
        return office_of(ticket)
    return ""


def office_of(ticket: Ticket) -> str:
    """The office in charge: the town, or who took it over."""
    if ticket.level == TicketLevel.TOWN:
        return str(ticket.town or "镇街")
    return ticket.get_level_display()
