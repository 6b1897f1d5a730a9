"""Organizations and entities that commitments and honours name, as their ledgers print them."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import django_filters
from django.utils import timezone

from common import cells
from common.cells import name_key
from common.ledgers.columns import Column, TextCell
from common.ledgers.export import suggestion
from common.ledgers.facets import Plain
from common.ledgers.rows import Options, Row
from enterprises.models import Entity
from organizations.coverage import valid_links
from organizations.finder import EntityFinder, entity_names


class ReferenceCell(TextCell):
    """A record that is read as text, stored as its id, printed by its name."""

    nothing: Any = None
    names: Callable[[uuid.UUID], str]

    def render(self, value, obj=None, **kwargs):
        return self.names(value) if isinstance(value, uuid.UUID) else value or ""


def refer_to_entity(
    row: Row, column: Column, known: uuid.UUID | None, shown: Mapping[uuid.UUID, str],
    finder: EntityFinder,
) -> uuid.UUID | None:
    """The entity that the cell names: ``known`` for what the export printed of it (``shown``) and
    for an empty cell; None, and an error of the row, when there is none."""
    text = row.get(column)
    if not text or (known and name_key(text) == name_key(shown.get(known, ""))):
        return known
    try:
        return finder.get(text)
    except cells.CellError as error:
        row.error(column, error.sentence)
        return None


class Referring(Plain):
    """A record that names an organization and an entity. ``identify`` leaves their ids in
    ``row.facts``, under the columns' attributes; None where the row names none."""

    REFERENCES = ("organization_id", "entity_id")

    def load(self, ids, options):
        super().load(ids, options)
        self.entities = entity_names((row["entity_id"] for row in self.found.values()), options)

    def plan(self, row, options):
        known = self.found.get(row.record)
        for column in self.columns:
            if column.attribute not in self.REFERENCES:
                continue
            if found := row.facts.get(column.attribute):
                row.cells[column.column_name] = found
            else:
                row.cells.pop(column.column_name, None)
        organization = row.facts.get("organization_id")
        row.facts["moved"] = bool(known and organization) and (
            organization != known["organization_id"]
        )
        super().plan(row, options)


YEARS_BACK = 10


def years() -> list[tuple[int, str]]:
    """The years that a list can be narrowed to, the next one first."""
    this = timezone.localdate().year
    return [(year, f"{year} 年") for year in range(this + 1, this - YEARS_BACK, -1)]


def year_filter() -> django_filters.ChoiceFilter:
    """年度 of commitments, honours, recommendations."""
    return django_filters.ChoiceFilter(label="年度", field_name="year", choices=years)


def year_words(row: Any) -> str:
    """A year is no amount: 2026, not 2,026."""
    return str(row.year)


@suggestion("covered")
def covered_entities(scope: Any, _argument: str) -> list[str]:
    """Names of the entities in scope that a Party organization covers today."""
    today = timezone.localdate()
    covered = valid_links(today).values("entity")
    ids = Entity.objects.within(scope, today).filter(pk__in=covered).values_list("pk", flat=True)
    return sorted(filter(None, entity_names(ids, Options(day=today, scope=scope)).values()))
