"""The lists behind figures: every number on a page or paper opens one of these."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, BinaryIO, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve
from django.utils import timezone

from accounts.scope import RIGHTS
from common.exports import actions as exports
from common.jobs import Report
from common.lists import ScopedListView, Sort
from common.paging import ordered
from common.tables import Column, write_xlsx
from common.trace import record_read
from members.models import Member
from registers.models import NewEmployment
from reports import subjects
from reports.sheets import SHEETS, Sheet
from reports.subjects import Subject

TOLD = 1000  # rows between two words to the job
# Rows that are people: who sees them in a list is recorded.
PEOPLE = (Member, NewEmployment)


class FigureRows(ScopedListView):
    """The rows of one figure; what they are comes from the address (reports/subjects.py)."""

    roles = RIGHTS["read_figures"]
    export_roles = None  # all rows of the figure, also those that have moved away since
    template_name = "reports/rows.html"
    of: ClassVar[Any]  # (name in the address, request, scope) → Subject

    @cached_property
    def subject(self) -> Subject:
        return type(self).of(self.kwargs["key"], self.request, self.scope)

    @property
    def sheet(self) -> Sheet:
        return SHEETS[self.subject.rows.model]

    @property
    def day(self) -> Any:
        return self.subject.shown_on

    @property
    def title(self) -> str:
        return self.subject.title

    @property
    def noun(self) -> str:
        return self.sheet.noun

    @property
    def unit(self) -> str:
        return self.subject.unit or self.sheet.unit

    @property
    def filterset_class(self) -> Any:
        return self.sheet.filterset_class

    @property
    def columns(self) -> Sequence[Column]:
        return self.sheet.columns

    @property
    def sorts(self) -> Sequence[Sort]:
        return self.sheet.sorts

    def get_queryset(self) -> QuerySet:
        """The figure's own rows: in the scope on its day, whether they open today or not."""
        return self.subject.rows

    def prepare(self, rows: list[Any]) -> None:
        self.sheet.prepare(rows, self.request.scope, self.day)
        if self.sheet.model in PEOPLE and rows:
            record_read(
                by=self.request.user, model=self.sheet.model, rows=[row.pk for row in rows],
                action="export" if self.request.method == "POST" else "list",
                fields="遮挡的号码", reason=f"{self.subject.figure}：{self.title}",
            )

    # 导出这 N 条: exactly these rows; many are left to a job, which asks the same view.

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        total = self.filtered().qs.order_by().count()
        if total <= exports.AT_ONCE or not self.may_export():
            return super().post(request, *args, **kwargs)
        query = request.GET.copy()
        query.pop("at", None)
        query["as_of"] = self.day.isoformat()
        export = exports.ask(
            list_name=resolve(request.path).view_name, query=query.urlencode(),
            asked={"address": dict(self.kwargs)}, title=self.title, total=total, by=request.user,
        )
        return redirect(export)

    def may_export_as(self, _asked: Mapping[str, Any]) -> bool:
        return self.may_export()

    def write_export(
        self, target: BinaryIO, _asked: Mapping[str, Any], report: Report
    ) -> None:
        """Write the workbook for a job."""
        rows = self._prepared(ordered(self.filtered().qs, self.sort.order))
        write_xlsx(target, title=self.title, columns=self.chosen, rows=_told(rows, report))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(subject=self.subject, **kwargs)
        page, is_whole = context["page"], not context["conditions"]
        size = page.total if is_whole else self.get_queryset().order_by().count()
        own = set(context["filters"].form.fields) | {"at", "sort", "per", "cols"}
        held = [(key, self.request.GET[key]) for key in self.request.GET if key not in own]
        return context | {
            "size": size, "held": held, "is_past": self.day < timezone.localdate(),
            "has_unopened": any(not row.opens for row in page.rows),
        }


def _told(rows: Iterable[Any], report: Report) -> Iterator[Any]:
    """The rows, with their number told to the job now and then."""
    for number, row in enumerate(rows, start=1):
        if number % TOLD == 0:
            report("正在写入文件", done=number)
        yield row


class IndicatorRows(FigureRows):
    """/figures/<key>/"""

    of = staticmethod(subjects.of_indicator)


class StateRows(FigureRows):
    """/figures/state/<key>/"""

    of = staticmethod(subjects.of_state)


class ChangeRows(FigureRows):
    """/figures/change/<key>/"""

    of = staticmethod(subjects.of_change)


class DueRows(FigureRows):
    """/figures/due/<key>/"""

    of = staticmethod(subjects.of_due)
