"""Filters of the lists of reviews and of stars."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone

from areas.choices import AreaLevel
from areas.filters import AreaFilter
from areas.models import Area
from common.dated import FOREVER
from common.filters import ScopedFilterSet
from evaluations.boards import ELSEWHERE
from evaluations.choices import FindingState, GrantLevel, ReviewState
from evaluations.models import RatingScheme

_ORGANIZATION = (
    "organization__name_key__contains", "organization__short_name__contains",
    "organization__code__istartswith", "organization__initials__istartswith",
)
_HINT = "名称或拼音首字母"
MATTERS = (
    ("judge", "有待核实的否决情形"), ("tied", "同分待定"), ("banded", "拟定了星级"),
    ("objected", "有异议"), ("late", "没有评完"), ("unbanded", "没有拟定星级"),
)


class ReviewFilter(ScopedFilterSet):
    """Over rows that boards.placed() gives."""

    search_fields = (*_ORGANIZATION, "town__name__contains", "department__name__contains")
    search_hint = _HINT

    state = django_filters.ChoiceFilter(label="评定进度", choices=ReviewState)
    town = AreaFilter(AreaLevel.TOWN, method="filter_town")
    matter = django_filters.ChoiceFilter(
        label="事项", choices=MATTERS, method="filter_matter", empty_label="全部事项"
    )
    rank = django_filters.NumberFilter(
        label="星级", field_name="band__rank", widget=forms.HiddenInput
    )
    granted_by = django_filters.ChoiceFilter(
        label="审定层级", field_name="band__granted_by", choices=GrantLevel,
        widget=forms.HiddenInput,
    )
    elsewhere = django_filters.ChoiceFilter(
        label="所在", choices=[(ELSEWHERE, "不属镇街")], method="filter_elsewhere",
        widget=forms.HiddenInput,
    )

    def filter_town(self, queryset: QuerySet, name: str, value: Area) -> QuerySet:
        return queryset.filter(place=value.pk)

    def filter_matter(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        conditions = {
            "judge": Q(pk__in=_suspected(queryset)), "tied": Q(is_tied=True),
            "banded": Q(band__isnull=False), "unbanded": Q(band__isnull=True),
            "objected": Q(objections__isnull=False),
            "late": ~Q(state=ReviewState.SCORED),
        }
        rows = queryset.filter(conditions[value])
        return rows.distinct() if value == "objected" else rows

    def filter_elsewhere(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(place=None)


def _suspected(queryset: QuerySet) -> QuerySet:
    """Reviews with a veto that waits for a judgement."""
    return (
        queryset.filter(findings__state=FindingState.SUSPECTED).order_by().values("pk").distinct()
    )


class StarFilter(ScopedFilterSet):
    """Filters of the stars that were granted."""

    search_fields = (*_ORGANIZATION, "town__name__contains", "document__contains")
    search_hint = "名称、拼音首字母或文号"
    folded = ("scheme",)

    held = django_filters.ChoiceFilter(
        label="现在", choices=[("yes", "有效"), ("no", "已终止")], method="filter_held",
        empty_label="有效和已终止",
    )
    rank = django_filters.ChoiceFilter(
        label="星级", choices=[(str(n), f"{word}星") for n, word in enumerate("一二三四五", 1)],
        empty_label="全部星级", method="filter_rank",
    )
    granted_by = django_filters.ChoiceFilter(
        label="审定层级", choices=GrantLevel, empty_label="全部审定层级"
    )
    scheme = django_filters.ModelChoiceFilter(
        label="评定方案", queryset=RatingScheme.objects.order_by("name"), empty_label="全部方案"
    )

    def filter_rank(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Grades of other schemes have ranks, too, but are no stars."""
        return queryset.filter(rank=value, scheme__has_stars=True)

    def filter_held(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        today = timezone.localdate()
        if value == "yes":
            return queryset.at(today)
        return queryset.filter(ends_on__lte=today).exclude(ends_on=FOREVER)
