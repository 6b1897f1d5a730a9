"""Filters of lists by an area; all of a page share one reading of the user's areas."""

import uuid
from collections.abc import Iterator
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from areas.choices import AreaLevel, GridType
from areas.models import Area
from common.filters import ScopedFilterSet, scoped
from common.views import day_of

_KEPT = "_areas_in_scope"


def areas_in_scope(request: HttpRequest) -> dict[uuid.UUID, Area]:
    """The areas that the user may choose from, by id, in order of their codes; read once."""
    found = getattr(request, _KEPT, None)
    if found is None:
        found = {area.pk: area for area in Area.objects.within(request.scope)}
        setattr(request, _KEPT, found)
    return found


def _of_level(request: HttpRequest, level: str) -> list[Area]:
    return [area for area in areas_in_scope(request).values() if area.level == level]


class _Iterator(django_filters.fields.ModelChoiceIterator):
    """Choices from the areas that are there already."""

    def __iter__(self) -> Iterator[tuple[Any, str]]:
        yield ("", self.field.empty_label)
        for area in self.field.areas:
            yield self.choice(area)


class _AreaField(django_filters.fields.ModelChoiceField):
    iterator = _Iterator
    areas: tuple[Area, ...] = ()


class AreaFilter(django_filters.ModelChoiceFilter):
    """Rows in an area of one level: ``AreaFilter(AreaLevel.TOWN, field_name="state__town")``."""

    field_class = _AreaField

    def __init__(self, level: AreaLevel, **options: Any) -> None:
        options.setdefault("label", level.label)
        super().__init__(
            queryset=lambda request: Area.objects.filter(
                pk__in=[area.pk for area in _of_level(request, level)]
            ),
            **options,
        )
        self.level = level

    @property
    def field(self) -> Any:
        field = super().field
        field.areas = tuple(_of_level(self.get_request(), self.level))
        return field


class AreaListFilter(ScopedFilterSet):
    """Filters of the list of areas."""

    search_fields = ("name__icontains", "code__istartswith")
    search_hint = "名称或区划代码"

    # Chosen by the tabs above the list.
    level = django_filters.ChoiceFilter(label="层级", choices=AreaLevel, widget=forms.HiddenInput)
    # The page of an area and the column 下级 lead here with it.
    parent = django_filters.ModelChoiceFilter(
        label="上级区划", queryset=scoped(Area), to_field_name="code", widget=forms.HiddenInput
    )
    grid_type = django_filters.ChoiceFilter(label="网格类型", choices=GridType)
    use = django_filters.ChoiceFilter(
        label="使用状态", choices=[("yes", "在用"), ("no", "停用")], method="filter_use"
    )

    def filter_use(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """In use on the day of the page, or not."""
        used = Area.objects.in_use(day_of(self.request)).values("pk")
        return queryset.filter(pk__in=used) if value == "yes" else queryset.exclude(pk__in=used)
