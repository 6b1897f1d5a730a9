"""Small ledgers by declaration: a model, its key, a few words.

    class Sites(DeclaredLedger):
        kind, title, unit, model = "sites", "阵地驿站", "处", Site
        key = ("kind", "name")
        synonyms = {"name": ("驿站名称", "阵地名称")}

``register(Sites)`` in ``AppConfig.ready`` is all that is to be done: columns follow from the
model's fields (header: verbose_name, help: help_text, required unless blank), and so do template,
check, export, list, filters, form, record page and history (common/ledgers/pages.py), and who
reaches a row (:attr:`DeclaredLedger.reach_by`).
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from common import secrets, tables
from common.access import having
from common.cells import name_key
from common.ledgers import columns as cells_of
from common.ledgers.columns import Column
from common.ledgers.facets import FEW, rows_of
from common.ledgers.ledger import Ledger, all_ledgers
from common.ledgers.ledger import register as make_known
from common.ledgers.references import ReferenceColumn, Target, reference_to
from common.ledgers.rows import Options, Row
from common.ledgers.rules import refuse_repeated
from common.ledgers.values import LinkedCell, Links, Record, Values
from common.scoping import reaches
from common.secrets import SecretField

_PROSE = 2000
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
# Fields of an area, as scopes call them.
PLACES = ("town", "park", "community", "grid")


class DeclaredLedger(Ledger):
    """Base of small ledgers; see the module."""

    heading: ClassVar[str] = ""  # under which it stands on the index page
    noun: ClassVar[str] = ""  # what one row is called; the title when empty
    key: ClassVar[tuple[str, ...]]  # fields that find a record again
    first_key: ClassVar[str] = ""  # a number that goes before the key, where a record has one
    names: ClassVar[tuple[str, ...]] = ("name",)  # fields that name a record
    found_by: ClassVar[tuple[str, ...]] = ()  # fields that the search looks in; else ``names``
    synonyms: ClassVar[Mapping[str, Iterable[str]]] = {}
    cells: ClassVar[Mapping[str, Callable[[], cells_of.Cell]]] = {}  # other than the field's
    # Columns that link to several records: name → (model, field of the owner, field of the target).
    links: ClassVar[Mapping[str, tuple[type[models.Model], str, str]]] = {}
    # Fields of the list; all others can be chosen.
    listed: ClassVar[tuple[str, ...]] = ()
    sums: ClassVar[tuple[str, ...]] = ()  # numbers whose total stands above the list
    distinct: ClassVar[tuple[str, ...]] = ()  # links whose records are counted there, each once
    day: ClassVar[str] = ""  # the date by which the list is sorted and narrowed
    # Whether a row lasts and is counted on a day; else it happens on its day.
    lasts: ClassVar[bool] = False
    # (from, to): an end before its beginning is an error.
    spans: ClassVar[tuple[tuple[str, str], ...]] = (
        ("starts_on", "ends_on"), ("founded_on", "dissolved_on"), ("opened_on", "closed_on"),
    )
    # Keys of another declared ledger to whose records these rows belong.
    names_parents: ClassVar[tuple[str, ...]] = ()
    is_roster: ClassVar[bool] = False  # rows are people: who opens one is recorded
    is_open: ClassVar[bool] = False  # everybody with the right to read reads all rows
    is_counted: ClassVar[bool] = True  # figures are made of it (reports/declared.py)
    measured: ClassVar[tuple[str, ...]] = ()  # what figures add up; without it the sums
    # Columns and filters of the list beside those of the fields.
    more_columns: ClassVar[tuple[tables.Column, ...]] = ()
    more_filters: ClassVar[Mapping[str, Any]] = {}
    # Which rows the file is about, when it is not about all: those with the same values there.
    about: ClassVar[str] = ""

    @classmethod
    def more_totals(cls, _rows: models.QuerySet) -> list[tuple[str, Any]]:
        """(Label, total) beside ``sums`` and ``distinct``, of what one sum does not fit."""
        return []

    # Columns -----------------------------------------------------------------------------------

    def make_facets(self):
        own: list[Column] = []
        linked: list[Links] = []
        for name in self.field_names():
            if name in self.links:
                column = self._link_column(name)
                model, owner, target = self.links[name]
                linked.append(Links(model, f"{owner}_id", f"{target}_id", column))
            else:
                own.append(column := self._column(name))
            self.fields[name] = column
        self.fields.move_to_end("record_number")
        self.record = Record(self.model, own)
        self.linked = linked
        return [self.record, *linked]

    @classmethod
    def field_names(cls) -> list[str]:
        """The columns in order: the fields of the model as they are written there, keys of which
        one is filled as one, links, 备注 last."""
        either = getattr(cls.model, "either", {})
        hidden = {part for _label, parts in either.values() for part in parts}
        hidden |= {"id", "remarks", *getattr(cls.model, "beside", ())}
        own = [f.name for f in cls.model._meta.concrete_fields if f.name not in hidden]
        return [*own, *either, *cls.links, "remarks"]

    def _column(self, name: str) -> Column:
        options: dict[str, Any] = {"synonyms": self.synonyms.get(name, ())}
        either = getattr(self.model, "either", {})
        if name in either:
            label, parts = either[name]
            targets = tuple(_target(self.model, part) for part in parts)
            options["suggestions"] = getattr(self.model, "suggested", {}).get(name, "")
            options["help"] = getattr(self.model, "helps", {}).get(name, "")
            return ReferenceColumn(label, name, targets, **options)
        field = self.model._meta.get_field(name)
        options["required"] = not field.blank and not isinstance(field, models.BooleanField)
        options["help"] = str(field.help_text)
        label = str(field.verbose_name)
        if isinstance(field, models.ForeignKey):
            reference = reference_to(field.related_model)
            options["suggestions"] = reference.suggestions(name)
            options["lookup"] = reference.lookup
            return ReferenceColumn(label, field.column, (_target(self.model, name),), **options)
        make = self.cells.get(name)
        return Column(label, field.column, make() if make else cell_of(field), **options)

    def _link_column(self, name: str) -> Column:
        model, _owner, target = self.links[name]
        field = model._meta.get_field(target)
        return Column(
            str(field.verbose_name), name, LinkedCell(), synonyms=self.synonyms.get(name, ()),
            help=str(field.help_text), lookup=reference_to(field.related_model).lookup,
        )

    # Which record a row is ---------------------------------------------------------------------

    def identify(self, rows, options):
        record = self.record
        record.begin(options)
        for link in self.linked:
            link.begin(options)
        numbered = {row.record for row in rows} - {None}
        record.found = {
            row["id"]: row for row in rows_of(self.model, "id", numbered, record.names)
        }
        for column in record.references:
            column.know([row.get(column) for row in rows], list(record.found.values()))
        said = {id(row): record.said(row, record.found.get(row.record), options) for row in rows}
        stored = self._stored(said.values())
        for row in rows:
            row.facts["values"] = None
            if not row.errors:
                self._find(row, said[id(row)], stored)
        for column in record.references:
            column.know((), list(record.found.values()))
        for row in rows:
            if not row.errors:
                known = record.found.get(row.record)
                new = record.said(row, known, options)
                row.facts["values"] = {**record.nothing, **(known or {}), **new}
                row.facts["values"].pop("id", None)
                self.derive(row.facts["values"])
        refuse_repeated(
            rows, self.fields[self.key[0]],
            lambda row: self._keys(v)[0] if (v := row.facts["values"]) else None,
        )
        self._place(rows, options)

    def _keys(self, values: Mapping[str, Any]) -> list[tuple]:
        """By what the record of these values is found: the first key where it has one, the key."""
        parts = tuple(_comparable(values[column]) for column in self._key_columns)
        first = _comparable(values[self.first_key]) if self.first_key else ""
        return [(self.first_key, first), parts] if first else [parts]

    @property
    def _key_columns(self) -> list[str]:
        either = getattr(self.model, "either", {})
        return [
            self.model._meta.get_field(part).column
            for name in self.key
            for part in (either[name][1] if name in either else (name,))
        ]

    def _stored(self, said: Iterable[Values]) -> dict[tuple, list[Values]]:
        """The records that the rows may be about, by key."""
        said = list(said)
        rows = self.model._default_manager.order_by()
        for column in self._key_columns if not self.first_key else ():
            wanted = {values.get(column) for values in said}
            is_exact = all(isinstance(value, uuid.UUID | date | int) for value in wanted)
            if is_exact and len(wanted) <= FEW:
                rows = rows.filter(**{f"{column}__in": wanted})
        found: dict[tuple, list[Values]] = {}
        for row in rows.values(*self.record.names).iterator(chunk_size=5000):
            for key in self._keys(row):
                found.setdefault(key, []).append(row)
        return found

    def _find(self, row: Row, said: Values, stored: Mapping[tuple, list[Values]]) -> None:
        """Find the row's record by its key; refuse the key of another record."""
        known = self.record.found.get(row.record)
        first = self.fields[self.key[0]]
        same = self._same({**self.record.nothing, **(known or {}), **said}, stored)
        if known is not None:
            if any(one["id"] != row.record for one in same):
                row.error(first, f"已有另一条相同的{self.noun or self.title}，请核对。")
        elif len(same) > 1:
            row.error(first, f"有 {len(same)} 条相同的记录，请先导出台账，用带记录号的表修改。")
        elif same:
            row.record, row.is_new = same[0]["id"], False
            self.record.found[row.record] = same[0]

    def _same(self, values: Values, stored: Mapping[tuple, list[Values]]) -> list[Values]:
        """The records of these values' key. Two with different first keys are two."""
        for key in self._keys(values):
            found = stored.get(key, ())
            if key[0] != self.first_key and self.first_key and values[self.first_key]:
                found = [one for one in found if not one[self.first_key]]
            if found:
                return list(found)
        return []

    # Scope -------------------------------------------------------------------------------------

    @classmethod
    def reach_by(cls) -> list[str]:
        """The fields that put a row in somebody's scope; a model may say it otherwise."""
        said = getattr(cls.model, "reached_by", None)
        if said is not None:
            return list(said)
        beside = getattr(cls.model, "beside", ())
        return [
            field.name
            for field in cls.model._meta.concrete_fields
            if isinstance(field, models.ForeignKey)
            and field.name not in beside
            and _can_reach(field)
        ]

    def _place(self, rows: list[Row], options: Options) -> None:
        """Whether each row, as it will stand, lies in the user's scope."""
        if options.scope.everything:
            return
        if self.is_open and not self.reach_by():
            for row in rows:
                row.facts["is_own"] = options.scope.may(self.edit_right)
            return
        seen = {name: self._within(name, rows, options) for name in self.reach_by()}
        for row in rows:
            values = row.facts["values"]
            if values is None:
                continue
            row.facts["is_own"] = any(
                values[self.model._meta.get_field(name).column] in ids
                for name, ids in seen.items()
            )
            known = self.record.found.get(row.record)
            row.facts["moved"] = known is not None and any(
                known[column] != values[column]
                for column in (self.model._meta.get_field(name).column for name in seen)
            )

    def _within(self, name: str, rows: list[Row], options: Options) -> set[uuid.UUID]:
        field = self.model._meta.get_field(name)
        wanted = {v[field.column] for row in rows if (v := row.facts["values"])} - {None}
        if name in PLACES:
            return wanted & options.scope.areas.get(name, frozenset())
        return set(
            field.related_model._default_manager.within(options.scope)
            .filter(pk__in=wanted).values_list("pk", flat=True)
        )

    def in_scope(self, row, options):
        return bool(row.facts.get("is_own"))

    # What a row says ---------------------------------------------------------------------------

    def label(self, row):
        return " ".join(
            text for name in self.names if (text := str(row.get(self.fields[name]) or ""))
        )

    def named(self, record):
        return str(record)

    def check_row(self, row, options):
        if values := row.facts["values"]:
            for first, last in self.spans:
                if first in self.fields and last in self.fields:
                    self._check_span(row, values, first, last)
            self.check_values(row, values, options)

    def _check_span(self, row: Row, values: Values, first: str, last: str) -> None:
        starts, ends = values[first], values[last]
        if starts and ends and ends < starts:
            begins = self.fields[first].column_name
            row.error(self.fields[last], f"早于{begins} {starts}，请核对。")

    def check_values(self, row: Row, values: Values, options: Options) -> None:
        """Rules of this ledger over what the record is to say: errors and warnings."""

    def derive(self, values: Values) -> None:
        """Fill what follows from the other values."""

    def absent(self, batch_records, scope):
        rows = super().absent(batch_records, scope)
        if not self.about:
            return rows
        of_file = self.model._default_manager.filter(pk__in=batch_records)
        return rows.filter(**{f"{self.about}__in": of_file.values(self.about)})


