"""What the trace costs: the same load with the triggers and without."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks import imports
from benchmarks.measure import ROUNDS, Cost
from benchmarks.place import as_owner
from benchmarks.reading import ledger_file
from benchmarks.table import Figure


def _triggers(verb: str) -> None:
    """Those of the trace; the guards stay."""
    as_owner(
        *(
            f"ALTER TABLE {table} {verb} TRIGGER trace_{operation}"
            for table in imports.TABLES for operation in ("insert", "update", "delete")
        )
    )


def _load(path: Path, cost: Cost) -> None:
    imports.start_again()
    imports.apply(imports.check(imports.upload("enterprises", path)), cost)


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
    path = ledger_file(folder)
    with_trace, without = Cost(), Cost()
    update_with, update_without = Cost(), Cost()
    for _ in range(ROUNDS):
        try:
            _triggers("DISABLE")
            _load(path, without)
            _update_all(update_without)
        finally:
            _triggers("ENABLE")
        _load(path, with_trace)
        _update_all(update_with)
    yield Figure(
        "history.insert", with_trace.seconds / without.seconds, f"{with_trace} ÷ {without}"
    )
    yield Figure(
        "history.update", update_with.seconds / update_without.seconds,
        f"{update_with} ÷ {update_without}",
    )
