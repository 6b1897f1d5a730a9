"""The one writer of business rows: a list of changes, applied table by table in set operations.

Forms, imports and undo all end here. Changes are put into a temporary table and written by one
statement per table and operation; columns an update does not name stay as they are. Exclusion
constraints are checked at the end, so that closing one row and beginning the next may come in
either order.
"""

import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from common.chance import new_id
from common.copying import copying
from common.dated import Period, Timeline

# Serialises all writers of ledgers: forms wait for the few seconds that an import takes.
WRITE_LOCK = 0x70617274

INSERT, UPDATE, DELETE = "I", "U", "D"
# An insertion whose values are a list, in the order of a layout.
_LISTED = "L"
# From so many rows on a wrong plan is felt; autovacuum counts from here, too.
_MANY = 50
_LENGTH = re.compile(r"\([\d,\s]+\)")


class Change(NamedTuple):
    """One row to insert, update or delete. ``values``: column → JSON-able value. As JSON it is the
    list that staged rows keep."""

    table: str
    operation: str
    id: uuid.UUID | str
    values: Mapping[str, Any] = {}


def insert(
    model: type[models.Model], values: Mapping[str, Any], pk: uuid.UUID | None = None
) -> Change:
    """A new row. Columns without a value get the field's default."""
    return Change(model._meta.db_table, INSERT, pk or new_id(), defaults(model) | values)


def inserted(model: type[models.Model], values: dict[str, Any]) -> Change:
    """A new row of values that begin with the model's :func:`defaults`."""
    return Change(model._meta.db_table, INSERT, new_id(), values)


def update(model: type[models.Model], pk: uuid.UUID, values: Mapping[str, Any]) -> Change:
    """New values for some columns of a row."""
    return Change(model._meta.db_table, UPDATE, pk, dict(values))


def delete(model: type[models.Model], pk: uuid.UUID) -> Change:
    """A row to remove."""
    return Change(model._meta.db_table, DELETE, pk, {})


def collapsed(changes: list[Change]) -> list[Change]:
    """The same changes with at most one per row: what follows is folded into what came before."""
    if len({change.id.int for change in changes}) == len(changes):
        return changes
    result: dict[tuple[str, int], Change] = {}
    for change in changes:
        key = (change.table, change.id.int)
        earlier = result.get(key)
        if earlier is None:
            result[key] = change
        elif change.operation == DELETE:
            if earlier.operation == INSERT:
                del result[key]
            else:
                result[key] = change
        else:
            values = {**earlier.values, **change.values}
            result[key] = Change(change.table, earlier.operation, change.id, values)
    return list(result.values())


def timeline_changes(
    model: type[models.Model],
    owner: Mapping[str, Any],
    old: Timeline,
    new: Timeline,
    is_nothing: Callable[[Mapping[str, Any]], bool] = lambda _values: False,
) -> list[Change]:
    """What turns the rows of ``old`` into those of ``new``: rows are matched by id.

    ``owner``: the columns that name the record; periods of "nothing" have no row.
    """
    before = {period.id: period for period in old if period.id and not is_nothing(period.values)}
    changes = []
    for period in new:
        if is_nothing(period.values):
            continue
        row = {**period.values, "starts_on": period.starts_on, "ends_on": period.ends_on}
        known = before.pop(period.id, None) if period.id else None
        if known is None:
            changes.append(insert(model, {**owner, **row}))
            continue
        was = {**known.values, "starts_on": known.starts_on, "ends_on": known.ends_on}
        changed = {key: value for key, value in row.items() if was.get(key) != value}
        if changed:
            changes.append(update(model, known.id, changed))
    changes.extend(delete(model, pk) for pk in before)
    return changes


def defaults(model: type[models.Model]) -> dict[str, Any]:
    """Column → default value of a row, in the order of the columns; not to be changed."""
    cached = _DEFAULTS.get(model)
    if cached is None:
        cached = {
            f.column: f.get_default() for f in model._meta.concrete_fields if not f.primary_key
        }
        _DEFAULTS[model] = cached
    return cached


_DEFAULTS: dict[type[models.Model], dict[str, Any]] = {}


