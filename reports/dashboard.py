"""覆盖情况: what the dashboard shows, counted by the indicators; each number with its list.

Each part is counted when the page asks for it, and once. The number of queries does not depend on
how many areas, kinds or records there are (a test says how many).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from common import parameters
from enterprises.choices import KIND_UNITS, EntityKind
from organizations.choices import CoverageState
from organizations.coverage import coverage_counts
from reports import attribution
from reports.attribution import Cause
from reports.charts import STATE_LOOK, Segment, Trend, state_bar, trend_bars
from reports.conditions import Conditions
from reports.counted import Counted, Head, Lists, points_between
from reports.drill import ALL, MET
from reports.figures import Cell, Population, Share, cells, figures, percent_text
from reports.indicators import INDICATORS
from reports.life_table import life
from reports.payload import SHOWN_STATES
from reports.populations import INDUSTRY, MEMBERS, ORGANIZATIONS, PARK
from reports.ratings_table import ratings
from reports.states import entities_by_state
from reports.trend import Point, month_ends, org_coverage_trend

HEADS = ("org_coverage", "work_coverage", "eligible_organized", "with_members_coverage")
GAPS = HEADS[:3]
_MONTHS = 24
_NOBODY = Share(0, 0)


@dataclass(frozen=True)
class KindLine:
    """A kind of entity: how many, their members, what is organized, the two coverages."""

    kind: EntityKind
    entities: int
    entities_url: str
    members: int
    members_url: str
    organized: int  # entities that are covered; organizations, where no rate is printed
    organized_unit: str
    organized_url: str
    org: Counted
    work: Counted
    reason: str  # why no rate is printed; "" when it is

    @property
    def unit(self) -> str:
        return KIND_UNITS[self.kind]


@dataclass(frozen=True)
class GapLine:
    """An area, park or industry: what is missing there, and the rate. ``key`` None = the sum."""

    key: str | None
    label: str
    org: Counted
    none: int
    none_url: str
    work_only: int
    work_only_url: str
    eligible: int
    eligible_url: str

    @property
    def bar(self) -> Decimal:
        """Length of the bar, 0 to 100."""
        return self.org.figure.percent or Decimal(0)


@dataclass(frozen=True)
class GapTable:
    """The gaps by one dimension: the widest gaps first, and the sum of all."""

    title: str
    lines: list[GapLine]
    total: GapLine


@dataclass(frozen=True)
class StateLine:
    """A coverage state and how many are in it; ``percent`` "" for those who do not count."""

    state: CoverageState
    css: str
    count: int
    percent: str
    url: str


@dataclass(frozen=True)
class CauseLine:
    """A cause of the change, with its two lists."""

    label: str
    met: int
    met_url: str
    total: int
    total_url: str


class Board:
    """The dashboard under given conditions."""

    def __init__(self, conditions: Conditions) -> None:
        self.conditions = conditions
        self.day, self.extent = conditions.day, conditions.extent
        keys = ("entities", *HEADS)
        self.by_kind = cells([INDICATORS[key] for key in keys], "kind", self.extent, self.day)
        here = {cell.key for cell in self.by_kind["entities"]}
        self.kinds_here = [kind for kind in EntityKind if kind.label in here]
        self.kind = conditions.shown_kind(self.kinds_here, self.without_rate)
        self.unit = KIND_UNITS[self.kind]
        self.where = {"kind": self.kind.label}
        self.lists = Lists(self.day, conditions.area, self.where)

    def _cell(self, key: str, kind: EntityKind) -> Share:
        found = (cell.figure for cell in self.by_kind[key] if cell.key == kind.label)
        return next(found, _NOBODY)

    # --- Head figures ---------------------------------------------------------------------------

    @cached_property
    def before(self) -> dict[str, Share]:
        """The head figures on the day of comparison."""
        if self.conditions.against is None:
            return {}
        indicators = [INDICATORS[key] for key in HEADS]
        return figures(indicators, self.extent, self.conditions.against, self.where)

    @cached_property
    def heads(self) -> list[Head]:
        """The main figures of the kind."""
        return [self._head(key) for key in HEADS]

    def _head(self, key: str) -> Head:
        indicator, figure = INDICATORS[key], self._cell(key, self.kind)
        return Head(
            key, indicator.label_on(self.day), indicator.basis_on(self.day),
            Counted.of(figure, key, self.lists), points_between(self.before.get(key), figure),
        )

    @property
    def before_lists(self) -> Counted:
        """组织覆盖率 on the day of comparison, with its lists."""
        lists = self._lists_on(self.conditions.against)
        return Counted.of(self.before["org_coverage"], "org_coverage", lists)

    # --- States ---------------------------------------------------------------------------------

    @cached_property
    def states(self) -> list[StateLine]:
        """Every coverage state, 不纳入 last; the others sum to the entities that count."""
        rows = entities_by_state(self.extent, self.day, self.where)
        counts = coverage_counts(rows, self.day)
        total = sum(counts[state] for state in SHOWN_STATES)
        shown = [
            StateLine(
                state, STATE_LOOK[state][0], counts[state], percent_text(counts[state], total),
                self.lists.state(state),
            )
            for state in SHOWN_STATES
        ]
        out = CoverageState.NOT_COUNTED
        return [*shown, StateLine(out, "out", counts[out], "", self.lists.state(out))]

    @property
    def states_label(self) -> str:
        """The bar in words."""
        shown = (line for line in self.states if line.percent)
        words = "，".join(f"{line.state.label} {line.count:,}" for line in shown)
        return f"{self.total:,} {self.unit}{self.kind.label}的覆盖状态：{words}"

    @property
    def total_url(self) -> str:
        """The list of the entities that the rates count."""
        return self.heads[0].counted.total_url

    @property
    def total(self) -> int:
        """How many entities of the kind count."""
        return self._cell("org_coverage", self.kind).total

    @cached_property
    def bars(self) -> list[tuple[str, int, list[Segment]]]:
        """The states as a bar, wide and narrow: (class, width, segments)."""
        shown = [(line.state, line.count, line.url) for line in self.states if line.percent]
        sizes = (("wide", 560), ("narrow", 330))
        return [(css, width, state_bar(shown, width, self.unit)) for css, width in sizes]

    # --- Change ---------------------------------------------------------------------------------

    @cached_property
    def causes(self) -> list[CauseLine]:
        """Why 组织覆盖率 changed: the causes that changed something."""
        since = self.conditions.against
        lines = attribution.lines(self.extent, since, self.day, self.where) if since else ()
        return [
            CauseLine(
                line.label, line.met, self._change_url(line.cause, MET),
                line.total, self._change_url(line.cause, ALL),
            )
            for line in lines
            if line.met or line.total
        ]

    def _change_url(self, cause: Cause, part: str) -> str:
        return self.lists.change(cause, part, self.conditions.against)

    # --- Kinds ----------------------------------------------------------------------------------

    @cached_property
    def without_rate(self) -> frozenset[str]:
        """Kinds (stored values) whose rate means nothing."""
        return frozenset(parameters.value("report.kinds_without_rate", on=self.day))

    @cached_property
    def organizations_of(self) -> dict[str, int]:
        """Kind → organizations that cover it."""
        return self._count_by_kind(ORGANIZATIONS, "covers_kind")

    def _count_by_kind(self, population: Population, key: str) -> dict[str, int]:
        """Rows of a population by the kind that they have to do with."""
        labels = {kind.label: kind.value for kind in self.kinds_here}
        counts = population.counts(self.extent, self.day, key, labels)
        return {labels[label]: count for label, count in counts.items()}

    def reason(self, kind: EntityKind) -> str:
        """Why no rate of a kind is printed; "" when it is."""
        if kind.value not in self.without_rate:
            return ""
        words = parameters.value("report.no_rate_reason", on=self.day)
        return words.replace("{n}", f"{self.organizations_of.get(kind.value, 0):,}")

    @cached_property
    def no_rate(self) -> str:
        """The same for the kind of the page."""
        return self.reason(self.kind)

    @property
    def no_rate_title(self) -> str:
        return f"{self.kind.label}不计算覆盖率"

    @cached_property
    def kinds(self) -> list[KindLine]:
        """A line for every kind that there is."""
        members = self._count_by_kind(MEMBERS, "works_at_kind")
        return [self._kind_line(kind, members[kind.value]) for kind in self.kinds_here]

    def _kind_line(self, kind: EntityKind, members: int) -> KindLine:
        lists = Lists(self.day, self.conditions.area, {"kind": kind.label})
        plain = Lists(self.day, self.conditions.area, {})
        org = Counted.of(self._cell("org_coverage", kind), "org_coverage", lists)
        organized = org.figure.met, KIND_UNITS[kind], org.met_url
        if reason := self.reason(kind):
            url = plain.rows("organizations", covers_kind=kind.label)
            organized = self.organizations_of[kind.value], "个", url
        return KindLine(
            kind, org.figure.total, lists.rows("entities"),
            members, plain.rows("members", works_at_kind=kind.label), *organized, org,
            Counted.of(self._cell("work_coverage", kind), "work_coverage", lists), reason,
        )

    # --- Gaps -----------------------------------------------------------------------------------

    @cached_property
    def gaps(self) -> GapTable | None:
        """The gaps by town, or by the parts of a town; None where nothing divides the area."""
        return self._gap_table(self.conditions.division) if self.conditions.division else None

    @cached_property
    def parks(self) -> GapTable:
        return self._gap_table(PARK)

    @cached_property
    def industries(self) -> GapTable:
        return self._gap_table(INDUSTRY)

    def _gap_table(self, dimension: str) -> GapTable:
        """Every entity stands in exactly one cell, so that the cells sum to the figure."""
        indicators = [INDICATORS[key] for key in GAPS]
        found = cells(indicators, dimension, self.extent, self.day, self.where)
        work, eligible = (_by_key(found[key]) for key in GAPS[1:])
        lines = [
            self._gap_line(
                cell.key, cell.label,
                (cell.figure, work[cell.key], eligible.get(cell.key, _NOBODY)),
                {dimension: cell.key},
            )
            for cell in found["org_coverage"]
        ]
        lines.sort(key=lambda line: -line.none)
        total = self._gap_line(None, "合计", [self._cell(key, self.kind) for key in GAPS], {})
        title = INDICATORS["org_coverage"].population.dimensions[dimension].title
        return GapTable(title, lines, total)

    def _gap_line(self, key, label, parts, cell) -> GapLine:
        org, work, eligible = parts
        lists = self.lists
        return GapLine(
            key, label, Counted.of(org, "org_coverage", lists, **cell),
            work.unmet, lists.state(CoverageState.NONE, **cell),
            work.met - org.met, lists.state(CoverageState.WORK_ONLY, **cell),
            eligible.unmet, lists.rows("eligible_organized", "unmet", **cell),
        )

    # --- Organization life ----------------------------------------------------------------------

    @cached_property
    def life(self) -> dict[str, Any] | None:
        """Logs of the last full month and 三会一课 of the last full quarter, whatever the kind."""
        return life(self.extent, self.conditions.area, self.day)

    @cached_property
    def ratings(self) -> dict[str, Any] | None:
        """Stars and two-way commitments on the day, whatever the kind."""
        return ratings(self.extent, self.conditions.area, self.day)

    # --- Trend ----------------------------------------------------------------------------------

    @cached_property
    def trend(self) -> list[tuple[Point, Counted]]:
        """组织覆盖率 at the last month ends and on the day, each with its lists."""
        days = [*month_ends(self.day - timedelta(days=1), _MONTHS - 1), self.day]
        points = org_coverage_trend(self.extent, days, self.where)
        return [
            (point, Counted.of(point.figure, "org_coverage", self._lists_on(point.day)))
            for point in points
        ]

    def _lists_on(self, day: date) -> Lists:
        return Lists(day, self.conditions.area, self.where)

    @cached_property
    def trend_charts(self) -> list[tuple[str, Trend]]:
        """The trend as a drawing, wide and narrow: (class, geometry)."""
        points = [point for point, _lists in self.trend]
        urls = [lists.met_url for _point, lists in self.trend]
        sizes = (("wide", 1120, 230), ("narrow", 340, 210))
        return [(css, trend_bars(points, urls, width, height)) for css, width, height in sizes]


def _by_key(found: list[Cell]) -> dict[str, Share]:
    return {cell.key: cell.figure for cell in found}
