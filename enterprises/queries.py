"""Questions to the entities: what a list shows of them, and their size class in SQL."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Least
from django.db.models.lookups import Exact

from common import parameters
from enterprises.choices import BusinessStatus
from enterprises.industries import SECTIONS
from enterprises.models import EntityQuerySet
from enterprises.rules import (
    LARGE,
    MEDIUM,
    MICRO,
    NOT_APPLICABLE,
    SMALL,
    TOO_LITTLE_DATA,
    Limit,
    SizeRow,
    meets_three_conditions,
    size_class,
    size_table,
)

_COLUMNS = {"X": "state__employees", "Y": "state__revenue", "Z": "state__assets"}
_SIZES = (MICRO, SMALL, MEDIUM, LARGE)
_NOT_APPLICABLE = -1
SIZE_CHOICES = [(size, size) for size in (*reversed(_SIZES), NOT_APPLICABLE, TOO_LITTLE_DATA)]


def listed(entities: EntityQuerySet, day: date) -> EntityQuerySet:
    """Entities with the values of ``day`` that lists show, as attributes of the rows."""
    return entities.at(day).annotate(
        status=F("state__status"),
        section=F("state__section"),
        division=F("state__division"),
        employees=F("state__employees"),
        revenue=F("state__revenue"),
        assets=F("state__assets"),
        above_scale=F("state__above_scale"),
        fixed_premises=F("state__fixed_premises"),
        tags=F("state__tags"),
        stage=F("state__stage"),
        town_name=F("state__town__name"),
        community_name=F("state__community__name"),
        park_name=F("state__park__name"),
        grid_name=F("state__grid__name"),
    )


def set_computed(rows: Iterable[Any], day: date) -> None:
    """Set what follows from the values of listed rows: status in words, size class, 三有."""
    staff = parameters.value("three_conditions.employees", on=day)
    for row in rows:
        row.status_words = status_words(row.status, row.closed_on, day)
        row.size_class = size_class(
            row.section, row.division or None, row.employees, row.revenue, row.assets, day
        )
        row.is_three = meets_three_conditions(
            fixed_premises=row.fixed_premises,
            employees=row.employees,
            operates_normally=row.status_words == BusinessStatus.NORMAL.label,
            minimum_employees=staff,
        )


def status_words(status: str, closed_on: date | None, day: date) -> str:
    """经营状态 on a day: whoever has ceased by then is 注销, whatever was recorded."""
    if closed_on and closed_on <= day:
        return BusinessStatus.CLOSED.label
    return BusinessStatus(status).label


def of_size(entities: QuerySet, size: str, day: date) -> QuerySet:
    """Entities (with their ``state`` of ``day``) of a size class of enterprises.rules."""
    rows = entities.annotate(size_level=_level_of_entity(day))
    if size == TOO_LITTLE_DATA:
        return rows.filter(size_level__isnull=True)
    level = _NOT_APPLICABLE if size == NOT_APPLICABLE else _SIZES.index(size)
    return rows.filter(size_level=level)


def _level_of_entity(day: date) -> Case:
    """0 to 3 for 微型 to 大型, -1 where the table has no row, null where data are missing; as
    enterprises.rules.size_basis() decides, which a test compares."""
    table = size_table(day)
    by_rows: dict[tuple[int, ...], list[str]] = {}
    for division, numbers in table.rows_of.items():
        by_rows.setdefault(numbers, []).append(division)
    cases = [
        When(state__division__in=divisions, then=_level([table.rows[n] for n in numbers]))
        for numbers, divisions in by_rows.items()
    ]
    for section, (_name, divisions) in SECTIONS.items():
        covered = [table.rows_of[code] for code in divisions if table.rows_of.get(code)]
        rows = [table.rows[n] for n in sorted({n for numbers in covered for n in numbers})]
        is_whole = len(covered) == len(divisions)
        level = _level(rows) if is_whole or not rows else Value(None, IntegerField())
        cases.append(When(state__division="", state__section=section, then=level))
    return Case(*cases, default=Value(None), output_field=IntegerField())


def _level(rows: Sequence[SizeRow]) -> Any:
    """The level that all rows agree on."""
    if not rows:
        return Value(_NOT_APPLICABLE, IntegerField())
    first, *others = (_level_of_row(row) for row in rows)
    if not others:
        return first
    same = [Exact(first, other) for other in others]
    agreed = same[0]
    for condition in same[1:]:
        agreed = agreed & condition
    return Case(When(agreed, then=first), output_field=IntegerField())


def _level_of_row(row: SizeRow) -> Any:
    """The lowest level of the indicators; one below the first limit is enough for 微型."""
    levels = [_level_of_limit(limit) for limit in row.limits]
    if len(levels) == 1:
        return levels[0]
    below = Q()
    known = Q()
    for limit in row.limits:
        column = _COLUMNS[limit.indicator]
        below |= Q(**{f"{column}__lt": limit.small})
        known &= Q(**{f"{column}__isnull": False})
    return Case(
        When(below, then=Value(0)), When(known, then=Least(*levels)), output_field=IntegerField()
    )


def _level_of_limit(limit: Limit) -> Case:
    column = _COLUMNS[limit.indicator]
    return Case(
        When(**{f"{column}__gte": limit.large}, then=Value(3)),
        When(**{f"{column}__gte": limit.medium}, then=Value(2)),
        When(**{f"{column}__gte": limit.small}, then=Value(1)),
        When(**{f"{column}__isnull": False}, then=Value(0)),
        output_field=IntegerField(),
    )
