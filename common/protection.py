"""What the owner role does after each migrate: triggers, rights, functions that need its rights."""

from django.conf import settings
from django.db import connection, transaction

from common import guards, trace

# Tables that the application role may only read, or only read and add to.
READ_ONLY = ("common_history", guards.TABLE)
APPEND_ONLY = ["common_read"]


def append_only(table: str) -> None:
    """An app's own table of the trail: the application may read it and add to it."""
    if table not in APPEND_ONLY:
        APPEND_ONLY.append(table)


_ERASE = """
CREATE OR REPLACE FUNCTION portal_erase(records uuid[]) RETURNS bigint LANGUAGE sql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  WITH emptied AS (
    UPDATE common_history SET before = NULL, after = NULL
    WHERE owner = ANY(records) AND operation <> 'I'
      AND (before IS NOT NULL OR after IS NOT NULL) RETURNING 1
  ) SELECT count(*) FROM emptied
$$
"""


# Only the owner of a table may renew what the planner knows of it.
_ANALYZE = """
CREATE OR REPLACE FUNCTION portal_analyze(named text) RETURNS void LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp SET default_statistics_target = 10 AS $$
BEGIN
  -- A tenth of the usual sample will do until autovacuum takes a whole one, and takes no second.
  EXECUTE format('ANALYZE %I', named);
END $$
"""


def protect(**_signal) -> None:
    """Install the triggers and take rights on the trace away from the application role.

    ``portal_erase`` is the only erasure there is: undoing the creation of a record empties the
    values of its history and leaves the lines (design.md §4, personal data). What other records
    said of it is theirs and stays. ``portal_analyze``: see common/changes.py.
    """
    if "common_history" not in connection.introspection.table_names():
        return
    guards.install()
    trace.install()
    with connection.cursor() as cursor:
        for name, text in (("portal_erase", _ERASE), ("portal_analyze", _ANALYZE)):
            cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [name])
            if cursor.fetchone() != (text.split("$$")[1],):
                cursor.execute(text)
    grant_rights()


@transaction.atomic
def grant_rights() -> None:
    """The application role reads and writes rows of every table but those of the trace."""
    role = settings.DATABASE_APPLICATION_ROLE
    if role == settings.DATABASE_OWNER_ROLE:
        return
    name = connection.ops.quote_name(role)
    with connection.cursor() as cursor:
        _grant(cursor, name)


def _grant(cursor, name: str) -> None:
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
    cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
    cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
    for table in READ_ONLY:
        cursor.execute(f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")
    for table in APPEND_ONLY:
        cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")
