"""Trace: every change of a tracked row is written by the database itself.

One statement-level trigger function per tracked table (generated here, installed after migrate)
writes one table, common_history: so bulk SQL is recorded too. Who, through what and under which
batch is set once at the start of a transaction by :func:`recording`.

The functions belong to the owner role and run with its rights (SECURITY DEFINER); the application
role may only read common_history. ``enable_nestloop = off``: plpgsql keeps the plan of the first
call, and a plan made for no rows would be quadratic for many (measured, see docs/decisions).
"""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction

from common.models import HistoryEntry, ReadEntry, Via

_TRACKED: dict[str, tuple[type[models.Model], tuple[str, ...]]] = {}
_HIDDEN: dict[str, tuple[str, ...]] = {}


def track(model: type[models.Model], *owners: str, hidden: tuple[str, ...] = ()) -> None:
    """Record every change of ``model``. ``owners``: its columns naming the record that a row
    belongs to and, for a link, the record at the other end; none for a record itself.

    ``hidden``: columns whose values are never kept and whose change alone is no entry, such as a
    password.
    """
    _TRACKED[model._meta.db_table] = (model, owners)
    _HIDDEN[model._meta.db_table] = hidden


def tracked_tables() -> dict[str, tuple[type[models.Model], tuple[str, ...]]]:
    """Table → (model, owner columns) of everything that is tracked."""
    return dict(_TRACKED)


@dataclass(frozen=True)
class Context:
    """Who changes, through what, and the id that holds the changes of one act together."""

    id: uuid.UUID
    actor: uuid.UUID | None
    via: Via


@contextmanager
def recording(
    *, by: models.Model | None, via: Via, context: uuid.UUID | None = None
) -> Iterator[Context]:
    """A transaction whose changes are recorded as made ``by`` a user ``via`` something."""
    current = Context(context or uuid.uuid4(), by.pk if by else None, via)
    with transaction.atomic():
        with connection.cursor() as cursor:
            text = json.dumps(
                {"context": str(current.id), "actor": str(current.actor or ""), "via": via.value}
            )
            cursor.execute("SELECT set_config('portal.trace', %s, true)", [text])
        yield current
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('portal.trace', '', true)")


def record_read(
    *,
    by: models.Model | None,
    action: str,
    rows: list[Any],
    model: type[models.Model],
    fields: str = "",
    reason: str = "",
) -> None:
    """Write that ``by`` read personal data: action, rows (ids), fields, reason."""
    ReadEntry.objects.create(
        actor=by.pk if by else None,
        action=action,
        table=model._meta.db_table,
        rows=[str(row) for row in rows],
        fields=fields,
        reason=reason,
    )


def latest_mark() -> int:
    """The number of the newest history entry (0 when there is none)."""
    return HistoryEntry.objects.aggregate(mark=models.Max("id"))["mark"] or 0


_WRITING = (
    "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
    "WHERE d.datname = current_database() AND l.relation = %s::regclass "
    "AND l.mode = 'RowExclusiveLock' AND l.granted AND l.pid <> pg_backend_pid())"
)


def settled_mark() -> int:
    """The number after which every entry stands that is not seen yet: what is read from now on
    contains all up to it. 0 while a transaction of another session is writing entries: its numbers
    are given out already, and may lie below those of others that have been committed."""
    mark = latest_mark()  # first: whoever has a number below it writes still, or can be seen
    with connection.cursor() as cursor:
        cursor.execute(_WRITING, [HistoryEntry._meta.db_table])
        [is_writing] = cursor.fetchone()
    return 0 if is_writing else mark


def install() -> None:
    """Create or renew the triggers of all tracked tables; run by the owner role after migrate."""
    with connection.cursor() as cursor:
        for table, (model, owners) in _TRACKED.items():
            _install_one(cursor, table, model, owners)


