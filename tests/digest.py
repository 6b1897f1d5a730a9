"""What stands in the database, to be compared: before and after an import and its undo."""

import hashlib
import json
from collections.abc import Iterable
from datetime import date

from django.db import connection

from accounts.scope import acting_scope
from common.ledgers import all_ledgers
from common.ledgers.export import ledger_rows
from common.ledgers.rows import RECORD_NUMBER, Options
from common.trace import tracked_tables


def rows(tables: Iterable[str] | None = None) -> dict[str, list[str]]:
    """Table → its rows as JSON text, sorted: every column of every tracked table, ids included."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(tables or tracked_tables()):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")
            found[table] = [text for (text,) in cursor.fetchall()]
    return found


def digest(tables: Iterable[str] | None = None) -> str:
    """md5 over :func:`rows`."""
    return hashlib.md5(json.dumps(rows(tables)).encode()).hexdigest()


def printed(day: date) -> dict[str, list[str]]:
    """Kind → what its export of ``day`` prints, sorted, without 记录号: two databases that were
    filled apart can be compared."""
    found = {}
    options = Options(day=day, scope=acting_scope(None))
    for ledger in (kind() for kind in all_ledgers()):
        ids = ledger.model.objects.values_list("pk", flat=True)
        lines = ledger_rows(ledger, ids, options, identity=True)
        found[ledger.kind] = sorted(
            json.dumps({k: v for k, v in line.items() if k != RECORD_NUMBER}, ensure_ascii=False)
            for line in lines
        )
    return found
