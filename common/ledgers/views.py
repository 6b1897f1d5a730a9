"""Generic pages of a ledger: list with parts of higher apps and exports, new, edit, history.

class EntityList(LedgerListView):
    roles, export_roles = RIGHTS["read_ledgers"], RIGHTS["export"]
    ledger_kind = "enterprises"
    ...as any ScopedListView

class EntityCreate(LedgerCreateView):
    roles, form_class, title = RIGHTS["edit_ledgers"], EntityForm, "登记主体"
    list_url = reverse_lazy("enterprises:entity_list")

class EntityEdit(LedgerUpdateView):
    roles, model, form_class, title = RIGHTS["edit_ledgers"], Entity, EntityForm, "修改主体"
"""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import TruncDate
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.functional import cached_property

from common.access import having
from common.additions import parts_of
from common.exports import actions as exports
from common.filters import ScopedFilterSet
from common.history import history_of
from common.jobs import Report
from common.ledgers.batches import silent
from common.ledgers.export import TOLD
from common.ledgers.export import write_export as write_ledger
from common.ledgers.forms import LedgerForm
from common.ledgers.ledger import has_secrets, ledger_of
from common.ledgers.rows import Options
from common.lists import ScopedListView
from common.models import ExportFile, HistoryEntry
from common.paging import ordered
from common.tables import Column, write_xlsx
from common.trace import record_read
from common.views import ScopedDetailView, ScopedFormView, ScopedUpdateView

REASON_LENGTH = 200


def with_updated(rows: QuerySet) -> QuerySet:
    """Records with ``updated_on``: the day of the last change of the record or its dated values
    and links; asked of the rows of a page only, in the query that reads them."""
    entries = HistoryEntry.objects.filter(owner=OuterRef("pk")).order_by().values("owner")
    last = entries.annotate(last=Max("at")).values("last")
    return rows.annotate(updated_on=TruncDate(Subquery(last)))


class LedgerFormMixin:
    """What new and edit share: writing through the form, and where to go then."""

    template_name = "ledgers/record_form.html"
    list_url: Any = "/"
    list_title: ClassVar[str] = ""
    form_class: type[LedgerForm]

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"day": self.day}

    def form_valid(self, form: LedgerForm) -> HttpResponse:
        if not form.write():
            return self.form_invalid(form)
        saved = form.save()
        messages.success(self.request, self.told(form))
        visible = type(saved)._default_manager.within(self.request.scope).filter(pk=saved.pk)
        return redirect(saved.get_absolute_url() if visible.exists() else str(self.list_url))

    def told(self, form: LedgerForm) -> str:
        """What the page after saving says."""
        if form.instance is None:
            return "已登记。"
        return "已保存。" if form.is_changed else "没有改动。"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(
            list_url=self.list_url, list_title=self.list_title, day=self.day, **kwargs
        )
        if context["form"].question:
            context["submit_label"] = "确认保存"
        if self.day != timezone.localdate():
            context["past_text"] = f"表中是 {self.day} 当天的内容，变更默认从这一天起。"
        return context


class LedgerCreateView(LedgerFormMixin, ScopedFormView):
    """登记: a new record."""

    submit_label = "登记"


class LedgerUpdateView(LedgerFormMixin, ScopedUpdateView):
    """修改: a record as it stands today, or on the day of ``?as_of=``."""


class RecordHistoryView(ScopedDetailView):
    """变更记录 of a record, newest first, page by page."""

    template_name = "ledgers/history.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        before = self.request.GET.get("before", "")
        page = history_of(self.object, self.request.scope, before=before)
        return super().get_context_data(
            title=f"{self.object}的变更记录", history=page, is_first=not before, **kwargs
        )


def _told(rows: Iterable[Any], report: Report) -> Iterator[Any]:
    """The rows, with their number told to the job now and then."""
    for number, row in enumerate(rows, start=1):
        if number % TOLD == 0:
            report("正在写入文件", done=number)
        yield row


