"""Figures (design.md §4.4): what an indicator is, and how its numbers are counted and rounded.

An indicator counts rows of a population: a stock those of a day, a flow those of a period. Its
figure, its cells and its lists are made of the same query, so a list has exactly as many rows as
its number says. reports/kinds.py has the kinds of indicators, reports/indicators.py the
definitions, reports/populations.py the rows and the ways to divide them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.db import models
from django.db.models import Aggregate, Case, Count, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from common import parameters
from common.periods import Span, last_full, whole
from reports.extent import Extent

NO_PERCENT = "—"
Where = Mapping[str, str]  # dimension → key of a cell
When = date | Span  # a stock is taken on a day, a flow over a span


def percent(met: int, total: int) -> Decimal | None:
    """met × 100 / total with one decimal, half up; None when the total is 0."""
    if not total:
        return None
    return (Decimal(met) * 100 / Decimal(total)).quantize(Decimal("0.1"), ROUND_HALF_UP)


def percent_text(met: int, total: int) -> str:
    """The same in print: 23.7%, or — without a denominator."""
    value = percent(met, total)
    return NO_PERCENT if value is None else f"{value}%"


def flag(condition: Q) -> Case:
    """The condition as a column that is never NULL: a row meets it or does not."""
    return Case(models.When(condition, then=Value(True)), default=Value(False))


@dataclass(frozen=True)
class Share:
    """How many of how many."""

    met: int
    total: int

    @property
    def unmet(self) -> int:
        return self.total - self.met

    @property
    def size(self) -> int:
        return self.total

    @property
    def percent(self) -> Decimal | None:
        return percent(self.met, self.total)

    @property
    def percent_text(self) -> str:
        return percent_text(self.met, self.total)

    def as_json(self) -> dict[str, Any]:
        value = self.percent
        return {
            "met": self.met, "total": self.total,
            "percent": None if value is None else str(value),
        }


@dataclass(frozen=True)
class Number:
    """How many, how much; None where nothing was there to be measured (a median of no row)."""

    value: int | Decimal | None

    @property
    def size(self) -> int | Decimal:
        return self.value or 0

    def as_json(self) -> dict[str, Any]:
        whole = self.value is None or self.value == int(self.value)
        return {"value": self.value and int(self.value) if whole else float(self.value)}


Figure = Share | Number


@dataclass(frozen=True)
class Cell:
    """The figure of one part of the population: key and label of the part ("" = no value)."""

    key: str
    label: str
    figure: Figure

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "label": self.label} | self.figure.as_json()


@dataclass(frozen=True)
class Dimension:
    """One way to divide a population: every row stands in exactly one cell.

    column: path or annotation with the stored value. name: path of the cell's label; without it
    ``words`` has key and label of each stored value, in printing order, else the value is both.
    missing: label of the cell of rows without a value.
    """

    key: str
    title: str
    column: str
    missing: str
    name: str = ""
    words: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def under(self, state: str) -> "Dimension":
        """The same dimension where the state is joined under another name than ``state``."""
        return replace(self, column=self.column.replace("state__", f"{state}__", 1))

    def matches(self, key: str, _when: When) -> Q:
        """The condition "this row stands in the cell ``key``"; an unknown key has no rows."""
        if not key:
            return Q(**{f"{self.column}__isnull": True}) | Q(**{self.column: ""})
        if not self.words:
            return Q(**{self.column: key})
        return Q(**{f"{self.column}__in": [v for v, (k, _) in self.words.items() if k == key]})

    def order(self, stored: str) -> tuple:
        """Sort key of a cell: as ``words`` stand, else by key; rows without a value come last."""
        known = list(self.words)
        return (not stored, known.index(stored) if stored in known else len(known), stored)

    def heading(self, stored: str, name: str | None) -> tuple[str, str]:
        """Key and label of a cell."""
        if not stored:
            return "", self.missing
        return self.words.get(stored, (stored, name or stored))


@dataclass(frozen=True)
class Filter:
    """A condition that narrows a population to what a value says: (value, when) → rows."""

    title: str
    matches: Callable[[str, Any], Q]


@dataclass(frozen=True)
class Population:
    """Rows of one table that a figure is made of.

    rows: the rows of an extent on a day (of a flow: over a span), with whatever conditions and
    dimensions need. dimensions: divide it. filters: further conditions by key, whose cells may
    overlap.
    """

    rows: Callable[[Extent, Any], QuerySet]
    dimensions: Mapping[str, Dimension]
    filters: Mapping[str, Filter] = field(default_factory=dict)

    def way(self, key: str) -> Dimension | Filter:
        """The dimension or filter of this key. Raises KeyError."""
        return self.filters.get(key) or self.dimensions[key]

    def takes(self, where: Where) -> bool:
        """Whether it can be narrowed like this."""
        return all(key in self.filters or key in self.dimensions for key in where)

    def select(self, extent: Extent, when: When, where: Where | None = None) -> QuerySet:
        """The rows of a cell. Raises KeyError for an unknown dimension."""
        return self.narrow(self.rows(extent, when), when, where)

    def narrow(self, rows: QuerySet, when: When, where: Where | None = None) -> QuerySet:
        """Those of ``rows`` that stand in a cell. Raises KeyError for an unknown dimension."""
        for key, value in (where or {}).items():
            rows = rows.filter(self.way(key).matches(value, when))
        return rows

    def counts(self, extent: Extent, when: When, key: str, values: Iterable[str]) -> dict[str, int]:
        """How many rows stand in each cell of a dimension or filter (its cells may overlap)."""
        conditions = {f"cell_{at}": value for at, value in enumerate(values)}
        counted = self.rows(extent, when).aggregate(**{
            name: Count("pk", filter=self.way(key).matches(value, when))
            for name, value in conditions.items()
        })
        return {value: counted[name] for name, value in conditions.items()}


@dataclass(frozen=True, kw_only=True)
class Indicator(ABC):
    """One definition. A kind of indicator says what it counts (``measures``).

    basis: 口径, the sentence printed beside the figure; ``{name}`` in it and in the label is the
    value of the setting ``settings[name]`` on the day (of a flow: on its last day), or what
    ``words[name]`` says of that day. period: "" counts what is there on a day; month, quarter or
    year what happened in one: population and conditions take a Span in the place of the day.
    by_day: what happened has a day of its own, so that any span can be counted, not only whole
    periods.
    among: the part of the population, as a condition for one row. Conditions ask about the row
    alone, never about the asker's scope.
    """

    kind: ClassVar[str]
    key: str
    label: str
    unit: str
    basis: str
    population: Population
    period: str = ""
    by_day: bool = False
    among: Callable[[Any], Q] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, Callable[[date], str]] = field(default_factory=dict)

    @property
    def joined(self) -> str:
        """What it joins to the rows, which may then stand there several times: nobody else counts
        in the same query. "" for most."""
        return ""

    def span(self, day: date, asked: Span | None = None) -> Span | None:
        """What a flow counts: the whole periods of ``asked`` (by_day: exactly ``asked``), else the
        last full one on ``day``; None for a stock."""
        if not self.period:
            return None
        if asked is None:
            return last_full(self.period, day)
        return asked if self.by_day else whole(self.period, asked)

    def when(self, day: date, asked: Span | None = None) -> When:
        """What population and conditions are asked about."""
        return self.span(day, asked) or day

    def label_on(self, day: date, span: Span | None = None) -> str:
        return self.label.format(**self._values(self.when(day, span)))

    def basis_on(self, day: date, span: Span | None = None) -> str:
        return self.basis.format(**self._values(self.when(day, span)))

    def _values(self, when: When) -> dict[str, Any]:
        on = when.last if isinstance(when, Span) else when
        values = {name: parameters.value(key, on=on) for name, key in self.settings.items()}
        return values | {name: say(on) for name, say in self.words.items()}

    def rows(
        self, extent: Extent, day: date, where: Where | None = None, span: Span | None = None
    ) -> QuerySet:
        """The rows of the figure, for its list. ``where`` narrows to a cell: {"town": code}."""
        when = self.when(day, span)
        rows = self.population.select(extent, when, where)
        return rows.filter(self.among(when)) if self.among else rows

    def figure(
        self, extent: Extent, day: date, where: Where | None = None, span: Span | None = None
    ) -> Figure:
        return figures([self], extent, day, where, span)[self.key]

    def by(
        self,
        dimension: str,
        extent: Extent,
        day: date,
        where: Where | None = None,
        span: Span | None = None,
    ) -> list[Cell]:
        """The figure by a dimension; [] when the population cannot be divided that way."""
        return cells([self], dimension, extent, day, where, span)[self.key]

    @abstractmethod
    def measures(self, when: When) -> dict[str, Aggregate]:
        """What the database counts, by a name of this kind."""

    @abstractmethod
    def read(self, counted: Mapping[str, Any]) -> Figure:
        """The figure from what the database counted."""


def figures(
    indicators: Iterable[Indicator],
    extent: Extent,
    day: date,
    where: Where | None = None,
    span: Span | None = None,
) -> dict[str, Figure]:
    """The figure of each indicator by its key; one query per population and period. ``span``: what
    flows count (stocks do not care), by default the last full period of each."""
    found: dict[str, Figure] = {}
    for population, when, members in _grouped(indicators, day, span):
        rows = population.select(extent, when, where)
        found |= _read(members, rows.aggregate(**_measures(members, when)))
    return found


def cells(
    indicators: Iterable[Indicator],
    dimension: str,
    extent: Extent,
    day: date,
    where: Where | None = None,
    span: Span | None = None,
) -> dict[str, list[Cell]]:
    """The cells of each indicator by its key; one query per population and period. Empty cells are
    left out; a population that cannot be divided by ``dimension`` gives []."""
    found: dict[str, list[Cell]] = {}
    for population, when, members in _grouped(indicators, day, span):
        found |= {indicator.key: [] for indicator in members}
        division = population.dimensions.get(dimension)
        if division is None:
            continue
        for ((key, label),), counted in _divided(
            population, [division], members, extent, when, where
        ):
            for indicator_key, figure in _read(members, counted).items():
                if figure.size:
                    found[indicator_key].append(Cell(key, label, figure))
    return found


def crossed(
    indicators: Iterable[Indicator],
    dimensions: Sequence[str],
    extent: Extent,
    day: date,
    where: Where | None = None,
    span: Span | None = None,
) -> dict[str, dict[tuple[str, ...], Figure]]:
    """Each indicator divided by several dimensions at once (town and kind): keys of the cell, one
    for each dimension, → its figure; one query per population and period. Empty cells are left
    out. Raises KeyError for a population that cannot be divided so."""
    found: dict[str, dict[tuple[str, ...], Figure]] = {}
    for population, when, members in _grouped(indicators, day, span):
        found |= {indicator.key: {} for indicator in members}
        divisions = [population.dimensions[name] for name in dimensions]
        for headings, counted in _divided(population, divisions, members, extent, when, where):
            for key, figure in _read(members, counted).items():
                if figure.size:
                    found[key][tuple(part for part, _label in headings)] = figure
    return found


def _divided(population, divisions, members, extent, when, where):
    """(Key, label) of each division and counted numbers of each cell, in printing order: one
    GROUP BY query."""
    columns = {f"cell_{at}": Coalesce(each.column, Value("")) for at, each in enumerate(divisions)}
    columns |= {f"name_{at}": F(each.name) for at, each in enumerate(divisions) if each.name}
    rows = population.select(extent, when, where).order_by().values(**columns)
    counted = list(rows.annotate(**_measures(members, when)))
    counted.sort(
        key=lambda row: [each.order(row[f"cell_{at}"]) for at, each in enumerate(divisions)]
    )
    for row in counted:
        headings = [
            each.heading(row[f"cell_{at}"], row.get(f"name_{at}"))
            for at, each in enumerate(divisions)
        ]
        yield headings, row


def _grouped(
    indicators: Iterable[Indicator], day: date, span: Span | None
) -> list[tuple[Population, When, list[Indicator]]]:
    """Those that one query counts: of the same population, asked about the same day or span, and
    with nothing joined that would multiply the rows of others."""
    groups: dict[Any, tuple[Population, When, list[Indicator]]] = {}
    for indicator in indicators:
        population, when = indicator.population, indicator.when(day, span)
        key = id(population), when, indicator.joined
        groups.setdefault(key, (population, when, []))[2].append(indicator)
    return list(groups.values())


def _measures(indicators: Iterable[Indicator], when: When) -> dict[str, Aggregate]:
    return {
        f"{indicator.key}_{name}": aggregate
        for indicator in indicators
        for name, aggregate in indicator.measures(when).items()
    }


def _read(indicators: Iterable[Indicator], counted: Mapping[str, Any]) -> dict[str, Figure]:
    found = {}
    for indicator in indicators:
        prefix = f"{indicator.key}_"
        own = {k.removeprefix(prefix): v for k, v in counted.items() if k.startswith(prefix)}
        found[indicator.key] = indicator.read(own)
    return found
