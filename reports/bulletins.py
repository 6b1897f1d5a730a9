"""Figures in a district's own words and order (工作数据): which indicator, of what, when, and how
it is said. Nothing is typed: a line names an indicator, and its number opens the rows that make it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from areas.models import Area
from common.periods import EARLIEST, Span, in_words
from common.tables import display
from reports.choices import Part, PeriodMode, Wording
from reports.drill import ALL, MET, UNMET, rows_url
from reports.extent import Extent
from reports.figures import Figure, Indicator, Number, Population, Share, figures
from reports.indicators import INDICATORS
from reports.kinds import ShareIndicator
from reports.linked import share
from reports.models import Bulletin, BulletinLine

_BETWEEN = re.compile("[;；\n]+")
_PLACES = Decimal("0.01")
_LISTS = {Part.MET: MET, Part.UNMET: UNMET, Part.PERCENT: MET}


def span_of(mode: str, day: date, since: date | None) -> Span | None:
    """The period that a line counts as of ``day``; None for what is of a day. ``since`` is where
    以来 begins, and any day of the year that 全年 and 上半年 mean (else the year of ``day``)."""
    year = (since or day).year
    match mode:
        case PeriodMode.SINCE:
            return Span(since or day.replace(month=1, day=1), day)
        case PeriodMode.YEAR:
            return Span(date(year, 1, 1), date(year, 12, 31))
        case PeriodMode.TOTAL:
            return Span(EARLIEST, day)
        case PeriodMode.FIRST_HALF:
            return Span(date(year, 1, 1), date(year, 6, 30))
    return None


def parsed(conditions: str, population: Population) -> dict[str, str]:
    """类别=书记培训；级别=区级 → keys of the population's dimensions and filters with their values.
    Raises ValueError with a sentence for what cannot be read."""
    ways = {**population.dimensions, **population.filters}
    keys = {way.title: key for key, way in ways.items()}
    found: dict[str, str] = {}
    for part in filter(None, (part.strip() for part in _BETWEEN.split(conditions))):
        title, equals, value = (word.strip() for word in part.partition("="))
        if not equals or not value:
            raise ValueError(f"条件“{part}”读不懂，写成“{next(iter(keys), '类别')}=…”这样。")
        key = title if title in ways else keys.get(title)
        if key is None:
            raise ValueError(f"这个指标没有条件“{title}”，可用的有{'、'.join(keys) or '：无'}。")
        found[key] = value
    return found


@dataclass(frozen=True)
class Asked:
    """What a line asks of its indicator; ``area``: within which area, None for the whole scope."""

    line: BulletinLine
    indicator: Indicator
    day: date
    span: Span | None
    where: Mapping[str, str]
    area: Area | None = None

    @classmethod
    def by(cls, line: BulletinLine, as_of: date, area: Area | None = None) -> "Asked":
        """Raises KeyError for an indicator that is not there."""
        indicator = INDICATORS[line.indicator]
        is_past = line.mode == PeriodMode.DAY and line.since is not None
        day = line.since if is_past else as_of
        span = span_of(line.mode, as_of, line.since) if indicator.period else None
        where = parsed(line.conditions, indicator.population)
        return cls(line, indicator, day, span, where, area)

    @property
    def group(self) -> tuple[Any, ...]:
        """Lines that one call counts: asked of the same day and period under the same
        conditions."""
        return self.day, self.span, tuple(sorted(self.where.items()))


@dataclass(frozen=True)
class Entry:
    """A line with its number."""

    asked: Asked
    figure: Figure
    value: Decimal | None

    @property
    def line(self) -> BulletinLine:
        return self.asked.line

    @property
    def label(self) -> str:
        return self.line.label

    @property
    def number(self) -> str:
        """The exact number, with % where it is a rate: 2,714 · 23.7%."""
        return _written(self.value, self.is_percent)

    @property
    def plain(self) -> int | float | None:
        """The number for other programs."""
        if self.value is None:
            return None
        is_whole = self.value == self.value.to_integral_value()
        return int(self.value) if is_whole else float(self.value)

    @property
    def is_percent(self) -> bool:
        return self.line.part == Part.PERCENT

    @property
    def unit(self) -> str:
        return "" if self.is_percent else self.line.unit or self.asked.indicator.unit

    @property
    def wording(self) -> str:
        """How the number is spoken of, "" when it is said as it is: 2700余家."""
        step = self.line.step or Decimal(1)
        return worded(self.value, self.line.wording, step, self.unit, self.is_percent)

    @property
    def basis(self) -> str:
        """口径: the indicator's, and the conditions of the line."""
        said = self.asked.indicator.basis_on(self.asked.day, self.asked.span)
        return f"{said}（{self.line.conditions}）" if self.line.conditions else said

    @property
    def period(self) -> str:
        """What the number is of, in words: 2024年 · 累计至 2024-12-31 · 截至 2024-12-31."""
        span = self.asked.span
        return in_words(span) if span else f"截至 {self.asked.day}"

    @property
    def url(self) -> str:
        """The list of the rows that make it."""
        part, one = _LISTS.get(Part(self.line.part), ALL), self.asked
        return rows_url(one.indicator.key, part, one.day, one.area, one.where, one.span)

    @property
    def divisor(self) -> int:
        """By what the number of the list is divided."""
        return self.line.divisor or 1

    @property
    def share(self) -> dict[str, Any] | None:
        """Numerator and denominator of a rate, each with its list."""
        if not self.is_percent or not isinstance(self.figure, Share):
            return None
        one = self.asked
        return share(self.figure, one.indicator.key, one.day, one.area, one.where, one.span)

    def rows(self, extent: Extent) -> Any:
        """The same rows as a query."""
        indicator, asked = self.asked.indicator, self.asked
        take = indicator.rows
        if isinstance(indicator, ShareIndicator):
            kinds = {MET: indicator.met_rows, UNMET: indicator.unmet_rows}
            take = kinds.get(_LISTS.get(Part(self.line.part), ALL), take)
        return take(extent, asked.day, asked.where, asked.span)

    def as_json(self) -> dict[str, Any]:
        """What is frozen and printed of it."""
        return {
            "section": self.line.section, "figure": self.line.number, "label": self.line.label,
            "value": self.plain, "number": self.number, "unit": self.unit,
            "wording": self.wording, "period": self.period, "basis": self.basis, "url": self.url,
            "share": self.share, "divisor": self.divisor,
        }


