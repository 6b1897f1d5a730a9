"""Coverage by town and kind, and the trend of 24 months."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import ledgers
from benchmarks.imports import loaded
from benchmarks.measure import ROUNDS, Cost, alternate
from benchmarks.table import Figure

# Three ways to ask for the same by hand; the fastest is what the portal is compared with.
_COVERED = """
SELECT l.entity_id FROM organizations_coveragelink l
JOIN organizations_partyorganization o ON o.id = l.organization_id
WHERE l.starts_on <= %(day)s AND l.ends_on > %(day)s AND o.founded_on <= %(day)s
AND (o.dissolved_on > %(day)s OR (o.dissolved_on IS NULL AND o.status = 'in_use'))
"""
_COUNTING = """
FROM enterprises_entity e
JOIN enterprises_entitystate s
  ON s.entity_id = e.id AND s.starts_on <= %(day)s AND s.ends_on > %(day)s
LEFT JOIN areas_area a ON a.id = s.town_id
{join}
WHERE s.status = 'normal' AND (e.founded_on IS NULL OR e.founded_on <= %(day)s)
AND (e.closed_on IS NULL OR e.closed_on > %(day)s)
GROUP BY a.code, e.kind
"""
RAW = (
    "SELECT a.code, e.kind, count(*), count(c.entity_id)"
    + _COUNTING.format(join=f"LEFT JOIN (SELECT DISTINCT x.* FROM ({_COVERED}) x) c "
                            "ON c.entity_id = e.id"),
    "SELECT a.code, e.kind, count(*), count(*) FILTER (WHERE e.id IN (" + _COVERED + "))"
    + _COUNTING.format(join=""),
    "SELECT a.code, e.kind, count(*), count(*) FILTER (WHERE EXISTS (" + _COVERED
    + " AND l.entity_id = e.id))" + _COUNTING.format(join=""),
)


def raw(statement: str) -> dict[tuple[str, str], tuple[int, int]]:
    """Town and kind -> entities, covered ones."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, {"day": ledgers.DAY})
        return {(code, kind): (total, met) for code, kind, total, met in cursor.fetchall()}


def ours() -> dict[tuple[str, str], Any]:
    """The portal's own: town and kind -> figure."""
    from accounts.scope import acting_scope
    from reports.figures import Extent, crossed
    from reports.indicators import ORG_COVERAGE

    extent = Extent.of(acting_scope(None))
    return crossed([ORG_COVERAGE], ("town", "kind"), extent, ledgers.DAY)[ORG_COVERAGE.key]


def coverage() -> tuple[Cost, Cost]:
    """The portal's way and the fastest by hand, asserted to agree."""
    own = ours()
    for statement in RAW:
        by_hand = raw(statement)
        if sorted(by_hand.values()) != sorted((f.total, f.met) for f in own.values()):
            raise RuntimeError("the figures by hand are others")
    mine, *others = alternate(ours, *(lambda s=s: raw(s) for s in RAW), rounds=2 * ROUNDS)
    return mine, min(others, key=lambda cost: cost.seconds)


def queries(work) -> int:
    """How many queries ``work`` asks."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def measure(folder: Path) -> Iterator[Figure]:
    loaded(folder)
    mine, best = coverage()
    yield Figure("coverage.time", mine.seconds / best.seconds, f"{mine} ÷ {best}")
    yield Figure("coverage.queries", queries(ours))
    from accounts.scope import acting_scope
    from reports.figures import Extent
    from reports.indicators import ORG_COVERAGE
    from reports.trend import month_ends, org_coverage_trend

    extent, days = Extent.of(acting_scope(None)), month_ends(ledgers.DAY)

    def trend() -> list:
        return [point.figure for point in org_coverage_trend(extent, days)]

    def singles() -> list:
        return [ORG_COVERAGE.figure(extent, day) for day in days]

    if trend() != singles():
        raise RuntimeError("the trend is not that of the single figures")
    one, many = alternate(trend, singles)
    yield Figure("trend.time", one.seconds / many.seconds, f"{one} ÷ {many}")
    yield Figure("trend.queries", queries(trend))
