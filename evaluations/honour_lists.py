"""What the lists of honours and of recommendations show, and by what they are narrowed."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet

from areas.choices import AreaLevel
from areas.filters import AreaFilter
from common.filters import ScopedFilterSet, scoped
from common.lists import Sort
from common.tables import Column
from common.views import day_of
from enterprises.models import Entity, EntityState
from evaluations.choices import THREE_GOOD, HonourKind, HonourLevel, NominationState
from evaluations.references import year_filter, year_words
from organizations.models import OrganizationState, PartyOrganization

TONES = {
    NominationState.NOMINATED: "warn", NominationState.REVIEWED: "info",
    NominationState.HONOURED: "ok", NominationState.DECLINED: "",
}
PERSONS, ORGANIZATIONS, ENTITIES = "person", "organization", "entity"
_HOLDERS = ((ORGANIZATIONS, "党组织"), (ENTITIES, "市场主体"), (PERSONS, "个人"))
GOOD_CHOICES = [(kind.value, kind.label) for kind in THREE_GOOD]


class HonourFilter(ScopedFilterSet):
    search_fields = (
        "name__contains", "person__contains", "organization__name_key__contains",
        "entity__name_key__contains",
    )
    search_hint = "荣誉、党组织、企业或姓名"
    folded = ("town",)

    year = year_filter()
    level = django_filters.ChoiceFilter(label="级别", choices=HonourLevel)
    kind = django_filters.ChoiceFilter(label="荣誉类别", choices=HonourKind)
    holder = django_filters.ChoiceFilter(label="获得者", choices=_HOLDERS, method="filter_holder")
    town = AreaFilter(AreaLevel.TOWN, method="filter_town")
    organization = django_filters.ModelChoiceFilter(
        label="党组织", queryset=scoped(PartyOrganization), widget=forms.HiddenInput
    )
    entity = django_filters.ModelChoiceFilter(
        label="市场主体", queryset=scoped(Entity), widget=forms.HiddenInput
    )

    def filter_holder(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        if value == PERSONS:
            return queryset.exclude(person="")
        whose = queryset.filter(person="")
        return whose.filter(organization__isnull=value == ENTITIES)

    def filter_town(self, queryset: QuerySet, name: str, value: object) -> QuerySet:
        """By where the organization, or the entity, is on the day of the list."""
        day = day_of(self.request)
        organizations = OrganizationState.objects.at(day).filter(town=value)
        entities = EntityState.objects.at(day).filter(town=value)
        return queryset.filter(
            Q(organization__in=organizations.values("organization"))
            | Q(organization=None, entity__in=entities.values("entity"))
        )


class NominationFilter(ScopedFilterSet):
    search_fields = ("person__contains", "organization__name_key__contains")
    search_hint = "党组织或姓名"

    year = year_filter()
    kind = django_filters.ChoiceFilter(label="评选类别", choices=GOOD_CHOICES)
    state = django_filters.ChoiceFilter(label="进度", choices=NominationState)
    town = AreaFilter(AreaLevel.TOWN, method="filter_town")

    def filter_town(self, queryset: QuerySet, name: str, value: object) -> QuerySet:
        states = OrganizationState.objects.at(day_of(self.request)).filter(town=value)
        return queryset.filter(organization__in=states.values("organization"))


def whose(row: Any) -> str:
    """The organization or the entity, beside the person who holds it."""
    return str(row.organization or row.entity) if row.person else ""


def kind_words(row: Any) -> str:
    """The kind where the name does not say it already."""
    kind = row.get_kind_display()
    return "" if row.name == kind else kind


COLUMNS = (
    Column("name", "荣誉名称", fixed=True, link=lambda row: row.get_absolute_url(),
           sub=Column("kind", "荣誉类别", value=kind_words)),
    Column("holder", "获得者", sub=Column("whose", "所在党组织或企业", value=whose)),
    Column("level", "级别", value="get_level_display", whole=True),
    Column("year", "年度", value=year_words, sort=("-year", "year")),
    Column("granted_on", "表彰日期", kind="date", short="表彰"),
    Column("granted_by", "表彰单位", wide=True),
    Column("document", "文号", shown=False),
    Column("remarks", "备注", shown=False),
)
SORTS = (
    Sort("-year", "年度近的在前", "-year", "name"),
    Sort("year", "年度早的在前", "year", "name"),
    Sort("name", "按荣誉名称", "name", "-year"),
)
NOMINATION_COLUMNS = (
    Column("whom", "推荐对象", value=lambda row: row.person or str(row.organization), fixed=True,
           link=lambda row: row.get_absolute_url(),
           sub=Column("organization", "党组织", value=whose)),
    Column("kind", "评选类别", value="get_kind_display", short="类别", whole=True),
    Column("year", "年度", value=year_words, sort=("-year", "year")),
    Column("state", "进度", value="get_state_display", kind="state", up=True,
           tones={state.label: tone for state, tone in TONES.items()}),
    Column("nominated_on", "推荐日期", kind="date", short="推荐"),
    Column("deeds", "主要事迹", shown=False),
)
NOMINATION_SORTS = (
    Sort("-year", "年度近的在前", "-year", "kind", "organization__name"),
    Sort("year", "年度早的在前", "year", "kind", "organization__name"),
)
