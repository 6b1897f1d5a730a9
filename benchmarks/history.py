"""What the trace costs: the same load with the triggers and without."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import imports
from benchmarks.measure import ROUNDS, Cost
from benchmarks.place import as_owner
from benchmarks.reading import ledger_file
from benchmarks.table import Figure


@contextmanager
def _no_triggers() -> Iterator[None]:
    """Inside, nothing is written down; the guards stay."""
    try:
        _set_triggers("DISABLE")
        yield
    finally:
        _set_triggers("ENABLE")


def _set_triggers(verb: str) -> None:
    as_owner(
        *(
            f"ALTER TABLE {table} {verb} TRIGGER trace_{operation}"
            for table in imports.TABLES for operation in ("insert", "update", "delete")
        )
    )


def _load(batch: Any, cost: Cost) -> None:
    """Apply a checked batch and take it back, so that the next load finds it checked."""
    from django.db import transaction

    with transaction.atomic():
        imports.apply(batch, cost)
        transaction.set_rollback(True)
    batch.refresh_from_db()
    as_owner(f"TRUNCATE {', '.join(imports.TABLES)}, common_history CASCADE", "VACUUM ANALYZE")


def _update_all(cost: Cost) -> None:
    """Every entity, in a session whose first call of the trigger has seen no row at all."""
    from django.db import connection, transaction

    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO enterprises_entity SELECT * FROM enterprises_entity WHERE false "
            "ON CONFLICT (id) DO UPDATE SET remarks = ''"
        )
        cursor.execute("UPDATE enterprises_entity SET remarks = remarks WHERE false")

        def update() -> None:
            with transaction.atomic():
                cursor.execute("UPDATE enterprises_entity SET remarks = remarks || '。'")

        cost.of(update)
    as_owner("VACUUM ANALYZE enterprises_entity")


def measure(folder: Path) -> Iterator[Figure]:
    imports.place(folder)
    imports.start_again()
    batch = imports.check(imports.upload("enterprises", ledger_file(folder)))
    yield _compared("history.insert", lambda cost: _load(batch, cost))
    imports.apply(batch)
    imports.loaded(folder)
    yield _compared("history.update", _update_all)


def _compared(key: str, work: Callable[[Cost], None]) -> Figure:
    """What ``work`` costs with the triggers and without, in turn."""
    traced, bare = Cost(), Cost()
    for _ in range(ROUNDS):
        with _no_triggers():
            work(bare)
        work(traced)
    return Figure(key, traced.seconds / bare.seconds, f"{traced} ÷ {bare}")
