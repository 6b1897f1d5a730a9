"""Which rows an address of reports/drill.py means: the figure, its part, day, area and cell.

The rows are made by the figure's own definition, so that the list has exactly as many.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, QueryDict

from accounts.scope import Scope
from areas.models import Area
from common.periods import Span, in_words
from common.tables import display
from common.views import asked_day, day_of
from enterprises.choices import KIND_UNITS
from enterprises.industries import SECTIONS
from organizations.choices import CoverageState
from organizations.models import Instructor, PartyOrganization
from reports import attribution, due, tickets
from reports.attribution import Cause
from reports.conditions import Places
from reports.drill import FROM, MET, TO, UNMET
from reports.figures import Extent, Filter, Indicator, Population, Share, Where
from reports.indicators import INDICATORS, ORG_COVERAGE
from reports.kinds import MeasuredIndicator, ShareIndicator
from reports.named import GAPS, NAMED
from reports.populations import ENTITIES, INDUSTRY
from reports.rule_figures import ParameterIndicator
from reports.states import state_rows

POPULATIONS = tuple({id(one.population): one.population for one in INDICATORS.values()}.values())
CELLS = frozenset(
    key for population in POPULATIONS for key in (*population.dimensions, *population.filters)
)
# What is made of a column.
_MADE = {"sum": "合计", "min": "最小", "max": "最大", "median": "中位数", "variety": "种数"}
# What the rows of a share are called, met and not met. Others: 计入分子、未计入分子.
_PARTS: Mapping[str, tuple[str, str]] = {
    "org_coverage": ("有党组织覆盖", "没有党组织覆盖"),
    "own_organization": ("单独组建", "没有单独组建"),
    "eligible_organized": ("应建已建", "应建未建"),
    "with_members_coverage": ("有党员、有党组织覆盖", "有党员、没有党组织覆盖"),
    "above_scale_coverage": ("规模以上、有党组织覆盖", "规模以上、没有党组织覆盖"),
    "park_coverage": ("园区内、有党组织覆盖", "园区内、没有党组织覆盖"),
    "work_coverage": ("有组织覆盖或工作覆盖", "未覆盖"),
    "work_coverage_of_uncovered": ("没有党组织、有工作覆盖", "未覆盖"),
    "affiliated_members": ("组织关系在管理党组织", "组织关系不在管理党组织"),
    "secretary_filled": ("有书记在任", "书记空缺"),
    "election_on_time": ("任期未满", "换届已逾期"),
    "log_submitted": ("已报日志", "未报日志"),
    "log_on_time": ("按期报送的日志", "没有按期报送的日志"),
    "log_accepted": ("审核通过的日志", "没有审核通过的日志"),
    "three_meetings_complete": ("三会一课开齐", "三会一课有缺项"),
    **tickets.PARTS,
    "rated_share": ("持有星级", "没有星级"),
    "commitment_share": ("签了双向承诺", "没有签双向承诺"),
    "commitments_fulfilled": ("已兑现的承诺", "没有兑现的承诺"),
}


@dataclass(frozen=True)
class Subject:
    """A list: what it shows, of which figure, and the rows.

    share: the figure that the rows are a part of; None when they are the figure. number: what is
    made of a column of the rows, in words ("" when their count is the figure). span: the period of
    a flow.
    """

    title: str
    figure: str
    basis: str
    day: date
    area: Area | None
    place: str
    cell: str
    unit: str
    rows: QuerySet
    share: Share | None = None
    number: str = ""
    since: date | None = None
    span: Span | None = None

    @property
    def shown_on(self) -> date:
        """The day whose values the list shows: of a flow its last one."""
        return self.span.last if self.span else self.day

    @property
    def period(self) -> str:
        """The period of a flow in words, "" for what is of a day."""
        return in_words(self.span) if self.span else ""

    @property
    def board_query(self) -> str:
        """The dashboard of the same day and area."""
        area = {"area": self.area.code} if self.area else {}
        return urlencode({"as_of": self.day.isoformat(), **area})


@dataclass(frozen=True)
class Asked:
    """What every such address says."""

    extent: Extent
    day: date
    area: Area | None
    place: str
    part: str
    where: Where
    span: Span | None

    @classmethod
    def by(cls, request: HttpRequest, scope: Scope) -> "Asked":
        """Raises Http404 for an area outside the scope."""
        places = Places(scope)
        area = places.get(request.GET.get("area", ""))
        return cls(
            extent=places.extent(area),
            day=day_of(request),
            area=area,
            place=str(area) if area else places.whole,
            part=request.GET.get("part", ""),
            where=_cells(request.GET),
            span=_span(request),
        )

    def subject(self, **values) -> Subject:
        """A subject under these conditions."""
        common = {
            "day": self.day, "area": self.area, "place": self.place, "unit": self._unit(),
        }
        return Subject(**(common | values))

    def _unit(self) -> str:
        """Of entities the unit of their kind; "" leaves it to the list."""
        kinds = {kind.label: unit for kind, unit in KIND_UNITS.items()}
        return kinds.get(self.where.get("kind", ""), "")


def _span(request: HttpRequest) -> Span | None:
    """The period in the address; None without one that makes sense."""
    first, last = asked_day(request, FROM), asked_day(request, TO)
    return Span(first, last) if first and last and first <= last else None


def _cells(query: QueryDict) -> dict[str, str]:
    """Cells in the address; an empty value is the cell of rows without one."""
    return {key: query[key] for key in query if key in CELLS}


def of_indicator(key: str, request: HttpRequest, scope: Scope) -> Subject:
    """The rows of an indicator. An unknown key is 404."""
    if key not in INDICATORS:
        raise Http404
    indicator, asked = INDICATORS[key], Asked.by(request, scope)
    population, label = indicator.population, indicator.label_on(asked.day, asked.span)
    share = None
    title, take = label, indicator.rows
    if isinstance(indicator, ShareIndicator):
        title, take = _part_of(indicator, asked.part, label)
    rows = _rows_of(indicator, asked, take)
    if isinstance(indicator, ShareIndicator) and asked.part in (MET, UNMET):
        share = _share(indicator, asked)
    return asked.subject(
        title=title, figure=label, basis=indicator.basis_on(asked.day, asked.span), rows=rows,
        share=share, number=_number(indicator, asked), span=indicator.span(asked.day, asked.span),
        cell=_cell_words(population, asked.where),
    )


def _part_of(indicator: ShareIndicator, part: str, label: str) -> tuple[str, Callable]:
    """Title and rows of a part; an unknown part is the whole."""
    met, unmet = _PARTS.get(indicator.key, (f"{label}：计入分子", f"{label}：未计入分子"))
    if part == MET:
        return met, indicator.met_rows
    if part == UNMET:
        return unmet, indicator.unmet_rows
    return f"{label}：全部", indicator.rows


def _rows_of(indicator: Indicator, asked: Asked, take: Callable) -> QuerySet:
    population = indicator.population
    if not population.takes(asked.where):
        return population.rows(asked.extent, indicator.when(asked.day, asked.span)).none()
    return take(asked.extent, asked.day, asked.where, asked.span)


def _within_cells(population: Population, asked: Asked, take: Callable) -> QuerySet:
    if not population.takes(asked.where):
        return population.rows(asked.extent, asked.day).none()
    return take(asked.extent, asked.day, asked.where)


def _share(indicator: ShareIndicator, asked: Asked) -> Share | None:
    if not indicator.population.takes(asked.where):
        return None
    return indicator.figure(asked.extent, asked.day, asked.where, asked.span)


def _number(indicator: Indicator, asked: Asked) -> str:
    """What an indicator makes of a column of the rows, 投入金额（万元）合计 12.5, or the value of
    a rule."""
    if isinstance(indicator, ParameterIndicator):
        return display(indicator.figure(asked.extent, asked.day).value)
    if not isinstance(indicator, MeasuredIndicator) or not indicator.population.takes(
        asked.where
    ):
        return ""
    figure = indicator.figure(asked.extent, asked.day, asked.where, asked.span)
    return f"{indicator.column_title}{_MADE[indicator.kind]} {display(figure.value)}"


def of_state(name: str, request: HttpRequest, scope: Scope) -> Subject:
    """The entities in a coverage state. An unknown state is 404."""
    if name not in CoverageState.values:
        raise Http404
    state, asked = CoverageState(name), Asked.by(request, scope)

    def take(extent: Extent, day: date, where: Where) -> QuerySet:
        return state_rows(state, extent, day, where)

    return asked.subject(
        title=state.label, figure="覆盖状态",
        basis="每个主体取最好的一种：单独组建、联合组建、挂靠或兜底、仅工作覆盖、未覆盖；"
              "停业、吊销、空壳、迁出的不纳入",
        rows=_within_cells(ENTITIES, asked, take), cell=_cell_words(ENTITIES, asked.where),
    )


def of_change(name: str, request: HttpRequest, scope: Scope) -> Subject:
    """The entities that a cause adds to the numerator (part=met) or the denominator of
    组织覆盖率, or takes away, since ``start``. An unknown cause is 404."""
    if name not in set(Cause):
        raise Http404
    cause, asked = Cause(name), Asked.by(request, scope)
    start = day_of(request, "start")
    rows = attribution.met_rows if asked.part == MET else attribution.total_rows

    def take(extent: Extent, day: date, where: Where) -> QuerySet:
        found = rows(cause, extent, start, day, where)
        return found if start < day else found.none()

    number = "分子" if asked.part == MET else "分母"
    return asked.subject(
        title=attribution.LABELS[cause], figure=f"组织覆盖率的变化（{number}）",
        basis=ORG_COVERAGE.basis_on(asked.day), since=start,
        rows=_within_cells(ENTITIES, asked, take), cell=_cell_words(ENTITIES, asked.where),
    )


def of_due(name: str, request: HttpRequest, scope: Scope) -> Subject:
    """What is due or open: elections, instructors, gaps of the ledgers. Anything else is 404."""
    asked = Asked.by(request, scope)
    if name == "elections":
        months = due.reminder_months(asked.day)
        return asked.subject(
            title=f"{months} 个月内换届", figure="换届提醒", cell="",
            basis=f"在用党组织，距本届届满不到 {months} 个月",
            rows=_plain(due.elections_soon, asked, PartyOrganization),
        )
    if name == "instructors":
        return asked.subject(
            title="指导员聘期将满", figure="聘期提醒", cell="",
            basis="在聘指导员，聘期三个月内到期",
            rows=_plain(due.instructors_ending, asked, Instructor),
        )
    if name in NAMED:
        one = NAMED[name]
        rows = one.rows(asked.extent, asked.day)
        return asked.subject(
            title=one.label, figure="数据质量" if name in GAPS else one.label, cell="",
            unit=one.unit, basis=one.label, rows=rows.none() if asked.where else rows,
        )
    raise Http404


def _plain(take: Callable, asked: Asked, model: type) -> QuerySet:
    """Rows that no cell divides."""
    rows = take(asked.extent, asked.day)
    return rows.none() if asked.where else rows


def _cell_words(population: Population, where: Where) -> str:
    """A cell in words: 镇街：青石镇，主体类型：小微企业."""
    return "，".join(_cell_word(population, key, value) for key, value in where.items())


def _cell_word(population: Population, key: str, value: str) -> str:
    known = (population, *POPULATIONS)
    way = next(each.way(key) for each in known if each.takes({key: value}))
    if isinstance(way, Filter):
        return f"{way.title}：{value}"
    if not value:
        return way.missing
    if way.name:
        name = Area.objects.filter(code=value).values_list("name", flat=True).first()
        return f"{way.title}：{name or value}"
    word = SECTIONS[value][0] if key == INDUSTRY and value in SECTIONS else value
    return f"{way.title}：{word}"
