"""Records of the portal that speak for or against an organization: where they are shown, and which
of them can be evidence of a review."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.http import urlencode

from accounts.scope import Scope
from activities.choices import ACCEPTED
from activities.models import Activity, ActivityLog, Visit
from common.periods import Span
from evaluations.activity_formulas import FROM_ACTIVITIES
from evaluations.models import Commitment, Honour, Review
from organizations.models import PartyOrganization

_MOST = 60  # records of a kind to choose from


@dataclass(frozen=True)
class Kind:
    """Records of one table: those of an organization in a span of days, and their words."""

    model: type[Model]
    label: str
    rows: Callable[[QuerySet, UUID, Span], QuerySet]
    words: Callable[[Any], str]


def _years(span: Span) -> tuple[int, int]:
    return span.first.year, span.last.year


KINDS = (
    Kind(
        Activity, "活动记录",
        lambda rows, of, span: rows.filter(
            organization=of, held_on__range=(span.first, span.last)
        ).order_by("-held_on", "pk"),
        lambda row: f"{row.held_on:%Y-%m-%d} {row.topic}",
    ),
    Kind(
        ActivityLog, "月度日志",
        lambda rows, of, span: rows.filter(
            organization=of, month__range=(span.first.replace(day=1), span.last),
            state__in=ACCEPTED,
        ).order_by("-month"),
        lambda row: f"{row.month:%Y年}{row.month.month}月日志",
    ),
    Kind(
        Visit, "走访记录",
        lambda rows, of, span: rows.filter(
            organization=of, visited_on__range=(span.first, span.last)
        ).order_by("-visited_on", "pk"),
        lambda row: f"{row.visited_on:%Y-%m-%d} 走访",
    ),
    Kind(
        Commitment, "双向承诺",
        lambda rows, of, span: rows.filter(
            organization=of, year__range=_years(span)
        ).select_related("entity"),
        lambda row: f"{row.year}年与{row.entity.name}的双向承诺",
    ),
    Kind(
        Honour, "荣誉",
        lambda rows, of, span: rows.filter(Q(organization=of), year__range=_years(span)),
        lambda row: f"{row.year}年 {row.name}",
    ),
)
_BY_TABLE = {kind.model._meta.db_table: kind for kind in KINDS}


@dataclass(frozen=True)
class Record:
    """A record that can be chosen. ``key``: table and id, as the form sends them."""

    table: str
    row: UUID
    kind: str
    words: str

    @property
    def key(self) -> str:
        return f"{self.table}:{self.row}"


def records_of(review: Review, scope: Scope) -> Iterator[Record]:
    """What ``scope`` may see of the organization's records within the days that count."""
    if review.organization_id is None:
        return
    span = Span(review.cycle.first_on, review.cycle.last_on)
    for kind in KINDS:
        seen = kind.model._default_manager.within(scope)
        for row in kind.rows(seen, review.organization_id, span)[:_MOST]:
            yield Record(kind.model._meta.db_table, row.pk, kind.label, kind.words(row)[:100])


def url_of(table: str, row: UUID | None) -> str:
    """The page of a record; "" for none. Asks nothing of the database."""
    kind = _BY_TABLE.get(table)
    if kind is None or row is None or not hasattr(kind.model, "get_absolute_url"):
        return ""
    try:
        return kind.model(pk=row).get_absolute_url()
    except NoReverseMatch:
        return ""


# Formula → the list that shows what it counted; the page of the organization has the rest.
_LISTS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("log_", "activities:log_list", {"state": "all"}),
    ("commitments_", "commitments:commitment_list", {}),
    ("honours", "honours:honour_list", {}),
    *((key, "activities:activity_list", {}) for key in sorted(FROM_ACTIVITIES)),
)


def basis_url(formula: str, review: Review) -> str:
    """Where what a formula counted is shown; "" for what is no organization."""
    if review.organization is None:
        return ""
    for start, route, query in _LISTS:
        if formula.startswith(start):
            return list_url(route, review.organization, **query)
    return review.organization.get_absolute_url()


def list_url(route: str, organization: PartyOrganization, **query: str) -> str:
    """A list with the rows of one organization; its own page while there is no such list."""
    try:
        return f"{reverse(route)}?{urlencode({**query, 'q': organization.name})}"
    except NoReverseMatch:
        return organization.get_absolute_url()
