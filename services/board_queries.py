"""Numbers of the boards: what is due, overdue and waits for whom; a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q, QuerySet
from django.urls import reverse

from services.choices import ENDED, PENDING, TicketState
from services.filters import waiting_for
from services.queries import due_today, overdue

S = TicketState
WAITING = (("office", "等受理或交办"), ("department", "等部门"), ("enterprise", "等企业"))
# Columns of the tables: key → (words, state; "" = all that are open).
COLUMNS = (
    ("open", "未办结", ""), ("registered", "待受理", S.REGISTERED),
    ("assigned", "待签收", S.ASSIGNED), ("working", "办理中", S.WORKING),
    ("suspended", "挂起", S.SUSPENDED), ("answered", "待评价", S.ANSWERED),
)
_WITHOUT = {"department": "没有主办部门", "town": "没有镇街"}


@dataclass(frozen=True)
class Tile:
    """A number over the board that opens its list."""

    label: str
    count: int
    url: str
    tone: str = ""


@dataclass
class BoardRow:
    """A department or a town with its numbers, each with the address of its list."""

    label: str
    cells: list[tuple[str, int, str]] = field(default_factory=list)  # head, count, address
    due: int = 0
    due_url: str = ""
    late: int = 0
    late_url: str = ""


def url(**conditions: Any) -> str:
    """The list of tickets under some conditions."""
    return f"{reverse('services:ticket_list')}?{urlencode(conditions)}"


def tiles(rows: QuerySet, today: date) -> list[Tile]:
    """今天到期, 已超期, whom the rest waits for; one query."""
    counted = rows.aggregate(
        late=Count("pk", filter=overdue(today)), due=Count("pk", filter=due_today(today)),
        **{key: Count("pk", filter=waiting_for(key)) for key, _label in WAITING},
    )
    return [
        Tile("今天到期", counted["due"], url(due="today"), "warn"),
        Tile("已超期", counted["late"], url(due="overdue"), "bad"),
        *(Tile(label, counted[key], url(waits=key)) for key, label in WAITING),
    ]


def table(rows: QuerySet, by: str, today: date) -> Sequence[BoardRow]:
    """Open tickets by department or town, those without one in a row of their own at the end;
    one query."""
    measures = {
        key: Count("pk", filter=Q(state=state) if state else ~Q(state__in=ENDED))
        for key, _label, state in COLUMNS
    }
    counted = (
        rows.exclude(state__in=ENDED).order_by()
        .values(by, f"{by}__name")
        .annotate(
            late=Count("pk", filter=overdue(today)), due=Count("pk", filter=due_today(today)),
            **measures,
        )
        .order_by(f"{by}__code" if by == "town" else f"{by}__name")
    )
    return [_row(one, by) for one in counted]


def _row(one: dict[str, Any], by: str) -> BoardRow:
    where = {by: one[by]} if one[by] else {"lacks": by}
    row = BoardRow(one[f"{by}__name"] or _WITHOUT[by])
    for key, label, state in COLUMNS:
        narrowed = {"state": state.value} if state else {"waits": "anybody"}
        row.cells.append((label, one[key], url(**where, **narrowed)))
    row.late, row.late_url = one["late"], url(**where, due="overdue")
    row.due, row.due_url = one["due"], url(**where, due="today")
    return row


def pressing(rows: QuerySet, today: date, most: int) -> list[Any]:
    """What is overdue or due today, the oldest first."""
    found = rows.filter(state__in=PENDING, due_on__lte=today).select_related(
        "entity", "organization", "town", "department"
    )
    return list(found.order_by("due_on", "pk")[:most])
