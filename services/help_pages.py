"""The ticket that a help came from, on the page of the help."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest

from accounts.scope import RIGHTS
from common.additions import CONTEXT, panel
from services.models import Ticket


@panel("services.Help", slot=CONTEXT, order=10, template="help/ticket.html")
def of_ticket(request: HttpRequest, one: Any, _day: date) -> Mapping[str, Any] | None:
    """The ticket, to be opened by those who may read it."""
    if one.ticket is None:
        return None
    reached = request.scope.only(RIGHTS["read_tickets"])
    seen = Ticket.objects.within(reached).filter(pk=one.ticket_id)
    may = reached.may("read_tickets") and seen.exists()
    return {"ticket": one.ticket, "url": one.ticket.get_absolute_url() if may else ""}
