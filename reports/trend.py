"""组织覆盖率 on many days (the 24 month ends of the dashboard), in one query.

Each entity is joined with its states and links of the whole time and says in bits on which days it
counts and on which it is covered; entities of equal bits are counted together. The definition is
that of INDICATORS["org_coverage"]; a test compares the two day by day.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import add

from django.contrib.postgres.aggregates import BitOr
from django.db import connection
from django.db.models import BigIntegerField, Case, FilteredRelation, Q, QuerySet, When

from common.dated import holding
from enterprises.models import Entity
from organizations.coverage import is_valid
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
    """组织覆盖率 of an extent (or a cell of it) on each of ``days``, up to 62 of them."""
    if not days:
        return []
    where = where or {}
    counts = [
        holding(day, "period__") & entity_counts(extent, day, where, "period") for day in days
    ]
    joined = Entity.objects.filter(lasting(where)).annotate(
        period=FilteredRelation("states", condition=_touched("states", days)),
        link=FilteredRelation("coverage_links", condition=_touched("coverage_links", days)),
    )
    entities = joined.order_by().values("pk").values(
        counted=_bits(counts), covered=_bits([is_valid(day, "link__") for day in days])
    )
    found = _equal_rows(entities)
    return [
        Point(
            day,
            Share(
                met=sum(n for counted, covered, n in found if counted & covered & 1 << at),
                total=sum(n for counted, _covered, n in found if counted & 1 << at),
            ),
        )
        for at, day in enumerate(days)
    ]


def _touched(dated: str, days: Sequence[date]) -> Q:
    """The dated row holds on some day between the first and the last."""
    return Q(**{f"{dated}__starts_on__lte": max(days), f"{dated}__ends_on__gt": min(days)})


def _bits(conditions: Sequence[Q]) -> BitOr:
    """A number for each entity: bit ``at`` is set when any of its joined rows meets the condition
    of that place. States and links are so read once, and not again for each day."""
    bits = [
        Case(When(each, then=1 << at), default=0, output_field=BigIntegerField())
        for at, each in enumerate(conditions)
    ]
    return BitOr(reduce(add, bits), default=0)


def _equal_rows(rows: QuerySet) -> list[tuple[int, ...]]:
    """The values of ``rows`` and how many rows have them: some hundreds for a whole district."""
    sql, parameters = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT counted, covered, count(*) FROM ({sql}) r GROUP BY 1, 2",  # noqa: S608 -- own
            parameters,
        )
        return cursor.fetchall()
