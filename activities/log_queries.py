"""Conditions on logs and on organizations by their logs, shared by lists, matrix and figures of
both: a number of the matrix opens exactly its rows in the list."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from activities.choices import ACCEPTED, FILED, NOT_OWED, LogState
from activities.marks import NOTHING, Standing
from activities.models import ActivityLog
from common.periods import add_months, month_of
from organizations.models import OrganizationState, PartyOrganization

# What 未报 means in rates and gaps: a returned log is not filed until it comes again.
UNFILED = frozenset({LogState.OWED, LogState.RETURNED})
MONTHS = 12
_MONTHS_TO_CHOOSE = 36

# Groups of states, for the figures that open lists.
GROUPS: dict[str, tuple[str, Q]] = {
    "due": ("应报", ~Q(state__in=NOT_OWED)),
    "filed": ("已报", Q(state__in=FILED)),
    "on_time": ("按期报送", Q(state__in=FILED, submitted_on__lte=F("due_on"))),
    "approved": ("审核通过", Q(state__in=ACCEPTED)),
    "unfiled": ("未报或退回未改", Q(state__in=UNFILED)),
}
GAPS = {"two": "连续两月未报", "missing": "当月未报", "returned": "退回未改"}


def last_full_month(today: date | None = None) -> date:
    """The month that logs are filed for now: the one before the current."""
    return add_months(month_of(today or timezone.localdate()), -1)


def months_to(until: date) -> list[date]:
    """The twelve months that end with ``until``, earliest first."""
    return [add_months(until, offset) for offset in range(1 - MONTHS, 1)]


def month_choices() -> Iterator[tuple[str, str]]:
    """Months that may be asked for, the current first."""
    current = month_of(timezone.localdate())
    for back in range(_MONTHS_TO_CHOOSE):
        month = add_months(current, -back)
        yield f"{month:%Y-%m}", f"{month.year}年{month.month}月"


def month_from(text: str) -> date:
    """The month of a choice; ValueError when it is none."""
    return date.fromisoformat(f"{text}-01")


def placed(**values: Any) -> QuerySet:
    """Ids of the organizations whose state of today has these values."""
    states = OrganizationState.objects.at(timezone.localdate()).filter(**values)
    return states.values("organization")


def gap(kind: str, until: date) -> Q:
    """The condition on organizations "has this gap": a key of GAPS. ``until``: the month that is
    looked at."""
    if kind == "returned":
        logs = ActivityLog.objects.filter(state=LogState.RETURNED, month__in=months_to(until))
        return Q(pk__in=logs.values("organization"))
    states = {LogState.OWED} if kind == "missing" else UNFILED
    rows = ActivityLog.objects.filter(state__in=states)
    condition = Q(pk__in=rows.filter(month=until).values("organization"))
    if kind == "two":
        condition &= Q(pk__in=rows.filter(month=add_months(until, -1)).values("organization"))
    return condition


def with_gap(kind: str, until: date) -> QuerySet:
    """Ids of the organizations with a gap, to narrow logs."""
    return PartyOrganization.objects.filter(gap(kind, until)).values("pk")


# --- The matrix ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Place:
    """A month of an organization. ``log``: its id, None where nothing is owed."""

    month: date
    standing: Standing
    log: Any = None


def places_of(organizations: Iterable[Any], months: Sequence[date]) -> dict[Any, list[Place]]:
    """Organization id → its months, in order; one query for all of them."""
    ids = [organization.pk for organization in organizations]
    found: dict[tuple[Any, date], Place] = {}
    columns = ("organization_id", "month", "state", "is_zero", "due_on", "submitted_on", "pk")
    rows = ActivityLog.objects.filter(organization__in=ids, month__in=months).order_by()
    for organization, month, state, is_zero, due_on, submitted_on, pk in rows.values_list(*columns):
        standing = Standing(state, is_zero, due_on, submitted_on)
        shown = None if state == LogState.RELEASED else pk
        found[organization, month] = Place(month, standing, shown)
    return {
        pk: [found.get((pk, month), Place(month, NOTHING)) for month in months] for pk in ids
    }


def owing_any(months: Sequence[date]) -> QuerySet:
    """Ids of the organizations that have a row in any of the months."""
    return ActivityLog.objects.filter(month__in=months).values("organization")


@dataclass(frozen=True)
class Sums:
    """A month's figures over organizations: 应报, 已报, 按期, 审核通过."""

    due: int = 0
    filed: int = 0
    on_time: int = 0
    approved: int = 0


def sums(organizations: QuerySet, months: Sequence[date]) -> dict[date, Sums]:
    """Month → figures over the logs of ``organizations``; one query."""
    counts = {name: Count("pk", filter=GROUPS[name][1]) for name in Sums.__dataclass_fields__}
    rows = ActivityLog.objects.filter(
        organization__in=organizations.order_by().values("pk"), month__in=months
    )
    found = {
        row.pop("month"): Sums(**row)
        for row in rows.order_by().values("month").annotate(**counts)
    }
    return {month: found.get(month, Sums()) for month in months}
