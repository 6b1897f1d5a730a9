"""Logs for tests: contents that can be submitted, logs in every state."""

from datetime import date
from typing import Any

from accounts.models import User
from accounts.scope import scope_for
from activities import actions
from activities.choices import ActivityType
from activities.contents import Content, Session
from activities.models import ActivityLog
from activities.opening import open_month
from organizations.models import PartyOrganization

MONTH = date(2026, 10, 1)


def session(**values: Any) -> Session:
    """A theme Party day of October with everybody there."""
    return Session(
        **{
            "types": (ActivityType.THEME_DAY,), "held_on": date(2026, 10, 18),
            "topic": "安全生产党员先行", "content": "检查五家企业的用电和消防通道。",
            "expected": 1, "attended": 1, "absent": 0, **values,
        }
    )


def content(*sessions: Session, **values: Any) -> Content:
    """A log with these activities (default: one)."""
    return Content(activities=sessions or (session(),), **values)


def zero(reason: str = "企业停产检修") -> Content:
    """A log without activities."""
    return Content(is_zero=True, reason=reason)


def log_of(organization: PartyOrganization, month: date = MONTH) -> ActivityLog:
    """The log that the organization owes for the month, opened unless it is."""
    if not ActivityLog.objects.filter(organization=organization, month=month).exists():
        open_month(month)
    return ActivityLog.objects.get(organization=organization, month=month)


def submit(log: ActivityLog, by: User, what: Content | None = None) -> ActivityLog:
    """``by`` submits the log."""
    actions.submit(log=log, content=what or content(), by=by, scope=scope_for(by))
    log.refresh_from_db()
    return log
