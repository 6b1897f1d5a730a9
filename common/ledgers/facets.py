"""Facets: the parts of a record that a ledger row fills.

A record has plain attributes (:class:`Plain`), dated values (:class:`DatedValues`) and single dated
links (:class:`DatedLink`); apps add facets of their own (several links of a kind). A facet loads
what stands in the database, plans the changes that a row asks for, and prints the values of a day.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db import models

from common import changes, secrets
from common.changes import period_of, timeline_changes
from common.dated import (
    BEGINNING,
    FOREVER,
    Period,
    Timeline,
    correct,
    filled,
    set_from,
)
from common.ledgers.columns import Column, DecimalCell
from common.ledgers.rows import Options, Row

# Up to this many records are looked up by id; for more the whole table is read once.
FEW = 2000


def rows_of(
    model: type[models.Model], column: str, ids: Iterable[uuid.UUID], fields: Iterable[str]
) -> Iterable[dict[str, Any]]:
    """values() of the rows of ``model`` whose ``column`` is one of ``ids``."""
    ids = ids if isinstance(ids, set) else set(ids)
    queryset = model._default_manager.order_by()
    if len(ids) <= FEW:
        return queryset.filter(_Among(column, models.Value(list(ids)))).values(*fields)
    fields = list(fields)
    # The number inside an id is found in a quarter of the time.
    numbers, at = {pk.int for pk in ids}, fields.index(column)
    return (
        dict(zip(fields, row, strict=True))
        for row in queryset.values_list(*fields).iterator(chunk_size=20_000)
        if (pk := row[at]) and pk.int in numbers
    )


class _Among(models.Func):
    """``column = ANY(values)``: one parameter, where IN has as many as there are values and takes
    as long to write as the answer to read."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()


class Facet:
    """A part of a record. ``columns``: those it reads and prints, in order."""

    columns: tuple[Column, ...] = ()
    # Names in the cell are only ever added to what is there (依托单位).
    only_adds = False

    @property
    def dated_columns(self) -> tuple[Column, ...]:
        """The columns whose change is a 变更 or a 更正."""
        return ()

    def load(self, ids: set[uuid.UUID], options: Options) -> None:
        """Read what stands in the database for these records."""

    def prepare(self, rows: list[Row], options: Options) -> None:
        """See all rows of the file before any is planned (references in any order)."""

    def plan(self, row: Row, options: Options) -> None:
        """Add changes, differences, errors and warnings to ``row``."""

    def stored_at(self, pk: uuid.UUID, day: date) -> Mapping[str, Any]:
        """Database column → stored value of a loaded record on ``day``."""
        raise NotImplementedError

    def values(self, pk: uuid.UUID, day: date) -> dict[str, str]:
        """Column name → what an export of ``day`` prints (secrets as tokens)."""
        return {}


class Plain(Facet):
    """Attributes of the record itself that are simply overwritten (history keeps the old)."""

    def __init__(self, model: type[models.Model], columns: Iterable[Column], derive=None):
        self.model, self.columns = model, tuple(columns)
        self.secrets = [column for column in self.columns if column.is_secret]
        self.all_cells = Cells(self.columns)
        self.open_cells = Cells(column for column in self.columns if not column.is_secret)
        # derive(values) → further columns that follow from the ones written.
        self.derive = derive or (lambda _values: {})

    def load(self, ids, options):
        names = ["id", *(column.attribute for column in self.columns)]
        self.found = {row["id"]: row for row in rows_of(self.model, "id", ids, names)}

    def plan(self, row, options):
        known = None if row.is_new else self.found.get(row.record)
        if known is None:
            values = dict(self.all_cells.of(row))
            for column in self.secrets:
                values[column.attribute] = stored(column, values[column.attribute])
            values |= self.derive(values)
            row.changes.append(changes.insert(self.model, values, row.record))
            return
        changed = {}
        for column in self.secrets if self.open_cells.repeat(row, known) else self.columns:
            if not row.wants(column, options):
                continue
            old, new = known[column.attribute], row.get(column)
            if unchanged(column, old, new):
                continue
            changed[column.attribute] = stored(column, new)
            row.changed(column, column.show(old), column.show(changed[column.attribute]))
        if changed:
            changed |= self.derive({**known, **changed})
            row.changes.append(changes.update(self.model, row.record, changed))

    def stored_at(self, pk, day):
        return self.found[pk]

    def values(self, pk, day):
        known = self.found[pk]
        return {c.column_name: c.printed(known[c.attribute]) for c in self.columns}


