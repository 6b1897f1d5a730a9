"""Filters of the members list."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from common.cells import name_key
from common.filters import ScopedFilterSet, plain, scoped
from common.views import day_of
from enterprises.models import Entity
from members import queries
from members.choices import MemberCategory, Mobility
from organizations.models import PartyOrganization
from organizations.queries import tree_on


class MemberFilter(ScopedFilterSet):
    """The list filters members as queries.listed() gives them. ``entity`` has no field: the page
    of an entity leads here with it."""

    search_fields = ("name__contains", "initials__istartswith")
    search_hint = "姓名或拼音首字母，如 zmh"
    folded = ("link", "below", "mobility", "workplace")

    organization = django_filters.ModelChoiceFilter(
        label="党组织", queryset=scoped(PartyOrganization), method="filter_organization"
    )
    category = django_filters.ChoiceFilter(
        label="人员类别", field_name="state__category", choices=MemberCategory
    )
    status = django_filters.ChoiceFilter(
        label="党籍状态", choices=queries.STATUS_CHOICES, method="filter_status"
    )
    link = django_filters.ChoiceFilter(
        label="与党组织的关系", choices=queries.LINK_CHOICES, method="filter_link",
        empty_label="组织关系或管理",
    )
    below = django_filters.ChoiceFilter(
        label="下级党组织", choices=[("with", "连同下级党组织")], method="filter_below",
        empty_label="只看所选党组织",
    )
    mobility = django_filters.ChoiceFilter(label="流动情况", choices=Mobility)
    workplace = django_filters.CharFilter(label="工作单位", method="filter_workplace")
    entity = django_filters.ModelChoiceFilter(
        label="在此工作", queryset=scoped(Entity), field_name="state__workplace",
        widget=forms.HiddenInput,
    )

    def filter_organization(
        self, queryset: QuerySet, name: str, value: PartyOrganization
    ) -> QuerySet:
        """By membership or by taking part, as ``link`` says; with all below, as ``below`` says."""
        ids = [value.pk]
        if self.form.cleaned_data.get("below"):
            ids = list(tree_on(day_of(self.request)).below(ids))
        link = self.form.cleaned_data.get("link")
        if link:
            return queries.linked(queryset, link, ids)
        return queryset.filter(Q(affiliated_with__in=ids) | Q(managed_by__in=ids))

    def filter_link(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Of a chosen organization filter_organization() has seen to it."""
        if self.form.cleaned_data.get("organization"):
            return queryset
        return queries.linked(queryset, value, None)

    def filter_below(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Seen to by filter_organization()."""
        return queryset

    def filter_status(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queries.of_status(queryset, value, day_of(self.request))

    def filter_workplace(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """By a part of the name, whether an entity carries it or not."""
        return queryset.filter(
            Q(state__workplace__name_key__contains=name_key(value))
            | Q(state__workplace_text__contains=plain(value))
        )
