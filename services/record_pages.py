"""Tickets on the pages of others: of the help that came of one, of whose they are."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from accounts.scope import RIGHTS
from common.additions import CONTEXT, panel
from common.ledgers.related import Relation, relate
from services.models import Ticket

for _label, _field in (
    ("enterprises.Entity", "entity"), ("organizations.PartyOrganization", "organization"),
):
    relate(_label, Relation(
        "企业诉求", "件", Ticket, RIGHTS["read_tickets"],
        lambda record, field=_field: Q(**{field: record}), "services:ticket_list", _field,
    ))


@panel("services.Help", slot=CONTEXT, order=10, template="help/ticket.html")
def of_ticket(request: HttpRequest, one: Any, _day: date) -> Mapping[str, Any] | None:
    """The ticket, to be opened by those who may read it."""
    if one.ticket is None:
        return None
    reached = request.scope.only(RIGHTS["read_tickets"])
    seen = Ticket.objects.within(reached).filter(pk=one.ticket_id)
    may = reached.may("read_tickets") and seen.exists()
    return {"ticket": one.ticket, "url": one.ticket.get_absolute_url() if may else ""}
