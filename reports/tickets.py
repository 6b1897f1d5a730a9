"""企业诉求 as figures: accepted, closed, in time, solved, satisfied, how long. All are flows; a
ticket counts in the town where its enterprise was when it came."""

from django.db.models import F, Q, QuerySet

from common.filters import ScopedFilterSet
from common.lists import Sort
from common.periods import Span
from common.tables import Column
from enterprises.models import Entity
from organizations.reach import own_organizations
from reports.extent import Extent
from reports.figures import Dimension, Indicator, Population
from reports.kinds import DistinctIndicator, MedianIndicator, RowsIndicator, ShareIndicator
from reports.opening import address, opening
from reports.populations import TOWN, by_choice
from reports.sheet import Sheet, take_over
from services.choices import (
    FINISHED,
    SATISFIED,
    TicketChannel,
    TicketGrade,
    TicketKind,
    TicketOutcome,
)
from services.models import Ticket
from services.ticket_words import STATE_TONES

CHANNEL, CATEGORY, DEPARTMENT, TICKET_KIND = "channel", "category", "department", "ticket_kind"
GRADE = "grade"
DIMENSIONS = (CHANNEL, CATEGORY, DEPARTMENT, TICKET_KIND)

# --- Populations --------------------------------------------------------------------------------


def _where_they_were(scope, day) -> Q:
    """The condition "this ticket counts in ``scope``": by the town that its row keeps, or as one of
    an organization's own."""
    if scope.everything:
        return Q()
    own = own_organizations(scope, day)
    condition = Q(organization__in=own) if own else Q(pk__in=[])
    return condition | (scope.in_areas("town") or Q(pk__in=[]))


def _on(column: str, extent: Extent, span: Span) -> QuerySet:
    rows = Ticket.objects.filter(**{f"{column}__range": (span.first, span.last)})
    for scope in (extent.scope, extent.area):
        if scope is not None:
            rows = rows.filter(_where_they_were(scope, span.last))
    return rows


def _accepted(extent: Extent, span: Span) -> QuerySet:
    """Tickets that were accepted in the span."""
    return _on("accepted_on", extent, span)


def _closed(extent: Extent, span: Span) -> QuerySet:
    """Tickets that were closed in the span."""
    return _on("closed_on", extent, span).filter(state__in=FINISHED)


_DIMENSIONS = {
    one.key: one
    for one in (
        Dimension(TOWN, "镇街", "town__code", "未填镇街", name="town__name"),
        by_choice(CHANNEL, "渠道", "channel", TicketChannel),
        by_choice(TICKET_KIND, "诉求类型", "kind", TicketKind),
        by_choice(GRADE, "难易", "grade", TicketGrade),
        Dimension(CATEGORY, "类别", "category__name", "未分类别"),
        Dimension(DEPARTMENT, "主办部门", "department__name", "镇街自办"),
    )
}
ACCEPTED = Population(_accepted, _DIMENSIONS)
CLOSED = Population(_closed, _DIMENSIONS)

# --- Conditions ---------------------------------------------------------------------------------


def _has_clock(_span: Span) -> Q:
    return Q(is_on_time__isnull=False)


def _is_on_time(_span: Span) -> Q:
    return Q(is_on_time=True)


def _is_judged(_span: Span) -> Q:
    return ~Q(outcome="")


def _is_solved(_span: Span) -> Q:
    return Q(outcome=TicketOutcome.SOLVED)


def _is_rated(_span: Span) -> Q:
    return ~Q(first_satisfaction="")


def _is_satisfied(_span: Span) -> Q:
    return Q(first_satisfaction__in=SATISFIED)


# --- The family ---------------------------------------------------------------------------------

