"""A ledger: its columns, its facets, how a row finds its record. One declaration per ledger
serves template, check, form, apply and export."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from django.db import models
from import_export import resources

from common.ledgers.columns import CodeCell, Column
from common.ledgers.facets import FEW, Facet
from common.ledgers.rows import RECORD_NUMBER, Options, Row

# Headers that only number the rows; they are ignored without a word.
SILENT_HEADERS = ("序号", "编号", "No.", "NO", "原因")


@dataclass(frozen=True)
class Figure:
    """A number that officials report and compare after an import (与上报数核对)."""

    key: str
    label: str
    unit: str


class Ledger(resources.Resource):
    """Base of all ledgers. Instances belong to one check: facets keep what they have read."""

    kind = ""
    title = ""
    model: type[models.Model]
    unit = "条"
    # Columns whose vertically merged cells are filled down.
    merged_columns: tuple[str, ...] = ()
    # The right that its forms need, the right that its list needs (accounts/scope.py).
    edit_right = "edit_ledgers"
    read_right = "read_ledgers"
    # The field that names a record beside its label, to be shown and searched; "" = none.
    code_field = ""
    # The path of the text by which records without a row in the file are sorted and searched.
    name_path = "name"
    # Column names that the check page shows of a new row; never secret ones.
    preview: tuple[str, ...] = ()
    # What is compared with the officially reported numbers, and which records it counts.
    figures: tuple[Figure, ...] = ()
    counted = ""

    record_number = Column(RECORD_NUMBER, "id", CodeCell(36), synonyms=["记录编号", "系统记录号"])

    def __init__(self) -> None:
        super().__init__()
        self.facets: list[Facet] = self.make_facets()
        for extend in _EXTENSIONS.get(self.kind, ()):
            self.facets.extend(extend(self))
        self._homes = {
            column: facet for facet in reversed(self.facets) for column in facet.columns
        }

    # What a ledger says ------------------------------------------------------------------------

    def make_facets(self) -> list[Facet]:
        """The parts of a record."""
        raise NotImplementedError

    def identify(self, rows: list[Row], options: Options) -> None:
        """Set ``record`` and ``is_new`` of each row by its key, refuse repeated keys."""
        raise NotImplementedError

    def check_row(self, row: Row, options: Options) -> None:
        """Row rules that see several cells: errors and warnings of ledgers.md §1."""

    def finish(self, rows: list[Row], options: Options) -> None:
        """Rules that see the whole file: cycles, links that this file makes possible."""

    def in_scope(self, row: Row, options: Options) -> bool:
        """Whether the row as it will stand lies in the user's scope. ``is_own``: a facet knows that
        it belongs to an organization of the user."""
        return row.facts.get("is_own", False) or options.scope.covers(row.facts.get("places", {}))

    def label(self, row: Row) -> str:
        """How a row is called on the check page."""
        return ""

    def named(self, record: models.Model) -> str:
        """How a record without a row in the file is called."""
        return record.name

    def code(self, row: Row) -> str:
        """The code beside the label on the check page."""
        return row.get(self.fields[self.code_field]) if self.code_field else ""

    def standing(self, options: Options) -> Iterable[tuple[uuid.UUID, str]]:
        """(record, key of a figure) of everything in scope that counts on the day."""
        return ()

    def stands(self, row: Row, options: Options) -> Iterable[str]:
        """Keys of the figures that the row's record counts in once the row is written."""
        return ()

    def after(self, row: Row, field: str, options: Options) -> Any:
        """What a field of the record will hold on the day: the cell, or what is stored."""
        column = self.fields[field]
        if row.is_new or row.wants(column, options):
            return row.get(column)
        return self._homes[column].stored_at(row.record, options.day)[column.attribute]

    def as_they_will_stand(self, row: Row, fields: Iterable[str], options: Options) -> list[Any]:
        """What several fields of the record will hold, to be compared with one another, when the
        row says something about any of them; else None for each."""
        columns = [self.fields[name] for name in fields]
        given = [column.column_name in row.cells for column in columns]
        if row.is_new or all(given) or not any(given):
            return [row.get(column) for column in columns]
        return [self.after(row, name, options) for name in fields]

    def absent(self, batch_records: models.QuerySet, scope: Any) -> models.QuerySet:
        """Records in scope that the file does not name."""
        return self.model._default_manager.within(scope).exclude(pk__in=batch_records)

    # What follows ------------------------------------------------------------------------------

    @property
    def columns(self) -> list[Column]:
        """All columns in the order of the contract; 记录号 last."""
        own = [c for c in self.fields.values() if c.column_name != RECORD_NUMBER]
        facet_columns = [c for facet in self.facets for c in facet.columns]
        extra = [c for c in facet_columns if c not in own]
        place = getattr(self, "extension_before", None)
        if extra and place:
            at = next(i for i, c in enumerate(own) if c.column_name == place)
            own[at:at] = extra
        else:
            own.extend(extra)
        return [*own, self.fields["record_number"]]

    def headers(self) -> dict[str, list[str]]:
        """Canonical header → synonyms, for the reader."""
        return {c.column_name: list(c.synonyms) for c in self.columns}

    @property
    def required(self) -> list[str]:
        return [c.column_name for c in self.columns if c.required]

    def column(self, name: str) -> Column:
        """A column by its canonical header."""
        return next(c for c in self.columns if c.column_name == name)

    def load(self, ids: Iterable[uuid.UUID], options: Options) -> None:
        """Let all facets read what stands in the database for these records."""
        ids = set(ids)
        for facet in self.facets:
            facet.load(ids, options)

    def values(self, pk: uuid.UUID, day: date) -> dict[str, str]:
        """Column name → what an export of ``day`` prints of a loaded record (secrets as tokens)."""
        result: dict[str, str] = {RECORD_NUMBER: str(pk)}
        for facet in self.facets:
            result |= facet.values(pk, day)
        return result


