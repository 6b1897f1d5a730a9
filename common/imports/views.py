"""导入台账: the list, a new batch, the page of a batch, and what can be done with it."""

from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django_htmx.http import HttpResponseClientRedirect

from common.access import having
from common.imports import pages
from common.imports.filters import COLUMNS, BatchFilter
from common.imports.forms import VALID_ONLY, CheckForm, UploadForm, ledgers_for
from common.imports.tabs import TabView
from common.ledgers import batches
from common.ledgers.ledger import FIRST
from common.ledgers.undo import Undo
from common.lists import ScopedListView, Sort
from common.models import BatchState, ImportBatch
from common.refusals import Refused
from common.views import (
    ActionView,
    ObjectMixin,
    PageView,
    ScopedDetailView,
    ScopedFormView,
    ScopedUpdateView,
)

IMPORTERS = having("import")
# Above this, saying what an undo would keep takes too long for a page.
PREVIEW_LIMIT = 5000


class BatchList(ScopedListView):
    """The batches that the user may see, newest first."""

    roles = IMPORTERS
    model = ImportBatch
    template_name = "imports/batch_list.html"
    title, noun, unit = "导入台账", "导入批次", "批"
    filterset_class = BatchFilter
    columns = COLUMNS
    sorts = (
        Sort("-uploaded", "新上传的在前", "-uploaded_at", "-number"),
        Sort("uploaded", "早上传的在前", "uploaded_at", "number"),
    )

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("asked_by")


class UploadView(ScopedFormView):
    """A new batch."""

    roles = IMPORTERS
    form_class = UploadForm
    template_name = "imports/batch_create.html"
    title, submit_label, success_message = "导入台账", "上传并检查", ""

    def get_initial(self) -> dict[str, Any]:
        asked = self.request.GET
        kinds = [ledger.kind for ledger in ledgers_for(self.request.scope)]
        kind = asked.get("kind", "")
        return {
            "kind": kind if kind in kinds else None,
            "effective_on": _day(asked.get("effective_on", "")),
            "is_correction": asked.get("is_correction", ""),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            stages=pages.STAGES, ledgers=(ledgers := ledgers_for(self.request.scope)),
            first=[ledger.title for ledger in ledgers if ledger.kind in FIRST], **kwargs
        )


def _day(text: str) -> Any:
    try:
        return parse_date(text) or timezone.localdate()
    except ValueError:
        return timezone.localdate()


class BatchMixin(ObjectMixin):
    """A view on one batch."""

    roles = IMPORTERS
    model = ImportBatch

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("asked_by")


