"""What a reviewer sees of a log: its lines with what has changed, the checks in words, the month
before and the year beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Any

from django.utils import timezone

from activities.choices import ActivityType, Caution
from activities.contents import FIELD_LABELS, Content, Session
from activities.flow import LOG_FLOW
from activities.models import Activity, ActivityLog, LogRound
from activities.queries import roster_size
from common import parameters
from common.models import FlowStep
from common.periods import add_months, month_end, period_of

NONE_WORD = "（空）"
# Shown also when nothing is written there; the others only when something is or was.
_ALWAYS = frozenset({"types", "held_on", "topic", "content"})
_COUNTS = ("expected", "attended", "absent")
_ORDER = (
    "types", "held_on", "topic", "attended", "absentees", "content", "extras", "decisions",
    "place", "host", "recorder", "agenda",
)
_QUARTERS = "一二三四"


@dataclass(frozen=True)
class Part:
    """A stretch of a line: 实到 6, formerly 7. ``was``: None where it has not changed."""

    word: str
    value: str
    was: str | None = None


@dataclass(frozen=True)
class Line:
    """A line of the page; ``path``: what a comment on it is kept under (Content.lines)."""

    path: str
    label: str
    parts: Sequence[Part]
    photos: Sequence[Any] = ()

    @property
    def is_changed(self) -> bool:
        return any(part.was is not None for part in self.parts)


@dataclass(frozen=True)
class Section:
    """The lines of one activity; ``heading`` is empty when there is but one."""

    heading: str
    lines: Sequence[Line]


def sections(content: Content, earlier: Content | None, photos: Sequence[Any]) -> list[Section]:
    """The log as the reviewer reads it. ``earlier``: the round before, None in the first."""
    changed = content.changes_since(earlier) if earlier else {}
    several = len(content.activities) > 1
    found = [
        Section(
            f"第 {at + 1} 次活动" if several else "", list(_lines_of(session, at, changed))
        )
        for at, session in enumerate(content.activities)
    ]
    rest = []
    if content.is_zero:
        rest.append(_line("reason", FIELD_LABELS["reason"], content.reason, changed))
    if content.need or "need" in changed:
        rest.append(_line("need", FIELD_LABELS["need"], content.need, changed))
    if photos or "photos" in changed:
        rest.append(_photos(photos, earlier, changed))
    if rest:
        found.append(Section("其他" if several else "", rest))
    return found


def _lines_of(session: Session, at: int, changed: dict) -> Iterator[Line]:
    for name in _ORDER:
        path = f"activities.{at}.{name}"
        if name == "attended":
            yield _people(session, at, changed)
        elif name in _ALWAYS or session.shown(name) or path in changed:
            yield _line(path, FIELD_LABELS[name], session.shown(name), changed)


def _people(session: Session, at: int, changed: dict) -> Line:
    """应到, 实到 and 请假 in one line."""
    parts = []
    for name in _COUNTS:
        was = changed.get(f"activities.{at}.{name}", (None,))[0]
        value = session.shown(name)
        if value or was:
            parts.append(Part(FIELD_LABELS[name], value or NONE_WORD, _word(was)))
    return Line(f"activities.{at}.attended", "人数", parts or [Part("", NONE_WORD)])


def _line(path: str, label: str, value: str, changed: dict) -> Line:
    was = changed[path][0] if path in changed else None
    return Line(path, label, [Part("", value or NONE_WORD, _word(was))])


def _photos(photos: Sequence[Any], earlier: Content | None, changed: dict) -> Line:
    """The photos; those that the round before did not have are marked (``is_new``)."""
    was, now = changed.get("photos", (None, f"{len(photos)} 张"))
    for photo in photos:
        photo.is_new = was is not None and str(photo.pk) not in (earlier.photos or ())
    return Line("photos", FIELD_LABELS["photos"], [Part("", now, was)], list(photos))


def _word(was: str | None) -> str | None:
    return None if was is None else was or NONE_WORD


def taken_away(content: Content, earlier: Content | None) -> int:
    """How many activities the round before had more."""
    return max(len(earlier.activities) - len(content.activities), 0) if earlier else 0


def labels_of(found: Sequence[Section]) -> dict[str, str]:
    """Path → label, for every line that can be commented."""
    return {
        line.path: f"{section.heading}{line.label}" for section in found for line in section.lines
    }


# --- Checks -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Check:
    """A check in words, as ui/why.html shows it: yes, warn or dash."""

    tone: str
    text: str
    proof: str = ""
    url: str = ""


def checks(log: ActivityLog, content: Content, year: "Year") -> list[Check]:
    """Every check, passed or not; what the log was told when it was submitted stays."""
    if content.is_zero:
        return [Check("dash", "零报告，没有活动可核对", content.reason)]
    raised = set(log.cautions)
    found = [
        _on_month(log, raised), *_on_presence(content, raised), *_on_roster(log, content, raised),
        _on_kinds(log, content), *_on_decision(content, raised), *_on_quarter(log, year),
    ]
    repeated = Caution.REPEATED_TEXT in raised
    text = Caution.REPEATED_TEXT.label if repeated else "与以往日志没有大段重复"
    return [*found, Check("warn" if repeated else "yes", text)]


def _on_month(log: ActivityLog, raised: set) -> Check:
    month = f"{log.month.month}月"
    if Caution.OUTSIDE_MONTH in raised:
        return Check("warn", f"有的活动日期不在 {month}内", "请核对日期，或请书记改到那个月报")
    return Check("yes", f"活动日期在 {month}内")


def _on_presence(content: Content, raised: set) -> Iterator[Check]:
    sums = [
        (one.attended, one.absent, one.expected) for one in content.activities
        if None not in (one.attended, one.absent, one.expected)
    ]
    if Caution.ABSENCE_UNEXPLAINED in raised:
        wrong = next((s for s in sums if s[0] + s[1] != s[2]), None)
        proof = f"{wrong[0]} + {wrong[1]} ≠ {wrong[2]}" if wrong else ""
        yield Check("warn", Caution.ABSENCE_UNEXPLAINED.label, proof)
    elif sums:
        attended, absent, expected = sums[0]
        yield Check("yes", f"实到加请假等于应到（{attended} + {absent} = {expected}）")


def _on_roster(log: ActivityLog, content: Content, raised: set) -> Iterator[Check]:
    for caution in (Caution.ABOVE_ROSTER, Caution.BELOW_ROSTER):
        if caution in raised:
            yield Check("warn", caution.label, "以花名册为准，人员有变动的先更新花名册")
            return
    if all(one.expected is None for one in content.activities):
        return
    roster = roster_size(log.organization_id, min(month_end(log.month), timezone.localdate()))
    if roster is None:
        yield Check("dash", "花名册上没有党员，没有核对应到人数")
    else:
        yield Check("yes", "应到与在册党员数相符")


def _on_kinds(log: ActivityLog, content: Content) -> Check:
    held = {kind for one in content.activities for kind in one.types}
    words = "、".join(kind.label for kind in ActivityType if kind in held)
    return Check("yes", f"{log.month.month}月已有：{words}") if words else Check(
        "dash", "没有写明活动类型"
    )


def _on_decision(content: Content, raised: set) -> Iterator[Check]:
    if Caution.NO_DECISION in raised:
        yield Check("warn", Caution.NO_DECISION.label)
    elif any(ActivityType.GENERAL_MEETING in one.types for one in content.activities):
        yield Check("yes", "党员大会写了决议")


def _on_quarter(log: ActivityLog, year: "Year") -> Iterator[Check]:
    """A general meeting of the quarter holds no log back."""
    needed = parameters.value("meetings.general_per_quarter", on=month_end(log.month))
    span = period_of("quarter", log.month)
    if not needed:
        return
    name = f"{_QUARTERS[(log.month.month - 1) // 3]}季度支部党员大会"
    if sum(day in span for day in year.general) >= needed:
        yield Check("yes", f"{name}已开")
    elif span.last >= timezone.localdate():
        until = f"{span.last.month}月{span.last.day}日"
        yield Check("info", f"{name}还没有开", f"不影响本月通过，{until}前要开 {needed} 次")
    else:
        yield Check("info", f"{name}没有开够 {needed} 次", "不影响本月通过")


# --- The month before, the year -----------------------------------------------------------------


@dataclass(frozen=True)
class Year:
    """The year of the log up to its month: months due and filed on time, what was held."""

    due: int = 0
    on_time: int = 0
    general: Sequence[date] = field(default_factory=tuple)
    lectures: int = 0

    def quarters(self, until: date) -> str:
        """党员大会: 3 / 4 季度，四季度未开."""
        so_far = (until.month - 1) // 3 + 1
        held = {(day.month - 1) // 3 for day in self.general if day.month <= so_far * 3}
        missing = [_QUARTERS[at] for at in range(so_far) if at not in held]
        words = f"{so_far - len(missing)} / {so_far} 季度"
        return f"{words}，{'、'.join(missing)}季度未开" if missing else words


def year_of(log: ActivityLog) -> Year:
    """The organization's year; two queries."""
    first = log.month.replace(month=1)
    logs = ActivityLog.objects.filter(
        organization=log.organization_id, month__range=(first, log.month)
    )
    rows = Activity.objects.filter(
        organization=log.organization_id, held_on__range=(first, month_end(log.month))
    ).counting()
    held = list(rows.values_list("types", "held_on", "by_secretary"))
    return Year(
        due=logs.owed().count(),
        on_time=logs.filed_on_time().count(),
        general=[day for types, day, _own in held if ActivityType.GENERAL_MEETING in types],
        lectures=sum(own for _types, _day, own in held),
    )


