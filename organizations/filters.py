"""Filters of the lists of organizations and of instructors."""

import django_filters
from django import forms
from django.db.models import QuerySet

from areas.choices import AreaLevel
from areas.filters import AreaFilter
from common.filters import ScopedFilterSet, scoped
from common.views import day_of
from organizations import queries
from organizations.choices import (
    Commitment,
    InstructorSource,
    OrganizationCategory,
    SetUpMode,
)
from organizations.models import Appointment, PartyOrganization, Post


class OrganizationFilter(ScopedFilterSet):
    """The list filters organizations as queries.listed() gives them. ``superior`` has no field:
    the page of the superior leads here with it."""

    search_fields = (
        "name_key__contains", "short_name__contains", "code__istartswith", "initials__istartswith",
    )
    search_hint = "名称、代码或拼音首字母，如 qszdw"
    folded = ("park", "mode", "status", "secretary")

    town = AreaFilter(AreaLevel.TOWN, field_name="state__town")
    category = django_filters.ChoiceFilter(
        label="类别", field_name="state__category", choices=OrganizationCategory
    )
    election = django_filters.ChoiceFilter(
        label="换届", choices=queries.stage_choices, method="filter_election",
        empty_label="全部换届情况",
    )
    park = AreaFilter(AreaLevel.PARK, field_name="state__park")
    mode = django_filters.ChoiceFilter(
        label="组建方式", field_name="state__mode", choices=SetUpMode
    )
    status = django_filters.ChoiceFilter(
        label="状态", choices=queries.STATUS_CHOICES, method="filter_status"
    )
    secretary = django_filters.ChoiceFilter(
        label="书记", choices=[("vacant", "书记空缺"), ("filled", "有书记")],
        method="filter_secretary", empty_label="不限",
    )

    superior = django_filters.ModelChoiceFilter(
        label="上级党组织", queryset=scoped(PartyOrganization), field_name="link_up__parent",
        widget=forms.HiddenInput,
    )

    def filter_election(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queries.of_stage(queryset, value, day_of(self.request))

    def filter_status(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queries.of_status(queryset, value, day_of(self.request))

    def filter_secretary(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Vacant only where there should be one: in organizations in use."""
        day = day_of(self.request)
        filled = Post.objects.at(day).values("organization")
        if value == "filled":
            return queryset.filter(pk__in=filled)
        return queryset.active(day).exclude(pk__in=filled)


class InstructorFilter(ScopedFilterSet):
    """The list filters instructors as queries.instructors_listed() gives them."""

    search_fields = ("name__contains", "workplace__contains", "initials__istartswith")
    search_hint = "姓名、单位或拼音首字母，如 lgf"
    folded = ("grid", "commitment")

    town = AreaFilter(AreaLevel.TOWN, method="filter_place")
    serving = django_filters.ChoiceFilter(
        label="聘期", choices=queries.SERVING_CHOICES, method="filter_serving"
    )
    source = django_filters.ChoiceFilter(label="来源", choices=InstructorSource)
    grid = AreaFilter(AreaLevel.GRID, method="filter_place")
    commitment = django_filters.ChoiceFilter(label="专职兼职", choices=Commitment)

    def filter_place(self, queryset: QuerySet, name: str, value: object) -> QuerySet:
        """By the town or grid of the 聘期 that the list shows."""
        terms = Appointment.objects.filter(**{name: value})
        return queryset.filter(term_id__in=terms.values("pk"))

    def filter_serving(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queries.of_serving(queryset, value, day_of(self.request))