class Cells:
    """Cells that are stored as they are read, looked at all at once."""

    def __init__(self, columns: Iterable[Column]) -> None:
        columns = list(columns)
        self._names = [column.column_name for column in columns]
        self._nothings = [column.nothing for column in columns]
        self._attributes = [column.attribute for column in columns]

    def of(self, row: Row) -> Iterable[tuple[str, Any]]:
        """(Attribute, what is to be stored) of each."""
        said = map(row.cells.get, self._names, self._nothings)
        return zip(self._attributes, said, strict=True)

    def repeat(self, row: Row, known: Mapping[str, Any]) -> bool:
        """Whether they say what is stored, cell by cell: so do most rows of most imports, and
        looking at each column for itself took a third of the time of such a row."""
        said = map(row.cells.get, self._names, self._nothings)
        return list(said) == list(map(known.__getitem__, self._attributes))


def stored(column: Column, value: Any) -> Any:
    """What the database keeps of a value read from a cell."""
    return secrets.conceal(value) if column.is_secret else value


def unchanged(column: Column, old: Any, new: Any) -> bool:
    """Whether the database already keeps this value (secrets are compared by fingerprint)."""
    return secrets.same(old, new) if column.is_secret else old == new


class Timelines(Facet):
    """Base of facets whose rows are timelines: ``fields`` hold from day to day, one row a day."""

    model: type[models.Model]
    owner: str
    fields: tuple[str, ...] = ()
    nothing: Mapping[str, Any] = {}

    @property
    def dated_columns(self):
        return self.columns

    def load(self, ids, options):
        self.found: dict[uuid.UUID, list[dict[str, Any]]] = {}
        names = ["id", self.owner, "starts_on", "ends_on", *self.fields]
        for row in rows_of(self.model, self.owner, ids, names):
            self.found.setdefault(row[self.owner], []).append(row)

    def timeline(self, pk: uuid.UUID) -> Timeline:
        """The record's periods, gaps filled with ``nothing``."""
        periods = [period_of(row, self.fields) for row in self.found.get(pk, ())]
        return filled(periods, self.nothing)

    def known_at(self, pk: uuid.UUID, day: date) -> Mapping[str, Any]:
        """The stored values of ``day`` (``nothing`` in a gap)."""
        for row in self.found.get(pk, ()):
            if row["starts_on"] <= day < row["ends_on"]:
                return row
        return self.nothing

    def stored_at(self, pk, day):
        return self.known_at(pk, day)

    def is_nothing(self, values: Mapping[str, Any]) -> bool:
        return bool(self.nothing) and all(
            values.get(key) == value for key, value in self.nothing.items()
        )

    def rewrite(self, row: Row, new: Timeline) -> None:
        """Turn the record's timeline into ``new``."""
        row.changes += timeline_changes(
            self.model, {self.owner: row.record}, self.timeline(row.record), new, self.is_nothing
        )

    def changed_timeline(self, pk: uuid.UUID, day: date, values, options: Options) -> Timeline:
        """The timeline after a 变更 or 更正 of ``values`` on ``day``."""
        change = correct if options.is_correction else set_from
        return change(self.timeline(pk), day, values)


