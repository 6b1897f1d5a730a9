"""Check, apply, import again, undo; and the bare load that apply is compared with."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import ledgers
from benchmarks.measure import ROUNDS, Cost
from benchmarks.place import as_owner
from benchmarks.reading import calamine_alone, ledger_file
from benchmarks.table import Figure

# What an import of entities writes, and everything that hangs on it.
TABLES = ("enterprises_entity", "enterprises_entitystate", "organizations_coveragelink")
_BARE = "bare_ledger"


def place(folder: Path) -> None:
    """Areas and organizations, through the import; once."""
    from areas.models import Area

    if Area.objects.exists():
        return
    for kind, headers, rows in (
        ("areas", ledgers.AREA_HEADERS, ledgers.area_rows()),
        ("organizations", ledgers.ORGANIZATION_HEADERS, ledgers.organization_rows()),
    ):
        path = ledgers.write(folder / f"{kind}.xlsx", headers, rows)
        apply(check(upload(kind, path)))


def start_again() -> None:
    """No entity, no batch, no history; statistics as of a fresh database."""
    as_owner(
        f"TRUNCATE {', '.join(TABLES)}, common_history, common_importbatch, common_importrow "
        "CASCADE",
        "VACUUM ANALYZE",
    )


def loaded(folder: Path, size: int = ledgers.SIZE) -> None:
    """The entities ledger is in the database; imported unless it is there."""
    from enterprises.models import Entity

    place(folder)
    if Entity.objects.count() != size:
        start_again()
        apply(check(upload("enterprises", ledger_file(folder, size))))
    as_owner("VACUUM ANALYZE")


def upload(kind: str, path: Path) -> Any:
    """A batch of the file, ready to be checked."""
    from accounts.scope import acting_scope
    from common.ledgers import batches
    from common.ledgers.flow import BATCH_FLOW

    with path.open("rb") as file:
        batch = batches.upload(
            kind=kind, file=file, file_name=path.name, by=None, effective_on=ledgers.DAY
        )
    BATCH_FLOW.apply(batch, "check", by=None, scope=acting_scope(None))
    return batch


def check(batch: Any, cost: Cost | None = None) -> Any:
    """The check stage, as its job does it."""
    from common.ledgers import batches

    _run(lambda: batches.check(batch), cost)
    batch.refresh_from_db()
    if batch.counts.get("error") or batch.state != "checked":
        raise RuntimeError(f"the ledger was not accepted: {batch.state} {batch.counts}")
    return batch


def apply(batch: Any, cost: Cost | None = None) -> Any:
    """The apply stage, as its job does it."""
    _step(batch, "apply", cost)
    return batch


def undo(batch: Any, cost: Cost | None = None) -> None:
    """Undo a batch, as its job does it."""
    _step(batch, "undo", cost)


def _step(batch: Any, verb: str, cost: Cost | None) -> None:
    from accounts.scope import acting_scope
    from common.ledgers import batches
    from common.ledgers.flow import BATCH_FLOW

    BATCH_FLOW.apply(batch, verb, by=None, scope=acting_scope(None))
    _run(lambda: getattr(batches, verb)(batch), cost)
    batch.refresh_from_db()


def _run(work: Callable[[], Any], cost: Cost | None) -> None:
    if cost is None:
        work()
    else:
        cost.of(work)


def make_bare() -> None:
    """One table of the same 25 columns: a primary key, the credit code unique, and what names an
    area (所属镇街, 村社区) a foreign key, as in any table of entities; nothing else."""
    columns = ", ".join(
        f"c{at} uuid REFERENCES areas_area (id) DEFERRABLE INITIALLY DEFERRED"
        if at in ledgers.AREAS else f"c{at} {kind}"
        for at, kind in enumerate(ledgers.TYPES)
    )
    as_owner(
        f"DROP TABLE IF EXISTS {_BARE}",
        f"CREATE TABLE {_BARE} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, {columns}, "
        f"UNIQUE (c{ledgers.KEY}))",
        f"GRANT ALL ON {_BARE} TO PUBLIC",
    )


def bare_rows() -> list:
    """The rows as the bare table keeps them: areas by their ids."""
    from areas.models import Area

    ids = dict(Area.objects.values_list("name", "id"))
    return [
        [ids[value] if at in ledgers.AREAS else value for at, value in enumerate(row)]
        for row in ledgers.Entities(typed=True)
    ]


def bare(rows: list) -> None:
    """COPY into a temporary table, then INSERT … ON CONFLICT into the table."""
    from django.db import connection, transaction

    names = [f"c{at}" for at in range(len(ledgers.TYPES))]
    listed = ", ".join(names)
    news = [f"EXCLUDED.{name}" for name in names]
    setting = ", ".join(f"{name} = {new}" for name, new in zip(names, news, strict=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {listed} FROM {_BARE} LIMIT 0"
        )
        with cursor.copy(f"COPY incoming ({listed}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(
            f"INSERT INTO {_BARE} AS t ({listed}) SELECT {listed} FROM incoming "
            f"ON CONFLICT (c{ledgers.KEY}) DO UPDATE SET {setting} WHERE "
            f"({', '.join('t.' + name for name in names)}) IS DISTINCT FROM ({', '.join(news)})"
        )


def row_digests() -> set[tuple[str, str]]:
    """Table and digest of every row of the ledger's tables."""
    from django.db import connection

    found = set()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT md5(t::text) FROM {table} t")
            found |= {(table, digest) for (digest,) in cursor.fetchall()}
    return found


