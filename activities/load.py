"""Instructors' load, and what grids lack (ux.md §4 no. 20): what the two lists show."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from activities.visit_rules import shortage
from activities.visit_tables import COMPLETE, MISSING, OVER, WITHIN
from activities.visits import Care, in_care, last_of_instructor
from areas.choices import AreaLevel
from areas.models import Area
from areas.queries import subtree_ids
from common import parameters
from common.dated import BEGINNING
from enterprises.models import Entity
from organizations.choices import Commitment
from organizations.coverage import serving_assignments
from organizations.models import Appointment, Instructor, PartyOrganization
from organizations.queries import SERVING, instructors_listed, set_terms

GAP_CHOICES = (("any", "有缺口"), ("full", "缺专职"), ("part", "缺兼职"), ("none", "配齐"))
LOAD_CHOICES = (
    ("over", "联系主体超过上限"), ("never", "有从没走访的主体"), ("due", "有该走访的主体"),
    ("none", "没有联系任何主体和党组织"),
)


def _count(rows: QuerySet, group: str) -> Coalesce:
    """How many of ``rows`` the outer row has."""
    counted = rows.order_by().values(group).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def address(name: str, day: date, **query: Any) -> str:
    """A list, as of ``day``."""
    if day != timezone.localdate():
        query["as_of"] = day.isoformat()
    words = {key: str(value) for key, value in query.items() if value}
    return f"{reverse(name)}?{urlencode(words)}" if words else reverse(name)


# --- Instructors --------------------------------------------------------------------------------


def load_listed(instructors: QuerySet, day: date) -> QuerySet:
    """Serving instructors with ``load`` (entities assigned, whoever may see them) and
    ``last_visit``; ``visit_key``: the same to sort by, never = longest ago."""
    serving = instructors_listed(instructors.serving(day), day)
    firms = serving_assignments(day).filter(instructor=OuterRef("pk"), entity__isnull=False)
    rows = serving.annotate(load=_count(firms, "instructor"), last_visit=last_of_instructor(day))
    return rows.annotate(visit_key=Coalesce("last_visit", Value(BEGINNING)))


def of_load(instructors: QuerySet, choice: str, day: date) -> QuerySet:
    """Those of load_listed() of a value of LOAD_CHOICES."""
    if choice == "over":
        return instructors.filter(load__gt=parameters.value("instructor.max_entities", on=day))
    if choice == "none":
        return instructors.exclude(pk__in=serving_assignments(day).values("instructor"))
    entities = Entity.objects.at(day).filter(in_care(choice, day))
    waiting = serving_assignments(day).filter(entity__in=entities.values("pk"))
    return instructors.filter(pk__in=waiting.values("instructor"))


def set_load(rows: list[Any], scope: Any, day: date) -> None:
    """Set what the list shows of load_listed() beside their own values; each number counts the
    rows of its list. Six queries and the settings, however many rows."""
    set_terms(rows, scope, day)
    limit = parameters.value("instructor.max_entities", on=day)
    ids = [row.pk for row in rows]
    branches = _organizations(ids, scope, day)
    waiting = {care: _waiting(ids, care, scope, day) for care in (Care.NEVER, Care.DUE)}
    for row in rows:
        row.elsewhere = _elsewhere(row.load - row.entities_assigned)
        row.over_words = OVER if row.load > limit else WITHIN
        row.organizations_assigned = branches.get(row.pk, 0)
        row.never_visited = waiting[Care.NEVER].get(row.pk, 0)
        row.due_visits = waiting[Care.DUE].get(row.pk, 0)
        row.ago = _ago((day - row.last_visit).days) if row.last_visit else ""
        _set_urls(row, day)


def _ago(days: int) -> str:
    return f"{days} 天前" if days else "今天"


def _elsewhere(number: int) -> str:
    return f"另有 {number} 家不在您的范围内" if number > 0 else ""


def _set_urls(row: Any, day: date) -> None:
    def url(name: str, is_wanted: Any, **query: Any) -> str | None:
        return address(name, day, instructor=row.pk, **query) if is_wanted else None

    entities, branches = "enterprises:entity_list", "organizations:organization_list"
    row.organizations_url = url(branches, row.organizations_assigned)
    row.never_url = url(entities, row.never_visited, care=Care.NEVER)
    row.due_url = url(entities, row.due_visits, care=Care.DUE)
    visits = f"{reverse('activities:visit_list')}?instructor={row.pk}"
    row.visits_url = f"{visits}&days_before={day}" if row.last_visit else None


def _organizations(ids: Collection[Any], scope: Any, day: date) -> dict[uuid.UUID, int]:
    rows = serving_assignments(day).filter(instructor__in=ids, organization__isnull=False)
    seen = PartyOrganization.objects.within(scope).values("pk")
    return _by_instructor(rows.filter(organization__in=seen))


def _waiting(ids: Collection[Any], care: Care, scope: Any, day: date) -> dict[uuid.UUID, int]:
    entities = Entity.objects.within(scope).at(day).filter(in_care(care, day))
    rows = serving_assignments(day).filter(instructor__in=ids, entity__in=entities.values("pk"))
    return _by_instructor(rows)


def _by_instructor(rows: QuerySet) -> dict[uuid.UUID, int]:
    counted = rows.order_by().values("instructor").annotate(n=Count("pk"))
    return dict(counted.values_list("instructor", "n"))


# --- Grids --------------------------------------------------------------------------------------


def grids_listed(areas: QuerySet, day: date) -> QuerySet:
    """Grids in use with ``full_time`` and ``part_time``: their instructors who serve."""
    held = Appointment.objects.at(day).filter(grid=OuterRef("pk"))
    kinds = {"full_time": Commitment.FULL_TIME, "part_time": Commitment.PART_TIME}
    return areas.filter(level=AreaLevel.GRID).in_use(day).annotate(
        **{
            name: _count(held.filter(instructor__commitment=kind), "grid")
            for name, kind in kinds.items()
        }
    )


def of_gap(grids: QuerySet, choice: str, day: date) -> QuerySet:
    """Those of grids_listed() of a value of GAP_CHOICES: visit_rules.shortage() as a query."""
    lacks = {
        "full": Q(full_time__lt=parameters.value("grid.full_time", on=day)),
        "part": Q(part_time__lt=parameters.value("grid.part_time", on=day)),
    }
    lacks["any"] = lacks["full"] | lacks["part"]
    return grids.exclude(lacks["any"]) if choice == "none" else grids.filter(lacks[choice])


def set_gaps(rows: list[Any], scope: Any, day: date, areas: Mapping[Any, Area]) -> None:
    """Set what the list shows of grids_listed(). A number of instructors opens its list where the
    user may see all of them. ``areas``: those in scope, by id."""
    least = parameters.value("grid.full_time", on=day), parameters.value("grid.part_time", on=day)
    seen = _seen_instructors(rows, scope, day)
    counts = _entities_of(rows, scope, day)
    for row in rows:
        lacking = shortage(row.full_time, row.part_time, *least)
        row.gap_words = MISSING if lacking else COMPLETE
        row.missing = lacking.words
        row.place = _town_of(row, areas)
        row.entity_count, row.alone_count = counts.get(row.pk, (0, 0))
        entities = "enterprises:entity_list"
        row.entity_list = address(entities, day, grid=row.pk) if row.entity_count else None
        row.alone_url = (
            address(entities, day, grid=row.pk, care=Care.ALONE) if row.alone_count else None
        )
        row.full_url = _instructors_url(row, Commitment.FULL_TIME, row.full_time, seen, day)
        row.part_url = _instructors_url(row, Commitment.PART_TIME, row.part_time, seen, day)


def _instructors_url(row: Any, kind: Commitment, number: int, seen: Any, day: date) -> str | None:
    if not number or seen.get((row.pk, kind.value), 0) != number:
        return None
    return address(
        "organizations:instructor_list", day, grid=row.pk, commitment=kind.value, serving=SERVING
    )


def _seen_instructors(rows: Iterable[Any], scope: Any, day: date) -> dict[tuple, int]:
    held = Appointment.objects.at(day).filter(
        grid__in=[row.pk for row in rows],
        instructor__in=Instructor.objects.within(scope).values("pk"),
    )
    counted = held.order_by().values("grid", kind=F("instructor__commitment"))
    return {(one["grid"], one["kind"]): one["n"] for one in counted.annotate(n=Count("pk"))}


def _entities_of(rows: Iterable[Any], scope: Any, day: date) -> dict[Any, tuple[int, int]]:
    """Grid → entities in the ledger, and those of them that nobody looks after."""
    entities = Entity.objects.within(scope).at(day).filter(
        state__grid__in=[row.pk for row in rows]
    )
    counted = entities.order_by().values("state__grid").annotate(
        n=Count("pk"), alone=Count("pk", filter=in_care(Care.ALONE, day))
    )
    return {one["state__grid"]: (one["n"], one["alone"]) for one in counted}


def _town_of(grid: Area, areas: Mapping[Any, Area]) -> str:
    above = grid
    while above.level != AreaLevel.TOWN and above.parent_id in areas:
        above = areas[above.parent_id]
    return above.name if above.level == AreaLevel.TOWN else ""


# --- The whole ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """A head number: value of total, both with their lists."""

    name: str
    unit: str
    value: int
    url: str
    total: int
    total_url: str
    basis: str


_LISTS = {
    "grid": "activities:grid_load", "load": "activities:load", "entity": "enterprises:entity_list",
}


def facts(scope: Any, day: date, town: Area | None) -> list[Fact]:
    """Load and gaps of a scope, or of one town of it; four queries and the settings."""
    known = parameters.values(on=day)
    place = {"town": town.pk} if town else {}
    grids = grids_listed(Area.objects.within(scope), day)
    people = load_listed(Instructor.objects.within(scope), day)
    entities = Entity.objects.within(scope).at(day)
    if town:
        grids = grids.filter(pk__in=subtree_ids([town.pk]))
        people = people.filter(term_id__in=Appointment.objects.filter(town=town).values("pk"))
        entities = entities.filter(state__town=town)
    over = of_load(people, "over", day)
    counted = entities.order_by().aggregate(
        **{care.value: Count("pk", filter=in_care(care, day)) for care in Care}
    )

    def url(number: int, of: str, **query: Any) -> str:
        return address(_LISTS[of], day, **place, **query) if number else ""

    lacking, all_grids = of_gap(grids, "any", day).count(), grids.count()
    heavy, serving = over.count(), people.count()
    assigned, nobody = counted[Care.ASSIGNED], counted[Care.UNASSIGNED]
    never, alone = counted[Care.NEVER], counted[Care.ALONE]
    return [
        Fact("人手不足的网格", "个", lacking, url(lacking, "grid", gap="any"), all_grids,
             url(all_grids, "grid"),
             f"专职少于 {known['grid.full_time']} 名或兼职少于 {known['grid.part_time']} 名的"
             " ÷ 在用网格"),
        Fact("负担过重的指导员", "名", heavy, url(heavy, "load", load="over"), serving,
             url(serving, "load"),
             f"联系主体超过 {known['instructor.max_entities']} 家 ÷ 在聘指导员"),
        Fact("从没走访的主体", "家", never, url(never, "entity", care=Care.NEVER), assigned,
             url(assigned, "entity", care=Care.ASSIGNED),
             "联系的指导员都没有去过 ÷ 有在任指导员联系的正常经营主体"),
        Fact("没人联系的主体", "家", alone, url(alone, "entity", care=Care.ALONE), nobody,
             url(nobody, "entity", care=Care.UNASSIGNED),
             "没有党组织覆盖 ÷ 没有在任指导员联系的正常经营主体"),
    ]
