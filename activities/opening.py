"""Opening months: each organization that owes a log gets its row, and keeps it.

Run every night for the months that can still change, and at any time again: rows that are there
stay, what is missing is added. An organization that turns out not to have lasted the month is
released from it (不应报), unless it has filed; one that is exempt for some months is exempt.
"""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from activities.choices import LogState
from activities.flow import LOG_FLOW
from activities.models import ActivityLog, LogExemption
from activities.rules import deadlines
from common import parameters
from common.models import Via
from common.periods import add_months, month_end, month_of, months_between
from common.trace import recording
from organizations.choices import OrganizationStatus
from organizations.models import OrganizationState, PartyOrganization

# Rows of a month are looked after until the month is long locked.
MONTHS_BACK = 2


def open_due_months(today: date | None = None) -> int:
    """Open the current month and look after those before it; the number of new rows."""
    current = month_of(today or timezone.localdate())
    return sum(
        open_month(month)
        for month in months_between(add_months(current, -MONTHS_BACK), current)
    )


def open_month(month: date, *, via: Via = Via.JOB) -> int:
    """Make the rows of ``month`` (its first day) that are missing; the number of new rows."""
    with recording(by=None, via=via):
        added = _add(month)
        _settle(month)
    return added


def owing(month: date) -> Q:
    """The condition "this organization owes the log of ``month``": rules.owes, as a query."""
    after = month_end(month)
    return Q(founded_on__lte=month) & (
        Q(dissolved_on__gt=after)
        | Q(dissolved_on__isnull=True, status=OrganizationStatus.IN_USE)
    )


def _add(month: date) -> int:
    days = deadlines(
        month,
        parameters.value("log.due_day", on=month),
        parameters.value("log.lock_day", on=month),
    )
    there = ActivityLog.objects.filter(month=month).values("organization")
    missing = PartyOrganization.objects.filter(owing(month)).exclude(pk__in=there)
    places = OrganizationState.objects.at(month).filter(organization__in=missing.values("pk"))
    rows = [
        ActivityLog(
            organization_id=organization, month=month, town_id=town, park_id=park,
            due_on=days.due_on, lock_on=days.lock_on,
        )
        for organization, town, park in places.values_list("organization", "town", "park")
    ]
    # Two jobs may open the same month at once: one of them adds a row, and that is enough.
    ActivityLog.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _settle(month: date) -> None:
    """Release what is not owed after all, and bring back what is."""
    still = PartyOrganization.objects.filter(owing(month)).values("pk")
    rows = ActivityLog.objects.filter(month=month)
    _advance(rows.filter(state=LogState.OWED, rounds=0).exclude(organization__in=still), "release")
    _advance(rows.filter(state=LogState.RELEASED, organization__in=still), "owe")
    _exempt(rows.filter(state=LogState.OWED), month)


def _exempt(rows: QuerySet[ActivityLog], month: date) -> None:
    """Exempt whose exemption goes on (actions.exempt)."""
    held = {row.organization_id: row for row in LogExemption.objects.at(month).select_related("by")}
    for row in rows.filter(organization__in=held):
        given = held[row.organization_id]
        LOG_FLOW.advance(row, "exempt", by=given.by, note=given.reason, reason=given.reason)


def _advance(rows: Iterable[ActivityLog], verb: str) -> None:
    for row in rows:
        LOG_FLOW.advance(row, verb)
