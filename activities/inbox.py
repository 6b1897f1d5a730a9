"""What of the logs waits for the town and the district (common/inbox.py), and the count beside
月度日志 in the navigation. The secretary's own are in activities/inbox_secretary.py."""

from datetime import date

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.scope import RIGHTS
from activities.choices import LogState
from activities.log_queries import last_full_month
from activities.models import ActivityLog
from activities.review_days import is_overdue, overdue_before, with_last_day
from common.inbox import SHOWN, Asker, Box, Line, Matter, waiting
from organizations.models import PartyOrganization

_REVIEWERS, _CONFIRMERS = RIGHTS["review_logs"], RIGHTS["confirm_logs"]


def _logs(person: Asker, roles: frozenset[str], state: str) -> QuerySet[ActivityLog]:
    rows = ActivityLog.objects.within(person.scope.only(roles)).filter(state=state)
    return rows.select_related("organization").order_by("submitted_at", "pk")


def _list(**conditions: str) -> str:
    return f"{reverse('activities:log_list')}?{urlencode(conditions)}"


def _line(log: ActivityLog, verb: str, state: str, limit: date | None) -> Line:
    url = f"{reverse('activities:log_review', args=[log.pk])}?{urlencode({'state': state})}"
    late = {"when": "审核超期", "tone": "bad"} if is_overdue(log, limit) else {}
    return Line(_name(log), url, _note(log), verb=verb, **late)


def _name(log: ActivityLog) -> str:
    return f"{log.organization} {log.month.month}月日志"


def _note(log: ActivityLog) -> str:
    """退回后重报，逾期报送，提示 1 条，11月19日提交."""
    words = ["退回后重报"] if log.rounds > 1 else []
    words += ["零报告"] if log.is_zero else []
    words += ["逾期报送"] if log.is_late else []
    words += [f"提示 {len(log.cautions)} 条"] if log.cautions else []
    day = timezone.localdate(log.submitted_at) if log.submitted_at else None
    return "，".join([*words, f"{day.month}月{day.day}日提交"] if day else words)


def _matter(person: Asker, roles: frozenset[str], state: str, label: str, verb: str) -> Matter:
    rows = _logs(person, roles, state)
    limit = overdue_before(timezone.localdate()) if state == LogState.SUBMITTED else None
    lines = [_line(log, verb, state, limit) for log in with_last_day(rows)[:SHOWN]]
    return Matter(label, rows.count(), "份", lines, _list(state=state), mailed=True)


@waiting(Box.TODO, order=60, roles=_REVIEWERS)
def to_review(person: Asker) -> Matter:
    """待审, for the town."""
    return _matter(person, _REVIEWERS, LogState.SUBMITTED, "月度日志待审", "审核")


@waiting(Box.TODO, order=61, roles=_CONFIRMERS)
def to_confirm(person: Asker) -> Matter:
    """已审, for the district to confirm."""
    return _matter(person, _CONFIRMERS, LogState.ACCEPTED, "月度日志待确认", "确认")


@waiting(Box.TODO, order=62, roles=RIGHTS["remind"])
def missing(person: Asker) -> Matter:
    """未报 of the month that is filed now, with 催报 in one press."""
    month = last_full_month()
    rows = ActivityLog.objects.within(person.scope.only(RIGHTS["remind"])).filter(
        month=month, state=LogState.OWED
    )
    count = rows.count()
    key = f"{month:%Y-%m}"
    lines = [_missing_line(month, count, rows)] if count else []
    return Matter(
        "日志未报", count, "个党组织", lines, _list(state=LogState.OWED, month=key), mailed=True
    )


def _missing_line(month: date, count: int, rows: QuerySet[ActivityLog]) -> Line:
    key = f"{month:%Y-%m}"
    due_on = rows.order_by("due_on").values_list("due_on", flat=True)[0]
    is_over = timezone.localdate() > due_on
    day = f"{due_on.month}月{due_on.day}日"
    return Line(
        f"{month.month}月日志还有 {count} 个党组织未报",
        _list(state=LogState.OWED, month=key),
        "今天提醒过的不会重复提醒",
        when=f"{day}已截止" if is_over else f"{day}截止",
        tone="bad" if is_over else "warn",
        verb="催报",
        press=f"{reverse('activities:log_remind')}?{urlencode({'until': key})}",
    )


@waiting(Box.MINE, order=60, roles=_REVIEWERS)
def returned(person: Asker) -> Matter:
    """退回, and not yet come again."""
    return _matter(person, _REVIEWERS, LogState.RETURNED, "退回的日志，等书记修改", "查看")


# --- The navigation -----------------------------------------------------------------------------


def waiting_logs(request: HttpRequest) -> QuerySet | int:
    """Logs that wait for the user, beside 月度日志, for those who decide."""
    condition = Q()
    for right, state in (("review_logs", LogState.SUBMITTED), ("confirm_logs", LogState.ACCEPTED)):
        if request.scope.may(right):
            reached = PartyOrganization.objects.within(request.scope.only(RIGHTS[right]))
            condition |= Q(state=state, organization__in=reached.values("pk"))
    return ActivityLog.objects.filter(condition) if condition else 0
