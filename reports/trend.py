"""组织覆盖率 on many days (the 24 month ends of the dashboard), in one query.

Each entity is joined with its states of the whole time; exactly one of them holds on a day, so
that counting those counts entities. The definition is that of INDICATORS["org_coverage"]; a test
compares the two day by day.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import BigIntegerField, Case, FilteredRelation, Q, Sum, Value, When

from common.dated import holding
from enterprises.models import Entity
from organizations.coverage import is_covered
from reports.figures import Extent, Share, Where
from reports.populations import entity_counts, lasting


@dataclass(frozen=True)
class Point:
    """The figure of one day."""

    day: date
    figure: Share


def month_ends(until: date, count: int = 24) -> list[date]:
    """The last ``count`` month ends up to ``until`` (itself, if it is one), oldest first."""
    last = until.year * 12 + until.month - 1
    if until.day < monthrange(until.year, until.month)[1]:
        last -= 1
    months = (divmod(number, 12) for number in range(max(12, last - count + 1), last + 1))
    return [date(y, m + 1, monthrange(y, m + 1)[1]) for y, m in months]


def usual_comparison(day: date) -> date | None:
    """The day that figures are compared with unless another is asked for: of the month ends
    before ``day`` the third from the end, 7月31日 for 10月31日."""
    ends = month_ends(day - timedelta(days=1), 3)
    return ends[0] if ends else None


def org_coverage_trend(
    extent: Extent, days: Sequence[date], where: Where | None = None
) -> list[Point]:
    """组织覆盖率 of an extent (or a cell of it) on each of ``days``."""
    if not days:
        return []
    measures = {
        f"day_{index}": _both(
            holding(day, "period__") & entity_counts(extent, day, where or {}, "period"),
            is_covered(day),
        )
        for index, day in enumerate(days)
    }
    touched = Q(states__starts_on__lte=max(days), states__ends_on__gt=min(days))
    entities = Entity.objects.filter(lasting(where or {}))
    periods = entities.annotate(period=FilteredRelation("states", condition=touched))
    counted = periods.aggregate(**measures)
    return [
        Point(day, Share(*divmod(counted[f"day_{index}"] or 0, _MET)))
        for index, day in enumerate(days)
    ]


_MET = 10**9  # more than there are entities


def _both(counts: Q, met: Q) -> Sum:
    """Numerator and denominator in one number, met × _MET + total: two would ask everything twice
    of every row, and a trend asks for two dozen days."""
    row = Case(When(met, then=Value(_MET + 1)), default=Value(1))
    return Sum(Case(When(counts, then=row), default=Value(0), output_field=BigIntegerField()))