def lock_writes(*, wait: bool = True) -> bool:
    """Take the writers' lock until the end of the transaction; False when it is taken and
    ``wait`` is not wanted."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [WRITE_LOCK])
        return cursor.fetchone()[0]


def write(changes: Iterable[Change]) -> int:
    """Write ``changes`` inside the caller's recorded transaction; returns the number of rows.

    Raises IntegrityError with the constraint's name when the result would break a rule.
    """
    with connection.cursor() as cursor:
        _pending_table(cursor)
        _copy(cursor, changes)
    return write_pending()


Layouts = dict[str, list[str]]


def staged(changes: list[Change], layouts: Layouts) -> list[tuple]:
    """``changes`` as the plan of a staged row keeps them: the values of a new row as a list, so
    that the names of its columns are written and read once for a batch. ``layouts``: table → those
    names in order; what is met first is noted there."""
    result: list[tuple] = []
    for change in changes:
        table, operation, pk, values = change
        if operation == INSERT:
            layout = layouts.get(table)
            if layout is None:
                layout = layouts[table] = list(values)
            if len(values) == len(layout):  # insert() gives all columns in one order
                values = list(values.values())
        result.append((table, operation, pk, values))
    return result


def write_staged(batch_id: uuid.UUID, layouts: Layouts) -> int:
    """Write the plans of the staged rows of an import batch (see :func:`write`, :func:`staged`)."""
    with connection.cursor() as cursor:
        _pending_table(cursor)
        cursor.execute(
            "INSERT INTO pending_change (tbl, op, id, vals) "
            "SELECT c->>0, CASE jsonb_typeof(c->3) WHEN 'array' THEN %s ELSE c->>1 END, "
            "(c->>2)::uuid, c->3 "
            "FROM common_importrow r, jsonb_array_elements(r.plan) c "
            "WHERE r.batch_id = %s AND r.outcome IN ('new', 'update')",
            [_LISTED, batch_id],
        )
    return write_pending(layouts)


def write_back(context: uuid.UUID, changes: Iterable[Change], spared: list[str]) -> int:
    """Take back what was recorded under ``context``: delete each row that was inserted, but for
    the ``spared`` ones, and write ``changes`` (see :func:`write`)."""
    with connection.cursor() as cursor:
        _pending_table(cursor)
        cursor.execute(
            "INSERT INTO pending_change (tbl, op, id, vals) "
            'SELECT "table", %s, "row", \'{}\' FROM common_history '
            "WHERE context = %s AND operation = 'I' AND \"row\" <> ALL(%s::uuid[])",
            [DELETE, context, spared],
        )
        _copy(cursor, changes)
    return write_pending()


def _copy(cursor, changes: Iterable[Change]) -> None:
    with copying(cursor, "pending_change", ("tbl", "op", "id", "vals")) as copy:
        for change in changes:
            values = dumps(change.values) if change.values else "{}"
            copy.write_row((change.table, change.operation, change.id, values))


def _pending_table(cursor) -> None:
    cursor.execute(
        "CREATE TEMP TABLE IF NOT EXISTS pending_change "
        "(tbl text, op text, id uuid, vals jsonb) ON COMMIT DROP"
    )
    cursor.execute("TRUNCATE pending_change")


def write_pending(layouts: Layouts | None = None) -> int:
    """Write what lies in the temporary table: deletions first, then updates, then insertions,
    each in the order in which tables refer to each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl, op, count(*) FROM pending_change GROUP BY tbl, op")
        counts = cursor.fetchall()
        wanted = {(table, operation) for table, operation, _count in counts}
        if not wanted:
            return 0
        if any(operation in (UPDATE, DELETE) for _table, operation in wanted):
            cursor.execute("ANALYZE pending_change (tbl, op, id)")
            _mend_statistics(cursor, counts)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        written = 0
        tables = [model for model in _in_order() if _any(model, wanted)]
        for model in reversed(tables):
            if (model._meta.db_table, DELETE) in wanted:
                written += _delete(cursor, model)
        for operation, writer in ((UPDATE, _update), (INSERT, _insert)):
            for model in tables:
                table = model._meta.db_table
                if (table, operation) in wanted:
                    written += writer(cursor, model)
                if operation == INSERT and (table, _LISTED) in wanted:
                    written += _insert_listed(cursor, model, (layouts or {})[table])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        _renew_statistics(cursor, counts)
        return written


def _mend_statistics(cursor, counts: Iterable[tuple[str, str, int]]) -> None:
    """A table that was emptied and filled again within the transaction still counts as empty; the
    planner then looks through all of it for each row to be changed, and 3,000 rows take hours. More
    rows to change than the planner knows of betray it."""
    known = [(table, count) for table, operation, count in counts if operation in (UPDATE, DELETE)]
    if any(count >= _MANY for _table, count in known):
        _analyze(cursor, known, "n > greatest(reltuples, 0)")


def _renew_statistics(cursor, counts: Iterable[tuple[str, str, int]]) -> None:
    """Let the planner know at once of tables that have changed much. The database would learn it
    within a minute by itself; until then a figure over a ledger just brought in may take it for
    one of a few rows and count for an hour what takes a twentieth of a second. The measure is
    autovacuum's: 50 rows and a tenth of the table."""
    changed: Counter[str] = Counter()
    for table, _operation, count in counts:
        changed[table] += count
    _analyze(cursor, changed.items(), f"n >= {_MANY} + greatest(reltuples, 0) / 10")


