"""组织生活 as figures: monthly logs (报送, 及时, 有效) and 三会一课. All of them are flows."""

from django.db.models import Q, QuerySet

from activities import meetings
from activities.choices import ACCEPTED, LogState
from activities.models import IS_FILED, IS_ON_TIME, IS_OWED, ActivityLog
from activities.reach import logs_where_they_were
from common.periods import Span
from reports.extent import Extent
from reports.figures import Dimension, Indicator, Population
from reports.kinds import RowsIndicator, ShareIndicator
from reports.populations import TOWN

# --- Populations --------------------------------------------------------------------------------


def _logs(extent: Extent, span: Span) -> QuerySet:
    """The logs of the months of ``span``, where their organizations were then; 不应报 is none."""
    rows = ActivityLog.objects.filter(month__range=(span.first, span.last))
    rows = rows.exclude(state=LogState.RELEASED)
    for scope in (extent.scope, extent.area):
        if scope is not None:
            rows = rows.filter(logs_where_they_were(scope, span.last))
    return rows


def _branches(extent: Extent, span: Span) -> QuerySet:
    """Branches that were active throughout, in the extent on the last day."""
    return extent.limit(meetings.branches_throughout(span), span.last)


LOGS = Population(
    _logs, {TOWN: Dimension(TOWN, "镇街", "town__code", "未填镇街", name="town__name")}
)
BRANCHES = Population(
    _branches,
    {TOWN: Dimension(TOWN, "镇街", "state__town__code", "未填镇街", name="state__town__name")},
)

# --- Conditions ---------------------------------------------------------------------------------


def _is_owed(_span: Span) -> Q:
    return IS_OWED


def _is_filed(_span: Span) -> Q:
    return IS_FILED


def _is_on_time(_span: Span) -> Q:
    return IS_ON_TIME


def _is_accepted(_span: Span) -> Q:
    return Q(state__in=ACCEPTED)


def _is_zero(_span: Span) -> Q:
    return IS_FILED & Q(is_zero=True)


def _is_exempt(_span: Span) -> Q:
    return Q(state=LogState.EXEMPT)


# --- The family ---------------------------------------------------------------------------------

_OWED = "应报（每个党组织每月一份，不含豁免）"

LIFE: tuple[Indicator, ...] = (
    ShareIndicator(
        key="log_submitted", label="日志报送率", unit="份", period="month",
        population=LOGS, among=_is_owed, met=_is_filed,
        basis=f"已报送且未被退回的日志 ÷ {_OWED}",
    ),
    ShareIndicator(
        key="log_on_time", label="日志及时率", unit="份", period="month",
        population=LOGS, among=_is_owed, met=_is_on_time,
        basis=f"不晚于截止日报送且未被退回的日志 ÷ {_OWED}",
    ),
    ShareIndicator(
        key="log_accepted", label="日志有效率", unit="份", period="month",
        population=LOGS, among=_is_owed, met=_is_accepted,
        basis=f"镇街审核通过的日志 ÷ {_OWED}",
    ),
    RowsIndicator(
        key="log_zero", label="零报告", unit="份", period="month", population=LOGS, among=_is_zero,
        basis="已报送、说明当月没有开展活动的日志，计入应报和已报",
    ),
    RowsIndicator(
        key="log_exempt", label="豁免", unit="份", period="month", population=LOGS,
        among=_is_exempt, basis="经批准当月不报日志的党组织，不计入应报",
    ),
    ShareIndicator(
        key="three_meetings_complete", label="三会一课完成率", unit="个", period="quarter",
        population=BRANCHES, met=meetings.is_complete,
        settings={rule.setting.removeprefix("meetings."): rule.setting for rule in meetings.RULES}
        | {"n": meetings.COMMITTEE_MEMBERS},
        basis="开齐支部党员大会（每季度 {general_per_quarter} 次）、支委会（每月 "
              "{committee_per_month} 次，正式党员 {n} 名以上的）、党小组会（每月 "
              "{group_per_month} 次，设党小组的）、党课（每季度 {lecture_per_quarter} 次）的党支部"
              " ÷ 整个季度都在用的党支部",
    ),
)
