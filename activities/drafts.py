"""What is typed into a log and not submitted yet: the keys of activities/contents.py, the values as
they were typed. Nothing here looks whether they are right (activities/log_forms.py does).

    {"activities": [{"types": ["lecture"], "held_on": "2026-10-18", "attended": "8", …}],
     "need": "", "is_zero": False, "reason": ""}

``origin`` of an activity: its place in the last submission, by which the reviewer's words find it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from activities.contents import Content, Session
from activities.models import ActivityLog, LogDraft
from activities.queries import (
    earlier_round,
    last_round,
    ledger_activities,
    roster_size,
    secretary_name,
)
from common import workdays
from common.periods import day_in_month, month_end

Typed = dict[str, Any]

MOST_ACTIVITIES = 20
LISTS = ("types", "extras")
TEXTS = (
    "held_on", "topic", "expected", "attended", "absentees", "content", "place", "host",
    "recorder", "agenda", "decisions", "origin",
)
# An activity of which none of these was typed has not been begun.
_SAYING = ("types", "topic", "attended", "absentees", "content", "agenda", "decisions")
# What is alike from month to month. What was done and who came is written anew.
_LASTING = ("types", "extras", "topic", "place", "host", "recorder", "agenda")
_PREFILLED = ("place", "host", "recorder")


def is_begun(activity: Mapping[str, Any]) -> bool:
    """Whether anything was typed that is not there by itself."""
    return any(activity.get(name) for name in _SAYING)


def saved_draft(log: ActivityLog) -> LogDraft | None:
    """What was typed of the log and not submitted."""
    return LogDraft.objects.filter(log=log).first()


def to_go_on_with(log: ActivityLog, draft: LogDraft | None, today: date) -> Typed:
    """What the page of the log shows: the draft, else the last submission, else a beginning."""
    if draft is not None:
        return draft.content
    if (submitted := last_round(log)) is not None:
        return typed_again(Content.from_json(submitted.content))
    begun = [] if ledger_activities(log).exists() else [new_activity(log, today)]
    return {"activities": begun, "need": "", "is_zero": False, "reason": ""}


def typed_again(content: Content) -> Typed:
    """A submission as if it were being typed."""
    activities = [
        _typed(session) | {"origin": str(at)} for at, session in enumerate(content.activities)
    ]
    return replace(content, photos=None).as_json() | {"activities": activities}


def new_activity(log: ActivityLog, today: date) -> Typed:
    """An activity that is not begun: the likely day, 应到 from the roster, host and recorder as far
    as known."""
    day = min(month_end(log.month), today)
    before = _month_before(log)
    usual = date.fromisoformat(before["held_on"]) if before and before["held_on"] else None
    activity = _typed(Session(
        expected=roster_size(log.organization_id, day), held_on=_likely_day(log, today, usual)
    ))
    if before is not None:
        activity |= {name: before[name] for name in _PREFILLED}
    return activity | {"host": secretary_name(log.organization_id, day) or activity["host"]}


def as_before(typed: Typed, log: ActivityLog, today: date) -> Typed:
    """照上月填: what is still empty in the first activity, as it was the month before."""
    before = _month_before(log)
    activities = typed["activities"] or [new_activity(log, today)]
    if before is None:
        return typed
    first = dict(activities[0])
    for name in _LASTING:
        first[name] = first.get(name) or before[name]
    return typed | {"activities": [first, *activities[1:]]}


def _likely_day(log: ActivityLog, today: date, usual: date | None) -> date | None:
    """On which day it was: the usual one of the month, once it has come; else the latest working
    day of the month so far."""
    if usual is not None and (day := day_in_month(log.month, usual.day)) <= today:
        return day
    last = min(month_end(log.month), today)
    known = workdays.calendar(log.month, last)
    days = (last - timedelta(days=back) for back in range((last - log.month).days + 1))
    return next((day for day in days if known.is_working(day)), None)


def _month_before(log: ActivityLog) -> Typed | None:
    submitted = earlier_round(log)
    if submitted is None:
        return None
    sessions = Content.from_json(submitted.content).activities
    return _typed(sessions[0]) if sessions else None


def _typed(session: Session) -> Typed:
    values = session.as_json()
    texts = {name: values.get(name) for name in TEXTS}
    return {name: "" if text is None else str(text) for name, text in texts.items()} | {
        name: values[name] for name in LISTS
    }
