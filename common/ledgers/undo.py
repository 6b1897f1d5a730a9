"""Undoing an import: back to what every record was, from the trace.

The plan of a staged row says which rows of the database belong to its record; the trace says what
they were before. A record is kept whole when someone else's change of it still stands, or when
something that stays refers to it (ledgers.md §2). Changes that have been undone themselves, or
changed back, do not count: the net effect decides.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import connection

from common.changes import Change, write
from common.ledgers.facets import FEW
from common.ledgers.ledger import ledger_of
from common.models import HistoryEntry, ImportBatch, ImportRow

Key = tuple[str, uuid.UUID]


@dataclass
class Net:
    """What several entries did to one row, taken together."""

    inserted: bool = False
    deleted: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def add(self, operation: str, before: dict | None, after: dict | None) -> None:
        if operation == "I":
            self.inserted, self.deleted = not self.deleted, False
        elif operation == "D":
            if self.inserted:
                self.inserted = False
                self.before, self.after = {}, {}
            else:
                self.deleted = True
                self.before = {**(before or {}), **self.before}
        else:
            for key, value in (before or {}).items():
                self.before.setdefault(key, value)
            self.after |= after or {}

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
        self.numbers: dict[uuid.UUID, int] = {}
        self.labels: dict[uuid.UUID, str] = {}
        self.unit: dict[Key, uuid.UUID] = {}
        self.made: dict[Key, Net] = defaultdict(Net)
        self.owners: set[uuid.UUID] = set()
        self.kept: dict[uuid.UUID, str] = {}

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
        rows = ImportRow.objects.filter(batch=self.batch, outcome__in=["new", "update"])
        for number, label, record, plan in rows.values_list(
            "number", "label", "record", "plan"
        ).iterator(chunk_size=5000):
            self.numbers[record], self.labels[record] = number, label
            for table, _operation, pk, _values in plan:
                self.unit[(table, uuid.UUID(pk))] = record

    def _read_trace(self) -> int:
        entries = HistoryEntry.objects.filter(context=self.batch.pk).order_by("id")
        last = 0
        for pk, table, row, owner, operation, before, after in entries.values_list(
            "id", "table", "row", "owner", "operation", "before", "after"
        ).iterator(chunk_size=5000):
            self.made[(table, row)].add(operation, before, after)
            self.owners.add(owner)
            last = pk
        return last

    # Who stays ---------------------------------------------------------------------------------

    def _keep_changed(self, last: int) -> None:
        """Keep records with a later change of someone else that still stands."""
        later: dict[Key, Net] = defaultdict(Net)
        owners: dict[Key, tuple] = {}
        units = set(self.unit.values())
        entries = HistoryEntry.objects.filter(id__gt=last).order_by("id")
        if len(concerned := units | self.owners) <= FEW:
            entries = entries.filter(owner__in=concerned)
        for table, row, owner, operation, before, after, at in entries.values_list(
            "table", "row", "owner", "operation", "before", "after", "at"
        ).iterator(chunk_size=5000):
            key = (table, row)
            if owner in units or key in self.made:
                later[key].add(operation, before, after)
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

    def _references(self, created: set[uuid.UUID]) -> list[tuple[uuid.UUID, Key, str]]:
        """(created record, referring row, its column) of all rows that refer to a created one."""
        found = []
        for column_field in _referring_fields(self.model):
            model, column = column_field.model, column_field.column
            rows = model._default_manager.order_by()
            if len(created) <= 2000:
                rows = rows.filter(**{f"{column_field.name}__in": created})
            else:
                rows = rows.filter(**{f"{column_field.name}__isnull": False})
            for pk, target in rows.values_list("pk", column).iterator(chunk_size=5000):
                if target in created:
                    found.append((target, (model._meta.db_table, pk), column))
        return found

    def _goes(self, key: Key, column: str) -> bool:
        """Whether the undo itself takes this reference away."""
        unit = self.unit.get(key)
        if unit is None or unit in self.kept:
            return False
        made = self.made[key]
        return made.inserted or column in made.before

    def _keep(self, unit: uuid.UUID, why: str) -> None:
        name = self.labels.get(unit, "")
        self.kept.setdefault(unit, f"“{name}”{why}" if name else why)

    # The way back ------------------------------------------------------------------------------

    def _way_back(self) -> Iterator[Change]:
        for key, net in self.made.items():
            if self.unit.get(key) in self.kept:
                continue
            table, pk = key
            if net.inserted:
                yield Change(table, "D", pk)
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
