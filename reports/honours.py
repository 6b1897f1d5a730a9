"""Honours as figures: by level, kind and year, given to persons or to organizations."""

from typing import Any

from django.db.models import F, Q, QuerySet

from accounts.scope import Scope
from common.filters import ScopedFilterSet
from common.lists import Sort
from common.periods import Span
from common.tables import Column
from evaluations.choices import HonourKind, HonourLevel
from evaluations.models import Honour
from reports.extent import Extent
from reports.figures import Filter, Indicator, Population
from reports.kinds import RowsIndicator
from reports.opening import address, opening
from reports.populations import by_choice
from reports.sheet import Sheet, take_over

PERSON, GROUP = "个人", "集体"


def _granted(extent: Extent, span: Span) -> QuerySet:
    """Honours of the years that the span touches."""
    rows = Honour.objects.filter(year__range=(span.first.year, span.last.year))
    return extent.limit(rows, span.last)


def _to(value: str, _span: Span) -> Q:
    """Whether a person holds it, or an organization or an enterprise."""
    return {PERSON: ~Q(person=""), GROUP: Q(person="")}.get(value, Q(pk__in=[]))


_RANKS = (
    HonourLevel.TOWN, HonourLevel.DISTRICT, HonourLevel.CITY, HonourLevel.PROVINCE,
    HonourLevel.STATE,
)


def _at_least(value: str, _span: Span) -> Q:
    """Of this level or above."""
    ranks = [level.label for level in _RANKS]
    return Q(level__in=_RANKS[ranks.index(value):]) if value in ranks else Q(pk__in=[])


def _named(value: str, _span: Span) -> Q:
    return Q(name__contains=value)


HONOURED = Population(
    _granted,
    {
        "kind": by_choice("kind", "荣誉类别", "kind", HonourKind),
        "level": by_choice("level", "级别", "level", HonourLevel),
    },
    {
        "given_to": Filter("颁给", _to), "named": Filter("荣誉名称含", _named),
        "at_least": Filter("级别不低于", _at_least),
    },
)
HONOURS: tuple[Indicator, ...] = (
    RowsIndicator(
        key="honours", label="荣誉", unit="项", population=HONOURED, period="year", by_day=True,
        basis="期间所在年度的荣誉",
    ),
)


class HonourSearch(ScopedFilterSet):
    search_fields = ("name__contains", "organization__name_key__contains")
    search_hint = "荣誉或党组织名称"


def _prepare(rows: list[Any], scope: Scope, _day: Any) -> None:
    known = Honour.objects.filter(pk__in=[row.pk for row in rows]).annotate(
        organization_name=F("organization__name"), entity_name=F("entity__name"),
        opens=opening(Honour, scope),
    )
    names = ("organization_name", "entity_name", "opens")
    take_over(rows, {row.pk: row for row in known}, names)


HONOUR_SHEET = Sheet(
    Honour, "荣誉", "项", HonourSearch,
    (
        Column("name", "荣誉名称", fixed=True, link=address),
        Column("holder", "颁给",
               value=lambda row: row.person or row.organization_name or row.entity_name),
        Column("kind", "荣誉类别", value="get_kind_display"),
        Column("level", "级别", value="get_level_display"),
        Column("year", "年度", sort=("-year", "year")),
    ),
    (Sort("-year", "年度近的在前", "-year", "name"), Sort("year", "年度早的在前", "year", "name")),
    _prepare,
)
