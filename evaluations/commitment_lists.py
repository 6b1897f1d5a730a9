"""What the list of commitments shows, and by what it is narrowed."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from areas.choices import AreaLevel
from areas.filters import AreaFilter
from common.filters import ScopedFilterSet, scoped
from common.lists import Sort
from common.tables import Column
from common.views import day_of
from enterprises.models import Entity
from evaluations.choices import VALID_COMMITMENTS, CommitmentState
from evaluations.models import Commitment, CommitmentItem
from evaluations.references import year_filter, year_words
from organizations.models import OrganizationState, PartyOrganization

TONES = {
    CommitmentState.PROPOSED: "warn", CommitmentState.BRANCH: "info", CommitmentState.TOWN: "info",
    CommitmentState.REGISTERED: "ok", CommitmentState.SHOWN: "ok", CommitmentState.APPRAISED: "ok",
    CommitmentState.HOLLOW: "bad",
}
VALID, DONE, LATE, OPEN = "valid", "done", "late", "open"
_KEPT = ((DONE, "全部兑现"), (OPEN, "还有未兑现"), (LATE, "有逾期未兑现"))
_COUNTS = ((VALID, "有效（备案以后）"), *CommitmentState.choices)


def unfulfilled() -> QuerySet[CommitmentItem]:
    """Items of the outer commitment that are not struck off."""
    return CommitmentItem.objects.filter(commitment=OuterRef("pk"), done_on=None)


def with_items(rows: QuerySet[Commitment]) -> QuerySet[Commitment]:
    """Commitments with how many items they have, and how many are struck off."""
    return rows.annotate(
        promised=Count("items"), fulfilled=Count("items", filter=Q(items__done_on__isnull=False))
    )


class CommitmentFilter(ScopedFilterSet):
    """``organization``, ``entity``: other pages lead here with them."""

    search_fields = (
        "organization__name_key__contains", "organization__initials__istartswith",
        "entity__name_key__contains", "entity__initials__istartswith",
    )
    search_hint = "党组织或企业名称、拼音首字母"

    year = year_filter()
    state = django_filters.ChoiceFilter(label="进度", choices=_COUNTS, method="filter_state")
    kept = django_filters.ChoiceFilter(label="兑现", choices=_KEPT, method="filter_kept")
    town = AreaFilter(AreaLevel.TOWN, method="filter_town")
    organization = django_filters.ModelChoiceFilter(
        label="党组织", queryset=scoped(PartyOrganization), widget=forms.HiddenInput
    )
    entity = django_filters.ModelChoiceFilter(
        label="企业", queryset=scoped(Entity), widget=forms.HiddenInput
    )

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(state__in=VALID_COMMITMENTS if value == VALID else [value])

    def filter_kept(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == DONE:
            return queryset.filter(Exists(_items()), ~Exists(unfulfilled()))
        queryset, open_items = queryset.filter(state__in=VALID_COMMITMENTS), unfulfilled()
        if value == LATE:
            open_items = open_items.filter(due_on__lt=timezone.localdate())
        return queryset.filter(Exists(open_items))

    def filter_town(self, queryset: QuerySet, name: str, value: object) -> QuerySet:
        """By where the organization is on the day of the list."""
        states = OrganizationState.objects.at(day_of(self.request)).filter(town=value)
        return queryset.filter(organization__in=states.values("organization"))


def _items() -> QuerySet[CommitmentItem]:
    return CommitmentItem.objects.filter(commitment=OuterRef("pk"))


def kept_words(row: Any) -> str:
    """3/8: fulfilled of promised."""
    return f"{row.fulfilled}/{row.promised}" if row.promised else ""


COLUMNS = (
    Column("organization", "党组织", value=lambda row: str(row.organization), fixed=True,
           link=lambda row: row.get_absolute_url(),
           sub=Column("entity", "企业", value=lambda row: str(row.entity))),
    Column("year", "年度", value=year_words, sort=("-year", "year")),
    Column("state", "进度", value="get_state_display", kind="state", up=True,
           tones={state.label: tone for state, tone in TONES.items()}),
    Column("kept", "兑现/承诺", value=kept_words, short="兑现"),
    Column("signed_on", "签订日期", kind="date", short="签订", sort=("-signed", "signed")),
    Column("remarks", "备注", shown=False),
)
SORTS = (
    Sort("-year", "年度近的在前", "-year", "organization__name"),
    Sort("year", "年度早的在前", "year", "organization__name"),
    Sort("-signed", "最近签订的在前", "-signed_on"),
    Sort("signed", "最早签订的在前", "signed_on"),
    Sort("organization", "按党组织", "organization__name", "-year"),
)


def late_items(rows: QuerySet[Commitment]) -> QuerySet[CommitmentItem]:
    """Items of ``rows`` that are not struck off, the first due first."""
    items = CommitmentItem.objects.filter(commitment__in=rows.values("pk"), done_on=None)
    return items.select_related("commitment__organization", "commitment__entity").order_by(
        F("due_on").asc(nulls_last=True), "pk"
    )