def _target(model: type[models.Model], name: str) -> Target:
    field = model._meta.get_field(name)
    words = getattr(model, "words", {})
    return Target(name, field.column, field.related_model, words.get(name, ""))


def _can_reach(field: models.ForeignKey) -> bool:
    """Whether who reaches what the key names reaches the row; not by what everybody may see."""
    if field.name in PLACES:
        return True
    is_open = getattr(field.related_model, "named_openly", False)
    return not is_open and hasattr(field.related_model._default_manager.all(), "within")


def _comparable(value: Any) -> Any:
    """A value as keys compare it: texts without blanks and widths, secrets by their mark."""
    if isinstance(value, str):
        return secrets.mark_of(value) if value.startswith(f"{secrets.KEY_ID}.") else name_key(value)
    return value


_PLAIN_CELLS: dict[type[models.Field], Callable[[Any], cells_of.Cell]] = {
    SecretField: lambda _field: cells_of.PhoneCell(),
    models.BooleanField: lambda _field: cells_of.FlagCell(),
    models.DateField: lambda _field: cells_of.DateCell(),
    models.DecimalField: lambda field: cells_of.DecimalCell(field.decimal_places),
    models.IntegerField: lambda field: cells_of.IntegerCell(
        *((_FIRST_YEAR, _LAST_YEAR) if field.name == "year" else ())
    ),
    models.TextField: lambda _field: cells_of.ProseCell(_PROSE),
    models.CharField: lambda field: cells_of.TextCell(field.max_length),
}


