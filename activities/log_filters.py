"""Filters of the list of logs and of the matrix. They ask the same of organizations, under the
same names, so that a number of the matrix carries its conditions into the list."""

from datetime import date
from typing import ClassVar

import django_filters
from django import forms
from django.db.models import F, QuerySet
from django.utils import timezone

from activities import log_queries
from activities.choices import LogState
from activities.review_days import overdue
from areas.choices import AreaLevel
from areas.filters import AreaFilter
from common.filters import Chip, ScopedFilterSet
from organizations.choices import OrganizationCategory

ALL = "all"
# The tabs of the list, in order.
TABS = (
    LogState.SUBMITTED, LogState.ACCEPTED, LogState.CONFIRMED, LogState.RETURNED, LogState.OWED,
    LogState.EXEMPT,
)
_GROUPS = [(key, label) for key, (label, _condition) in log_queries.GROUPS.items()]
_STATES = [(ALL, "全部"), *LogState.choices, *_GROUPS]


def until_of(data: object) -> date:
    """The last month of the matrix: ``?until=2026-10``, else the last full month."""
    known = dict(log_queries.month_choices())
    text = data.get("until", "") if data else ""
    return log_queries.month_from(text) if text in known else log_queries.last_full_month()


class OfOrganizations(ScopedFilterSet):
    """Conditions on organizations. ``way``: from the rows of the list to the organization."""

    way: ClassVar[str] = "pk"
    folded = ("park", "category")

    town = AreaFilter(AreaLevel.TOWN, method="filter_state")
    gap = django_filters.ChoiceFilter(
        label="报送缺口", choices=list(log_queries.GAPS.items()), method="filter_gap",
        empty_label="全部党组织",
    )
    park = AreaFilter(AreaLevel.PARK, method="filter_state")
    category = django_filters.ChoiceFilter(
        label="类别", choices=OrganizationCategory, method="filter_state"
    )

    def filter_state(self, queryset: QuerySet, name: str, value: object) -> QuerySet:
        """By the place and kind that the organization has today."""
        return queryset.filter(**{f"{self.way}__in": log_queries.placed(**{name: value})})

    def filter_gap(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        rows = log_queries.with_gap(value, until_of(self.data))
        return queryset.filter(**{f"{self.way}__in": rows})


class MatrixFilter(OfOrganizations):
    """Filters of the matrix."""

    search_fields = (
        "name_key__contains", "short_name__contains", "code__istartswith", "initials__istartswith",
    )
    search_hint = "党组织名称或拼音首字母"

    until = django_filters.ChoiceFilter(
        label="截至月份", choices=log_queries.month_choices, method="leave",
        empty_label="截至上月",
    )

    def leave(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Says which months are shown, not which rows."""
        return queryset


class LogFilter(OfOrganizations):
    """Filters of the list of logs. ``state`` is chosen by the tabs, ``until`` comes from the
    matrix."""

    way = "organization"
    search_fields = (
        "organization__name_key__contains", "organization__short_name__contains",
        "organization__code__istartswith", "organization__initials__istartswith",
    )
    search_hint = "党组织名称或拼音首字母"
    folded = ("review", "late", "zero", "gap", "park", "category")

    state = django_filters.ChoiceFilter(
        label="报送状态", choices=_STATES, method="filter_standing", widget=forms.HiddenInput
    )
    until = django_filters.ChoiceFilter(
        label="截至月份", choices=log_queries.month_choices, method="leave",
        widget=forms.HiddenInput,
    )
    month = django_filters.ChoiceFilter(
        label="月份", choices=log_queries.month_choices, method="filter_month"
    )
    cautions = django_filters.ChoiceFilter(
        label="提示", choices=[("yes", "有提示"), ("no", "没有提示")], method="filter_cautions",
        empty_label="有无提示",
    )
    late = django_filters.ChoiceFilter(
        label="按期逾期", choices=[("no", "按期报送"), ("yes", "逾期报送")], method="filter_late",
        empty_label="不限",
    )
    review = django_filters.ChoiceFilter(
        label="审核期限", choices=[("overdue", "审核超期")], method="filter_review",
        empty_label="不限",
    )
    zero = django_filters.ChoiceFilter(
        label="零报告", choices=[("yes", "零报告"), ("no", "有活动")], method="filter_zero",
        empty_label="不限",
    )

    def leave(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Only says which month a gap is meant of."""
        return queryset

    def filter_standing(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value in log_queries.GROUPS:
            return queryset.filter(log_queries.GROUPS[value][1])
        return queryset if value == ALL else queryset.filter(state=value)

    def filter_month(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(month=log_queries.month_from(value))

    def filter_cautions(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        has_some = {"cautions__len__gt": 0} if value == "yes" else {"cautions__len": 0}
        return queryset.filter(**has_some)

    def filter_late(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        lookup = "submitted_on__gt" if value == "yes" else "submitted_on__lte"
        return queryset.filter(**{lookup: F("due_on")})

    def filter_review(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return overdue(queryset, timezone.localdate())

    def filter_zero(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(is_zero=value == "yes")

    def chips(self, query: object) -> list[Chip]:
        """What the tabs say is not said again."""
        label = self.form.fields["state"].label
        is_tab = self.data.get("state") in {ALL, *TABS}
        return [
            chip for chip in super().chips(query) if not (is_tab and chip.label == label)
        ]


class ExceptionFilter(ScopedFilterSet):
    """Filters of the exemptions."""

    search_fields = (
        "organization__name_key__contains", "organization__short_name__contains",
        "organization__initials__istartswith",
    )
    search_hint = "党组织名称或拼音首字母"


class ReopeningFilter(ScopedFilterSet):
    """Filters of the reopenings."""

    search_fields = (
        "log__organization__name_key__contains", "log__organization__short_name__contains",
        "log__organization__initials__istartswith",
    )
    search_hint = "党组织名称或拼音首字母"