_LEDGERS: dict[str, type[Ledger]] = {}
_EXTENSIONS: dict[str, list] = {}


def register(ledger: type[Ledger]) -> None:
    """Make a ledger known (called in AppConfig.ready)."""
    _LEDGERS[ledger.kind] = ledger


def extend(kind: str, make_facets) -> None:
    """Add facets of a higher app to a ledger: ``make_facets(ledger) -> list[Facet]``."""
    _EXTENSIONS.setdefault(kind, []).append(make_facets)


def ledger_of(kind: str) -> type[Ledger]:
    """The ledger of a kind. Raises KeyError."""
    return _LEDGERS[kind]


# The order of a first load; what comes later has none.
FIRST = ("areas", "organizations", "enterprises", "members", "instructors", "activities")


def all_ledgers() -> list[type[Ledger]]:
    """All registered ledgers, those of a first load in its order before the others."""
    rank = {kind: index for index, kind in enumerate(FIRST)}
    return sorted(_LEDGERS.values(), key=lambda ledger: rank.get(ledger.kind, len(FIRST)))


class KeyIndex:
    """Existing records by a key: value → ids. Reads only the wanted keys, or, when there are
    many, the whole table once."""

    def __init__(self, queryset: models.QuerySet, field: str, wanted: Iterable[str]):
        wanted = {value for value in wanted if value}
        rows = queryset.order_by()
        if len(wanted) <= FEW:
            rows = rows.filter(**{f"{field}__in": wanted})
        self._ids: dict[str, list[uuid.UUID]] = {}
        for value, pk in rows.values_list(field, "pk").iterator(chunk_size=5000):
            if value in wanted:
                self._ids.setdefault(value, []).append(pk)

    def ids(self, value: str) -> list[uuid.UUID]:
        return self._ids.get(value, [])


@cache
def headers_of(ledger: type[Ledger]) -> dict[str, list[str]]:
    """Canonical header → synonyms. What a ledger declares does not change, and making all of them
    to compare one file with took longer than checking it."""
    return ledger().headers()


@cache
def has_secrets(ledger: type[Ledger]) -> bool:
    """Whether a ledger holds numbers that are masked."""
    return any(column.is_secret for column in ledger().columns)
