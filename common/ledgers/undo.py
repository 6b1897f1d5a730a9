"""Undoing an import: back to what every record was, from the trace.

The plan of a staged row says which rows of the database belong to its record; the trace says what
they were before. A record is kept whole when someone else's change of it still stands, or when
something that stays refers to it (ledgers.md §2). Changes that have been undone themselves, or
changed back, do not count: the net effect decides.

Nearly all that an import does is to insert rows that nobody has touched since. These stay in the
database: only rows with more to tell, and records that have to be kept, are read.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.db import connection

from common.changes import Change, write_back
from common.ledgers.facets import FEW
from common.ledgers.ledger import ledger_of
from common.models import ImportBatch

# Ids are text here: nothing is asked of them but whether they are the same.
Key = tuple[str, str]

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_WRITTEN = "r.batch_id = %s AND r.outcome IN ('new', 'update') AND r.plan <> '[]'"
_PLAN = f"""
SELECT r.record::text, c->>0, c->>2
FROM common_importrow r CROSS JOIN LATERAL jsonb_array_elements(r.plan) c WHERE {_WRITTEN}
"""  # noqa: S608 -- model names
_NAMES = f"""
SELECT DISTINCT ON (r.record) r.record::text, r.number, r.label FROM common_importrow r
WHERE {_WRITTEN} AND r.record = ANY(%s::uuid[]) ORDER BY r.record, r.number DESC, r.id DESC
"""  # noqa: S608 -- model names
_TRACE = """
SELECT id, "table", "row"::text, owner::text, operation, before, after, at FROM common_history
WHERE {condition} ORDER BY id
"""
# Rows of the batch to which it did more than to insert them.
_TOLD = """
SELECT DISTINCT "row"::text, owner::text FROM common_history
WHERE context = %s AND operation <> 'I'
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
        # What the batch did to the rows that it did not just insert.
        self.told: dict[Key, Net] = defaultdict(Net)
        self.told_owners: set[str] = set()
        # Record → why it stays.
        self.kept: dict[str, str] = {}

    def run(self) -> dict[str, Any]:
        """Write the way back; returns {"undone": n, "kept": [{"row", "message"}]}."""
        result = self.preview()
        spared = self._spared()
        write_back(self.batch.pk, self._way_back(), spared)
        self._erase(spared)
        return result

    def preview(self) -> dict[str, Any]:
        """What :meth:`run` would return now; nothing is written."""
        told = list(_rows(_TOLD, [self.batch.pk]))
        if told:
            self._read_told([row for row, _owner in told])
            self.told_owners = {owner for _row, owner in told}
        self._keep_changed()
        self._keep_referred()
        [(count,)] = _rows(
            f"SELECT count(DISTINCT r.record) FROM common_importrow r WHERE {_WRITTEN}",  # noqa: S608 -- model names
            [self.batch.pk],
        )
        return {"undone": count - len(self.kept), "kept": self._kept()}

    def _read_told(self, rows: list[str]) -> None:
        condition = 'context = %s AND "row" = ANY(%s::uuid[])'
        for _pk, table, row, _owner, *done, _at in self._entries(condition, self.batch.pk, rows):
            self.told[(table, row)].add(*done)

    def _kept(self) -> list[dict[str, Any]]:
        found = _rows(_NAMES, [self.batch.pk, list(self.kept)]) if self.kept else ()
        kept = [
            {"row": number, "message": f"“{label}”{self.kept[pk]}" if label else self.kept[pk]}
            for pk, number, label in found
        ]
        return sorted(kept, key=lambda entry: entry["row"])

    @staticmethod
    def _entries(condition: str, *values: Any) -> Iterator[tuple]:
        """Entries of the trace, oldest first."""
        for *entry, before, after, at in _rows(_TRACE.format(condition=condition), values):
            yield (
                *entry, json.loads(before) if before else None,
                json.loads(after) if after else None, at,
            )

    # What is read only when something else than inserted rows is concerned -----------------------

    @cached_property
    def unit(self) -> dict[Key, str]:
        """Row → the record that it belongs to."""
        return {(table, pk): record for record, table, pk in _rows(_PLAN, [self.batch.pk])}

    @cached_property
    def inserted(self) -> dict[Key, str]:
        """Rows that the batch inserted and did nothing else to → their owners."""
        statement = (
            'SELECT "table", "row"::text, owner::text FROM common_history '
            "WHERE context = %s AND operation = 'I'"
        )
        found = _rows(statement, [self.batch.pk])
        return {(table, row): owner for table, row, owner in found if (table, row) not in self.told}

    def _made(self, key: Key) -> "Net | None":
        """What the batch did to a row; None when it did nothing."""
        if key in self.told:
            return self.told[key]
        return _INSERTED if key in self.inserted else None

    @cached_property
    def created(self) -> set[str]:
        """Records that the batch created and that are there."""
        table = self.model._meta.db_table
        told = {pk for (name, pk), net in self.told.items() if name == table and net.inserted}
        return told | {pk for name, pk in self.inserted if name == table}

    # Who stays ---------------------------------------------------------------------------------

    def _keep_changed(self) -> None:
        """Keep records with a later change of someone else that still stands."""
        statement = (
            "SELECT last, EXISTS (SELECT FROM common_history WHERE id > last) "
            "FROM (SELECT max(id) AS last FROM common_history WHERE context = %s) l"
        )
        [(last, is_followed)] = _rows(statement, [self.batch.pk])
        if not is_followed:
            return
        later: dict[Key, Net] = defaultdict(Net)
        owners: dict[Key, tuple] = {}
        units = set(self.unit.values())
        condition, values = "id > %s", [last]
        if len(concerned := units | set(self.inserted.values()) | self.told_owners) <= FEW:
            condition, values = f"{condition} AND owner = ANY(%s::uuid[])", [last, list(concerned)]
        for _pk, table, row, owner, *done, at in self._entries(condition, *values):
            key = (table, row)
            if owner in units or key in self.told or key in self.inserted:
                later[key].add(*done)
                owners[key] = (owner, at)
        for key, net in later.items():
            if not net.stands:
                continue
            owner, at = owners[key]
            unit = self.unit.get(key)
            if owner in units:
                self._keep(owner, f"{at:%Y-%m-%d} 之后有人改过，予以保留。")
            elif unit and self._meets(self._made(key) or Net(), net):
                self._keep(unit, f"{at:%Y-%m-%d} 之后有人改过相关记录，予以保留。")

    @staticmethod
    def _meets(made: Net, later: Net) -> bool:
        """Whether a later change of a shared row touches what the batch did to it."""
        if made.inserted or made.deleted or later.inserted or later.deleted:
            return True
        return bool(made.keys & later.keys)

    def _keep_referred(self) -> None:
        """Keep created records that something which stays refers to, until nothing is added."""
        references = self._references()
        while True:
            added = False
            for target, key, column in references:
                if target in self.kept or self._goes(key, column):
                    continue
                self._keep(target, "已有其他记录引用它，予以保留。")
                added = True
            if not added:
                return

    def _references(self) -> list[tuple[str, Key, str]]:
        """(created record, referring row, its column) of all rows that refer to a created one.
        What came with the record stays or goes with it, and is left out."""
        found = []
        is_small = self.batch.rows.count() <= FEW
        for column_field in _referring_fields(self.model):
            table, column = column_field.model._meta.db_table, column_field.column
            values = {"batch": self.batch.pk, "table": table}
            condition = f"t.{column} IS NOT NULL"
            if is_small:
                condition = f"t.{column} = ANY(%(created)s::uuid[])"
                values["created"] = list(self.created)
            pk = column_field.model._meta.pk.column
            statement = _REFERENCES.format(table=table, column=column, pk=pk, condition=condition)
            found += [
                (target, (table, pk), column)
                for target, pk in _rows(statement, values)
                if target in self.created
            ]
        return found

    def _goes(self, key: Key, column: str) -> bool:
        """Whether the undo itself takes this reference away."""
        unit = self.unit.get(key)
        if unit is None or unit in self.kept:
            return False
        made = self._made(key)
        return made is not None and (made.inserted or column in made.before)

    def _keep(self, unit: str, why: str) -> None:
        self.kept.setdefault(unit, why)

    # The way back ------------------------------------------------------------------------------

    def _spared(self) -> list[str]:
        """Rows that are not simply deleted: those of kept records, and those with more to tell."""
        spared = {pk for _table, pk in self.told}
        if self.kept:
            spared.update(pk for (_table, pk), unit in self.unit.items() if unit in self.kept)
        return list(spared)

    def _way_back(self) -> Iterator[Change]:
        """What became of the rows that the batch did not just insert."""
        for key, net in self.told.items():
            if self.kept and self.unit.get(key) in self.kept:
                continue
            table, pk = key
            if net.inserted:
                yield Change(table, "D", pk, _NOTHING)
            elif net.deleted:
                values = {name: value for name, value in net.before.items() if name != "id"}
                yield Change(table, "I", pk, values)
            elif net.keys:
                yield Change(table, "U", pk, {name: net.before.get(name) for name in net.keys})

    def _erase(self, spared: list[str]) -> None:
        """Empty the history values of records whose creation was undone."""
        table = self.model._meta.db_table
        told = [
            pk
            for (name, pk), net in self.told.items()
            if name == table and net.inserted and pk not in self.kept
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                'SELECT portal_erase(%s::uuid[] || ARRAY(SELECT "row" FROM common_history '
                "WHERE context = %s AND operation = 'I' AND \"table\" = %s "
                'AND "row" <> ALL(%s::uuid[])))',
                [told, self.batch.pk, table, spared],
            )


_INSERTED = Net()
_INSERTED.inserted = True


def _referring_fields(model) -> list:
    """All foreign keys to ``model``."""
    return [
        column_field
        for other in apps.get_models()
        for column_field in other._meta.concrete_fields
        if column_field.related_model is model
    ]