@dataclass(frozen=True)
class Before:
    """The log of the month before; ``content`` is None when none was submitted."""

    log: ActivityLog
    content: Content | None

    @property
    def shown(self) -> list[dict[str, str]]:
        """Its activities in a few words."""
        found = []
        for one in self.content.activities if self.content else ():
            counted = [f"{FIELD_LABELS[name]} {one.shown(name)}" for name in _COUNTS
                       if one.shown(name)]
            words = {name: one.shown(name) or NONE_WORD for name in ("types", "held_on", "topic")}
            found.append(words | {"people": "，".join(counted) or NONE_WORD})
        return found


def month_before(log: ActivityLog) -> Before | None:
    """The organization's log of the month before, None when it owed none."""
    month = add_months(log.month, -1)
    found = ActivityLog.objects.filter(organization=log.organization_id, month=month).first()
    if found is None:
        return None
    last = found.submissions.order_by("-number").first()
    return Before(found, Content.from_json(last.content) if last else None)


# --- The course ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """A step in words, as ui/timeline.html shows it."""

    at: Any
    title: str
    by: str
    note: str = ""
    is_now: bool = False


def course(log: ActivityLog, rounds: Sequence[LogRound]) -> list[Step]:
    """What was done with the log, newest first; ``rounds``: earliest first."""
    contents = [Content.from_json(one.content) for one in rounds]
    differences = [len(now.changes_since(old)) for old, now in pairwise(contents)]
    changed = {one.number: count for one, count in zip(rounds[1:], differences, strict=True)}
    steps = list(LOG_FLOW.steps(log).select_related("by"))
    submitted = [step for step in reversed(steps) if step.verb == "submit"]
    numbers = {step.pk: number for number, step in enumerate(submitted, start=1)}
    return [
        Step(step.at, _title(step, log, numbers, changed), str(step.by or "系统"), step.note,
             is_now=index == 0)
        for index, step in enumerate(steps)
    ]


def _title(
    step: FlowStep, log: ActivityLog, numbers: dict[int, int], changed: dict[int, int]
) -> str:
    number = numbers.get(step.pk)
    if number is None:
        return LOG_FLOW.label(step.verb)
    if number > 1:
        return f"重新提交，改了 {changed.get(number, 0)} 处"
    day = timezone.localtime(step.at).date()
    return "提交，按期" if day <= log.due_on else "提交，逾期"
