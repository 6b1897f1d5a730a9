"""Guards that the database keeps for a whole statement at once.

An import writes 58,725 rows that all refer to some 180 areas. A foreign key is checked for each row
and key, an exclusion constraint searches an index of its own for each row; together they cost more
than writing the rows. What is declared here holds as firmly, also between transactions, and is
looked at once for all rows of a statement:

- a foreign key with ``db_constraint=False``: what it names exists, and stays while it is named;
- :class:`NeverOverlap` among a model's constraints: the dated rows of a record never overlap.

As with deferred constraints the look is taken at the end of the transaction, or at SET CONSTRAINTS.
A trigger of the statement notes in ``common_due`` the ids that are to be looked at; the note's own
deferred constraint trigger looks and takes it away. Named rows are locked FOR KEY SHARE, as a
foreign key does; rows that may overlap are looked at by one transaction at a time, each with all
that was committed before.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, models
from django.db.models.constraints import BaseConstraint

TABLE = "common_due"
# Two transactions must not look for overlaps of one table at a time.
OVERLAP_LOCK = 0x6F766572


class NeverOverlap(BaseConstraint):
    """At most one row of ``keys`` on any day (see common.dated.no_overlap, which this replaces in
    tables that are filled by the ten thousand). The first key is indexed."""

    def __init__(self, *, name: str, keys: tuple[str, ...], violation_error_message: str = ""):
        super().__init__(name=name, violation_error_message=violation_error_message or None)
        self.keys = tuple(keys)

    def deconstruct(self):
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"keys": self.keys}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NeverOverlap) and self.deconstruct() == other.deconstruct()

    __hash__ = None

    def validate(self, model, instance, exclude=None, using=None) -> None:
        """The database's business, at the end of the transaction."""

    # The triggers are installed after each migrate, see install().
    def constraint_sql(self, model, schema_editor) -> None:
        return None

    def create_sql(self, model, schema_editor) -> None:
        return None

    def remove_sql(self, model, schema_editor) -> None:
        return None


def references() -> Iterator[models.ForeignKey]:
    """All foreign keys that are guarded here: those without a constraint, unless the model says
    that it needs none (``guarded = False``)."""
    for model in apps.get_models():
        if not getattr(model, "guarded", True):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.ForeignKey) and not field.db_constraint:
                yield field


def overlaps() -> Iterator[tuple[type[models.Model], NeverOverlap]]:
    """All models whose rows must not overlap by a guard of this module."""
    for model in apps.get_models():
        for constraint in model._meta.constraints:
            if isinstance(constraint, NeverOverlap):
                yield model, constraint


