"""Tickets in the search of the whole portal."""

from django.db.models import QuerySet

from accounts.scope import RIGHTS, Scope
from common.search import Group, containing, register
from services.filters import TicketFilter
from services.models import Ticket


def find_tickets(scope: Scope, text: str) -> QuerySet:
    """Tickets within the scope by number, title, enterprise or organization, newest first."""
    rows = containing(Ticket.objects.within(scope), text, TicketFilter.search_fields)
    return rows.select_related("entity", "organization")


def in_few_words(ticket: Ticket) -> str:
    """Number, whose it is, where it stands."""
    return "　".join((ticket.number, str(ticket.whom), ticket.get_state_display()))


register(Group(
    "tickets", "企业诉求", find_tickets, in_few_words, order=50, roles=RIGHTS["read_tickets"],
    list_url="services:ticket_list", unit="件",
))
