"""Questions to logs: what a page of a log needs to know of its organization."""

import uuid
from datetime import date

from activities.models import (
    Activity,
    ActivityLog,
    ActivityQuerySet,
    LogReopening,
    LogRound,
)
from common.periods import add_months, month_end
from members.models import Member, managed_in
from organizations.models import PartyOrganization, Post

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


def ledger_activities(log: ActivityLog) -> ActivityQuerySet:
    """Activities of the month that came by the activities ledger, earliest first."""
    days = (log.month, month_end(log.month))
    rows = Activity.objects.filter(log=None, organization=log.organization_id)
    return rows.filter(held_on__range=days).order_by("held_on", "id")


def last_round(log: ActivityLog) -> LogRound | None:
    """The latest submission of the log itself."""
    return log.submissions.order_by("-number").first()


def earlier_round(log: ActivityLog) -> LogRound | None:
    """The latest submission of the organization for an earlier month, of the last twelve, in which
    something took place."""
    since = add_months(log.month, -MONTHS_OF_TEXTS)
    rounds = LogRound.objects.filter(
        log__organization=log.organization_id, log__month__gte=since, log__month__lt=log.month,
        content__is_zero=False,
    )
    return rounds.select_related("log").order_by("-log__month", "-number").first()


def secretary_name(organization: uuid.UUID, day: date) -> str:
    """Who is secretary of the organization on a day, "" for nobody."""
    return Post.objects.at(day).filter(organization=organization).values_list(
        "person", flat=True
    ).first() or ""
