"""What waits for a secretary: the months that are to be filed, and those that came back."""

from datetime import date

from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.scope import RIGHTS
from activities.choices import LogState
from activities.log_pages import returned_by
from activities.models import ActivityLog, LogReopening
from activities.rules import time_left
from common.inbox import Box, Line, Matter, waiting

FILERS = RIGHTS["file_logs"]


def fileable(logs: QuerySet, today: date) -> QuerySet:
    """Those whose month has come and is not locked, or was opened again."""
    reopened = LogReopening.objects.filter(log=OuterRef("pk"), until__gte=today)
    return logs.filter(Q(lock_on__gte=today) | Exists(reopened), month__lte=today)


def _own(request: HttpRequest, state: str) -> list[ActivityLog]:
    """Oldest month first: it is due first. One that came back stays until it is settled, though it
    be locked meanwhile: its page says whom to ask."""
    rows = ActivityLog.objects.within(request.scope.only(FILERS)).filter(state=state)
    if state == LogState.OWED:
        rows = fileable(rows, timezone.localdate())
    rows = rows.select_related("organization")
    rows = rows.annotate(reopened=Max("reopenings__until"))
    return list(rows.order_by("month", "organization__name", "pk"))


def _time_left(log: ActivityLog) -> tuple[str, str]:
    last_day = max(filter(None, [log.lock_on, log.reopened]))
    returned = log.state == LogState.RETURNED
    return time_left(timezone.localdate(), log.due_on, last_day, is_returned=returned)


@waiting(Box.TODO, order=5, roles=FILERS)
def logs_to_file(request: HttpRequest) -> Matter:
    """月度日志: each month of each organization that can be filed now."""
    lines = []
    for number, log in enumerate(_own(request, LogState.OWED)):
        words, tone = _time_left(log)
        lines.append(Line(
            f"{log.month.month}月日志", reverse("activities:log_edit", args=[log.pk]),
            note=str(log.organization), when=words, tone=tone, verb="填报", is_first=number == 0,
        ))
    return Matter("月度日志", len(lines), "份", lines, mailed=True)


@waiting(Box.RETURNED, order=5, roles=FILERS)
def logs_to_mend(request: HttpRequest) -> Matter:
    """Logs that came back, with what the reviewer said."""
    lines = []
    for log in _own(request, LogState.RETURNED):
        words, tone = _time_left(log)
        step = returned_by(log)
        is_open = tone != "bad"
        page = "activities:log_edit" if is_open else "activities:log_detail"
        lines.append(Line(
            f"{log.month.month}月日志", reverse(page, args=[log.pk]),
            note=f"{log.organization}　{step.note if step else ''}", when=words, tone=tone,
            verb="修改" if is_open else "查看",
        ))
    return Matter("月度日志", len(lines), "份", lines, mailed=True)