def entries(bulletin: Bulletin, extent: Extent, area: Area | None = None) -> list[Entry]:
    """All lines of a bulletin with their numbers within ``extent``, in its order; their lists are
    those of ``area``, the extent's own. Raises KeyError or ValueError for a line whose indicator
    or condition is not there (:func:`problem_of`)."""
    asked = [Asked.by(line, bulletin.as_of, area) for line in bulletin.lines.all()]
    counted: dict[tuple[Any, ...], dict[str, Figure]] = {}
    for group, members in _grouped(asked).items():
        first = members[0]
        counted[group] = figures(
            {one.indicator.key: one.indicator for one in members}.values(),
            extent, first.day, first.where, first.span,
        )
    found = ((one, counted[one.group][one.indicator.key]) for one in asked)
    return [Entry(one, figure, value_of(figure, one.line)) for one, figure in found]


def _grouped(asked: Iterable[Asked]) -> dict[tuple[Any, ...], list[Asked]]:
    groups: dict[tuple[Any, ...], list[Asked]] = {}
    for one in asked:
        groups.setdefault(one.group, []).append(one)
    return groups


def value_of(figure: Figure, line: BulletinLine) -> Decimal | None:
    """The number of a line: its part of a share, in its unit; None where there is none."""
    value = figure.value if isinstance(figure, Number) else _part(figure, line.part)
    if value is None:
        return None
    exact = Decimal(value) / (line.divisor or 1)
    return exact if exact == exact.to_integral_value() else exact.quantize(_PLACES, ROUND_HALF_UP)


def _part(figure: Share, part: str) -> Any:
    return {
        Part.MET: figure.met, Part.UNMET: figure.unmet, Part.PERCENT: figure.percent,
    }.get(Part(part), figure.total)


def worded(
    value: Decimal | None, wording: str, step: Decimal, unit: str, is_percent: bool = False
) -> str:
    """The number as it is spoken of, rounded to ``step``: 2714 → 2700余家 · 98 → 近100家 ·
    81.5% → 超80%; "" when it is said exactly. A number that is round already stays 余 or 近 less:
    2700 is 2700, not 2700余; and 45 is not 0余."""
    if value is None or wording == Wording.EXACT:
        return ""
    up = wording == Wording.NEARLY
    steps = (value / step).to_integral_value(ROUND_CEILING if up else ROUND_FLOOR)
    round_value = steps * step
    if not round_value:
        return ""
    text = _bare(round_value) + ("%" if is_percent else "")
    if round_value == value:
        return f"{text}{unit}"
    if wording == Wording.OVER:
        return f"{text}余{unit}"
    return f"{'近' if up else '超'}{text}{unit}"


def _bare(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _written(value: Decimal | None, is_percent: bool) -> str:
    text = display(value)
    return f"{text}%" if is_percent and value is not None else text


def problem_of(line: BulletinLine) -> str:
    """What is wrong with a line, in one sentence; "" when it can be counted."""
    indicator = INDICATORS.get(line.indicator)
    if indicator is None:
        return f"没有指标“{line.indicator}”。"
    try:
        parsed(line.conditions, indicator.population)
    except ValueError as error:
        return str(error)
    if bool(indicator.period) == (line.mode == PeriodMode.DAY):
        wanted = "一段期间" if indicator.period else "一个时点"
        return f"指标“{line.indicator}”按{wanted}统计，期间填错了。"
    is_share = isinstance(indicator, ShareIndicator)
    if is_share == (line.part == Part.VALUE):
        wanted = "是比率，取数要选比率、分子或分母" if is_share else "只有数值"
        return f"指标“{line.indicator}”{wanted}。"
    return ""
