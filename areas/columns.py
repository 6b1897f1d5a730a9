"""Ledger columns that name an area, and the facet of dated values that may hold some."""

from collections.abc import Mapping
from typing import Any

from areas.choices import AreaLevel
from areas.finder import AreaFinder
from common import cells
from common.ledgers.columns import Column, TextCell
from common.ledgers.facets import DatedValues
from common.ledgers.rows import Options, Row


class AreaColumn(Column):
    """Names or codes an area of one level. ``attribute`` is the foreign key column."""

    def __init__(self, column_name: str, attribute: str, level: AreaLevel, **options):
        options.setdefault("suggestions", f"areas:{level.value}")
        super().__init__(column_name, attribute, TextCell(100), **options)
        self.level = level
        # The name of the area value, as scopes call it: town, park, community, grid.
        self.place = attribute.removesuffix("_id")


class PlacedValues(DatedValues):
    """Dated values of which some are areas: names are found, scopes are told."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.places = [
            (column.place, column.attribute)
            for column in self.columns
            if isinstance(column, AreaColumn)
        ]
        self.nowhere = dict.fromkeys(place for place, _column in self.places)
        self.place_columns = [column for column in self.columns if isinstance(column, AreaColumn)]
        self.place_names = [column.column_name for column in self.place_columns]
        self.others = [column for column in self.indirect if column not in self.place_columns]

    def load(self, ids, options):
        super().load(ids, options)
        self.areas = AreaFinder()
        self._memo: dict[tuple, Any] = {}
        self._placed: dict[tuple, tuple[dict, dict]] = {}

    def plan(self, row, options):
        if row.is_new:
            row.facts["places"] = dict(self.nowhere)
        super().plan(row, options)

    def plan_known(self, row, known, options):
        row.facts["places"] = {place: known.get(column) for place, column in self.places}
        before = dict(row.facts["places"])
        super().plan_known(row, known, options)
        row.facts["moved"] = before != row.facts["places"]

    def is_direct(self, column):
        return not isinstance(column, AreaColumn)

    def repeats(self, row, column, known):
        """A name that an export of the day would print names what is there already."""
        if isinstance(column, AreaColumn) and self._begins_with_batch:
            text, current = row.cells.get(column.column_name), known.get(column.attribute)
            return self.areas.name(current) == (text or "")
        return super().repeats(row, column, known)

    def fill_indirect(self, row, values, options):
        """Thousands of new rows name the same areas."""
        texts = tuple(map(row.cells.get, self.place_names))
        if texts in self._placed:
            found, row.facts["places"] = self._placed[texts]
        else:
            found, problems = {}, len(row.errors)
            for column in self.place_columns:
                found |= self.read(row, column, values, options)
            if len(row.errors) == problems:
                self._placed[texts] = found, row.facts["places"]
        values |= found
        for column in self.others:
            values |= self.read(row, column, values, options)

    def read(self, row: Row, column: Column, known: Mapping[str, Any], options: Options) -> dict:
        if not isinstance(column, AreaColumn):
            return super().read(row, column, known, options)
        pk = self.find(row, column, known)
        if pk is not False:
            row.facts["places"][column.place] = pk
            return {column.attribute: pk}
        return {column.attribute: known.get(column.attribute)}

    def find(self, row: Row, column: AreaColumn, known: Mapping[str, Any]):
        """The area named in the cell, None for an empty cell, False after an error."""
        text = row.get(column)
        if not text:
            return None
        current = known.get(column.attribute)
        if current and self.areas.name(current) == text:
            return current
        near = row.facts["places"].get("town")
        key = (column.attribute, text, near)
        if key not in self._memo:
            try:
                self._memo[key] = self.areas.find(text, column.level, near)
            except cells.CellError as error:
                self._memo[key] = error
        found = self._memo[key]
        if isinstance(found, cells.CellError):
            row.error(column, found.sentence)
            return False
        return found

    def show(self, column: Column, values: Mapping[str, Any]) -> str:
        if isinstance(column, AreaColumn):
            return self.areas.name(values[column.attribute])
        return super().show(column, values)
