"""Cycles: the list, the board of one, its reviews, and what the district does with it."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView

from accounts.scope import RIGHTS
from common.lists import ScopedListView, Sort
from common.models import Job, JobState
from common.refusals import Refused
from common.views import AccessMixin, ObjectMixin, PageView, ScopedFormView
from evaluations import actions, boards, publication
from evaluations.choices import CycleState, ReviewState
from evaluations.cycle_forms import CycleForm
from evaluations.inbox import waits_for
from evaluations.models import RatingCycle, Review
from evaluations.review_filters import ReviewFilter
from evaluations.review_tables import REVIEW_COLUMNS
from evaluations.sheet_views import OFFICE

_LIVE = (JobState.QUEUED, JobState.RUNNING)


class OfCycle(AccessMixin):
    """A page of one cycle: everybody who reads ratings may know of it; its rows are scoped."""

    roles = RIGHTS["read_ratings"]
    model: ClassVar[type[Model]] = RatingCycle
    kwargs: dict[str, Any]

    def check_access(self) -> None:
        super().check_access()
        self.cycle: RatingCycle = boards.cycle_or_404(self.kwargs["pk"])

    def reviews(self) -> QuerySet[Review]:
        """The reviews of the cycle that this user may see."""
        return Review.objects.within(self.scope).filter(cycle=self.cycle)


class CycleList(PageView):
    """All cycles, and for each what waits for the user."""

    roles = RIGHTS["read_ratings"]
    template_name = "ratings/cycle_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        scope = self.request.scope
        lines = []
        for cycle in boards.cycles():
            matters = [one for one in waits_for(scope, cycle) if one.count]
            lines.append({"cycle": cycle, "matters": matters})
        return super().get_context_data(
            title="星级评定", lines=lines, may_open=scope.may("run_cycles"),
            may_edit=scope.may("edit_schemes"), **kwargs,
        )


class CycleDetail(OfCycle, TemplateView):
    """The board; who has one review only is led to it."""

    template_name = "ratings/cycle.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not OFFICE & request.scope.roles:
            mine = list(self.reviews()[:2])
            if len(mine) == 1:
                return redirect(mine[0])
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cycle, scope = self.cycle, self.request.scope
        jobs = Job.objects.filter(kind="evaluations.compute", subject=cycle.pk)
        job = jobs.order_by("-created_at").first()
        runs = scope.may("run_cycles")
        return super().get_context_data(
            title=str(cycle), cycle=cycle, board=boards.board(cycle, self.scope), job=job,
            running=job is not None and job.state in _LIVE, runs=runs,
            decides=bool(OFFICE & scope.roles) and cycle.state == CycleState.PUBLISHED,
            late=self.reviews().exclude(state=ReviewState.SCORED).count() if runs else 0,
            late_url=boards.list_url(cycle, matter="late"),
            lacking=boards.city_without_score(cycle).count() if runs else 0,
            matters=[one for one in waits_for(scope, cycle) if one.count],
            bands=self._bands(), may_book=scope.may("build_reports"), **kwargs,
        )

    def _bands(self) -> list[dict[str, Any]]:
        """How many are proposed for, or hold, each band; each with its list."""
        counted: dict[Any, int] = {}
        for band in self.reviews().filter(band__isnull=False).values_list("band", flat=True):
            counted[band] = counted.get(band, 0) + 1
        return [
            {"band": band, "count": counted[band.pk],
             "url": boards.list_url(self.cycle, rank=str(band.rank))}
            for band in self.cycle.version.bands.all() if band.pk in counted
        ]


class ReviewList(OfCycle, ScopedListView):
    """The reviews of a cycle; every number of the board leads here."""

    export_roles = RIGHTS["export"]
    model = Review
    template_name = "ratings/review_list.html"
    title, noun, unit = "评定名单", "评定", "份"
    filterset_class = ReviewFilter
    columns = REVIEW_COLUMNS
    sorts = (
        Sort("name", "按名称", "organization__name", "town__code", "department__name"),
        Sort("-name", "按名称倒序", "-organization__name", "-town__code", "-department__name"),
    )

    def get_queryset(self) -> QuerySet[Review]:
        return boards.placed(self.reviews()).select_related(
            "organization", "town", "department", "band"
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cycle=self.cycle, **kwargs)


# --- The district ---------------------------------------------------------------------------------


class CycleOpen(ScopedFormView):
    """开展评定."""

    roles = RIGHTS["run_cycles"]
    form_class = CycleForm
    template_name = "ratings/cycle_form.html"
    title, submit_label, success_message = "开展评定", "开始评定", "评定已开始，正在计算系统分。"


class CycleVerb(OfCycle, TemplateView):
    """A verb on a cycle, by POST only."""

    roles = RIGHTS["run_cycles"]
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        acts = {
            "recompute": (actions.recompute, "正在重新计算系统分。", {}),
            "propose": (actions.propose, "已按得分和名额拟定星级。", {}),
            "publish": (actions.publish, "公示已开始。", {}),
            "reopen": (
                publication.reopen_cycle, "已撤回公示，可以重新拟定。",
                {"note": request.POST.get("note", "")},
            ),
            "close": (actions.close_cycle, "这个评定周期已结束。", {}),
        }
        verb = request.POST.get("verb", "")
        if verb not in acts:
            raise PermissionDenied
        act, words, values = acts[verb]
        try:
            act(cycle=self.cycle, by=request.user, scope=self.scope, **values)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, words)
        if verb == "propose":
            return redirect("evaluations:ranking", self.cycle.pk)
        return redirect(self.cycle)


class Ranking(OfCycle, TemplateView):
    """拟定星级: places, quotas, ties by name; ties are settled here."""

    roles = RIGHTS["run_cycles"]
    template_name = "ratings/ranking.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = boards.ranking(self.cycle)
        late = self.reviews().exclude(state=ReviewState.SCORED).count()
        return super().get_context_data(
            title="拟定星级", cycle=self.cycle, rows=rows,
            rated=sum(len(row.rows) for row in rows), late=late,
            late_url=boards.list_url(self.cycle, matter="late"),
            ties=[one for row in rows for one in row.ties],
            bands=[row.band for row in rows if row.band],
            is_open=self.cycle.state == CycleState.OPEN, **kwargs,
        )


class ReviewSettle(ObjectMixin, TemplateView):
    """Equals across a quota's limit: people decide, and say why."""

    roles = RIGHTS["run_cycles"]
    model = Review
    http_method_names = ["post"]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        review, rank = self.object, request.POST.get("rank", "")
        bands = {str(band.rank): band for band in review.cycle.version.bands.all()}
        try:
            if rank and rank not in bands:
                raise Refused("没有这个星级，请从列表中选择。")
            actions.settle(
                review=review, band=bands.get(rank), reason=request.POST.get("reason", ""),
                by=request.user, scope=self.scope,
            )
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{review.subject}已确定。")
        return redirect(reverse("evaluations:ranking", args=[review.cycle_id]))


