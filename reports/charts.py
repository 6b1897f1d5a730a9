"""Charts as plain geometry: drawn by the same template on the page and in the PDF.

Every mark carries a class (the page styles it) and a fill (WeasyPrint reads only the attribute).
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from organizations.choices import CoverageState
from reports.trend import Point

STATE_LOOK = {
    CoverageState.SINGLE: ("own", "#274c6b"),
    CoverageState.JOINT: ("joint", "#4a7397"),
    CoverageState.ATTACHED: ("attach", "#a3bfd4"),
    CoverageState.WORK_ONLY: ("work", "#dbe6ee"),
    CoverageState.NONE: ("none", "#ffffff"),
}


@dataclass(frozen=True)
class Segment:
    """A part of the bar of coverage states."""

    label: str
    count: int
    unit: str
    url: str
    css: str
    fill: str
    x: float
    width: float
    is_dark: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def is_labelled(self) -> bool:
        """Whether the number fits into the segment."""
        return self.width >= 11 * len(f"{self.count}") + 6


def state_bar(
    counts: Sequence[tuple[CoverageState, int, str]], width: int, unit: str
) -> list[Segment]:
    """Segments of a bar of ``width``: (state, number, address of its list), as they stand."""
    total = sum(count for _state, count, _url in counts) or 1
    segments, x = [], 0.5
    for state, count, url in counts:
        css, fill = STATE_LOOK[state]
        wide = round((width - 1) * count / total, 1)
        segments.append(Segment(
            state.label, count, unit, url, css, fill, round(x, 1), wide,
            is_dark=css in ("own", "joint"),
        ))
        x += wide
    return segments


@dataclass(frozen=True)
class Bar:
    """One month of the trend."""

    label: str  # below the bar; "" where there is no room for every month
    title: str
    url: str
    x: float
    y: float
    width: float
    height: float
    value: str  # above the first and the last bar
    is_last: bool

    @property
    def fill(self) -> str:
        """On paper the last bar is black; the page makes it red by its class."""
        return "#1f2328" if self.is_last else "#274c6b"

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def above(self) -> float:
        return round(self.y - 7, 1)

    @property
    def anchor(self) -> str:
        """Values keep inside the drawing: the first grows to the right, the last to the left."""
        return "end" if self.is_last else "start"

    @property
    def value_x(self) -> float:
        return round(self.x + self.width, 1) if self.is_last else self.x


@dataclass(frozen=True)
class Trend:
    """The geometry of the trend: bars, grid lines (y, label), years (x1, x2, label)."""

    width: int
    height: int
    base: float
    bars: list[Bar]
    grid: list[tuple[float, str]]
    years: list[tuple[float, float, float, str]]
    title: str

    @property
    def left(self) -> int:
        return LEFT

    @property
    def right(self) -> int:
        return self.width - RIGHT

    @property
    def grid_label_x(self) -> int:
        return LEFT - 6

    @property
    def label_y(self) -> float:
        return self.base + 16

    @property
    def year_line_y(self) -> float:
        return self.base + 24

    @property
    def year_y(self) -> float:
        return self.base + 39


LEFT, RIGHT, TOP, BELOW = 34, 8, 26, 44
_MONTH_WIDTH = 30  # of "12月"; where bars stand closer, only the quarters are named


def trend_bars(points: Sequence[Point], urls: Sequence[str], width: int, height: int) -> Trend:
    """Bars of the share of each month end, the axis from 0 to the next ten percent."""
    base = float(height - BELOW)
    top = _axis_top(points)
    step = (width - LEFT - RIGHT) / max(len(points), 1)
    scale = (base - TOP) / float(top)
    bars = []
    for index, (point, url) in enumerate(zip(points, urls, strict=True)):
        share = point.figure.percent or Decimal(0)
        tall = round(float(share) * scale, 1)
        first, last = index == 0, index == len(points) - 1
        bars.append(Bar(
            label=_month(point, step),
            title=f"{moment(point.day)} {point.figure.met}/{point.figure.total}"
                  f" = {point.figure.percent_text}",
            url=url, x=round(LEFT + index * step + step * 0.17, 1), y=round(base - tall, 1),
            width=round(step * 0.66, 1), height=tall,
            value=point.figure.percent_text if first or last else "", is_last=last,
        ))
    lines = [(round(base - value * scale, 1), f"{value}%") for value in range(0, int(top) + 1, 10)]
    if len(lines) > 6:
        lines = lines[::2]
    return Trend(width, height, base, bars, lines, _years(points, step), _title(points))


def moment(day: date) -> str:
    """2026年10月末, or 2026年11月23日 inside a month."""
    if day.day == monthrange(day.year, day.month)[1]:
        return f"{day.year}年{day.month}月末"
    return f"{day.year}年{day.month}月{day.day}日"


def _month(point: Point, step: float) -> str:
    month = point.day.month
    if step >= _MONTH_WIDTH:
        return f"{month}月"
    return f"{month}" if month % 3 == 1 else ""


def _axis_top(points: Sequence[Point]) -> Decimal:
    highest = max((point.figure.percent or Decimal(0) for point in points), default=Decimal(0))
    return max((highest / 10).to_integral_value(ROUND_CEILING) * 10, Decimal(10))


def _years(points: Sequence[Point], step: float) -> list[tuple[float, float, float, str]]:
    spans: dict[int, list[int]] = {}
    for index, point in enumerate(points):
        spans.setdefault(point.day.year, []).append(index)
    result = []
    for year, indexes in spans.items():
        start, end = LEFT + indexes[0] * step + 3, LEFT + (indexes[-1] + 1) * step - 3
        label = f"{year}年" if len(indexes) > 2 else f"{year}"
        result.append((round(start, 1), round(end, 1), round((start + end) / 2, 1), label))
    return result


def _title(points: Sequence[Point]) -> str:
    if not points:
        return ""
    first, last = points[0], points[-1]
    return (
        f"逐月变化：{first.day.year}年{first.day.month}月 {first.figure.percent_text}，"
        f"{last.day.year}年{last.day.month}月 {last.figure.percent_text}"
    )
