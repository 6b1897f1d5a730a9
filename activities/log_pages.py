"""What the pages of one log show: its parts as read, its rounds, what can be done with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from activities import actions, rules
from activities.choices import OPEN, LogState
from activities.contents import FIELD_LABELS, Content, Session
from activities.drafts import Typed
from activities.flow import LOG_FLOW
from activities.log_forms import LogForm, Surroundings
from activities.models import ActivityLog, LogDraft, LogRound
from activities.queries import (
    earlier_round,
    last_round,
    ledger_activities,
    reopened_until,
    roster_size,
)
from common.models import FlowStep
from common.periods import add_months, month_end
from common.refusals import Refused

# Fields of an activity as they are read, in the order of the page; 应到 and 请假 stand with 实到.
_READ = (
    "types", "extras", "held_on", "topic", "attended", "absentees", "content", "place", "host",
    "recorder", "agenda", "decisions",
)


def last_day_of(log: ActivityLog) -> date:
    """The last day on which the log can be filed."""
    return max([log.lock_on, *reopened_until(log)])


def time_left(log: ActivityLog, today: date) -> tuple[str, str]:
    """rules.time_left of a log."""
    returned = log.state == LogState.RETURNED
    return rules.time_left(today, log.due_on, last_day_of(log), is_returned=returned)


def why_closed(log: ActivityLog, scope: Any) -> str:
    """Why the log cannot be written now, "" when it can."""
    try:
        actions.may_write(log, scope)
    except Refused as refusal:
        return str(refusal)
    return ""


def returned_by(log: ActivityLog) -> FlowStep | None:
    """The step by which a log came back that is still to be put right."""
    if log.state != LogState.RETURNED:
        return None
    return LOG_FLOW.steps(log).filter(verb="send_back").select_related("by").first()


def surroundings_of(log: ActivityLog, today: date) -> Surroundings:
    """What the form of the log must know."""
    last = last_round(log) if log.state == LogState.RETURNED else None
    return Surroundings(
        roster=roster_size(log.organization_id, min(month_end(log.month), today)),
        has_ledger=ledger_activities(log).exists(),
        comments=last.comments if last else {},
    )


def edit_context(
    log: ActivityLog, typed: Typed, draft: LogDraft | None, today: date, *, is_checked: bool
) -> dict[str, Any]:
    """The page on which a log is written."""
    around = surroundings_of(log, today)
    before = earlier_round(log)
    words, tone = time_left(log, today)
    return {
        "log": log,
        "form": LogForm(typed, around, is_checked=is_checked),
        "revision": draft.revision if draft else 0,
        "saved_at": draft.saved_at if draft else None,
        "photos": log.photos.all(),
        "ledger": ledger_activities(log),
        "before": before.log if before else None,
        "back": returned_by(log),
        "general": around.comments.get("", ""),
        "photo_words": around.comments.get("photos", ""),
        "left": words, "left_tone": tone,
        "reviewer": log.town or log.park or "镇街",
        "month_before": add_months(log.month, -1),
    }


@dataclass(frozen=True)
class Said:
    """A field as it is read. ``comment``: of the reviewer, on this round."""

    label: str
    value: str
    comment: str = ""


@dataclass(frozen=True)
class Change:
    """What a round changed of the one before."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class Round:
    """A submission as it is read; ``activities``: fields of each."""

    number: int
    at: datetime
    by: str
    content: Content
    activities: Sequence[Sequence[Said]]
    whole: Sequence[Said]
    changes: Sequence[Change]
    general: str


def rounds_of(log: ActivityLog) -> list[Round]:
    """All submissions, newest first."""
    found: list[Round] = []
    before: Content | None = None
    for one in log.submissions.order_by("number").select_related("submitted_by"):
        content = Content.from_json(one.content)
        found.insert(0, _round(one, content, before))
        before = content
    return found


def _round(one: LogRound, content: Content, before: Content | None) -> Round:
    return Round(
        number=one.number, at=one.submitted_at, by=str(one.submitted_by or ""), content=content,
        activities=[
            list(_activity(session, f"activities.{at}.", one.comments))
            for at, session in enumerate(content.activities)
        ],
        whole=list(_whole(content, one.comments)),
        changes=list(_changes(content, before)) if before else [],
        general=one.comments.get("", ""),
    )


def _activity(session: Session, path: str, comments: dict[str, str]) -> Iterator[Said]:
    for name in _READ:
        value, comment = session.shown(name), comments.get(f"{path}{name}", "")
        if name == "attended":
            value = attendance(session)
            comment = comment or comments.get(f"{path}expected", "")
        if value or comment:
            yield Said(FIELD_LABELS[name], value, comment)


def attendance(session: Session) -> str:
    """应到 7 人，实到 6 人，请假 1 人."""
    parts = ((name, session.shown(name)) for name in ("expected", "attended", "absent"))
    return "，".join(f"{FIELD_LABELS[name]} {value} 人" for name, value in parts if value)


def _whole(content: Content, comments: dict[str, str]) -> Iterator[Said]:
    for name in ("reason", "need"):
        if getattr(content, name) or comments.get(name):
            yield Said(FIELD_LABELS[name], getattr(content, name), comments.get(name, ""))


def _changes(content: Content, before: Content) -> Iterator[Change]:
    labels = {path: label for path, label, _value in [*before.lines(), *content.lines()]}
    labels["photos"] = FIELD_LABELS["photos"]
    many = len(content.activities) > 1 or len(before.activities) > 1
    for path, (old, new) in content.changes_since(before).items():
        at = path.split(".")[1] if path.startswith("activities.") else ""
        within = f"第 {int(at) + 1} 次活动　" if at and many else ""
        yield Change(f"{within}{labels[path]}", old, new)


@dataclass(frozen=True)
class Step:
    """A step of the log, for templates/ui/timeline.html."""

    at: datetime
    title: str
    by: str
    note: str
    is_now: bool


def steps_of(log: ActivityLog) -> list[Step]:
    """What has happened to the log, newest first."""
    steps = LOG_FLOW.steps(log).select_related("by")
    return [
        Step(step.at, LOG_FLOW.label(step.verb), str(step.by or ""), step.note, is_now=not number)
        for number, step in enumerate(steps)
    ]


def is_open(log: ActivityLog) -> bool:
    """Whether it is the secretary's turn."""
    return log.state in OPEN
