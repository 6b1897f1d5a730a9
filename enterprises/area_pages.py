"""What entities add to the pages of areas: how many there are, with their list."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from areas.choices import AreaLevel
from areas.models import Area
from common.additions import Figure, ListPart, add_to_list, figures
from common.tables import Column
from enterprises.models import Entity

AREA = "areas.Area"
# The value of an entity that an area of the level is, and the filter of the list.
_COLUMNS = {
    AreaLevel.TOWN: "town",
    AreaLevel.PARK: "park",
    AreaLevel.COMMUNITY: "community",
    AreaLevel.GRID: "grid",
}


def entity_counts(areas: Iterable[Area], scope: Any, day: date) -> dict[Any, int]:
    """Area → number of the entities in the ledger whose town (park, community, grid) it is on the
    day, whatever their state: exactly the rows of :func:`list_address`."""
    wanted: dict[str, list[Any]] = {}
    for area in areas:
        wanted.setdefault(_COLUMNS.get(area.level, ""), []).append(area.pk)
    found: dict[Any, int] = {}
    entities = Entity.objects.within(scope).at(day).order_by()
    for column, pks in wanted.items():
        if not column:
            found |= dict.fromkeys(pks, entities.count())
            continue
        name = f"state__{column}"
        rows = entities.filter(**{f"{name}__in": pks})
        found |= dict(rows.values_list(name).annotate(Count("pk")))
    return found


def list_address(area: Area, day: date) -> str:
    """The list of the entities in an area."""
    try:
        url = reverse("enterprises:entity_list")
    except NoReverseMatch:
        return ""
    column = _COLUMNS.get(area.level)
    place = f"{column}={area.pk}&" if column else ""
    return f"{url}?{place}as_of={day}"


def set_entity_counts(rows: list[Any], scope: Any, day: date) -> None:
    """Set ``entity_count`` of listed areas and the address of the list behind it."""
    counts = entity_counts(rows, scope, day)
    for row in rows:
        row.entity_count = counts.get(row.pk, 0)
        row.entity_list = list_address(row, day) if row.entity_count else None


add_to_list(
    AREA,
    ListPart(
        order=10,
        columns=(
            Column(
                "entities",
                "市场主体",
                value="entity_count",
                kind="number",
                link=lambda row: row.entity_list,
            ),
        ),
        prepare=set_entity_counts,
    ),
)


@figures(AREA, order=10)
def entities_in_area(request: HttpRequest, area: Area, day: date) -> Sequence[Figure]:
    """市场主体 in the ledger."""
    number = entity_counts([area], request.scope, day).get(area.pk, 0)
    return [Figure("市场主体", number, "家", list_address(area, day) if number else "")]
