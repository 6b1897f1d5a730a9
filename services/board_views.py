"""诉求看板 of a department, a town or the district."""

from typing import Any

from django.utils import timezone

from accounts.choices import Role
from accounts.scope import RIGHTS
from common.views import PageView
from services.board_queries import COLUMNS, pressing, table, tiles
from services.clock_bar import left_words
from services.models import Ticket
from services.queries import waits_for

_SHOWN = 20


class TicketBoard(PageView):
    """Due today, overdue, waiting for whom; by department, for the district by town as well. A
    table of what is left to do, in no order of merit."""

    roles = RIGHTS["handle_tickets"]
    template_name = "services/ticket_board.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = timezone.localdate()
        rows = Ticket.objects.within(self.scope)
        urgent = pressing(rows, today, _SHOWN)
        left_words(urgent)
        for ticket in urgent:
            ticket.waits_for = waits_for(ticket)
        is_office = self.request.scope.may("assign_tickets")
        tables = [("各部门未办结", "部门", table(rows, "department", today))] if is_office else []
        if Role.DISTRICT in self.request.scope.roles:
            tables.append(("各镇街未办结", "镇街", table(rows, "town", today)))
        return super().get_context_data(
            title="诉求看板", tiles=tiles(rows, today), pressing=urgent, tables=tables,
            heads=[label for _key, label, _state in COLUMNS], shown=_SHOWN, **kwargs,
        )
