"""Filters of the list of reports."""

import django_filters
from django.db.models import QuerySet

from areas.models import Area
from common.filters import ScopedFilterSet, scoped
from reports.choices import RunKind, RunState
from reports.models import KINDS


class RunFilter(ScopedFilterSet):
    """Reports by number, area, state and origin."""

    search_fields = ("number__icontains", "area__name__icontains")
    search_hint = "编号或范围"
    folded = ("origin", "day")

    area = django_filters.ModelChoiceFilter(
        label="范围", queryset=scoped(Area), to_field_name="code"
    )
    kind = django_filters.ChoiceFilter(
        label="种类", choices=RunKind, method="filter_kind"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=RunState)
    origin = django_filters.ChoiceFilter(
        label="来源", choices=[("auto", "系统每月生成"), ("asked", "人工生成")],
        method="filter_origin",
    )
    day = django_filters.DateFromToRangeFilter(label="时点", field_name="as_of")

    def filter_kind(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(KINDS[value])

    def filter_origin(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(is_automatic=value == "auto")