_FLOW = {"unit": "件", "period": "month", "by_day": True}
TICKETS: tuple[Indicator, ...] = (
    RowsIndicator(
        key="tickets_accepted", label="诉求受理数", population=ACCEPTED, **_FLOW,
        basis="受理日期在期内的企业诉求，按登记时企业所在镇街统计",
    ),
    RowsIndicator(
        key="tickets_closed", label="诉求办结数", population=CLOSED, **_FLOW,
        basis="办结日期在期内的企业诉求，含逾期未评价而办结的，不含企业撤回的",
    ),
    ShareIndicator(
        key="tickets_closed_on_time", label="诉求按期办结率", population=CLOSED, **_FLOW,
        among=_has_clock, met=_is_on_time,
        basis="每次办理都没有超过时限的诉求 ÷ 期内办结且经过办理的诉求，"
              "时限按工作日，扣除挂起，含批准的延期",
    ),
    ShareIndicator(
        key="tickets_solved", label="诉求解决率", population=CLOSED, **_FLOW,
        among=_is_judged, met=_is_solved,
        basis="企业说已解决的诉求 ÷ 期内办结且写明是否解决的诉求",
    ),
    ShareIndicator(
        key="tickets_satisfied", label="诉求满意率", population=CLOSED, **_FLOW,
        among=_is_rated, met=_is_satisfied,
        basis="企业第一次评价为满意或非常满意的诉求 ÷ 期内办结且有评价的诉求，重办后的评价不改变它",
    ),
    MedianIndicator(
        key="tickets_median_days", label="诉求办理时长", population=CLOSED,
        unit="个工作日", period="month", by_day=True,
        among=_has_clock, column="days_used", column_title="办理工作日", places=1,
        basis="期内办结的诉求用去的工作日的中位数，重办的各次相加，扣除挂起",
    ),
)
# What bulletins count beside them.
TICKETS_OF: tuple[Indicator, ...] = (
    DistinctIndicator(
        key="tickets_closed_entities", label="办结诉求的主体", unit="家", population=CLOSED,
        of="entity", listed=Entity, period="month", by_day=True,
        basis="期内有诉求办结的主体，一家只算一次",
    ),
)
PARTS = {
    "tickets_closed_on_time": ("按期办结的诉求", "超期办结的诉求"),
    "tickets_solved": ("已解决的诉求", "没有全部解决的诉求"),
    "tickets_satisfied": ("满意的诉求", "不满意或基本满意的诉求"),
}

# --- The lists behind them ----------------------------------------------------------------------


class TicketSearch(ScopedFilterSet):
    search_fields = (
        "entity__name_key__contains", "organization__name_key__contains", "title__contains",
        "number__istartswith",
    )
    search_hint = "标题、编号、企业或党组织"


_NAMES = {
    "entity_name": F("entity__name"), "organization_name": F("organization__name"),
    "town_name": F("town__name"), "department_name": F("department__name"),
    "category_name": F("category__name"),
}


def _prepare(rows, scope, _day) -> None:
    known = Ticket.objects.filter(pk__in=[row.pk for row in rows]).annotate(
        opens=opening(Ticket, scope), **_NAMES
    )
    take_over(rows, {row.pk: row for row in known}, (*_NAMES, "opens"))


TICKET_SHEET = Sheet(
    Ticket, "诉求", "件", TicketSearch,
    (
        Column("title", "诉求", fixed=True, link=address, sub=Column("number", "工单编号")),
        Column("whom", "企业或党组织", value=lambda row: row.entity_name or row.organization_name),
        Column("state", "状态", value="get_state_display", kind="state", tones=STATE_TONES),
        Column("category", "类别", value="category_name"),
        Column("department", "主办部门", value="department_name"),
        Column("town", "当时所属镇街", value="town_name", short="镇街"),
        Column("channel", "渠道", value="get_channel_display", wide=True),
        Column("accepted", "受理日期", value="accepted_on", kind="date"),
        Column("closed", "办结日期", value="closed_on", kind="date"),
        Column("days", "办理工作日", value="days_used", kind="number"),
        Column("on_time", "按期",
               value=lambda row: {True: "按期", False: "超期"}.get(row.is_on_time, "")),
        Column("outcome", "是否解决", value="get_outcome_display", shown=False),
        Column("satisfaction", "首次满意度", value="get_first_satisfaction_display", shown=False),
    ),
    (
        Sort("-day", "最近的在前", "-registered_on"),
        Sort("day", "最早的在前", "registered_on"),
    ),
    _prepare,
)
