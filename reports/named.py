"""Rows that a report counts and no indicator defines: what the ledgers leave open (数据质量),
which is named and never dropped from a figure, and what instructors are assigned."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.scope import Scope
from areas.models import Area
from common.filters import ScopedFilterSet
from common.lists import Sort
from common.tables import Column
from enterprises.models import Entity
from members.models import MemberState
from organizations.coverage import serving_assignments
from organizations.models import Appointment, Instructor, PartyOrganization, PendingUnit
from reports.drill import due_url
from reports.figures import Extent
from reports.opening import address, opening
from reports.people import GRIDS
from reports.populations import ENTITIES, MEMBERS, ORGANIZATIONS
from reports.sheet import Sheet


@dataclass(frozen=True)
class Named:
    """Rows in an extent on a day, and what they are called."""

    key: str
    label: str
    unit: str
    rows: Callable[[Extent, date], QuerySet]


_NO_GRID, _NO_DIVISION = Q(state__grid=None), Q(state__division="")


def _no_grid(extent: Extent, day: date) -> QuerySet:
    return ENTITIES.rows(extent, day).filter(_NO_GRID)


def _no_division(extent: Extent, day: date) -> QuerySet:
    return ENTITIES.rows(extent, day).filter(_NO_DIVISION)


def _ids_differing(extent: Extent, day: date) -> list[Any]:
    """Entities whose stated number of members is not that of the roster."""
    entities = ENTITIES.rows(extent, day)
    members = MEMBERS.rows(extent, day).exclude(state__workplace=None)
    at_work = members.values("state__workplace").annotate(n=Count("pk"))
    roster = dict(at_work.values_list("state__workplace", "n").order_by())
    stated = entities.exclude(stated_member_count=None).values_list("pk", "stated_member_count")
    return [pk for pk, count in stated if count != roster.get(pk, 0)]


def _differing(extent: Extent, day: date) -> QuerySet:
    return ENTITIES.rows(extent, day).filter(pk__in=_ids_differing(extent, day))


def _waiting(extent: Extent, day: date) -> QuerySet:
    """Members whose workplace is a text that no entity carries."""
    states = MemberState.objects.at(day).filter(workplace=None).exclude(workplace_text="")
    return MEMBERS.rows(extent, day).filter(pk__in=states.values("member"))


def _units(extent: Extent, day: date) -> QuerySet:
    organizations = ORGANIZATIONS.rows(extent, day)
    return PendingUnit.objects.filter(organization__in=organizations.values("pk"))


def assigned_entities(extent: Extent, day: date) -> QuerySet:
    """Entities that serving instructors of the extent are assigned to, each once."""
    serving = extent.limit(Instructor.objects.serving(day), day)
    assigned = serving_assignments(day).filter(instructor__in=serving.values("pk"))
    return Entity.objects.at(day).filter(pk__in=assigned.exclude(entity=None).values("entity"))


def without_instructor(day: date) -> Q:
    """The condition "this grid has no instructor in office"."""
    return ~Q(Exists(Appointment.objects.at(day).filter(grid=OuterRef("pk"))))


def grids_without(extent: Extent, day: date) -> QuerySet:
    """Grids without an instructor in office."""
    return GRIDS.rows(extent, day).filter(without_instructor(day))


GAPS = {
    gap.key: gap for gap in (
        Named("no_grid", "未落网格的主体", "家", _no_grid),
        Named("no_division", "行业只填到门类、不能划型的主体", "家", _no_division),
        Named("members_differ", "填报党员总数与花名册不一致的主体", "家", _differing),
        Named("workplace_unmatched", "工作单位尚未匹配到主体的党员", "名", _waiting),
        Named("units_unmatched", "党组织台账中尚未匹配的依托单位", "处", _units),
    )
}
NAMED = GAPS | {
    one.key: one for one in (
        Named("assigned_entities", "在任指导员联系的主体", "家", assigned_entities),
        Named("grids_without", "没有在任指导员的网格", "个", grids_without),
    )
}


def quality(extent: Extent, day: date, area: Area | None = None) -> list[dict[str, Any]]:
    """The gaps with their numbers and lists, as plain values; what one query can count together
    is counted together."""
    found = ENTITIES.rows(extent, day).aggregate(
        no_grid=Count("pk", filter=_NO_GRID), no_division=Count("pk", filter=_NO_DIVISION)
    )
    found["members_differ"] = len(_ids_differing(extent, day))
    return [
        {"label": gap.label, "unit": gap.unit, "url": due_url(gap.key, day, area),
         "value": found[key] if key in found else gap.rows(extent, day).count()}
        for key, gap in GAPS.items()
    ]


# --- The list of units --------------------------------------------------------------------------


class UnitSearch(ScopedFilterSet):
    search_fields = ("text__contains", "organization__name_key__contains")
    search_hint = "依托单位或党组织"


def _prepare(rows: list[Any], scope: Scope, _day: date) -> None:
    """A unit has no page; that of its organization stands beside it."""
    found = PartyOrganization.objects.filter(pk__in={row.organization_id for row in rows})
    known = {each.pk: each for each in found.annotate(opens=opening(PartyOrganization, scope))}
    for row in rows:
        row.of = known[row.organization_id]
        row.of.opens = row.opens = bool(row.of.opens)


UNIT_SHEET = Sheet(
    PendingUnit, "依托单位", "处", UnitSearch,
    (
        Column("text", "依托单位", fixed=True),
        Column("organization", "党组织", value="of", link=lambda row: address(row.of)),
    ),
    (Sort("organization", "按党组织", "organization__name", "text"),),
    _prepare,
)
