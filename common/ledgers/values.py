"""Facets of declared ledgers: plain values with references, and sets of links.

What a row makes of its record stands in ``row.facts["values"]``: database column → value, None
after an error.
"""

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Model

from common import cells, changes, secrets
from common.cells import name_key
from common.ledgers.columns import Column, ManyCell
from common.ledgers.facets import Facet, rows_of, unchanged
from common.ledgers.references import Finder, ReferenceColumn, reference_to
from common.ledgers.rows import Options, Row

# Excel keeps at most 32,767 characters in a cell. A longer list is not printed: read back, a
# shortened one would take the rest away.
LONGEST_CELL = 30_000

Values = dict[str, Any]


class Record(Facet):
    """The record itself: values that are simply overwritten, and what it refers to."""

    def __init__(self, model: type[Model], columns: Iterable[Column]) -> None:
        self.model, self.columns = model, tuple(columns)
        self.references = [c for c in self.columns if isinstance(c, ReferenceColumn)]
        names = [
            name
            for column in self.columns
            for name in (
                [target.column for target in column.targets]
                if isinstance(column, ReferenceColumn)
                else [column.attribute]
            )
        ]
        self.names = ["id", *names]
        self.nothing: Values = {
            name: changes.defaults(model)[name] for name in names
        }
        self.found: dict[uuid.UUID, Values] = {}

    def load(self, ids, options):
        """Read these records; those that the check has read already are not read again."""
        self.begin(options)
        missing = set(ids) - self.found.keys()
        rows = {row["id"]: row for row in rows_of(self.model, "id", missing, self.names)}
        self.found = {pk: row for pk, row in self.found.items() if pk in set(ids)} | rows
        for column in self.references:
            column.know((), list(rows.values()))

    def begin(self, options: Options) -> None:
        """Let references be found anew."""
        for column in self.references:
            column.prepare(options)

    def said(self, row: Row, known: Values | None, options: Options) -> Values:
        """What the row says: database column → value. A blank says nothing, unless it clears."""
        said: Values = {}
        for column in self.columns:
            if isinstance(column, ReferenceColumn):
                said |= self._referred(row, column, known, options)
            elif row.given(column) or (known and row.wants(column, options)):
                said[column.attribute] = self._value(column, row.get(column), known)
        return said

    def _value(self, column: Column, new: Any, known: Values | None) -> Any:
        if not column.is_secret:
            return new
        old = known[column.attribute] if known else ""
        return old if unchanged(column, old, new) else secrets.conceal(new)

    def _referred(self, row: Row, column: ReferenceColumn, known, options: Options) -> Values:
        stored = column.text_of(known) if known else ""
        text = row.get(column)
        if not row.given(column):
            # What cannot be printed is left alone: its cell is always blank.
            clears = stored and options.empty_clears and row.is_blank(column)
            return column.read("") if clears else {}
        if stored and name_key(text) == name_key(stored):
            return {}
        try:
            return column.read(text)
        except cells.CellError as error:
            row.error(column, error.sentence)
            return {}

    def plan(self, row, options):
        wanted = row.facts.get("values")
        if row.errors or wanted is None:
            return
        known = self.found.get(row.record)
        if known is None:
            row.changes.append(changes.insert(self.model, wanted, row.record))
            return
        changed = {key: value for key, value in wanted.items() if known[key] != value}
        for column in self.columns:
            old, new = self.shown(column, known), self.shown(column, {**known, **wanted})
            if old != new:
                row.changed(column, old, new)
        if changed:
            row.changes.append(changes.update(self.model, row.record, changed))

    def shown(self, column: Column, values: Mapping[str, Any]) -> str:
        """The value of a column among stored values, as printed (secrets masked)."""
        if isinstance(column, ReferenceColumn):
            return column.text_of(values)
        return column.show(values[column.attribute])

    def stored_at(self, pk, day):
        return self.found[pk]

    def values(self, pk, day):
        known = self.found[pk]
        return {
            column.column_name: known[column.attribute] or ""
            if column.is_secret
            else self.shown(column, known)
            for column in self.columns
        }


class LinkedCell(ManyCell):
    """Names of several records."""

    def __init__(self) -> None:
        super().__init__(max_length=260)


class Links(Facet):
    """Records that a record is linked to by rows of ``model``: the cell names all of them; those
    that the user may not see are neither printed nor taken away."""

    def __init__(self, model: type[Model], owner: str, target: str, column: Column) -> None:
        self.model, self.owner, self.target = model, owner, target
        self.columns = (column,)
        self.found: dict[uuid.UUID, dict[uuid.UUID, uuid.UUID]] = {}
        self.finder: Finder | None = None

    def begin(self, options: Options) -> None:
        """Let names be found anew."""
        field = self.model._meta.get_field(self.target.removesuffix("_id"))
        self.finder = reference_to(field.related_model).finder(options, field.name)

    def load(self, ids, options):
        if self.finder is None:
            self.begin(options)
        self.found = {}
        for row in rows_of(self.model, self.owner, ids, ["id", self.owner, self.target]):
            self.found.setdefault(row[self.owner], {})[row[self.target]] = row["id"]
        self.finder.know((), {pk for links in self.found.values() for pk in links})

    def prepare(self, rows, options):
        self.finder.know({text for row in rows for text in row.get(self.columns[0])}, ())

    def plan(self, row, options):
        column = self.columns[0]
        if row.errors or not row.wants(column, options):
            return
        known = {} if row.is_new else self.found.get(row.record, {})
        seen = {pk: text for pk in known if (text := self._printed(pk))}
        if not row.is_new and self._text(row.record) == "" and seen and not row.given(column):
            return  # too long to be printed: the cell is always blank
        wanted = self._wanted(row, column, seen)
        if wanted is None:
            return
        for pk in wanted - known.keys():
            row.changes.append(
                changes.insert(self.model, {self.owner: row.record, self.target: pk})
            )
        gone = seen.keys() - wanted
        row.changes += [changes.delete(self.model, known[pk]) for pk in gone]
        if not row.is_new and (gone or wanted - known.keys()):
            row.changed(column, "、".join(sorted(seen.values())), "、".join(row.get(column)))

    def _wanted(self, row: Row, column: Column, seen: Mapping) -> set[uuid.UUID] | None:
        """The records named, None after an error. What is printed is understood without search."""
        by_text = {name_key(text): pk for pk, text in seen.items()}
        wanted = set()
        for text in row.get(column):
            pk = by_text.get(name_key(text))
            try:
                wanted.add(pk or self.finder.find(text))
            except cells.CellError as error:
                row.error(column, error.sentence)
                return None
        return wanted

    def _printed(self, pk: uuid.UUID) -> str:
        """The text of a record in a cell of several: one that reads as several is left out."""
        text = self.finder.printed(pk)
        return text if len(cells.many(text)) == 1 else ""

    def _text(self, pk: uuid.UUID) -> str:
        text = "、".join(sorted(filter(None, map(self._printed, self.found.get(pk, ())))))
        return text if len(text) <= LONGEST_CELL else ""

    def values(self, pk, day):
        return {self.columns[0].column_name: self._text(pk)}
