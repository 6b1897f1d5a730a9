"""Filters of the entities list."""

import django_filters
from django.db.models import Q, QuerySet

from areas.choices import AreaLevel
from areas.filters import AreaFilter
from common import parameters
from common.filters import ScopedFilterSet
from common.views import day_of
from enterprises.choices import BusinessStatus, EntityKind
from enterprises.industries import SECTIONS
from enterprises.queries import SIZE_CHOICES, of_size


class EntityFilter(ScopedFilterSet):
    """The list filters entities with their ``state`` of the day joined."""

    search_fields = ("name_key__contains", "uscc__istartswith", "initials__istartswith")
    search_hint = "名称、信用代码或拼音首字母，如 hdwj"
    folded = ("community", "park", "grid", "section", "status", "size", "three")

    kind = django_filters.ChoiceFilter(label="类型", choices=EntityKind)
    town = AreaFilter(AreaLevel.TOWN, field_name="state__town")
    community = AreaFilter(AreaLevel.COMMUNITY, field_name="state__community")
    park = AreaFilter(AreaLevel.PARK, field_name="state__park")
    grid = AreaFilter(AreaLevel.GRID, field_name="state__grid")
    section = django_filters.ChoiceFilter(
        label="行业",
        field_name="state__section",
        choices=[(letter, f"{letter} {name}") for letter, (name, _) in SECTIONS.items()],
    )
    status = django_filters.ChoiceFilter(
        label="经营状态", choices=BusinessStatus, method="filter_status"
    )
    size = django_filters.ChoiceFilter(label="企业划型", choices=SIZE_CHOICES, method="filter_size")
    three = django_filters.ChoiceFilter(
        label="三有", choices=[("yes", "三有企业"), ("no", "不是三有企业")], method="filter_three"
    )

    def filter_status(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """As lists show it: whoever has ceased by the day is 注销."""
        ceased = Q(closed_on__isnull=False, closed_on__lte=day_of(self.request))
        if value == BusinessStatus.CLOSED:
            return queryset.filter(ceased | Q(state__status=value))
        return queryset.filter(state__status=value).exclude(ceased)

    def filter_size(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return of_size(queryset, value, day_of(self.request))

    def filter_three(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """“三有”: premises, staff, operating normally (enterprises.rules)."""
        day = day_of(self.request)
        staff = parameters.value("three_conditions.employees", on=day)
        met = Q(
            state__fixed_premises=True,
            state__employees__gte=staff,
            state__status=BusinessStatus.NORMAL,
        ) & (Q(closed_on__isnull=True) | Q(closed_on__gt=day))
        rows = queryset.filter(met).values("pk")
        return queryset.filter(pk__in=rows) if value == "yes" else queryset.exclude(pk__in=rows)
