"""Filters of the list of visits, and what visits add to those of entities and
organizations."""

from datetime import date
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_date

from activities.choices import VisitWay
from activities.visits import CARE_CHOICES, in_care, in_town, visited_between
from areas.choices import AreaLevel
from areas.filters import AreaFilter
from common.filters import ScopedFilterSet, scoped
from common.views import day_of
from enterprises.choices import EntityKind
from enterprises.models import Entity
from organizations.models import Assignment, Instructor, PartyOrganization

_HAS_NEED = (("yes", "提了需求"), ("no", "没有提需求"))


def _hidden(model: type, label: str) -> django_filters.ModelChoiceFilter:
    return django_filters.ModelChoiceFilter(
        label=label, queryset=scoped(model), widget=forms.HiddenInput
    )


class VisitFilter(ScopedFilterSet):
    """Pages of entities and organizations lead to the list with ``entity`` or ``organization``."""

    search_fields = (
        "entity__name_key__contains", "organization__name_key__contains",
        "instructor__name__contains", "met__contains",
    )
    search_hint = "走访对象、指导员或见到谁"
    folded = ("days", "kind", "need")

    town = AreaFilter(AreaLevel.TOWN, method="filter_town")
    instructor = django_filters.ModelChoiceFilter(label="指导员", queryset=scoped(Instructor))
    way = django_filters.ChoiceFilter(label="方式", choices=VisitWay)
    days = django_filters.DateFromToRangeFilter(label="走访日期", field_name="visited_on")
    kind = django_filters.ChoiceFilter(
        label="主体类型", field_name="entity__kind", choices=EntityKind
    )
    need = django_filters.ChoiceFilter(label="企业需求", choices=_HAS_NEED, method="filter_need")
    entity = _hidden(Entity, "市场主体")
    organization = _hidden(PartyOrganization, "党组织")

    def filter_town(self, queryset: QuerySet, name: str, value: object) -> QuerySet:
        """By where the visited one is today."""
        return queryset.filter(in_town(value, timezone.localdate()))

    def filter_need(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(raised__isnull=value == "no")


# --- Added to other lists -----------------------------------------------------------------------


class CareFilter(django_filters.ChoiceFilter):
    """Entities by how they stand with instructors on the day of the list (visits.Care)."""

    def __init__(self) -> None:
        super().__init__(label="联系走访", choices=CARE_CHOICES)

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        return qs.filter(in_care(value, day_of(self.parent.request))) if value else qs


class _DayField(forms.CharField):
    """A day in an address; nobody types it."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> date | str:
        text = super().to_python(value)
        try:
            day = parse_date(text) if text else None
        except ValueError as error:
            raise ValidationError("日期看不懂。") from error
        if text and day is None:
            raise ValidationError("日期看不懂。")
        return day or ""


class VisitedFilter(django_filters.Filter):
    """Entities (or organizations) that somebody visited from (``is_first``) or up to a day; both
    ends together are one condition, asked by the first."""

    field_class = _DayField

    def __init__(self, label: str, *, is_first: bool, whom: str = "entity") -> None:
        super().__init__(label=label)
        self.is_first, self.whom = is_first, whom

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not value:
            return qs
        other = "visited_until" if self.is_first else "visited_from"
        end = self.parent.form.cleaned_data.get(other) or None
        if not self.is_first and end:
            return qs  # asked already
        first, last = (value, end) if self.is_first else (None, value)
        return qs.filter(pk__in=visited_between(first, last, self.whom))


class AssignedOrganizationFilter(django_filters.ModelChoiceFilter):
    """Organizations that the instructor is assigned to."""

    def __init__(self) -> None:
        super().__init__(
            label="联系指导员", queryset=scoped(Instructor), widget=forms.HiddenInput
        )

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not value:
            return qs
        rows = Assignment.objects.at(day_of(self.get_request())).filter(instructor=value)
        return qs.filter(pk__in=rows.exclude(organization=None).values("organization"))
