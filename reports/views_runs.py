"""统计报告: past reports, asking for a new one, its page, its files."""

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import F, Func, JSONField, QuerySet, Value
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from accounts.scope import RIGHTS
from areas.models import Area
from common.lists import ScopedListView, Sort
from common.models import Job
from common.trace import record_read
from common.views import ObjectMixin, ScopedDetailView, ScopedFormView, day_of
from evaluations.models import RatingCycle
from reports.actions import shown_checksum
from reports.checks import checks_before
from reports.choices import RunKind, RunState
from reports.conditions import Places
from reports.figures import Extent
from reports.filters import RunFilter
from reports.forms import BookForm, BulletinForm, RunForm
from reports.models import COVERAGE_TITLE, Bulletin, ReportRun
from reports.runs import compared, heads_of, previous_run
from reports.tables import COLUMNS, asker
from reports.trend import usual_comparison

FILES = {"pdf": "application/pdf",
         "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class RunList(ScopedListView):
    """Every report over an area of the user."""

    roles = RIGHTS["read_figures"]
    template_name = "reports/run_list.html"
    model = ReportRun
    title, noun, unit = "统计报告", "报告", "份"
    filterset_class, columns = RunFilter, COLUMNS
    sorts = (
        Sort("-asked", "新提交的在前", "-asked_at"),
        Sort("asked", "早提交的在前", "asked_at"),
        Sort("-as_of", "时点晚的在前", "-as_of", "-asked_at"),
        Sort("as_of", "时点早的在前", "as_of", "asked_at"),
    )

    def get_queryset(self) -> QuerySet:
        """With 组织覆盖率 of the main kind as it was frozen; the rest of the figures stays."""
        rate = Func(
            F("payload"),
            Value('$.main_family[*] ? (@.key == "org_coverage").percent'),
            template="jsonb_path_query_first(%(expressions)s::jsonpath)",
            output_field=JSONField(),
        )
        runs = super().get_queryset().select_related("area", "asked_by", "cycle", "bulletin")
        return runs.annotate(rate=rate).defer("payload")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            may_build=self.scope.may("build_reports"), has_cycles=RatingCycle.objects.exists(),
            has_bulletins=Bulletin.objects.within(self.scope).exists(), **kwargs,
        )


class RunCreate(ScopedFormView):
    """生成报告, with what to know before."""

    roles = RIGHTS["build_reports"]
    template_name = "reports/run_form.html"
    form_class = RunForm
    title, submit_label = "生成报告", "生成报告"
    success_message = ""

    def get_initial(self) -> dict[str, Any]:
        """The conditions of the page that one comes from, else the whole of today."""
        day = min(self.day, timezone.localdate())
        against = usual_comparison(day)
        if self.request.GET.get("against") == "":
            against = None
        elif "against" in self.request.GET:
            against = day_of(self.request, "against")
        return {"area": self.area.code if self.area else None, "as_of": day, "against": against}

    @property
    def area(self) -> Area | None:
        """The area in the address, or the granted one."""
        places = Places(self.scope)
        return places.get(self.request.GET.get("area", "")) or places.root

    def form_valid(self, form: RunForm) -> HttpResponse:
        run = form.try_save()
        if run is None:
            return self.form_invalid(form)
        return HttpResponseRedirect(run.get_absolute_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        area, day = self.area, min(self.day, timezone.localdate())
        checks = checks_before(Extent.of(self.scope, area), area, day) if area else []
        return super().get_context_data(
            checks=checks, checked_area=area, checked_day=day, report_title=COVERAGE_TITLE, **kwargs
        )


class PartCreate(ScopedFormView):
    """Base of the forms for what is not the coverage report. ``of``: the field that the page which
    one comes from names in the address."""

    roles = RIGHTS["build_reports"]
    success_message = ""
    of: ClassVar[str]

    def get_initial(self) -> dict[str, Any]:
        """What the page that one comes from is of, and the granted area."""
        root = Places(self.scope).root
        return {self.of: self.request.GET.get(self.of), "area": root.code if root else None}

    def form_valid(self, form: BookForm | BulletinForm) -> HttpResponse:
        run = form.try_save()
        if run is None:
            return self.form_invalid(form)
        return HttpResponseRedirect(run.get_absolute_url())


class BookCreate(PartCreate):
    """生成评定结果册 of a cycle."""

    template_name = "reports/book_form.html"
    form_class, of = BookForm, "cycle"
    title, submit_label = "生成评定结果册", "生成结果册"


class BulletinCreate(PartCreate):
    """生成 PDF 和数据表 of a bulletin."""

    template_name = "reports/bulletin_form.html"
    form_class, of = BulletinForm, "bulletin"
    title, submit_label = "生成工作数据的 PDF 和数据表", "生成"


class RunDetail(ScopedDetailView):
    """A report: progress while it is made, then its figures and files."""

    roles = RIGHTS["read_figures"]
    model = ReportRun
    template_name = "reports/run.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("area", "asked_by", "cycle", "bulletin")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_poll = request.htmx and request.htmx.target == "progress"
        if is_poll and self.object.state != RunState.QUEUED:
            return HttpResponseClientRedirect(self.object.get_absolute_url())
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run = self.object
        context = {"title": f"{run.area}{run.title}", "asker": asker(run), "run": run,
                   "may_build": self.scope.may("build_reports"), "again": again_url(run)}
        if run.state == RunState.QUEUED:
            jobs = Job.objects.filter(kind="reports.build", subject=run.pk)
            context |= {"job": jobs.order_by("-created_at").first(), "running": True}
        elif run.payload and run.kind != RunKind.COVERAGE:
            context |= {"figures": run.payload, "checksum": shown_checksum(run.checksum)}
        elif run.payload:
            before = previous_run(run, self.scope)
            context |= {
                "figures": run.payload,
                "heads": heads_of(run.payload),
                "checksum": shown_checksum(run.checksum),
                "before": before,
                "compared": compared(run, before) if before else [],
            }
        return super().get_context_data(**context, **kwargs)


class RunFile(ObjectMixin, View):
    """A file of a report. Who opened it is written down."""

    roles = RIGHTS["read_figures"]
    model = ReportRun
    http_method_names: ClassVar[list[str]] = ["get"]

    def get(self, request: HttpRequest, *args: Any, kind: str, **kwargs: Any) -> HttpResponse:
        run = self.object
        if kind not in FILES or run.state != RunState.DONE or not getattr(run, kind):
            raise Http404
        try:
            file = getattr(run, kind).open("rb")
        except FileNotFoundError as error:
            raise Http404 from error
        record_read(
            by=request.user, action="report", rows=[run.pk], model=ReportRun, fields=kind,
        )
        answer = FileResponse(
            file, as_attachment=kind != "pdf", filename=f"{file_title(run)}.{kind}",
            content_type=FILES[kind],
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer


def file_title(run: ReportRun) -> str:
    """明川区党的组织和工作覆盖情况报告20261031."""
    return f"{run.area}{run.title}{run.as_of:%Y%m%d}"


def again_url(run: ReportRun) -> str:
    """The form that asks for the same once more."""
    if run.bulletin_id:
        return f"{reverse('reports:bulletin_new')}?{urlencode({'bulletin': run.bulletin_id})}"
    if run.cycle_id:
        return f"{reverse('reports:book_new')}?{urlencode({'cycle': run.cycle_id})}"
    against = run.against.isoformat() if run.against else ""
    query = {"area": run.area.code, "as_of": run.as_of.isoformat(), "against": against}
    return f"{reverse('reports:run_new')}?{urlencode(query)}"
