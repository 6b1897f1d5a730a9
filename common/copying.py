"""COPY: the way in which many rows enter a table."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


@contextmanager
def copying(
    cursor: CursorWrapper, table: str, columns: Iterable[str], types: Iterable[str] = ()
) -> Iterator[psycopg.Copy]:
    """``with copying(cursor, table, columns) as copy``: ``copy.write_row`` takes the values of a
    row. ``types``: the database's, by which values are written faster. Errors are raised as
    Django's, as those of any statement: its cursors leave out COPY, and a database that goes away
    in the middle would count as a fault of ours."""
    statement = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        if types:
            copy.set_types(types)
        yield copy
