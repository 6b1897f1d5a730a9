"""The one pass of checks: cells are read, records found, differences and changes planned.

Imports check a file through here, forms a single row: one set of rules, one engine.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import call
from typing import Any

from common import cells
from common.chance import new_id
from common.ledgers.columns import Column
from common.ledgers.ledger import Ledger
from common.ledgers.rows import RECORD_NUMBER, Options, Row

# After so many rows it is known which columns hardly repeat.
_SETTLED = 10_000

RawRows = Iterable[tuple[int, Mapping[str, Any]]]


def check_rows(
    ledger: Ledger,
    raw_rows: RawRows,
    options: Options,
    progress: Callable[[int], None] = lambda _done: None,
) -> list[Row]:
    """Plan all rows. ``raw_rows``: (Excel row number, canonical header → raw cell)."""
    reader = _CellReader(ledger)
    rows = []
    for number, raw in raw_rows:
        rows.append(reader.read(number, raw))
        if len(rows) % 2000 == 0:
            progress(len(rows))
        if len(rows) == _SETTLED:
            reader.settle()
    _find_by_record_number(ledger, rows, options)
    ledger.identify(rows, options)
    _settle_keys(rows)
    ledger.load((row.record for row in rows if not row.is_new), options)
    _refuse_foreign(ledger, rows, options)
    for facet in ledger.facets:
        facet.prepare(rows, options)
    for done, row in enumerate(rows, start=1):
        plan_row(ledger, row, options)
        if done % 5000 == 0:
            progress(done)
    ledger.finish(rows, options)
    _hold_dependants(rows)
    return rows


def plan_row(ledger: Ledger, row: Row, options: Options) -> None:
    """Let every facet plan its part of the row, then apply the row rules."""
    for facet in ledger.facets:
        facet.plan(row, options)
    ledger.check_row(row, options)
    if options.scope.everything or row.errors:
        return
    if (row.is_new or row.facts.get("moved")) and not ledger.in_scope(row, options):
        row.refuse_scope(ledger.required[0], "这一行不在您的管理范围内，请交由所属镇街或区级办理。")


class _CellReader:
    """Reads cells by their columns; each spelling is parsed once."""

    def __init__(self, ledger: Ledger):
        self.ledger = ledger
        self.columns = {
            column.column_name: (column, cells.Memory(column.cell.clean, column.nothing))
            for column in ledger.columns
        }
        self.required = [
            (column, column.column_name) for column in ledger.columns if column.required
        ]
        self.required_names = {name for _column, name in self.required}
        self._choose(())

    def read(self, number: int, raw: Mapping[str, Any]) -> Row:
        row = Row(number, raw)
        if raw.keys() != self.names:
            self._choose(raw.keys())
        meanings = self._meanings(raw.values())
        row.cells = filled = {
            name: value for name, value in zip(self.names, meanings, strict=True)
            if value is not None
        }
        for column, memory in self.chosen:
            if memory.has_errors:
                self._refuse(row, column)
        if not self.required_names <= filled.keys():
            for column, name in self.required:
                if name not in filled and name not in row.unread:
                    row.error(column, "必填，请补上。")
        row.label = self.ledger.label(row)[:200]
        return row

    def _choose(self, names: Iterable[str]) -> None:
        """Keep in mind which columns the rows of this file have."""
        self.names = dict.fromkeys(names).keys()
        self.chosen = [self.columns[name] for name in self.names]
        self.memories = [memory for _column, memory in self.chosen]
        self.readers = [memory.__getitem__ for memory in self.memories]

    def settle(self) -> None:
        """Columns whose memory is full by now (names, codes, phones) are read without a look at
        what is known: nearly each cell of theirs says something new."""
        self.readers = [
            memory.parsed if memory.is_full else memory.__getitem__ for memory in self.memories
        ]

    def _meanings(self, values: Sequence[Any]) -> list[Any]:
        """What the cells mean, None where they are empty. True would be taken for 1."""
        if bool in map(type, values):
            return [memory.of(value) for memory, value in zip(self.memories, values, strict=True)]
        return list(map(call, self.readers, values))

    @staticmethod
    def _refuse(row: Row, column: Column) -> None:
        """Of a column with wrong cells: one that cannot be read; a masked one may still mean
        "unchanged"."""
        problem = row.cells.get(column.column_name)
        if not isinstance(problem, cells.CellError):
            return
        del row.cells[column.column_name]
        row.unread |= {column.column_name}
        if isinstance(problem, cells.Masked):
            row.facts.setdefault("masked", []).append((column, problem.sentence))
        else:
            row.error(column, problem.sentence)


def _find_by_record_number(ledger: Ledger, rows: list[Row], options: Options) -> None:
    """记录号 decides before the keys, inside the user's scope; unknown or foreign: the key does."""
    wanted: dict[uuid.UUID, list[Row]] = {}
    for row in rows:
        if text := row.cells.get(RECORD_NUMBER):
            try:
                wanted.setdefault(uuid.UUID(text), []).append(row)
            except ValueError:
                continue
    if not wanted:
        return
    visible = ledger.model._default_manager.within(options.scope)
    if len(wanted) <= 5000:
        visible = visible.filter(pk__in=list(wanted))
    for pk in visible.order_by().values_list("pk", flat=True).iterator(chunk_size=5000):
        for row in wanted.get(pk, ()):
            row.record, row.is_new = pk, False
            row.facts["by_number"] = True


def _settle_keys(rows: list[Row]) -> None:
    """One record, one row; new rows get an id; masked cells need a record."""
    first: dict[int, Row] = {}
    for row in rows:
        if row.record is None:
            row.record, row.is_new = new_id(), True
        else:
            earlier = first.setdefault(row.record.int, row)
            if earlier is not row and not row.errors:
                row.error(RECORD_NUMBER, f"与第 {earlier.number} 行是同一条记录，请只留一行。")
        if row.is_new:
            for column, sentence in row.facts.pop("masked", ()):
                row.error(column, sentence)


def _refuse_foreign(ledger: Ledger, rows: list[Row], options: Options) -> None:
    """Hold back rows whose record lies outside the user's scope."""
    if options.scope.everything:
        return
    found = {row.record for row in rows if not row.is_new}
    visible = ledger.model._default_manager.within(options.scope)
    if len(found) <= 5000:
        visible = visible.filter(pk__in=found)
    allowed = set(visible.order_by().values_list("pk", flat=True))
    for row in rows:
        if not row.is_new and row.record not in allowed:
            row.refuse_scope(
                ledger.required[0], "这条记录不在您的管理范围内，请联系区级台账管理员。"
            )


def _hold_dependants(rows: list[Row]) -> None:
    """A row that refers to a record of a row held back is held back too."""
    held = {row.record: row for row in rows if row.is_new and row.errors}
    waiting = [row for row in rows if row.needs and not row.errors]
    while True:
        hit = [row for row in waiting if not row.errors and row.needs & held.keys()]
        if not hit:
            return
        for row in hit:
            cause = held[next(iter(row.needs & held.keys()))]
            row.error(RECORD_NUMBER, f"所引用的第 {cause.number} 行有误，先改好那一行。")
            if row.is_new:
                held[row.record] = row