class LedgerListView(ScopedListView):
    """A list with what higher apps add to it, and the ledger itself as a workbook."""

    template_name = "ledgers/list.html"
    ledger_kind: ClassVar[str]
    added_after: ClassVar[str] = ""  # the column behind which added columns stand
    create_url: Any = ""  # the form of a new record, and what its button says
    create_label: ClassVar[str] = ""

    @cached_property
    def parts(self) -> list[Any]:
        return parts_of(self.model)

    def listed(self, rows: QuerySet) -> QuerySet:
        """The rows with what the columns and sorts show of them; for dated values those of the
        day of the page."""
        return rows

    def get_queryset(self) -> QuerySet:
        rows = self.listed(super().get_queryset())
        for part in self.parts:
            rows = part.annotate(rows, self.day) if part.annotate else rows
        return with_updated(rows)

    def filtered(self) -> ScopedFilterSet:
        added = {name: one for part in self.parts for name, one in part.filters.items()}
        if added:
            base = type(self).filterset_class
            self.filterset_class = type(base.__name__, (base,), added)
        return super().filtered()

    def available_columns(self) -> Sequence[Column]:
        columns = list(self.columns)
        keys = [column.key for column in columns]
        at = keys.index(self.added_after) + 1 if self.added_after in keys else len(columns)
        columns[at:at] = [column for part in self.parts for column in part.columns]
        return columns

    def prepare(self, rows: list[Any]) -> None:
        for part in self.parts:
            if part.prepare:
                part.prepare(rows, self.scope, self.day)

    # The rows as a workbook ---------------------------------------------------------------------

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """导出这 N 条, or with ``layout=ledger`` the same rows in the layout of an import. Numbers
        are masked; in full by right, with a reason. Many rows are left to a job."""
        is_ledger = request.POST.get("layout") == "ledger"
        asked = {
            "layout": "ledger" if is_ledger else "list",
            "identity": is_ledger and request.POST.get("identity") == "1",
            "reason": " ".join(request.POST.get("reason", "").split())[:REASON_LENGTH],
        }
        if not self.may_export_as(asked):
            raise PermissionDenied
        if asked["identity"] and not asked["reason"]:
            messages.error(request, "导出完整号码要填写事由。")
            return redirect(f"{request.path}?{request.GET.urlencode()}")
        ids = list(self.exported(asked).values_list("pk", flat=True))
        self.record_export(asked, ids)
        title = ledger_of(self.ledger_kind).title if is_ledger else self.title
        if len(ids) > exports.AT_ONCE:
            return redirect(self._left_to_a_job(asked, title, len(ids)))
        target = tempfile.TemporaryFile()  # noqa: SIM115 -- FileResponse closes it
        self.write_export(target, asked)
        target.seek(0)
        name = f"{title}{timezone.localdate():%Y%m%d}.xlsx"
        return FileResponse(target, as_attachment=True, filename=name)

    def _left_to_a_job(self, asked: dict[str, Any], title: str, total: int) -> ExportFile:
        query = self.request.GET.copy()
        query.pop("at", None)
        query["as_of"] = self.day.isoformat()
        if self.kwargs:
            asked = asked | {"address": self.kwargs}
        return exports.ask(
            list_name=resolve(self.request.path).view_name,
            query=query.urlencode(),
            asked=asked,
            title=title,
            total=total,
            by=self.request.user,
        )

    def may_export_as(self, asked: Mapping[str, Any]) -> bool:
        """Whether the user may export so."""
        return self.may_export() and (not asked["identity"] or self.may_export_identity())

    def exported(self, asked: Mapping[str, Any]) -> QuerySet:
        """The rows of the file, in order: those that grants with the right reach."""
        reached = self.model._default_manager.within(self._export_scope(asked)).values("pk")
        return ordered(self.filtered().qs.filter(pk__in=reached), self.sort.order)

    def _export_scope(self, asked: Mapping[str, Any]) -> Any:
        roles = having("export_identity") if asked["identity"] else self.export_roles
        return self.request.scope.only(roles or self.roles)

    def record_export(self, asked: Mapping[str, Any], ids: list[Any]) -> None:
        """Write down who takes whose full numbers, and why."""
        if asked["identity"]:
            record_read(
                by=self.request.user,
                action="export",
                rows=ids,
                model=self.model,
                fields="完整号码",
                reason=asked["reason"],
            )

    def write_export(
        self, target: BinaryIO, asked: Mapping[str, Any], report: Report = silent
    ) -> None:
        """Write the workbook; called by the page, or by a job for it."""
        rows = self.exported(asked)
        if asked["layout"] == "list":
            told = _told(self._prepared(rows), report)
            write_xlsx(target, title=self.title, columns=self.chosen, rows=told)
            return
        ids = rows.values_list("pk", flat=True).iterator()
        options = Options(day=self.day, scope=self._export_scope(asked))
        write_ledger(
            target,
            ledger_of(self.ledger_kind)(),
            ids,
            options,
            identity=asked["identity"],
            by=str(self.request.user),
            report=report,
        )

    def has_secrets(self) -> bool:
        """Whether the ledger holds numbers that are masked."""
        return has_secrets(ledger_of(self.ledger_kind))

    def may_export_identity(self) -> bool:
        return self.has_secrets() and bool(having("export_identity") & self.request.scope.roles)

    def _import_urls(self) -> dict[str, str]:
        return {
            "import_url": f"{reverse('imports:batch_create')}?kind={self.ledger_kind}",
            "template_url": reverse("imports:template", args=[self.ledger_kind]),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        roles = self.request.scope.roles
        editors = having(ledger_of(self.ledger_kind).edit_right)
        return super().get_context_data(
            has_secrets=self.has_secrets(),
            may_export_identity=self.may_export_identity(),
            may_edit=bool(editors & roles),
            create_url=self.create_url,
            create_label=self.create_label,
            **(self._import_urls() if editors & having("import") & roles else {}),
            **kwargs,
        )
