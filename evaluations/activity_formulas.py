"""Formulas from logs and activities: filing, meetings, lectures, what a month should have."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q

from activities.choices import ACCEPTED, FILED, ActivityType
from activities.models import Activity, ActivityLog
from common.periods import Span
from evaluations.formulas import ORGANIZATION, Results, formula, parts
from evaluations.record_formulas import of_quarters


def _of_logs(ids: Collection[UUID], span: Span, met: Q) -> Results:
    """The share of the logs owed for months of the span that meet a condition."""
    rows = ActivityLog.objects.owed().filter(
        organization__in=ids, month__gte=span.first, month__lte=span.last
    )
    counted = rows.order_by().values("organization").annotate(
        owed=Count("pk"), met=Count("pk", filter=met)
    )
    found = {row["organization"]: parts(row["met"], row["owed"], "个月") for row in counted}
    return {pk: result for pk, result in found.items() if result}


@formula("log_submitted", "日志报送", ORGANIZATION)
def log_submitted(ids: Collection[UUID], span: Span) -> Results:
    """The share of the logs owed that were filed."""
    return _of_logs(ids, span, Q(state__in=FILED))


@formula("log_on_time", "日志按期报送", ORGANIZATION)
def log_on_time(ids: Collection[UUID], span: Span) -> Results:
    """The share of the logs owed that were filed by their due day."""
    return _of_logs(ids, span, Q(pk__in=ActivityLog.objects.filed_on_time().values("pk")))


@formula("log_accepted", "日志通过审核", ORGANIZATION)
def log_accepted(ids: Collection[UUID], span: Span) -> Results:
    """The share of the logs owed that the town accepted."""
    return _of_logs(ids, span, Q(state__in=ACCEPTED))


def _days(ids: Collection[UUID], span: Span, condition: Q) -> list[tuple[UUID, date]]:
    """(Organization, day) of the activities within the span that meet a condition."""
    rows = Activity.objects.counting().filter(
        condition, organization__in=ids, held_on__gte=span.first, held_on__lte=span.last
    )
    return list(rows.order_by().values_list("organization", "held_on"))


def _of_type(kind: str) -> Q:
    return Q(types__contains=[kind])


def _monthly(ids: Collection[UUID], span: Span, condition: Q) -> Results:
    """The share of the months in which it took place."""
    months: dict[UUID, set[date]] = {}
    for pk, day in _days(ids, span, condition):
        months.setdefault(pk, set()).add(day.replace(day=1))
    total = len(span.months)
    return {pk: parts(len(months.get(pk, ())), total, "个月") for pk in ids}


def _quarterly(ids: Collection[UUID], span: Span, condition: Q) -> Results:
    """The share of the quarters in which it took place."""
    return of_quarters(ids, span, _days(ids, span, condition))


def _times(wanted: int) -> Callable[[Collection[UUID], Span, Q], Results]:
    """The share of ``wanted`` times in the span; more do not count."""

    def count(ids: Collection[UUID], span: Span, condition: Q) -> Results:
        held: dict[UUID, int] = {}
        for pk, _day in _days(ids, span, condition):
            held[pk] = held.get(pk, 0) + 1
        return {pk: parts(min(held.get(pk, 0), wanted), wanted, "次") for pk in ids}

    return count


@dataclass(frozen=True)
class _Meeting:
    key: str
    label: str
    condition: Q
    count: Callable[[Collection[UUID], Span, Q], Results]


# How often: domain.md §3 (支部工作条例, 党员教育管理工作条例); one year has four quarters.
_MEETINGS = (
    _Meeting("general_meetings", "支部党员大会每季度", _of_type(ActivityType.GENERAL_MEETING),
             _quarterly),
    _Meeting("committee_meetings", "支委会每月", _of_type(ActivityType.COMMITTEE_MEETING),
             _monthly),
    _Meeting("group_meetings", "党小组会每月", _of_type(ActivityType.GROUP_MEETING), _monthly),
    _Meeting("lectures", "党课每季度", _of_type(ActivityType.LECTURE), _quarterly),
    _Meeting("theme_days", "主题党日每月", _of_type(ActivityType.THEME_DAY), _monthly),
    _Meeting("life_meeting", "组织生活会每年", _of_type(ActivityType.LIFE_MEETING), _times(1)),
    _Meeting("appraisal", "民主评议每年", _of_type(ActivityType.APPRAISAL), _times(1)),
    _Meeting("heart_talks", "谈心谈话每年两次", _of_type(ActivityType.HEART_TALK), _times(2)),
    _Meeting("volunteering", "志愿服务每季度", _of_type(ActivityType.VOLUNTEERING), _quarterly),
    _Meeting("public_talks", "宣讲每年两次", _of_type(ActivityType.PUBLIC_TALK), _times(2)),
    _Meeting("secretary_lectures", "书记讲党课每年", Q(by_secretary=True), _times(1)),
    _Meeting("micro_lectures", "微党课每月", Q(has_micro_lecture=True), _monthly),
    _Meeting("films", "教育片每月", Q(has_film=True), _monthly),
    _Meeting("practices", "实践活动每月", Q(has_practice=True), _monthly),
)


def _declare(meeting: _Meeting) -> None:
    @formula(meeting.key, meeting.label, ORGANIZATION)
    def count(ids: Collection[UUID], span: Span) -> Results:
        return meeting.count(ids, span, meeting.condition)


for _meeting in _MEETINGS:
    _declare(_meeting)


# What is counted in the activities ledger.
FROM_ACTIVITIES = frozenset({"attendance", *(meeting.key for meeting in _MEETINGS)})


@formula("attendance", "到会率", ORGANIZATION)
def attendance(ids: Collection[UUID], span: Span) -> Results:
    """实到 ÷ 应到 of all activities that say both."""
    rows = Activity.objects.counting().filter(
        organization__in=ids, held_on__gte=span.first, held_on__lte=span.last,
        expected__gt=0, attended__isnull=False,
    )
    came: dict[UUID, list[int]] = {}
    for pk, expected, attended in rows.order_by().values_list(
        "organization", "expected", "attended"
    ):
        sums = came.setdefault(pk, [0, 0])
        sums[0] += min(attended, expected)
        sums[1] += expected
    return {pk: parts(done, of, "人次") for pk, (done, of) in came.items()}
