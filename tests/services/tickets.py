"""Tickets for tests: one that was registered, one that was brought to a state by its verbs."""

from typing import Any

from accounts.models import Department, User
from accounts.scope import scope_for
from services import actions
from services.choices import TicketOutcome, TicketSatisfaction
from services.models import Ticket, TicketCategory

GOOD = {"satisfaction": TicketSatisfaction.SATISFIED, "outcome": TicketOutcome.SOLVED}
BAD = {"satisfaction": TicketSatisfaction.DISSATISFIED, "outcome": TicketOutcome.UNSOLVED}


def raised(by: User, whom: Any, **asked: Any) -> Ticket:
    """``by`` registers what ``whom`` asks for."""
    said = actions.Asked(**{"title": "厂门口路灯不亮", "text": "两盏路灯坏了。", **asked})
    return actions.register(whom=whom, asked=said, by=by, scope=scope_for(by))


def do(name: str, ticket: Ticket, by: User, **values: Any) -> Ticket:
    """``by`` makes a step by its verb of services/actions.py, else by the plain one."""
    ticket = Ticket.objects.get(pk=ticket.pk)
    verb = getattr(actions, name, None)
    if verb:
        verb(ticket=ticket, by=by, scope=scope_for(by), **values)
    else:
        actions.step(ticket=ticket, verb=name, by=by, scope=scope_for(by), **values)
    return Ticket.objects.get(pk=ticket.pk)


def accepted(ticket: Ticket, by: User, **values: Any) -> Ticket:
    said = {"kind": ticket.kind, "grade": ticket.grade, "category": category("道路照明"), **values}
    return do("accept", ticket, by, **said)


def assigned(ticket: Ticket, by: User, department: Department, *supports: Department) -> Ticket:
    return do(
        "assign", accepted(ticket, by), by, department=department, supports=supports
    )


def category(name: str) -> TicketCategory:
    return TicketCategory.objects.get_or_create(name=name)[0]


def department() -> Department:
    return Department.objects.get(name="市场监督管理局")
