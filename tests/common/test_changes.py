"""The one writer of business rows: what it does beside writing them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from areas.models import Area
from common import changes
from common.chance import new_id
from common.changes import INSERT, Change
from common.models import Via
from common.trace import recording

pytestmark = pytest.mark.django_db


def bring(count: int) -> None:
    """So many new areas."""
    ids = [new_id() for _ in range(count)]
    with recording(by=None, via=Via.IMPORT):
        changes.write(
            Change("areas_area", INSERT, each, {
                "code": f"T{each.hex}", "name": "某镇", "level": "town", "grid_type": "",
            })
            for each in ids
        )


def known_rows() -> int:
    """How many rows the planner takes the table to have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::int FROM pg_class WHERE relname = 'areas_area'")
        return cursor.fetchone()[0]


def test_the_planner_knows_at_once_of_many_new_rows():
    bring(120)
    assert known_rows() == Area.objects.count() >= 120
    bring(3)
    assert known_rows() == Area.objects.count() - 3, "a few rows are left to the database"


def test_the_planner_learns_of_rows_that_came_by_other_ways():
    """A table emptied and filled again counts as empty. It is looked through before many rows are
    changed, not after: changing 3,000 monthly logs had taken an hour."""
    bring(60)
    with recording(by=None, via=Via.IMPORT), connection.cursor() as cursor:
        Area.objects.all().delete()
        cursor.execute("SELECT portal_analyze('areas_area')")
        made = Area.objects.bulk_create(
            Area(code=f"T{at}", name="某镇", level="town") for at in range(100)
        )
        assert known_rows() == 0
        with CaptureQueriesContext(connection) as queries:
            changes.write(changes.update(Area, area.pk, {"name": "某街道"}) for area in made)
    asked = [query["sql"] for query in queries]
    looked = next(at for at, sql in enumerate(asked) if "portal_analyze('areas_area')" in sql)
    changed = next(at for at, sql in enumerate(asked) if sql.startswith("UPDATE areas_area"))
    assert looked < changed
    assert known_rows() == 100
    assert set(Area.objects.values_list("name", flat=True)) == {"某街道"}
