"""月度日志: the list and queue of logs, decisions for many at once, exceptions in force."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.scope import RIGHTS, Scope
from activities import actions
from activities.choices import OPEN, LogState
from activities.log_filters import ALL, TABS, ExceptionFilter, LogFilter, ReopeningFilter
from activities.log_queries import last_full_month
from activities.log_tables import EXEMPTION_COLUMNS, LOG_COLUMNS, OVERDUE, REOPENING_COLUMNS
from activities.models import ActivityLog, LogExemption, LogReopening
from activities.review_days import is_overdue, overdue_before, with_last_day
from common.filters import query_without
from common.lists import ScopedListView, Sort
from common.periods import add_months
from common.together import Together, TogetherMixin

OFFICE = RIGHTS["review_logs"] | RIGHTS["confirm_logs"]


def _all_of(act: Callable[..., list[ActivityLog]]) -> Callable[..., list[ActivityLog]]:
    def decide(*, rows: list[ActivityLog], **who: Any) -> list[ActivityLog]:
        return act(logs=rows, **who)

    return decide


_PLAIN = {"able": Q(cautions__len=0), "why": "有提示要逐份看"}
TOGETHER = {
    "accept_all": Together(
        "review_logs", LogState.SUBMITTED, _all_of(actions.accept_all), "通过", **_PLAIN
    ),
    "confirm_all": Together(
        "confirm_logs", LogState.ACCEPTED, _all_of(actions.confirm_all), "确认", **_PLAIN
    ),
}


def default_state(scope: Scope) -> str:
    """What waits for the user stands first: 待审 for the town, 已审 for the district."""
    for one in TOGETHER.values():
        if scope.may(one.right):
            return one.state
    return ALL


def filters_of(request: HttpRequest, rows: QuerySet, **fixed: str) -> LogFilter:
    """The conditions of the address over ``rows``; 404 when they name a foreign row."""
    data = request.GET.copy()
    data.setdefault("state", default_state(request.scope))
    for name, value in fixed.items():
        data[name] = value
    found = LogFilter(data=data, queryset=rows, request=request)
    found.refuse_foreign()
    return found


class LogList(TogetherMixin, ScopedListView):
    """月度日志, by default what waits for the user."""

    roles = RIGHTS["read_logs"]
    export_roles = RIGHTS["export"]
    model = ActivityLog
    template_name = "logs/log_list.html"
    title, noun, unit, crumbs = "月度日志", "日志", "份", "日常工作"
    filterset_class = LogFilter
    columns = LOG_COLUMNS
    steps_together, together_order = TOGETHER, ("submitted_at", "pk")
    sorts = (
        Sort("filed", "先报的在前", "submitted_at", "month"),
        Sort("-filed", "后报的在前", "-submitted_at", "-month"),
        Sort("-month", "近月在前", "-month", "organization__name"),
        Sort("month", "早月在前", "month", "organization__name"),
        Sort("name", "按党组织", "organization__name", "-month"),
        Sort("-name", "按党组织倒序", "-organization__name", "-month"),
    )

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset().select_related("organization", "town")
        return with_last_day(rows)

    def filtered(self) -> LogFilter:
        return filters_of(self.request, self.get_queryset())

    def prepare(self, rows: list[Any]) -> None:
        """Where a row leads: the office to its own page, with the queue; others to the log."""
        is_office = bool(OFFICE & self.request.scope.roles)
        query = query_without(self.request.GET, "cols", "per")
        limit = overdue_before(timezone.localdate())
        for row in rows:
            row.review_words = OVERDUE if is_overdue(row, limit) else ""
            row.opens = row.get_absolute_url()
            if is_office:
                row.opens = reverse("activities:log_review", args=[row.pk])
                row.opens += f"?{query}" if query else ""

    def current_state(self) -> str:
        return self.request.GET.get("state") or default_state(self.request.scope)

    def tabs(self) -> list[dict[str, Any]]:
        """A tab for each state, under the other conditions."""
        rows = filters_of(self.request, self.get_queryset(), state=ALL).qs.order_by()
        counts = dict(rows.values_list("state").annotate(Count("pk")))
        current = self.current_state()
        rest = query_without(self.request.GET, "state")
        labels = [*((state.value, state.label) for state in TABS), (ALL, "全部")]
        return [
            {
                "label": label, "is_current": current == key,
                "url": f"?{rest}&state={key}" if rest else f"?state={key}",
                "count": counts.get(key, 0) if key != ALL else sum(counts.values()),
            }
            for key, label in labels
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            tabs=self.tabs(), is_office=bool(OFFICE & self.request.scope.roles), **kwargs,
        )


# --- Exceptions ---------------------------------------------------------------------------------


class ExceptionList(ScopedListView):
    """What the two lists of exceptions share: tabs, and where a row leads."""

    roles = OFFICE
    template_name = "logs/exceptions.html"
    crumbs = "月度日志"
    unit = "条"
    tab: ClassVar[str]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tabs = [
            {"label": "豁免", "url": reverse("activities:exemption_list"),
             "is_current": self.tab == "exemptions", "count": None},
            {"label": "开放补报", "url": reverse("activities:reopening_list"),
             "is_current": self.tab == "reopenings", "count": None},
        ]
        return super().get_context_data(tabs=tabs, **kwargs)


class ExemptionList(ExceptionList):
    """Exemptions that hold for the month that is filed now, or later."""

    model = LogExemption
    title, noun, tab = "日志豁免", "豁免", "exemptions"
    filterset_class = ExceptionFilter
    columns = EXEMPTION_COLUMNS
    sorts = (
        Sort("-first", "新的在前", "-starts_on", "organization__name"),
        Sort("name", "按党组织", "organization__name", "-starts_on"),
    )

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset().select_related("organization", "by")
        return rows.filter(ends_on__gt=last_full_month())

    def prepare(self, rows: list[Any]) -> None:
        """A row leads to the first of its months that is open, where it can be cancelled."""
        logs = ActivityLog.objects.within(self.scope).filter(
            organization__in=[row.organization_id for row in rows], state=LogState.EXEMPT
        )
        months: dict[Any, list[tuple]] = {}
        for organization, month, pk in logs.values_list("organization", "month", "pk"):
            months.setdefault(organization, []).append((month, pk))
        for row in rows:
            last = add_months(row.ends_on, -1)
            row.last_words = f"{last.year}年{last.month}月"
            exempt = months.get(row.organization_id, ())
            open_ = sorted(one for one in exempt if row.starts_on <= one[0] < row.ends_on)
            row.opens = reverse("activities:log_review", args=[open_[-1][1]]) if open_ else None


class ReopeningList(ExceptionList):
    """Permissions to file late that have not ended and have not been used."""

    model = LogReopening
    title, noun, tab = "开放补报", "补报许可", "reopenings"
    filterset_class = ReopeningFilter
    columns = REOPENING_COLUMNS
    sorts = (
        Sort("until", "先到期的在前", "until", "log__organization__name"),
        Sort("name", "按党组织", "log__organization__name", "until"),
    )

    def get_queryset(self) -> QuerySet:
        rows = super().get_queryset().select_related("log__organization", "by")
        return rows.filter(until__gte=timezone.localdate(), log__state__in=OPEN)

    def prepare(self, rows: list[Any]) -> None:
        for row in rows:
            row.opens = reverse("activities:log_review", args=[row.log_id])