def install() -> None:
    """Create or renew the table, functions and triggers; run by the owner role after migrate."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTES)
        for name, body in ((_LOOK, _LOOK_BODY), (_SAME_ID, _SAME_ID_BODY)):
            _function(cursor, name, body)
        _trigger(
            cursor, TABLE, "due_look",
            "CREATE CONSTRAINT TRIGGER {name} AFTER INSERT ON {table} "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {_LOOK}()",
        )
        for table, (appearing, changing) in _notes_of_writers().items():
            _watch(cursor, table, "insert", "NEW TABLE AS new_rows", appearing)
            _watch(
                cursor, table, "update", "OLD TABLE AS old_rows NEW TABLE AS new_rows", changing
            )
        for table, notes in _notes_of_targets().items():
            _watch(cursor, table, "delete", "OLD TABLE AS old_rows", notes)
            _trigger(
                cursor, table, "due_same_id",
                "CREATE TRIGGER {name} BEFORE UPDATE OF id ON {table} FOR EACH ROW "
                f"WHEN (OLD.id IS DISTINCT FROM NEW.id) EXECUTE FUNCTION {_SAME_ID}()",
            )


_NOTES = f"""
CREATE UNLOGGED TABLE IF NOT EXISTS {TABLE} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text NOT NULL, tbl text NOT NULL, col text NOT NULL, second text, target text,
  ids uuid[] NOT NULL
);
-- Ids hardly get smaller, and these live as long as a transaction.
ALTER TABLE {TABLE} ALTER COLUMN ids SET STORAGE EXTERNAL
"""
_LOOK, _SAME_ID = "due_look", "due_same_id"
# Whatever was the plan: rows are found one by one through an index. OFFSET 0 and EXECUTE keep the
# planner from turning this round; a plan made for no rows would be quadratic for many. OFFSET 1:
# most records have but one row, and need no second look.
_LOOK_BODY = f"""
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $due$
DECLARE wrong uuid;
BEGIN
  DELETE FROM {TABLE} WHERE id = NEW.id;
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE feature_not_supported USING MESSAGE = 'guarded tables are written in read committed';
  END IF;
  IF NEW.target IS NULL THEN
    PERFORM pg_advisory_xact_lock({OVERLAP_LOCK}, hashtext(NEW.tbl));
    EXECUTE format(
      'SELECT u.id FROM unnest($1) u(id) '
      'WHERE EXISTS (SELECT FROM %1$I a WHERE a.%2$I = u.id OFFSET 1) '
      'AND EXISTS (SELECT FROM %1$I a WHERE a.%2$I = u.id '
      'AND EXISTS (SELECT FROM %1$I b WHERE b.%2$I = a.%2$I AND b.%3$I = a.%3$I AND b.id > a.id '
      'AND b.starts_on < a.ends_on AND a.starts_on < b.ends_on OFFSET 0) OFFSET 0) LIMIT 1',
      NEW.tbl, NEW.col, NEW.second) INTO wrong USING NEW.ids;
    IF wrong IS NOT NULL THEN
      RAISE exclusion_violation USING CONSTRAINT = NEW.name, TABLE = NEW.tbl,
        MESSAGE = format('rows overlap: %s', NEW.name), DETAIL = format('%s=%s', NEW.col, wrong);
    END IF;
    RETURN NULL;
  END IF;
  EXECUTE format(
    'SELECT u.id FROM unnest($1) u(id) WHERE CASE '
    'WHEN EXISTS (SELECT FROM %1$I p WHERE p.id = u.id AND p.xmin = $2 OFFSET 0) THEN false '
    'WHEN NOT EXISTS (SELECT FROM %2$I r WHERE r.%3$I = u.id OFFSET 0) THEN false '
    'ELSE NOT EXISTS (SELECT FROM %1$I p WHERE p.id = u.id FOR KEY SHARE) END LIMIT 1',
    NEW.target, NEW.tbl, NEW.col) INTO wrong USING NEW.ids, pg_current_xact_id()::xid;
  IF wrong IS NOT NULL THEN
    RAISE foreign_key_violation USING CONSTRAINT = NEW.name, TABLE = NEW.tbl,
      MESSAGE = format('%s names a missing row of %s', NEW.tbl, NEW.target),
      DETAIL = format('%s=%s', NEW.col, wrong);
  END IF;
  RETURN NULL;
END $due$
"""  # noqa: S608 -- model names
_SAME_ID_BODY = """
RETURNS trigger LANGUAGE plpgsql AS $due$
BEGIN
  RAISE foreign_key_violation USING TABLE = TG_TABLE_NAME, MESSAGE = 'an id never changes';
END $due$
"""
_WATCH_BODY = """
RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $due$
BEGIN
{notes}
  RETURN NULL;
