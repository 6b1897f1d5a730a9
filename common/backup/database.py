"""The database's part: dump, empty, load, and what stands in each table.

Everything runs as the owner role. A load is one transaction of the caller, so that a database is
either wholly restored or as it was.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, cast

from django.db import connection
from psycopg.conninfo import make_conninfo

from common.refusals import Refused

# Sessions are bearer tokens: after a restore everybody signs in again.
WITHOUT_ROWS = ("django_session",)
_CONNECTING = ("host", "port", "user", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")
_PROGRAMS = Path("/usr/lib/postgresql")
# The same text of a row in every session.
_PLAIN = (
    "SET LOCAL timezone = 'UTC'", "SET LOCAL datestyle = 'ISO, YMD'",
    "SET LOCAL intervalstyle = 'postgres'", "SET LOCAL extra_float_digits = 1",
    "SET LOCAL bytea_output = 'hex'",
)
# Long, but not longer than this process lives.
_NO_LIMITS = (
    "SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0",
    "SET LOCAL client_connection_check_interval = '1s'",
)


def program(name: str) -> str:
    """The newest pg_dump or pg_restore: an older one refuses a newer server. Raises Refused."""
    found = sorted(_PROGRAMS.glob(f"*/bin/{name}"), key=lambda path: _number(path.parts[-3]))
    path = str(found[-1]) if found else shutil.which(name)
    if path is None:
        raise Refused(f"缺少程序 {name}，请安装 PostgreSQL 的客户端（Debian：postgresql-client）。")
    return path


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"[\d.]+", text) else 0.0


def _account() -> tuple[str, dict[str, str]]:
    """How pg_dump reaches the database of this process; the password is not on the command line,
    where every user of the machine could read it."""
    values = connection.get_connection_params()
    kept = {name: values[name] for name in _CONNECTING if values.get(name)}
    environment = dict(os.environ)
    for name in ("password", "passfile"):
        if values.get(name):
            environment[f"PG{name.upper()}"] = values[name]
    return make_conninfo(**kept), environment


# --- Out ----------------------------------------------------------------------------------------


def hold_snapshot() -> str:
    """Begin to see the database as it is now, until the transaction ends; the snapshot's name."""
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for statement in _NO_LIMITS:
            cursor.execute(statement)
        cursor.execute("SELECT pg_export_snapshot()")
        return cursor.fetchone()[0]


def dump(target: Path, *, snapshot: str) -> None:
    """Write the database as the snapshot shows it, in pg_dump's custom format. Raises Refused."""
    account, environment = _account()
    without = [f"--exclude-table-data=public.{table}" for table in WITHOUT_ROWS]
    command = [
        program("pg_dump"), "--format=custom", "--no-owner", "--no-privileges", "--no-comments",
        f"--snapshot={snapshot}", f"--file={target}", *without, f"--dbname={account}",
    ]
    done = subprocess.run(  # noqa: S603 -- no part of it comes from a user
        command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"数据库没有导出：{_last_line(done.stderr)}")


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["没有说明"])[-1]


def tables() -> list[str]:
    """The names of all tables, in the order of their names."""
    with connection.cursor() as cursor:
        return sorted(connection.introspection.table_names(cursor))


_CHECKSUM = "coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)"


def figures() -> dict[str, dict[str, Any]]:
    """Table → number of rows and a checksum over all of their values, whatever their order."""
    found = {}
    with connection.cursor() as cursor:
        for statement in _PLAIN:
            cursor.execute(statement)
        for table in tables():
            if table in WITHOUT_ROWS:
                continue
            cursor.execute(
                f"SELECT count(*), {_CHECKSUM} FROM {connection.ops.quote_name(table)} t"  # noqa: S608 -- our own tables
            )
            rows, total = cursor.fetchone()
            found[table] = {"rows": rows, "checksum": f"{int(total):x}"}
    return found


# --- In -----------------------------------------------------------------------------------------


def sessions_of_others() -> int:
    """How many other connections this database has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        return cursor.fetchone()[0]


_EMPTY = """
DO $$ DECLARE what text; BEGIN
  FOR what IN
    SELECT CASE c.relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END
      || ' IF EXISTS ' || c.oid::regclass
    FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  LOOP
    EXECUTE 'DROP ' || what || ' CASCADE';
  END LOOP;
  FOR what IN
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP
    EXECUTE 'DROP ROUTINE ' || what || ' CASCADE';
  END LOOP;
END $$
"""


def empty() -> None:
    """Drop every table and function of ours; extensions stay."""
    with connection.cursor() as cursor:
        for statement in _NO_LIMITS:
            cursor.execute(statement)
        cursor.execute(_EMPTY)


def load(source: Path) -> None:
    """Run a dump inside the transaction of the caller. Raises Refused when pg_restore cannot read
    it, a database error when PostgreSQL does not take it."""
    command = [
        program("pg_restore"), "--no-owner", "--no-privileges", "--no-comments", "--file=-",
        str(source),
    ]
    with subprocess.Popen(  # noqa: S603 -- no part of it comes from a user
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            _run(cast(IO[bytes], process.stdout))
        except BaseException:
            process.kill()
            raise
        message = cast(IO[bytes], process.stderr).read().decode(errors="replace")
    if process.returncode:
        raise Refused(f"备份中的数据库读不出来：{_last_line(message)}")
    with connection.cursor() as cursor:
        # The script empties it; our own statements name no schema.
        cursor.execute("RESET search_path")


_COPY = re.compile(rb"COPY .* FROM stdin;\n")
# psql's own commands; \restrict guards psql against what a script may hold, we have none to run.
_META = re.compile(rb"\\(?:un)?restrict ")


def _run(script: IO[bytes]) -> None:
    """Execute the SQL that pg_restore writes: statements, and rows after each COPY."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        for statement in _NO_LIMITS:
            cursor.execute(statement)
        raw = cursor.connection.cursor()
        pending: list[bytes] = []
        for line in script:
            if _META.match(line):
                continue
            if not _COPY.fullmatch(line):
                pending.append(line)
                continue
            _execute(raw, pending)
            with raw.copy(line) as copy:
                for rows in _rows(script):
                    copy.write(rows)
        _execute(raw, pending)


def _execute(cursor: Any, pending: list[bytes]) -> None:
    """Several statements in one go, as written."""
    if text := b"".join(pending):
        cursor.execute(text)
    pending.clear()


def _rows(script: IO[bytes]) -> Iterator[bytes]:
    """The rows of one COPY, some at a time. A script that ends among them raises Refused."""
    held: list[bytes] = []
    size = 0
    for line in script:
        if line == b"\\.\n":
            yield b"".join(held)
            return
        held.append(line)
        size += len(line)
        if size > 256 * 1024:
            yield b"".join(held)
            held, size = [], 0
    raise Refused("备份中的数据库读不出来：数据中途结束。")
