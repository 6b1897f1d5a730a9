"""A time line drawn by the server: one track per relation, one bar per period.

``draw(tracks, day)`` gives the marks of two drawings, a wide and a narrow one, for
templates/ui/tracks.html. Every mark carries a class and a presentation attribute there, so that
page and paper show the same. The same periods stand in a table as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from common.dated import BEGINNING, FOREVER

ROW, TOP, BAR = 30, 18, 22  # height of a track, of the years above, of a bar
_GLYPH = 12.0  # width of a Chinese character at 12 px
_YEAR = 34.0  # width of the name of a year
_LONGEST, _FURTHEST = 60, 5  # years; what lies further off is drawn at the edge


@dataclass(frozen=True)
class Bar:
    """A period [starts_on, ends_on) with what held. ``is_faint``: it does not count."""

    starts_on: date
    ends_on: date
    text: str
    url: str = ""
    note: str = ""
    is_faint: bool = False


@dataclass(frozen=True)
class Track:
    """Periods of one relation."""

    label: str
    bars: Sequence[Bar] = ()


@dataclass(frozen=True)
class DrawnBar:
    """A bar in the drawing."""

    bar: Bar
    x: float
    width: float
    text: str  # what fits; "" when nothing does
    is_now: bool
    title: str
    is_outside: bool = False  # the text stands before the bar

    @property
    def text_x(self) -> float:
        return round(self.x - 6 if self.is_outside else self.x + 6, 1)


@dataclass(frozen=True)
class DrawnTrack:
    """A line of the drawing."""

    label: str
    y: int
    bars: Sequence[DrawnBar]

    @property
    def text_y(self) -> int:
        return self.y + 15


@dataclass(frozen=True)
class Drawing:
    """All marks of one drawing of ``width`` x ``height``."""

    css: str
    width: int
    height: int
    years: Sequence[tuple[str, float]]
    lines: Sequence[float]
    bottom: int
    now_x: float
    now_end: int
    day: date
    tracks: Sequence[DrawnTrack] = field(default_factory=tuple)

    @property
    def label_y(self) -> int:
        return self.height - 4


def draw(tracks: Sequence[Track], day: date, today: date | None = None) -> list[Drawing]:
    """The wide and the narrow drawing, with a line at ``day``; none when no track has a bar.

    What holds on goes to today (or to ``day``, if that is later); what is planned lies beyond.
    """
    filled = [track for track in tracks if track.bars]
    if not filled:
        return []
    horizon = max(day, today or day)
    return [
        _drawing("wide", 720, 84, filled, day, horizon),
        _drawing("narrow", 336, 66, filled, day, horizon),
    ]


def _drawing(
    css: str, width: int, left: int, tracks: Sequence[Track], day: date, horizon: date
) -> Drawing:
    first, last = _span(tracks, day, horizon)
    right = width - 4
    scale = _Scale(first, last, left, right, horizon)
    bottom = TOP + len(tracks) * ROW + 6
    years = range(first.year, last.year)
    step = max(1, int(-(-len(years) * _YEAR // (right - left))))
    return Drawing(
        css=css,
        width=width,
        height=bottom + 22,
        years=[(str(year), scale.middle(year)) for year in list(years)[::-1][::step][::-1]],
        lines=[scale.x(date(year, 1, 1)) for year in [*years, last.year]],
        bottom=bottom,
        now_x=scale.x(day),
        now_end=bottom + 4,
        day=day,
        tracks=[
            DrawnTrack(track.label, TOP + 8 + index * ROW, _bars(track, scale, day))
            for index, track in enumerate(tracks)
        ],
    )


def _span(tracks: Sequence[Track], day: date, horizon: date) -> tuple[date, date]:
    """Whole years, from the first known beginning to the horizon or to what begins later."""
    bars = [bar for track in tracks for bar in track.bars]
    begins = [bar.starts_on for bar in bars if bar.starts_on != BEGINNING]
    ends = [bar.ends_on for bar in bars if bar.ends_on <= day]
    first_year = max(min([*begins, *ends, day]).year, day.year - _LONGEST)
    last_year = min(max([*begins, horizon]).year, horizon.year + _FURTHEST)
    return date(min(first_year, day.year - 1), 1, 1), date(last_year + 1, 1, 1)


class _Scale:
    """Days to pixels."""

    def __init__(self, first: date, last: date, left: int, right: int, horizon: date) -> None:
        self.first, self.last, self.left, self.right = first, last, left, right
        self.horizon = horizon

    def x(self, day: date) -> float:
        day = min(max(day, self.first), self.last)
        share = (day - self.first).days / (self.last - self.first).days
        return round(self.left + share * (self.right - self.left), 1)

    def middle(self, year: int) -> float:
        return self.x(date(year, 7, 1))

    def end(self, bar: Bar) -> float:
        """Where a bar ends: what has begun goes to the horizon at most."""
        is_planned = bar.starts_on > self.horizon
        return self.x(bar.ends_on if is_planned else min(bar.ends_on, self.horizon))


def _bars(track: Track, scale: _Scale, day: date) -> list[DrawnBar]:
    drawn: list[DrawnBar] = []
    free_from = float(scale.left)
    for bar in sorted(track.bars, key=lambda bar: bar.starts_on):
        x = scale.x(bar.starts_on)
        width = round(max(scale.end(bar) - x - 1.5, 2), 1)
        text = _fitting(bar.text, int((width - 10) / _GLYPH))
        is_outside = text != bar.text and len(bar.text) * _GLYPH + 12 <= x - free_from
        is_now = bar.starts_on <= day < bar.ends_on
        shown = bar.text if is_outside else text
        drawn.append(DrawnBar(bar, x, width, shown, is_now, told(bar), is_outside))
        free_from = x + width
    return drawn


def _fitting(text: str, number: int) -> str:
    """As much of a text as ``number`` characters hold; "" when that says nothing."""
    if len(text) <= number:
        return text
    return f"{text[: number - 1]}…" if number > 2 else ""


def told(bar: Bar) -> str:
    """A bar in words: 正常 2022-05-10 起."""
    return "　".join(part for part in (bar.text, days_in_words(bar), bar.note) if part)


def days_in_words(bar: Bar) -> str:
    """2022-05-10 起 · 2022-05-10 至 2024-07-31 · 至 2024-07-31 · "" without bounds."""
    last = "" if bar.ends_on == FOREVER else (bar.ends_on - timedelta(days=1)).isoformat()
    if bar.starts_on == BEGINNING:
        return f"至 {last}" if last else ""
    first = bar.starts_on.isoformat()
    return f"{first} 至 {last}" if last else f"{first} 起"