def _analyze(cursor, counts: Iterable[tuple[str, int]], condition: str) -> None:
    """Analyze the tables of ``counts`` (table, rows ``n``) that meet the ``condition``."""
    tables, numbers = zip(*counts, strict=True)
    cursor.execute(
        "SELECT DISTINCT relname FROM pg_class "  # noqa: S608 -- two conditions of ours
        "JOIN unnest(%s::text[], %s::bigint[]) AS c (tbl, n) ON pg_class.oid = to_regclass(tbl) "
        f"WHERE {condition}",
        [list(tables), list(numbers)],
    )
    for (table,) in cursor.fetchall():
        cursor.execute("SELECT portal_analyze(%s)", [table])


def _any(model: type[models.Model], wanted: set[tuple[str, str]]) -> bool:
    return any((model._meta.db_table, op) in wanted for op in (INSERT, UPDATE, DELETE, _LISTED))


def _in_order() -> Iterator[type[models.Model]]:
    """All models, a referenced one before those that refer to it (a link to itself aside)."""
    done: set[type[models.Model]] = set()

    def visit(model: type[models.Model]) -> Iterator[type[models.Model]]:
        if model in done:
            return
        done.add(model)
        for f in model._meta.concrete_fields:
            if f.related_model and f.related_model is not model:
                yield from visit(f.related_model)
        yield model

    for model in apps.get_models():
        yield from visit(model)


def _columns(model: type[models.Model]) -> list[str]:
    return [connection.ops.quote_name(f.column) for f in model._meta.concrete_fields]


def _insert(cursor, model: type[models.Model]) -> int:
    table = model._meta.db_table
    columns = _columns(model)
    read = ", ".join("c.id" if name == '"id"' else f"r.{name}" for name in columns)
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {read} "  # noqa: S608 -- model names
        f"FROM pending_change c, LATERAL jsonb_populate_record(NULL::{table}, c.vals) r "
        "WHERE c.tbl = %s AND c.op = 'I'",
        [table],
    )
    return cursor.rowcount


def _insert_listed(cursor, model: type[models.Model], layout: list[str]) -> int:
    """Values by their place in a list: half the work of finding each by its name."""
    table = model._meta.db_table
    fields = {f.column: f for f in model._meta.concrete_fields if f.column in layout}
    columns = [connection.ops.quote_name(name) for name in ("id", *fields)]
    read = ["id", *(_listed(field, layout.index(name)) for name, field in fields.items())]
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(read)} "  # noqa: S608 -- as above
        "FROM pending_change WHERE tbl = %s AND op = %s",
        [table, _LISTED],
    )
    return cursor.rowcount


def _listed(field: models.Field, place: int) -> str:
    """SQL of the value at a place of the list. The type comes without its length: a cast would cut
    what is too long, the column refuses it."""
    plain = _LENGTH.sub("", str(field.db_type(connection)))
    if isinstance(field, models.JSONField):
        return f"vals->{place}"
    if isinstance(field, ArrayField):
        return (
            f"CASE WHEN vals->{place} = '[]' THEN '{{}}' ELSE "
            f"ARRAY(SELECT jsonb_array_elements_text(vals->{place})) END::{plain}"
        )
    return f"(vals->>{place})::{plain}"


def _update(cursor, model: type[models.Model]) -> int:
    table = model._meta.db_table
    columns = [name for name in _columns(model) if name != '"id"']
    read = ", ".join(f"r.{name}" for name in columns)
    cursor.execute(
        f"UPDATE {table} t SET ({', '.join(columns)}) = "  # noqa: S608 -- as above
        f"(SELECT {read} FROM jsonb_populate_record(t, c.vals) r) "
        "FROM pending_change c WHERE t.id = c.id AND c.tbl = %s AND c.op = 'U'",
        [table],
    )
    return cursor.rowcount


def _delete(cursor, model: type[models.Model]) -> int:
    table = model._meta.db_table
    cursor.execute(
        f"DELETE FROM {table} t USING pending_change c "  # noqa: S608 -- as above
        "WHERE c.tbl = %s AND c.op = 'D' AND t.id = c.id",
        [table],
    )
    return cursor.rowcount


def dumps(values: Any) -> str:
    """JSON with dates, decimals and ids as text, changes as lists."""
    return orjson.dumps(values, default=_plain).decode()


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, Change) else str(value)


def period_of(row: Mapping[str, Any], keys: Iterable[str]) -> Period:
    """A Period of a values() row of a dated table."""
    return Period(row["starts_on"], row["ends_on"], {key: row[key] for key in keys}, row["id"])
