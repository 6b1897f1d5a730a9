"""Questions to logs: what a page of a log needs to know of its organization."""

import uuid
from datetime import date

from activities.models import Activity, ActivityLog, LogReopening
from common.periods import add_months
from members.models import Member, managed_in
from organizations.models import PartyOrganization

# How far back a text may have been used before.
MONTHS_OF_TEXTS = 12


def reopened_until(log: ActivityLog) -> list[date]:
    """The days until which the log may be filed although its month is locked."""
    return list(LogReopening.objects.filter(log=log).values_list("until", flat=True))


def roster_size(organization: uuid.UUID, day: date) -> int | None:
    """应到: members who take part in the organization on a day; None when the roster has nobody."""
    own = PartyOrganization.objects.filter(pk=organization).values("pk")
    return Member.objects.counting(day).filter(managed_in(own, day)).count() or None


def earlier_texts(log: ActivityLog) -> list[str]:
    """Contents of the organization's activities of the twelve months before the log's."""
    since = add_months(log.month, -MONTHS_OF_TEXTS)
    rows = Activity.objects.filter(
        organization=log.organization_id, held_on__gte=since, held_on__lt=log.month
    )
    return list(rows.exclude(content="").values_list("content", flat=True))
