"""留痕检索: the audit administrator's pages. He reads the trail and nothing else, and every search
and export of his is in it as well."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils import timezone

from accounts import trail_filters as filters
from accounts.models import SignInEntry
from accounts.scope import RIGHTS
from accounts.trail_words import tell_changes, tell_readings, tell_steps
from common.exports import actions as exports
from common.jobs import Report
from common.ledgers.batches import silent
from common.lists import ScopedListView, Sort
from common.models import FlowStep, HistoryEntry, ReadEntry
from common.paging import ordered
from common.tables import Column, write_xlsx
from common.trace import record_read

AUDITORS = RIGHTS["read_trail"]
# More rows than a workbook is good for: the days are to be narrowed.
MOST_ROWS = 200_000
_LONGEST = 200


@dataclass(frozen=True)
class Tab:
    """A part of the trail, with the conditions kept."""

    label: str
    url: str
    is_current: bool
    count: int | None = None


class TrailList(ScopedListView):
    """A part of the trail: newest first, searched by person, record, kind and days."""

    roles = AUDITORS
    template_name = "trail/list.html"
    noun, unit = "记录", "条"
    name: ClassVar[str]
    tell: ClassVar[Callable[[Sequence[Any]], None]]
    sorts = (Sort("-at", "新的在前", "-id"), Sort("at", "早的在前", "id"))

    def prepare(self, rows: list[Any]) -> None:
        type(self).tell(rows)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if filters.asks_personal(request.GET):
            messages.warning(request, filters.PERSONAL)
            return redirect(request.path)  # out of the address at once
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().get(request, *args, **kwargs)
        if not request.GET.get("at"):
            self.record("trail")
        return answer

    def record(self, action: str) -> None:
        """Write the search itself into the trail."""
        conditions = self.filtered().chips(self.request.GET)
        words = "，".join(f"{chip.label}：{chip.text}" for chip in conditions) or "没有条件"
        record_read(
            by=self.request.user, action=action, rows=[], model=self.model, fields=self.title,
            reason=words[:_LONGEST],
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = self.request.GET.copy()
        for name in ("at", "kind", "sort", "cols", "per"):
            kept.pop(name, None)
        query = f"?{kept.urlencode()}" if kept else ""
        here = f"trail:{self.name}"
        tabs = [
            Tab(part.title, reverse(f"trail:{part.name}") + query, f"trail:{part.name}" == here)
            for part in PARTS
        ]
        return super().get_context_data(tabs=tabs, heading="留痕检索", **kwargs)

    # The rows as a workbook ---------------------------------------------------------------------

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """导出这 N 条; many are left to a job (common/exports)."""
        if not self.may_export():
            raise PermissionDenied
        total = self.exported().count()
        if total > MOST_ROWS:
            messages.error(request, f"一次最多导出 {MOST_ROWS:,} 条，请缩小日期范围。")
            return redirect(f"{request.path}?{request.GET.urlencode()}")
        self.record("trail_export")
        if total > exports.AT_ONCE:
            query = request.GET.copy()
            query.pop("at", None)
            return redirect(
                exports.ask(
                    list_name=resolve(request.path).view_name, query=query.urlencode(),
                    asked={}, title=self.title, total=total, by=request.user,
                )
            )
        target = tempfile.TemporaryFile()  # noqa: SIM115 -- FileResponse closes it
        self.write_export(target)
        target.seek(0)
        name = f"{self.title}{timezone.localdate():%Y%m%d}.xlsx"
        return FileResponse(target, as_attachment=True, filename=name)

    def exported(self) -> QuerySet:
        """The rows of the file."""
        return ordered(self.filtered().qs, self.sort.order)

    def may_export_as(self, _asked: Mapping[str, Any]) -> bool:
        """Whether the asker of an export may still have it."""
        return self.may_export()

    def write_export(
        self, target: BinaryIO, asked: Mapping[str, Any] | None = None, report: Report = silent
    ) -> None:
        """The workbook; masked as the page is."""
        write_xlsx(
            target, title=self.title, columns=self.chosen, with_id=False,
            rows=self._prepared(self.exported()),
        )


_AT = Column("at", "时间", kind="date", fixed=True)
_WHO = Column("who", "人员", up=True)


class ChangeList(TrailList):
    """变更: who changed what of whom, through what."""

    model, name, title = HistoryEntry, "changes", "变更"
    tell = staticmethod(tell_changes)
    filterset_class = filters.ChangeFilter
    columns = (
        _AT, _WHO, Column("what", "事项"), Column("record", "记录"),
        Column("told", "内容"), Column("through", "途径", wide=True),
    )


class ReadList(TrailList):
    """查阅: who saw whose personal data, and why."""

    model, name, title = ReadEntry, "reads", "查阅"
    tell = staticmethod(tell_readings)
    filterset_class = filters.ReadFilter
    columns = (
        _AT, _WHO, Column("what", "操作"), Column("kind", "种类", wide=True),
        Column("record", "记录"), Column("fields", "项目"), Column("why", "事由或条件"),
    )


class StepList(TrailList):
    """流程: who made which step."""

    model, name, title = FlowStep, "steps", "流程"
    tell = staticmethod(tell_steps)
    filterset_class = filters.StepFilter
    columns = (
        _AT, _WHO, Column("what", "种类"), Column("record", "记录"),
        Column("states", "状态"), Column("why", "说明"),
    )


def _nothing(_rows: Sequence[Any]) -> None:
    """Entries that tell themselves."""


class SignInList(TrailList):
    """登录: who signed in, failed to, was set right by whom."""

    model, name, title = SignInEntry, "sign_ins", "登录"
    tell = staticmethod(_nothing)
    filterset_class = filters.SignInFilter
    columns = (
        _AT, Column("account", "账号", sub=Column("person", "姓名", value="user.name"), up=True),
        Column("event", "事项", value="get_event_display"),
        Column("address", "网络地址"), Column("by", "经办人"),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("user", "by")


PARTS = (ChangeList, ReadList, StepList, SignInList)
