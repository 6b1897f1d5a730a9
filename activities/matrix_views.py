"""报送情况: organizations × 12 months, and 催报 in one press."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.views.generic import View

from accounts.scope import RIGHTS
from activities import log_queries, reminders
from activities.choices import LogState
from activities.log_filters import MatrixFilter, until_of
from activities.log_queries import Place, Sums
from activities.marks import Mark, percent
from activities.models import ActivityLog
from activities.queue_views import OFFICE
from activities.review_days import overdue
from common.filters import query_without
from common.lists import ScopedListView, Sort
from common.refusals import Refused
from common.tables import Column
from common.views import AccessMixin
from organizations.models import PartyOrganization

NAME = Column("name", "党组织", sort=("name", "-name"), fixed=True)
# (words, key of the group of logs, field of Sums)
RATES = (("报送率", "filed"), ("及时率", "on_time"), ("有效率", "approved"))


class LogMatrix(ScopedListView):
    """The twelve months up to a chosen one."""

    roles = RIGHTS["read_logs"] - RIGHTS["file_logs"]
    export_roles = RIGHTS["export"]
    model = PartyOrganization
    template_name = "logs/log_matrix.html"
    title, noun, unit = "月度日志报送情况", "应报的党组织", "个"
    filterset_class = MatrixFilter
    columns = (NAME,)
    sorts = (Sort("name", "按名称", "name"), Sort("-name", "按名称倒序", "-name"))

    @cached_property
    def until(self) -> date:
        return until_of(self.request.GET)

    @cached_property
    def months(self) -> list[date]:
        return log_queries.months_to(self.until)

    def get_queryset(self) -> QuerySet:
        """Organizations that have a row in any of the months."""
        return super().get_queryset().filter(pk__in=log_queries.owing_any(self.months))

    def _counted(self) -> QuerySet:
        """The same without asking for a row: figures read the rows themselves, and the question
        inside the question costs a fresh table seconds."""
        rows = PartyOrganization.objects.within(self.scope)
        return MatrixFilter(
            data=self.request.GET or None, queryset=rows, request=self.request
        ).qs

    def available_columns(self) -> list[Column]:
        """Name and months, for the workbook."""
        today = timezone.localdate()

        def of(at: int) -> Column:
            month = self.months[at]
            return Column(
                f"m{at}", f"{month.year}年{month.month}月",
                value=lambda row: row.places[at].standing.words(today),
            )

        return [NAME, *(of(at) for at in range(len(self.months)))]

    def prepare(self, rows: list[Any]) -> None:
        found = log_queries.places_of(rows, self.months)
        for row in rows:
            row.places = found[row.pk]

    # The page -----------------------------------------------------------------------------------

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = self._counted()
        sums = log_queries.sums(rows, self.months)
        self._count_gaps(context["filters"])
        route = "log_review" if OFFICE & self.request.scope.roles else "log_detail"
        return context | {
            "months": self.months, "until": self.until, "legend": list(Mark),
            "lines": [self._line(row, route) for row in context["page"].rows],
            "foot": [self._rate(label, key, sums) for label, key in RATES],
            "due": sums[self.until].due, "due_url": self._logs_url("due", self.until),
            "waiting": self._waiting(rows),
            "urging": self._urging(rows),
        }

    def _line(self, row: PartyOrganization, route: str) -> dict[str, Any]:
        today = timezone.localdate()
        gap = all(place.standing.mark in (Mark.OWED, Mark.RETURNED) for place in row.places[-2:])
        return {
            "object": row, "has_gap": gap,
            "cells": [self._cell(place, route, today) for place in row.places],
        }

    def _cell(self, place: Place, route: str, today: date) -> dict[str, Any]:
        return {
            "glyph": place.standing.mark.glyph,
            "words": f"{place.month.month}月{place.standing.words(today)}",
            "url": reverse(f"activities:{route}", args=[place.log]) if place.log else "",
        }

    def _rate(self, label: str, key: str, sums: dict[date, Sums]) -> dict[str, Any]:
        """A line of the foot: each month's rate, opening the logs that it counts."""
        cells = []
        for month, one in sums.items():
            met = getattr(one, key)
            url = self._logs_url(key, month)
            cells.append(
                {"value": percent(met, one.due), "met": met, "due": one.due, "url": url,
                 "month": month}
            )
        return {"label": label, "cells": cells}

    def _logs_url(self, state: str, month: date) -> str:
        """The logs of a month that a number counts."""
        query = urlencode({"state": state, "month": f"{month:%Y-%m}"})
        return f"{reverse('activities:log_list')}?{query}{self._carried()}"

    def _carried(self) -> str:
        """The conditions on organizations, for the list behind a figure."""
        query = self.request.GET.copy()
        for name in ("at", "sort", "per", "cols", "until"):
            query.pop(name, None)
        query["until"] = f"{self.until:%Y-%m}"
        return f"&{query.urlencode()}"

    def _count_gaps(self, filters: MatrixFilter) -> None:
        """连续两月未报（3）: how many there are, in the choice itself; one query."""
        wanted = {
            kind: Count("pk", filter=log_queries.gap(kind, self.until))
            for kind in log_queries.GAPS
        }
        counts = PartyOrganization.objects.within(self.scope).aggregate(**wanted)
        field = filters.form.fields["gap"]
        field.choices = [
            (kind, f"{label}（{counts[kind]}）") for kind, label in log_queries.GAPS.items()
        ]

    def _waiting(self, rows: QuerySet) -> dict[str, Any] | None:
        """Logs of any month that the town should have reviewed by now, and their list."""
        logs = ActivityLog.objects.within(self.scope)
        logs = logs.filter(organization__in=rows.order_by().values("pk"))
        count = overdue(logs, timezone.localdate()).count()
        query = urlencode({"state": LogState.SUBMITTED, "review": "overdue"})
        url = f"{reverse('activities:log_list')}?{query}{self._carried()}"
        return {"count": count, "url": url} if count else None

    def _urging(self, rows: QuerySet) -> dict[str, Any] | None:
        """催报: how many have not filed the last month, and what has been done today."""
        if not self.request.scope.may("remind") or self.until > log_queries.last_full_month():
            return None
        missing = rows.filter(log_queries.gap("missing", self.until))
        count = missing.count()
        if not count:
            return None
        query = query_without(self.request.GET, "sort", "per")
        return {
            "count": count, "told": reminders.told_today(missing.order_by().values("pk")),
            "url": f"{reverse('activities:log_remind')}?{query}",
        }


class LogRemind(AccessMixin, View):
    """催报: the organizations of the matrix that have not filed its last month."""

    roles = RIGHTS["remind"]
    http_method_names = ("post",)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = PartyOrganization.objects.within(self.scope)
        filters = MatrixFilter(data=request.GET or None, queryset=rows, request=request)
        filters.refuse_foreign()
        until = min(until_of(request.GET), log_queries.last_full_month())
        missing = filters.qs.filter(log_queries.gap("missing", until)).order_by("name", "pk")
        try:
            outcome = reminders.remind(organizations=missing, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, outcome.sentence)
        if request.POST.get("from") == "home":
            return redirect("/")
        return redirect(f"{reverse('activities:log_matrix')}?{request.GET.urlencode()}")
