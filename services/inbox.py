"""What of the tickets waits for whom (common/inbox.py), and the count beside 企业诉求."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.scope import RIGHTS
from common.inbox import SHOWN, Asker, Box, Line, Matter, waiting
from common.workdays import calendar
from services.choices import PENDING, TicketLevel, TicketState
from services.models import Ticket
from services.queries import overdue
from services.ticket_words import time_left

S = TicketState
_OFFICE, _DEPARTMENT = RIGHTS["assign_tickets"], frozenset({Role.DEPARTMENT})
_ENTERPRISE = frozenset({Role.SECRETARY, Role.INSTRUCTOR})
_RAISERS = RIGHTS["raise_tickets"]
# What the office itself has to act on: to accept, to assign, to work on where no department is.
_OF_OFFICE = Q(state__in=(S.REGISTERED, S.ACCEPTED, S.DISPUTED)) | Q(
    state=S.WORKING, department=None
)


def _rows(person: Asker, roles: Iterable[str], condition: Q) -> QuerySet[Ticket]:
    rows = Ticket.objects.within(person.scope.only(roles)).filter(condition)
    return rows.select_related("entity", "organization").order_by("due_on", "registered_at", "pk")


def _matter(label: str, rows: QuerySet[Ticket], verb: str, **conditions: str) -> Matter:
    """The first of the rows; no query for the calendar where there are none."""
    shown = list(rows[:SHOWN])
    days, today = calendar() if shown else None, timezone.localdate()
    lines = []
    for ticket in shown:
        when, tone = time_left(ticket, today, days)
        note = f"{ticket.whom}　{ticket.get_state_display()}"
        lines.append(
            Line(ticket.title, ticket.get_absolute_url(), note, when=when, tone=tone, verb=verb)
        )
    number = rows.count() if len(shown) == SHOWN else len(shown)
    url = f"{reverse('services:ticket_list')}?{urlencode(conditions)}" if conditions else ""
    return Matter(label, number, "件", lines, url)


def _of_level(person: Asker) -> Q:
    """The town looks after its own; the district after what has come up to it."""
    if Role.TOWN in person.scope.roles:
        return _OF_OFFICE
    return _OF_OFFICE & ~Q(level=TicketLevel.TOWN)


@waiting(Box.TODO, order=70, roles=_OFFICE)
def to_act_on(person: Asker) -> Matter:
    """待受理, 待交办, 有异议 and what the office works on itself."""
    rows = _rows(person, _OFFICE, _of_level(person))
    return _matter("企业诉求待办", rows, "办理", waits="office")


@waiting(Box.TODO, order=71, roles=_OFFICE)
def extensions(person: Asker) -> Matter:
    """延期申请 to be decided."""
    rows = _rows(person, _OFFICE, Q(state=S.WORKING, extension_asked__isnull=False))
    return _matter("延期申请待答复", rows, "答复")


@waiting(Box.TODO, order=72, roles=_DEPARTMENT)
def assigned(person: Asker) -> Matter:
    """What the department leads: to sign, to work on."""
    condition = Q(
        state__in=(S.ASSIGNED, S.WORKING), department__in=person.scope.departments
    )
    return _matter("交办给本部门的诉求", _rows(person, _DEPARTMENT, condition), "办理")


@waiting(Box.RETURNED, order=70, roles=_ENTERPRISE)
def returned(person: Asker) -> Matter:
    """退回补正 and 挂起, which wait for the enterprise."""
    condition = Q(state__in=(S.RETURNED, S.SUSPENDED))
    return _matter("诉求等您补充", _rows(person, _ENTERPRISE, condition), "补充")


@waiting(Box.TODO, order=73, roles=_ENTERPRISE)
def to_rate(person: Asker) -> Matter:
    """待评价."""
    rows = _rows(person, _ENTERPRISE, Q(state=S.ANSWERED))
    return _matter("诉求有了结果，请评价", rows, "评价", state=S.ANSWERED.value)


@waiting(Box.DUE, order=70, roles=_OFFICE)
def late(person: Asker) -> Matter:
    """已超期, whoever it waits for."""
    rows = _rows(person, _OFFICE, overdue(timezone.localdate()) & ~_of_level(person))
    return _matter("部门超期的诉求", rows, "查看", due="overdue")


@waiting(Box.MINE, order=70, roles=_RAISERS)
def raised(person: Asker) -> Matter:
    """One's own, on which others work."""
    rows = _rows(person, _RAISERS, Q(raised_by=person.user, state__in=PENDING))
    return _matter("提出的诉求在办", rows, "查看", mine="yes")


def waiting_tickets(request: HttpRequest) -> QuerySet | int:
    """Tickets that wait for the user, beside 企业诉求."""
    scope = request.scope
    if scope.may("assign_tickets"):
        reached = Ticket.objects.within(scope.only(_OFFICE))
        return reached.filter(_of_level(request))
    if scope.departments:
        return Ticket.objects.filter(
            state__in=(S.ASSIGNED, S.WORKING), department__in=scope.departments
        )
    return 0
