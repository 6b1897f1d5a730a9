"""组织覆盖率 on many days (the 24 month ends of the dashboard), in one query.

Exactly one state row of an entity holds on a day, so that counting state rows counts entities.
The same definition as INDICATORS["org_coverage"]; a test compares the two day by day.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db.models import Count, Q

from common.dated import holding
from enterprises.choices import BusinessStatus
from enterprises.models import Entity, EntityState, exists_on
from organizations.coverage import valid_links
from reports.figures import Dimension, Extent, Share, Where
from reports.populations import ENTITIES


@dataclass(frozen=True)
class Point:
    """The figure of one day."""

    day: date
    figure: Share


def month_ends(until: date, count: int = 24) -> list[date]:
    """The last ``count`` month ends up to ``until`` (itself, if it is one), oldest first."""
    ends: list[date] = []
    first_of_next = (until + timedelta(days=1)).replace(day=1)
    for _ in range(count):
        ends.append(first_of_next - timedelta(days=1))
        first_of_next = ends[-1].replace(day=1)
    return ends[::-1]


def org_coverage_trend(
    extent: Extent, days: Sequence[date], where: Where | None = None
) -> list[Point]:
    """组织覆盖率 of an extent (or a cell of it) on each of ``days``."""
    measures = {}
    for index, day in enumerate(days):
        counts = _counts(extent, day, where or {})
        is_covered = Q(entity__in=valid_links(day).values("entity"))
        measures[f"total_{index}"] = Count("pk", filter=counts)
        measures[f"met_{index}"] = Count("pk", filter=counts & is_covered)
    counted = EntityState.objects.aggregate(**measures)
    return [
        Point(day, Share(counted[f"met_{index}"], counted[f"total_{index}"]))
        for index, day in enumerate(days)
    ]


def _counts(extent: Extent, day: date, where: Where) -> Q:
    """The condition "this state row is that of an entity of the cell which counts on ``day``"."""
    condition = holding(day) & Q(status=BusinessStatus.NORMAL) & exists_on(day, "entity__")
    for key, value in where.items():
        condition &= _of_state(ENTITIES.dimensions[key]).matches(value, day)
    return condition & extent.condition(Entity, day, "entity__")


def _of_state(dimension: Dimension) -> Dimension:
    """The same dimension, seen from a state row instead of from the entity."""
    name, is_state, column = dimension.column.partition("state__")
    return replace(dimension, column=column if is_state else f"entity__{name}")