def _install_one(cursor, table: str, model: type[models.Model], owners: tuple[str, ...]) -> None:
    body = _function_sql(table, model, owners)
    cursor.execute("SELECT p.prosrc FROM pg_proc p WHERE p.proname = %s", [f"trace_{table}"])
    found = cursor.fetchone()
    source = body.split("$trace$")[1]
    if found and found[0] == source:
        return
    cursor.execute(body)
    for operation, tables in (
        ("INSERT", "NEW TABLE AS new_rows"),
        ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        ("DELETE", "OLD TABLE AS old_rows"),
    ):
        name = f"trace_{operation.lower()}"
        cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
        cursor.execute(
            f"CREATE TRIGGER {name} AFTER {operation} ON {table} REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION trace_{table}()"
        )


_TEMPLATE = """
CREATE OR REPLACE FUNCTION trace_{table}() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET enable_nestloop = off AS $trace$
DECLARE
  setting text := current_setting('portal.trace', true);
  trace jsonb := CASE WHEN coalesce(setting, '') = '' THEN '{{}}'::jsonb ELSE setting::jsonb END;
  a_context uuid := nullif(trace->>'context', '')::uuid;
  an_actor uuid := nullif(trace->>'actor', '')::uuid;
  a_via text := coalesce(trace->>'via', '');
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO common_history (at, context, actor, via, "table", "row", owner, other, operation)
    SELECT now(), a_context, an_actor, a_via, TG_TABLE_NAME, n.id, n.{owner}, {other_new}, 'I'
    FROM new_rows n;
  ELSIF TG_OP = 'UPDATE' THEN
    INSERT INTO common_history
      (at, context, actor, via, "table", "row", owner, other, operation, before, after)
    SELECT now(), a_context, an_actor, a_via, TG_TABLE_NAME, n.id, n.{owner}, {other_new}, 'U',
      to_jsonb(o) - same.keys, to_jsonb(n) - same.keys
    FROM old_rows o JOIN new_rows n ON n.id = o.id
    CROSS JOIN LATERAL (SELECT ARRAY[{same}]::text[] AS keys) same
    WHERE {differs};
  ELSE
    INSERT INTO common_history
      (at, context, actor, via, "table", "row", owner, other, operation, before)
    SELECT now(), a_context, an_actor, a_via, TG_TABLE_NAME, o.id, o.{owner}, {other_old}, 'D',
      CASE WHEN a_via = 'undo' THEN NULL ELSE {gone} END
    FROM old_rows o;
  END IF;
  RETURN NULL;
END $trace$
"""


def _function_sql(table: str, model: type[models.Model], owners: tuple[str, ...]) -> str:
    """The trigger function of one table. The values that did not change are left out of an
    update's before and after; an undo's deletions keep no values (erasure, design.md §4)."""
    hidden = _HIDDEN[table]
    columns = [f.column for f in model._meta.concrete_fields if f.column not in hidden]
    same = ", ".join(
        [f"'{column}'" for column in hidden]
        + [
            f"CASE WHEN o.{quoted} IS NOT DISTINCT FROM n.{quoted} THEN '{column}' ELSE '' END"
            for column in columns
            for quoted in [connection.ops.quote_name(column)]
        ]
    )
    names = ", ".join(f"'{column}'" for column in hidden)
    without = f" - ARRAY[{names}]" if hidden else ""
    differs = "o.* IS DISTINCT FROM n.*"
    if hidden:
        differs = f"(to_jsonb(o){without}) IS DISTINCT FROM (to_jsonb(n){without})"
    other = owners[1] if len(owners) > 1 else None
    if other and "|" in other:
        names = other.split("|")
        other_new = f"coalesce({', '.join('n.' + name for name in names)})"
        other_old = f"coalesce({', '.join('o.' + name for name in names)})"
    else:
        other_new = f"n.{other}" if other else "NULL::uuid"
        other_old = f"o.{other}" if other else "NULL::uuid"
    return _TEMPLATE.format(
        table=table,
        owner=owners[0] if owners else "id",
        other_new=other_new,
        other_old=other_old,
        same=same,
        differs=differs,
        gone=f"to_jsonb(o){without}",
    )
