"""The clock of a ticket as the page draws it: words, a bar of days, a table of all time limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone

from common.workdays import Calendar, calendar
from services.choices import ClockKind, TicketState
from services.clocks import clock_of, timetable
from services.models import Ticket, TicketClock
from services.rules import Clock, HasHours
from services.ticket_words import time_left

_WEEKDAYS = "一二三四五六日"
_WIDTH = {"wide": 680.0, "narrow": 320.0}
# More days than this are told in words only.
_MOST_DAYS = 24
WITHIN = "在时限内"
_GAP = 2
_CLASSES = {
    "before": ("f-track", "#e1e4e8", ""), "off": ("f-off", "#f4f5f7", ""),
    "used": ("f-own", "#274c6b", ""), "today": ("f-now", "#c8102e", ""),
    "paused": ("f-pause", "#fdf3dc", "#d9a53a"), "left": ("f-left", "#ffffff", "#858d96"),
}
_DARK = frozenset({"used", "today"})


@dataclass(frozen=True)
class Cell:
    """One day of the bar. ``x``, ``width``, ``middle``: of its box; ``css``, ``fill``, ``stroke``:
    how it looks; ``word``: what stands in it."""

    day: date
    weekday: str
    x: float
    width: float
    middle: float
    css: str
    fill: str
    stroke: str
    word: str
    is_dark: bool


@dataclass(frozen=True)
class Bar:
    """A drawing for one width of the screen."""

    name: str
    width: float
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Limit:
    """A line of 各段时限."""

    label: str
    allowed: int
    used: int
    is_running: bool
    is_late: bool


@dataclass(frozen=True)
class ClockFace:
    """What the page shows: 还剩 2 个工作日, until when, how much is used, the bars."""

    words: str
    tone: str
    due_on: date | None
    due_words: str
    facts: str
    bars: Sequence[Bar]
    limits: Sequence[Limit]


def face_of(ticket: Ticket) -> ClockFace:
    """The clock of a ticket now; four queries."""
    now = timezone.localtime()
    rows, pauses = list(ticket.clocks.all()), list(ticket.pauses.all())
    days, hours = calendar(), timetable()
    clocks = {row.pk: clock_of(row, pauses, days, hours) for row in rows}
    work = next((row for row in reversed(rows) if row.kind == ClockKind.WORK), None)
    words, tone = time_left(ticket, now.date(), days)
    bars: list[Bar] = []
    facts = ""
    if work:
        facts = _facts(work, clocks[work.pk], now)
        bars = _bars(work, clocks[work.pk], now)
    return ClockFace(
        words or _words_of(ticket), tone, ticket.due_on, _until(ticket, rows, hours), facts, bars,
        [_limit(row, clocks[row.pk], now) for row in sorted(rows, key=_in_order)],
    )


def _in_order(row: TicketClock) -> tuple:
    """By beginning; those that begin together as the steps come."""
    return row.started_at, list(ClockKind).index(ClockKind(row.kind))


def _words_of(ticket: Ticket) -> str:
    """What stands there when no clock runs for the office."""
    if ticket.state == TicketState.RETURNED:
        return "等企业补正"
    if ticket.state == TicketState.ANSWERED:
        return "等企业评价"
    return ticket.get_state_display()


def _until(ticket: Ticket, rows: Sequence[TicketClock], hours: HasHours) -> str:
    """Which clock is the next to run out, and when: 首次反馈 11月13日（星期五）17:30 到期."""
    day = ticket.due_on
    if day is None:
        return ""
    nearest = next((r for r in rows if r.stopped_at is None and r.due_on == day), None)
    label = f"{nearest.get_kind_display()} " if nearest else ""
    weekday = _WEEKDAYS[day.weekday()]
    return f"{label}{day.month}月{day.day}日（星期{weekday}）{hours.on(day).closes:%H:%M} 到期"


def _facts(row: TicketClock, clock: Clock, now: datetime) -> str:
    paused = clock.paused(now)
    words = f"办理时限 {row.limit} 个工作日，已用 {clock.used(now)} 个"
    return f"{words}，暂停 {paused} 个" if paused else words


def _limit(row: TicketClock, clock: Clock, now: datetime) -> Limit:
    again = f"（第 {row.number} 次）" if row.number > 1 else ""
    used = clock.used(now)
    return Limit(
        f"{row.get_kind_display()}{again}", row.limit, used, row.stopped_at is None,
        used > row.limit,
    )


def _bars(row: TicketClock, clock: Clock, now: datetime) -> list[Bar]:
    first = clock.starts_at.date()
    stopped = clock.stops_at.date() if clock.stops_at else now.date()
    last = max(row.due_on or stopped, stopped)
    number = (last - first).days + 1
    if number > _MOST_DAYS:
        return []
    span = [first + timedelta(days=at) for at in range(number)]
    return [Bar(name, width, _cells(span, clock, now, width)) for name, width in _WIDTH.items()]


def _cells(span: list[date], clock: Clock, now: datetime, width: float) -> list[Cell]:
    step, counted, cells = width / len(span), 0, []
    for at, day in enumerate(span):
        state = clock.state_of(day, now)
        if state in ("used", "left"):
            counted += 1
        if state == "used" and day == now.date() and clock.stops_at is None:
            state = "today"
        css, fill, stroke = _CLASSES[state]
        word = {"paused": "停", "before": "", "off": ""}.get(state, str(counted))
        x = round(at * step + 1, 1)
        cells.append(Cell(
            day, _WEEKDAYS[day.weekday()], x, round(step - _GAP, 1),
            round(x + (step - _GAP) / 2, 1), css, fill, stroke, word,
            state in _DARK,
        ))
    return cells


def left_words(tickets: Sequence[Ticket], days: Calendar | None = None) -> None:
    """Set ``left_words``, ``left_tone`` and ``left_state`` of listed tickets; one query."""
    days, today = days or calendar(), timezone.localdate()
    for ticket in tickets:
        ticket.left_words, ticket.left_tone = time_left(ticket, today, days)
        ticket.left_state = ticket.left_words.split()[0] if ticket.left_words else ""
        if ticket.left_state == "剩":
            ticket.left_state = WITHIN
