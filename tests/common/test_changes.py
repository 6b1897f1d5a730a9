"""The one writer of business rows: what it does beside writing them."""

import pytest
from django.db import connection

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
