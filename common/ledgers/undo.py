"""Undoing an import: back to what every record was, from the trace.

The plan of a staged row says which rows of the database belong to its record; the trace says what
they were before. A record is kept whole when someone else's change of it still stands, or when
something that stays refers to it (ledgers.md §2). Changes that have been undone themselves, or
changed back, do not count: the net effect decides.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.db import connection

from common.changes import Change, write
from common.ledgers.facets import FEW
from common.ledgers.ledger import ledger_of
from common.models import ImportBatch

# Ids are text here: an import makes some hundred thousand rows, and nothing is asked of their ids
# but whether they are the same.
Key = tuple[str, str]

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_PLAN = """
SELECT r.number, r.label, r.record::text, c->>0, c->>2
FROM common_importrow r CROSS JOIN LATERAL jsonb_array_elements(r.plan) c
WHERE r.batch_id = %s AND r.outcome IN ('new', 'update') ORDER BY r.number, r.id
"""
_TRACE = """
SELECT id, "table", "row"::text, owner::text, operation, before, after, at FROM common_history
WHERE {condition} ORDER BY id
"""
# Who refers to a record, but for the rows that came with it in the batch. EXCEPT has one plan:
# right after an import there are no statistics, and an anti-join is planned as nested loops.
_REFERENCES = """
SELECT t.{column}::text, t.{pk}::text FROM {table} t WHERE {condition}
EXCEPT ALL
SELECT h.owner::text, h."row"::text FROM common_history h
WHERE h.context = %(batch)s AND h.operation = 'I' AND h."table" = %(table)s
"""


def _rows(statement: str, values: Any) -> Iterator[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        while chunk := cursor.fetchmany(5000):
            yield from chunk


class Net:
    """What several entries did to one row, taken together."""

    __slots__ = ("after", "before", "deleted", "inserted")

    def __init__(self) -> None:
        self.inserted = self.deleted = False
        self.before: Mapping[str, Any] = _NOTHING
        self.after: Mapping[str, Any] = _NOTHING

    def add(self, operation: str, before: dict | None, after: dict | None) -> None:
        if operation == "I":
            self.inserted, self.deleted = not self.deleted, False
        elif operation == "D":
            if self.inserted:
                self.inserted = False
                self.before, self.after = _NOTHING, _NOTHING
            else:
                self.deleted = True
                self.before = {**(before or {}), **self.before}
        else:
            self.before = {**(before or {}), **self.before}
            self.after = {**self.after, **(after or {})}

    @property
    def stands(self) -> bool:
        return self.inserted or self.deleted or bool(self.keys)

    @property
    def keys(self) -> set[str]:
        """Columns whose value differs in the end."""
        return {key for key in self.after if self.after[key] != self.before.get(key)}


class Undo:
    """The undo of one batch, inside the caller's recorded transaction."""

    def __init__(self, batch: ImportBatch):
        self.batch = batch
        self.model = ledger_of(batch.kind).model
        self.numbers: dict[str, int] = {}
        self.labels: dict[str, str] = {}
        self.unit: dict[Key, str] = {}
        self.made: dict[Key, Net] = defaultdict(Net)
        self.owners: set[str] = set()
        self.kept: dict[str, str] = {}

    def run(self) -> dict[str, Any]:
        """Write the way back; returns {"undone": n, "kept": [{"row", "message"}]}."""
        result = self.preview()
        write(self._way_back())
        self._erase()
        return result

    def preview(self) -> dict[str, Any]:
        """What :meth:`run` would return now; nothing is written."""
        self._read_plan()
        last = self._read_trace()
        self._keep_changed(last)
        self._keep_referred()
        units = set(self.unit.values())
        kept = sorted(
            ({"row": self.numbers[unit], "message": why} for unit, why in self.kept.items()),
            key=lambda entry: entry["row"],
        )
        return {"undone": len(units) - len(self.kept), "kept": kept}

    def _read_plan(self) -> None:
        for number, label, record, table, pk in _rows(_PLAN, [self.batch.pk]):
            self.numbers[record], self.labels[record] = number, label
            self.unit[(table, pk)] = record

    def _read_trace(self) -> int:
        last = 0
        for pk, table, row, owner, *done, _at in self._entries("context = %s", self.batch.pk):
            self.made[(table, row)].add(*done)
            self.owners.add(owner)
            last = pk
        return last

    @staticmethod
    def _entries(condition: str, *values: Any) -> Iterator[tuple]:
        """Entries of the trace, oldest first."""
        for *entry, before, after, at in _rows(_TRACE.format(condition=condition), values):
            yield (
                *entry, json.loads(before) if before else None,
                json.loads(after) if after else None, at,
            )

    # Who stays ---------------------------------------------------------------------------------

    def _keep_changed(self, last: int) -> None:
        """Keep records with a later change of someone else that still stands."""
        later: dict[Key, Net] = defaultdict(Net)
        owners: dict[Key, tuple] = {}
        units = set(self.unit.values())
        condition, values = "id > %s", [last]
        if len(concerned := units | self.owners) <= FEW:
            condition, values = f"{condition} AND owner = ANY(%s::uuid[])", [last, list(concerned)]
        for _pk, table, row, owner, *done, at in self._entries(condition, *values):
            key = (table, row)
            if owner in units or key in self.made:
                later[key].add(*done)
                owners[key] = (owner, at)
        for key, net in later.items():
            if not net.stands:
                continue
            owner, at = owners[key]
            unit = self.unit.get(key)
            if owner in units:
                self._keep(owner, f"{at:%Y-%m-%d} 之后有人改过，予以保留。")
            elif unit and self._meets(self.made[key], net):
                self._keep(unit, f"{at:%Y-%m-%d} 之后有人改过相关记录，予以保留。")

    @staticmethod
    def _meets(made: Net, later: Net) -> bool:
        """Whether a later change of a shared row touches what the batch did to it."""
        if made.inserted or made.deleted or later.inserted or later.deleted:
            return True
        return bool(made.keys & later.keys)

    def _keep_referred(self) -> None:
        """Keep created records that something which stays refers to, until nothing is added."""
        table = self.model._meta.db_table
        created = {key[1] for key, net in self.made.items() if key[0] == table and net.inserted}
        references = self._references(created)
        while True:
            added = False
            for target, key, column in references:
                if target in self.kept or self._goes(key, column):
                    continue
                self._keep(target, "已有其他记录引用它，予以保留。")
                added = True
            if not added:
                return

    def _references(self, created: set[str]) -> list[tuple[str, Key, str]]:
        """(created record, referring row, its column) of all rows that refer to a created one.
        What came with the record stays or goes with it, and is left out."""
        found = []
        for column_field in _referring_fields(self.model):
            table, column = column_field.model._meta.db_table, column_field.column
            values = {"batch": self.batch.pk, "table": table}
            condition = f"t.{column} IS NOT NULL"
            if len(created) <= FEW:
                condition = f"t.{column} = ANY(%(created)s::uuid[])"
                values["created"] = list(created)
            pk = column_field.model._meta.pk.column
            statement = _REFERENCES.format(table=table, column=column, pk=pk, condition=condition)
            found += [
                (target, (table, pk), column)
                for target, pk in _rows(statement, values)
                if target in created
            ]
        return found

    def _goes(self, key: Key, column: str) -> bool:
        """Whether the undo itself takes this reference away."""
        unit = self.unit.get(key)
        if unit is None or unit in self.kept:
            return False
        made = self.made[key]
        return made.inserted or column in made.before

    def _keep(self, unit: str, why: str) -> None:
        name = self.labels.get(unit, "")
        self.kept.setdefault(unit, f"“{name}”{why}" if name else why)

    # The way back ------------------------------------------------------------------------------

    def _way_back(self) -> Iterator[Change]:
        for key, net in self.made.items():
            if self.unit.get(key) in self.kept:
                continue
            table, pk = key
            if net.inserted:
                yield Change(table, "D", pk, _NOTHING)
            elif net.deleted:
                values = {name: value for name, value in net.before.items() if name != "id"}
                yield Change(table, "I", pk, values)
            elif net.keys:
                yield Change(table, "U", pk, {name: net.before.get(name) for name in net.keys})

    def _erase(self) -> None:
        """Empty the history values of records whose creation was undone."""
        table = self.model._meta.db_table
        gone = [
            pk
            for (name, pk), net in self.made.items()
            if name == table and net.inserted and pk not in self.kept
        ]
        with connection.cursor() as cursor:
            cursor.execute("SELECT portal_erase(%s::uuid[])", [gone])


def _referring_fields(model) -> list:
    """All foreign keys to ``model``."""
    return [
        column_field
        for other in apps.get_models()
        for column_field in other._meta.concrete_fields
        if column_field.related_model is model
    ]