def _history() -> int:
    from common.models import HistoryEntry

    return HistoryEntry.objects.count()


def _load_bare(rows: list, cost: Cost) -> None:
    make_bare()
    cost.of(lambda: bare(rows))


@contextmanager
def _beside(other: Callable[[], None]) -> Iterator[None]:
    """Run the other side of a ratio before and after: one that takes but a second varies by half on
    a shared machine."""
    other()
    yield
    other()


def measure(folder: Path) -> Iterator[Figure]:
    path = ledger_file(folder)
    place(folder)
    rows = bare_rows()
    alone, plain, checked, applied, checked_again, applied_again, undone = (
        Cost() for _ in range(7)
    )
    written = 0
    for turn in range(ROUNDS):
        start_again()
        first = upload("enterprises", path)
        with _beside(lambda: calamine_alone(path, alone)):
            check(first, checked)
        with _beside(lambda: _load_bare(rows, plain)):
            apply(first, applied)
        entries = _history()
        if turn == 0:
            before = row_digests()
        apply(check(upload("enterprises", path), checked_again), applied_again)
        written += _history() - entries
        if turn == 0:
            # Later the trace tells, which takes a line for every row that is written.
            written += len(row_digests() ^ before)
            rest = _stack(folder, before)
        undo(first, undone)
        if turn == 0:
            rest += len(row_digests())
            del before
    yield Figure("check.time", checked.seconds / alone.seconds, f"{checked} ÷ {alone}")
    yield Figure("apply.time", applied.seconds / plain.seconds, f"{applied} ÷ {plain}")
    again, whole = (
        checked_again.seconds + applied_again.seconds, checked.seconds + applied.seconds
    )
    yield Figure("again.whole", again / whole, f"{again:.2f} s ÷ {whole:.2f} s")
    yield Figure("again.apply", applied_again.seconds / applied.seconds, f"{applied_again}")
    yield Figure("again.rows", written)
    yield Figure("undo.time", undone.seconds / applied.seconds, f"{undone} ÷ {applied}")
    yield Figure("undo.rest", rest)
    as_owner(f"DROP TABLE {_BARE}")


def _stack(folder: Path, before: set[tuple[str, str]]) -> int:
    """Upon the first import change 1 %, then 10 %, undo both in turn: rows that are not as
    ``before``."""
    others = [
        apply(check(upload("enterprises", ledger_file(folder, changed=every))))
        for every in (100, 10)
    ]
    for batch in reversed(others):
        undo(batch)
    return len(row_digests() ^ before)
