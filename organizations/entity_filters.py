"""The list of entities narrowed to those of one organization or of one instructor: links of their
pages lead there. The conditions show as chips; nobody chooses them from a list of thousands."""

from datetime import date

import django_filters
from django import forms
from django.db.models import QuerySet

from common.additions import ListPart, add_to_list
from common.filters import scoped
from common.views import day_of
from organizations.coverage import valid_links
from organizations.models import Assignment, Instructor, PartyOrganization


class _LinkedFilter(django_filters.ModelChoiceFilter):
    """Entities that a link of the day leads to from the chosen record."""

    def __init__(self, model: type, label: str) -> None:
        super().__init__(queryset=scoped(model), label=label, widget=forms.HiddenInput)

    def entities(self, record: object, day: date) -> QuerySet:
        """Ids of the entities."""
        raise NotImplementedError

    def filter(self, qs: QuerySet, value: object) -> QuerySet:
        if not value:
            return qs
        return qs.filter(pk__in=self.entities(value, day_of(self.get_request())))


class CoveredByFilter(_LinkedFilter):
    """Entities with a valid link to the organization."""

    def entities(self, record: object, day: date) -> QuerySet:
        return valid_links(day).filter(organization=record).values("entity")


class AssignedToFilter(_LinkedFilter):
    """Entities that the instructor is assigned to."""

    def entities(self, record: object, day: date) -> QuerySet:
        rows = Assignment.objects.at(day).filter(instructor=record, entity__isnull=False)
        return rows.values("entity")


add_to_list(
    "enterprises.Entity",
    ListPart(
        order=30,
        filters={
            "organization": CoveredByFilter(PartyOrganization, "覆盖党组织"),
            "instructor": AssignedToFilter(Instructor, "联系指导员"),
        },
    ),
)