END $due$
"""
_NOTE = """  INSERT INTO {due} (name, tbl, col, second, target, ids)
  SELECT {values}, r.ids FROM (SELECT array_agg(id ORDER BY id) AS ids FROM ({rows}) t(id)) r
  WHERE r.ids IS NOT NULL;"""


# Of rows that are gone only those that somebody names. Who names one later in the transaction is
# looked at for it, and so is another transaction, which waits for this one. EXECUTE: planned for
# as many rows as there are, one or 58,725.
_NOTE_GONE = """  EXECUTE $note$INSERT INTO {due} (name, tbl, col, target, ids)
  SELECT '{name}', '{table}', '{column}', '{target}', g.ids FROM (
    SELECT array_agg(DISTINCT r.{column} ORDER BY r.{column}) AS ids
    FROM old_rows o JOIN {table} r ON r.{column} = o.id) g WHERE g.ids IS NOT NULL$note$;"""


def _note(rows: str, check: tuple[str | None, ...]) -> str:
    """The statement that notes ids for a check: (name, table, column, second column, target)."""
    values = ", ".join("NULL" if part is None else f"'{part}'" for part in check)
    return _NOTE.format(due=TABLE, rows=rows, values=values)


def _reference(field: models.ForeignKey) -> tuple[str, str, str, None, str]:
    table = field.model._meta.db_table
    return f"{table}_{field.column}_fk", table, field.column, None, _target(field)


def _target(field: models.ForeignKey) -> str:
    return field.related_model._meta.db_table


def _notes_of_writers() -> dict[str, tuple[list[str], list[str]]]:
    """Table → the notes to make of its new rows, and of its changed rows.

    Of changed rows only what was not there before: a value that the old rows had is held by them
    until the statement ends.
    """
    found: dict[str, tuple[list[str], list[str]]] = {}
    for field in references():
        check = _reference(field)
        new, changed = found.setdefault(check[1], ([], []))
        rows = f"SELECT DISTINCT {field.column} FROM new_rows WHERE {field.column} IS NOT NULL"  # noqa: S608 -- model names
        new.append(_note(rows, check))
        changed.append(_note(f"{rows} EXCEPT SELECT {field.column} FROM old_rows", check))  # noqa: S608 -- model names
    for model, constraint in overlaps():
        table = model._meta.db_table
        keys = [model._meta.get_field(key).column for key in constraint.keys]
        check = (constraint.name, table, keys[0], keys[-1], None)
        read = f"id, starts_on, ends_on, {', '.join(keys)}"
        new, changed = found.setdefault(table, ([], []))
        new.append(_note(f"SELECT DISTINCT {keys[0]} FROM new_rows", check))  # noqa: S608 -- model names
        changed.append(_note(
            f"SELECT DISTINCT {keys[0]} FROM (SELECT {read} FROM new_rows "  # noqa: S608 -- model names
            f"EXCEPT SELECT {read} FROM old_rows) c", check,
        ))
    return found


def _notes_of_targets() -> dict[str, list[str]]:
    """Table → the notes to make of rows that are gone."""
    found: dict[str, list[str]] = {}
    for field in references():
        name, table, column, _second, target = _reference(field)
        found.setdefault(target, []).append(_NOTE_GONE.format(
            due=TABLE, name=name, table=table, column=column, target=target
        ))
    return found


def _watch(cursor: Any, table: str, operation: str, rows: str, notes: list[str]) -> None:
    name = f"due_{operation}_{table}"
    _function(cursor, name, _WATCH_BODY.format(notes="\n".join(notes)))
    _trigger(
        cursor, table, f"due_{operation}",
        f"CREATE TRIGGER {{name}} AFTER {operation} ON {{table}} REFERENCING {rows} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    )


def _function(cursor: Any, name: str, body: str) -> None:
    cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [name])
    if cursor.fetchone() != (body.split("$due$")[1],):
        cursor.execute(f"CREATE OR REPLACE FUNCTION {name}() {body}")


def _trigger(cursor: Any, table: str, name: str, statement: str) -> None:
    cursor.execute(
        "SELECT 1 FROM pg_trigger WHERE tgname = %s AND tgrelid = %s::regclass", [name, table]
    )
    if cursor.fetchone() is None:
        cursor.execute(statement.format(name=name, table=table))
