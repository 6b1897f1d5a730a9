"""Filters of the lists of load and of gaps."""

import django_filters
from django.db.models import QuerySet

from activities import load
from areas.choices import AreaLevel
from areas.filters import AreaFilter
from areas.queries import subtree_ids
from common.filters import ScopedFilterSet
from common.views import day_of
from organizations.choices import Commitment
from organizations.models import Appointment


class LoadFilter(ScopedFilterSet):
    """The list filters instructors as load.load_listed() gives them."""

    search_fields = ("name__contains", "workplace__contains", "initials__istartswith")
    search_hint = "姓名、单位或拼音首字母"
    folded = ("grid", "commitment")

    town = AreaFilter(AreaLevel.TOWN, method="filter_place")
    load = django_filters.ChoiceFilter(
        label="负担", choices=load.LOAD_CHOICES, method="filter_load"
    )
    grid = AreaFilter(AreaLevel.GRID, method="filter_place")
    commitment = django_filters.ChoiceFilter(label="专职兼职", choices=Commitment)

    def filter_place(self, queryset: QuerySet, name: str, value: object) -> QuerySet:
        """By the town or grid of the 聘期 that the list shows."""
        terms = Appointment.objects.filter(**{name: value})
        return queryset.filter(term_id__in=terms.values("pk"))

    def filter_load(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return load.of_load(queryset, value, day_of(self.request))


class GridFilter(ScopedFilterSet):
    """The list filters grids as load.grids_listed() gives them."""

    search_fields = ("name__icontains", "code__istartswith")
    search_hint = "网格名称或编号"

    town = AreaFilter(AreaLevel.TOWN, method="filter_town")
    gap = django_filters.ChoiceFilter(
        label="配备", choices=load.GAP_CHOICES, method="filter_gap"
    )

    def filter_town(self, queryset: QuerySet, name: str, value: object) -> QuerySet:
        return queryset.filter(pk__in=subtree_ids([value.pk]))

    def filter_gap(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return load.of_gap(queryset, value, day_of(self.request))
