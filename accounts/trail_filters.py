"""Filters of the trail: by person, record, kind and days."""

from typing import Any, ClassVar

import django_filters
from django.db.models import Q, QuerySet

from accounts.choices import SignInEvent
from accounts.trail_queries import people, records, word_of
from accounts.trail_words import ACTIONS
from common.filters import ScopedFilterSet, plain
from common.search import is_personal
from common.trace import tracked_tables

PERSONAL = "不能按身份号码或手机号检索，请改用姓名、名称或记录号。"


class TrailFilter(ScopedFilterSet):
    """What all parts of the trail have in common. ``actor``: the column of the person."""

    q = None
    actor: ClassVar[str] = "actor"

    person = django_filters.CharFilter(label="人员姓名或账号", method="filter_person")
    record = django_filters.CharFilter(label="记录名称或记录号", method="filter_record")
    day = django_filters.DateFromToRangeFilter(label="日期", field_name="at")

    def get_form_class(self) -> type:
        form_class = super().get_form_class()
        for name in ("person", "record"):
            if name in form_class.base_fields:
                field = form_class.base_fields[name]
                field.widget.attrs["placeholder"] = field.label
        return form_class

    def filter_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(**{f"{self.actor}__in": people(plain(value))})

    def filter_record(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(self.about(records(plain(value))))

    def about(self, found: list) -> Q:
        """The condition "an entry about one of these records"."""
        return Q(row__in=found)


def asks_personal(query: Any) -> bool:
    """Whether an address asks for an identity number or a phone."""
    return any(is_personal(plain(query.get(name, ""))) for name in ("person", "record"))


def _tables() -> list[tuple[str, str]]:
    return [(table, word_of(table)) for table in tracked_tables()]


class ChangeFilter(TrailFilter):
    """Changes: of the record, of its links from either end."""

    kind = django_filters.ChoiceFilter(
        label="种类", choices=_tables, field_name="table", empty_label="全部种类"
    )

    def about(self, found: list) -> Q:
        return Q(owner__in=found) | Q(other__in=found) | Q(row__in=found)


class ReadFilter(TrailFilter):
    """Readings of personal data."""

    kind = django_filters.ChoiceFilter(
        label="操作", choices=list(ACTIONS.items()), field_name="action", empty_label="全部操作"
    )

    def about(self, found: list) -> Q:
        return Q(rows__has_any_keys=[str(pk) for pk in found])


class StepFilter(TrailFilter):
    """Steps of flows."""

    actor = "by"


class SignInFilter(TrailFilter):
    """Signing in, failures among it; the person is whose account it is."""

    record = None

    kind = django_filters.ChoiceFilter(
        label="事项", choices=SignInEvent, field_name="event", empty_label="全部事项"
    )

    def filter_person(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        text = plain(value)
        found = people(text)
        return queryset.filter(
            Q(account__icontains=text) | Q(user__in=found) | Q(by__in=found)
        )