class DatedValues(Timelines):
    """Dated values of a record in one wide row per period."""

    def __init__(self, model: type[models.Model], owner: str, columns: Iterable[Column]):
        self.model, self.owner, self.columns = model, owner, tuple(columns)
        self.fields = tuple(
            f.column
            for f in model._meta.concrete_fields
            if f.column not in {"id", owner, "starts_on", "ends_on"}
        )
        self._nothing = {key: model._meta.get_field(key).get_default() for key in self.fields}
        self.direct = {column: None for column in self.columns if self.is_direct(column)}
        self.indirect = [column for column in self.columns if column not in self.direct]
        self.direct_cells = Cells(self.direct)
        self.amounts = [
            column.attribute for column in self.direct if isinstance(column.cell, DecimalCell)
        ]
        self._begins_with_batch = type(self).begins is DatedValues.begins
        self._holds_always = type(self).first_periods is DatedValues.first_periods
        # The row of a period that is without bound, to be copied and filled.
        always = {"starts_on": BEGINNING, "ends_on": FOREVER}
        self._whole = {**changes.defaults(model), **self._nothing, **always}

    def plan(self, row, options):
        if row.is_new:
            self._create(row, options)
        else:
            self.plan_known(row, self.known_at(row.record, options.day), options)

    def plan_known(self, row: Row, known: Mapping[str, Any], options: Options) -> None:
        """Plan a row of a record that exists; ``known``: what it holds on the day."""
        wanted: dict[date, dict[str, Any]] = {}
        for column in self._in_question(row, known):
            if self.repeats(row, column, known) or not row.wants(column, options):
                continue
            new = self.read(row, column, known, options)
            day = options.day if self._begins_with_batch else self.begins(row, column, options)
            was = known if day == options.day else self.known_at(row.record, day)
            differing = {
                key: value for key, value in new.items()
                if (old := was[key]) is not value and old != value
            }
            if differing:
                wanted.setdefault(day, {}).update(differing)
                row.changed(column, self.show(column, was), self.show(column, {**was, **new}))
        timeline = self.timeline(row.record) if wanted else []
        for day, values in sorted(wanted.items()):
            change = correct if options.is_correction and day == options.day else set_from
            timeline = change(timeline, day, values)
        timeline = self.adjust(row, timeline, options)
        if timeline:
            self.rewrite(row, timeline)

    def _in_question(self, row: Row, known: Mapping[str, Any]) -> Iterable[Column]:
        """The columns that may have something new to say."""
        repeats = self._begins_with_batch and self.direct_cells.repeat(row, known)
        return self.indirect if repeats else self.columns

    def _create(self, row: Row, options: Options) -> None:
        values = dict(self._whole if self._holds_always else self._nothing)
        values.update(self.direct_cells.of(row))
        self.fill_indirect(row, values, options)
        if self._holds_always:
            values[self.owner] = row.record
            for attribute in self.amounts:  # as JSON would write them, which asks for each
                if values[attribute] is not None:
                    values[attribute] = str(values[attribute])
            row.changes.append(changes.inserted(self.model, values))
            return
        for period in self.first_periods(row, values):
            row.changes.append(
                changes.insert(
                    self.model,
                    {
                        self.owner: row.record,
                        "starts_on": period.starts_on,
                        "ends_on": period.ends_on,
                        **period.values,
                    },
                )
            )

    def fill_indirect(self, row: Row, values: dict[str, Any], options: Options) -> None:
        """Read the cells of a new row that are not stored as they are."""
        for column in self.indirect:
            values |= self.read(row, column, values, options)

    # What a ledger may say differently -------------------------------------------------------

    def first_periods(self, row: Row, values: dict[str, Any]) -> Timeline:
        """The periods that the creating row begins: its values hold without bound."""
        return [Period(BEGINNING, FOREVER, values)]

    def begins(self, row: Row, column: Column, options: Options) -> date:
        """The day from which a changed value holds; a date in the row wins over the batch's."""
        return options.day

    def is_direct(self, column: Column) -> bool:
        """Whether the cell's value is stored as it is; others go through :meth:`read`."""
        return True

    def read(self, row: Row, column: Column, known: Mapping[str, Any], options: Options) -> dict:
        """Database columns and values of one cell. Override :meth:`is_direct` with it."""
        return {column.attribute: row.get(column)}

    def repeats(self, row: Row, column: Column, known: Mapping[str, Any]) -> bool:
        """Whether a cell that is not stored as it is says, at a glance, what holds already."""
        return False

    def show(self, column: Column, values: Mapping[str, Any]) -> str:
        """The column's value among stored values, as printed."""
        return column.show(values[column.attribute])

    def adjust(self, row: Row, timeline: Timeline, options: Options) -> Timeline:
        """A last word on the timeline (moving a boundary); [] means nothing to write."""
        return timeline

    def values(self, pk, day):
        known = self.known_at(pk, day)
        return {column.column_name: self.show(column, known) for column in self.columns}