class BatchDetail(BatchMixin, ScopedDetailView):
    """The page of a batch: whatever its state asks for."""

    templates: ClassVar[dict[str, str]] = {
        BatchState.CHECKED: "check",
        BatchState.FAILED: "failed",
        BatchState.DISCARDED: "discarded",
        BatchState.APPLIED: "receipt",
        BatchState.UNDONE: "receipt",
    }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_poll = request.htmx and request.htmx.target == "progress"
        if is_poll and self.object.state not in pages.RUNNING:
            return HttpResponseClientRedirect(self.object.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        return [f"imports/{self.templates.get(self.object.state, 'progress')}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.object
        context = pages.heading(batch) | {"new_url": pages.new_url(batch)}
        if batch.state in pages.RUNNING:
            context |= pages.progress(batch)
        elif batch.state == BatchState.CHECKED:
            context |= self._check(batch)
        else:
            context |= self._receipt(batch)
        return super().get_context_data(**(context | kwargs))

    def _check(self, batch: ImportBatch) -> dict[str, Any]:
        query = self.request.GET
        return pages.rows_context(TabView(batch, query), query) | {
            "form": CheckForm(
                scope=self.request.scope, user=self.request.user, instance=batch, auto_id="c_%s"
            ),
            "valid_only": VALID_ONLY,
            "held": batches.held_rows(batch),
            "problem": batches.may_apply(batch),
            "version": batches.version(batch),
            "outcome": pages.outcome(batch),
            "earlier": batches.earlier_batch(batch),
            "totals": pages.totals(batch, pages.ledger_of(batch.kind)),
            "may_take": pages.may_take_problems(batch, self.request.user, self.request.scope),
        }

    def _receipt(self, batch: ImportBatch) -> dict[str, Any]:
        has_rows = batch.rows.exists()
        return {
            "has_rows": has_rows,
            "held": batches.held_rows(batch),
            "outcome": pages.outcome(batch),
            "same": pages.in_words(batch, (("same", "无变化"),)),
            "seconds": pages.seconds(pages.last_job(batch)),
            "steps": pages.steps(batch),
            "totals": [t for t in pages.totals(batch, pages.ledger_of(batch.kind))
                       if t.stated is not None],
            "consequence": pages.consequence(batch),
            "undo_until": pages.undo_until(batch),
            "is_short": _is_short(batch),
            "checksum": " ".join(batch.sha256[at : at + 4] for at in range(0, 16, 4)),
            "may_take": pages.may_take_problems(batch, self.request.user, self.request.scope),
        }


def _is_short(batch: ImportBatch) -> bool:
    """Whether a page can say what an undo would keep."""
    return sum(batch.counts.get(key, 0) for key in ("new", "update")) <= PREVIEW_LIMIT


class BatchRows(BatchMixin, ScopedDetailView):
    """The rows of a batch that is past its check: what it brought, while rows are kept."""

    template_name = "imports/rows.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET
        context = pages.heading(self.object) | {
            "has_rows": self.object.rows.exists(),
            **pages.rows_context(TabView(self.object, query), query),
        }
        return super().get_context_data(**(context | kwargs))


# --- Verbs --------------------------------------------------------------------------------------


class BatchAction(BatchMixin, ActionView):
    """A verb on a batch; the tab that was open stays open."""

    def url_after(self, obj: ImportBatch) -> str:
        query = self.request.GET.urlencode()
        return f"{obj.get_absolute_url()}{'?' if query else ''}{query}"


class CheckAgain(BatchMixin, ScopedUpdateView):
    """Other choices, another check."""

    form_class = CheckForm
    template_name = "imports/check_form.html"
    title, submit_label, success_message = "重新检查", "重新检查", ""

    def form_valid(self, form: CheckForm) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**(pages.heading(self.object) | kwargs))


class Choose(BatchAction):
    """Choices that need no other check: rows with errors, columns that are left out."""

    def act(self, obj: ImportBatch) -> None:
        posted = self.request.POST
        chosen = {}
        if "asks_rows" in posted:
            chosen["valid_rows_only"] = posted.get("valid_rows_only") == "1"
        if "asks_columns" in posted:
            chosen["ignored_acknowledged"] = posted.get("ignored_acknowledged") == "1"
        batches.choose(obj, scope=self.request.scope, **chosen)


class Totals(BatchAction):
    """The officially reported numbers."""

    def act(self, obj: ImportBatch) -> None:
        stated, wrong = {}, []
        for figure in pages.ledger_of(obj.kind).figures:
            text = self.request.POST.get(figure.key, "").strip().replace(",", "")
            if text.isdecimal() and len(text) < 10:
                stated[figure.key] = int(text)
            elif text:
                wrong.append(figure.label)
        batches.choose(obj, scope=self.request.scope, totals=stated)
        if wrong:
            raise Refused(f"{'、'.join(wrong)}的上报数要填整数，没有记下。")


class Apply(BatchAction):
    """确认入库."""

    def act(self, obj: ImportBatch) -> str:
        batches.request(
            obj, "apply", by=self.request.user, scope=self.request.scope,
            seen=self.request.POST.get("seen", ""),
        )
        return obj.get_absolute_url()


class UndoView(BatchAction):
    """撤销本次导入: what it would do, and doing it."""

    http_method_names: ClassVar[list[str]] = ["get", "post"]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return UndoPage.as_view()(request, *args, **kwargs)

    def act(self, obj: ImportBatch) -> str:
        batches.request(obj, "undo", by=self.request.user, scope=self.request.scope)
        return obj.get_absolute_url()


class UndoPage(BatchMixin, PageView):
    """What an undo would restore and what it would keep."""

    template_name = "imports/undo.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        batch = self.object
        context = pages.heading(batch) | {
            "problem": batches.may_undo(batch),
            "consequence": pages.consequence(batch),
            "undo_until": pages.undo_until(batch),
        }
        if not context["problem"] and _is_short(batch):
            context["preview"] = Undo(batch).preview()
        return super().get_context_data(**(context | kwargs))


class Discard(BatchAction):
    """放弃本批: what it would do, and doing it."""

    http_method_names: ClassVar[list[str]] = ["get", "post"]
    success_message = "已放弃这一批，上传的文件和检查结果已清除。"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return DiscardPage.as_view()(request, *args, **kwargs)

    def act(self, obj: ImportBatch) -> str:
        batches.discard(obj, by=self.request.user, scope=self.request.scope)
        return reverse("imports:batch_list")


class DiscardPage(BatchMixin, PageView):
    """Asks before a batch is given up."""

    template_name = "imports/discard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**(pages.heading(self.object) | kwargs))