def cell_of(field: models.Field) -> cells_of.Cell:
    """The cell that reads and shows the values of a model's field."""
    if isinstance(field, ArrayField):
        choices = field.base_field.choices
        return (
            cells_of.ManyChoicesCell(choices)
            if choices
            else cells_of.ManyCell(max_length=field.base_field.max_length)
        )
    if field.choices:
        return cells_of.ChoiceCell(field.choices)
    kind = next(kind for kind in _PLAIN_CELLS if isinstance(field, kind))
    return _PLAIN_CELLS[kind](field)


def register(ledger: type[DeclaredLedger]) -> None:
    """Make a declared ledger known, with who reaches its rows (called in AppConfig.ready)."""
    make_known(ledger)

    @reaches(ledger.model._meta.label)
    def of_what_it_names(scope: Any, day: date) -> Q | None:
        """Rows of places, organizations, entities … in scope."""
        if ledger.is_open and having(ledger.read_right) & scope.roles:
            return Q(pk__isnull=False)
        condition = scope.in_areas(*(n for n in ledger.reach_by() if n in PLACES)) or Q(pk__in=[])
        for name in ledger.reach_by():
            if name not in PLACES:
                related = ledger.model._meta.get_field(name).related_model
                rows = related._default_manager.within(scope, day)
                condition |= Q(**{f"{name}__in": rows.values("pk")})
        return condition


def declared_ledgers() -> list[type[DeclaredLedger]]:
    """All declared ledgers, in the order in which they were registered."""
    return [ledger for ledger in all_ledgers() if issubclass(ledger, DeclaredLedger)]


def ledger_of_model(model: type[models.Model]) -> type[DeclaredLedger]:
    """The declared ledger of a model. StopIteration: it has none."""
    return next(ledger for ledger in declared_ledgers() if ledger.model is model)
