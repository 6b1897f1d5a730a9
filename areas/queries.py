"""Questions to the territorial tree."""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import BooleanField, Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from areas.choices import AreaLevel
from areas.models import Area


def subtree_ids(
    roots: Iterable[uuid.UUID], level: str = "", areas: Iterable[Area] | None = None
) -> set[uuid.UUID]:
    """Ids of ``roots`` and everything below them, of one level if given. One query (a city has
    some 10^3 areas), none when the caller has read all ``areas`` already."""
    children: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    of_level = set()
    for area in Area.objects.order_by().only("id", "parent", "level") if areas is None else areas:
        children.setdefault(area.parent_id, []).append(area.pk)
        if area.level == level:
            of_level.add(area.pk)
    found: set[uuid.UUID] = set()
    waiting = list(roots)
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children.get(pk, ()))
    return found & of_level if level else found


def district_area() -> Area | None:
    """The area that the portal is for: the one district, else the top of the tree."""
    districts = list(Area.objects.filter(level=AreaLevel.DISTRICT)[:2])
    if len(districts) == 1:
        return districts[0]
    return Area.objects.filter(parent=None).first()


def with_child_counts(areas: QuerySet, day: date, scope: Any) -> QuerySet:
    """Areas with the name of their superior, the number of areas right below that the scope
    reaches, the rank of their level, whether in use."""
    reached = None if scope.everything else Q(children__in=Area.objects.within(scope))
    is_open = Q(opened_on__isnull=True) | Q(opened_on__lte=day)
    is_left = Q(closed_on__isnull=True) | Q(closed_on__gt=day)
    return areas.annotate(
        parent_name=F("parent__name"),
        child_count=Count("children", filter=reached),
        rank=Case(
            *(When(level=level, then=Value(rank)) for rank, level in enumerate(AreaLevel)),
            output_field=IntegerField(),
        ),
        is_used=Coalesce(is_open & is_left, Value(False), output_field=BooleanField()),
    )


def line_of(area: Area, known: Mapping[uuid.UUID, Area]) -> list[Area]:
    """The areas above one, from the top, as far as they are among ``known``."""
    line: list[Area] = []
    parent = area.parent_id
    while parent in known and known[parent] not in line:
        line.insert(0, known[parent])
        parent = known[parent].parent_id
    return line
