"""公示, objections, 授星. Stars once they are granted: evaluations/star_views.py."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.generic import TemplateView

from accounts.scope import RIGHTS
from common import workdays
from common.views import ScopedFormView, ScopedUpdateView
from evaluations.choices import CycleState, ReviewState
from evaluations.cycle_views import OfCycle
from evaluations.models import Objection
from evaluations.result_forms import AnswerForm, DecisionForm, ObjectionForm
from evaluations.sheet_views import OFFICE, OfReview

_SHOWN = (
    ReviewState.PUBLISHED, ReviewState.OBJECTED, ReviewState.GRANTED, ReviewState.UNRATED,
    *(ReviewState.DISTRICT, ReviewState.CITY, ReviewState.SCORED),
)


class Publication(OfCycle, TemplateView):
    """公示: the result by band, until when, what was objected."""

    template_name = "ratings/publication.html"

    def get(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cycle, today = self.cycle, timezone.localdate()
        rows = self.reviews().filter(band__isnull=False, state__in=_SHOWN).select_related(
            "organization", "town", "department", "band"
        )
        groups: dict[Any, list[Any]] = {}
        if cycle.published_on:
            for review in rows.order_by("-band__rank", "organization__name", "pk"):
                groups.setdefault(review.band, []).append(review)
        objections = Objection.objects.within(self.scope).filter(review__cycle=cycle)
        objections = objections.select_related(
            "review__organization", "review__town", "review__department"
        )
        is_on = bool(cycle.published_until) and today <= cycle.published_until
        left = workdays.working_days_between(today, cycle.published_until) if is_on else 0
        may = self.request.scope.may
        return super().get_context_data(
            title="公示", cycle=cycle, groups=groups.items(), objections=objections,
            is_on=is_on, left=left, may_object=may("rate_district") and is_on,
            may_answer=may("rate_district"), may_run=may("run_cycles"),
            decides=bool(OFFICE & self.request.scope.roles)
            and cycle.state == CycleState.PUBLISHED and not is_on, **kwargs,
        )


class ObjectionCreate(OfReview, ScopedUpdateView):
    """登记异议."""

    roles = RIGHTS["rate_district"]
    form_class = ObjectionForm
    template_name = "ratings/review_form.html"
    title, submit_label, success_message = "登记异议", "登记", "异议已登记，请核查。"

    def url_after(self, saved: Any) -> str:
        return reverse("evaluations:publication", args=[saved.cycle_id])


class ObjectionAnswer(ScopedUpdateView):
    """核查 an objection."""

    roles = RIGHTS["rate_district"]
    model = Objection
    form_class = AnswerForm
    template_name = "ratings/answer_form.html"
    title, submit_label, success_message = "异议核查", "保存核查结果", "核查结果已登记。"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related(
            "review__cycle", "review__organization", "review__town", "review__department"
        )

    def url_after(self, saved: Any) -> str:
        return reverse("evaluations:publication", args=[saved.cycle_id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(review=self.object.review, **kwargs)


class Decision(OfCycle, ScopedFormView):
    """授星 at the levels of this user, by a document."""

    roles = OFFICE
    form_class = DecisionForm
    template_name = "ratings/decision.html"
    title, submit_label, success_message = "授星", "授星", ""

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"cycle": self.cycle, "reviews": self.reviews()}

    def form_valid(self, form: DecisionForm) -> HttpResponse:
        messages.success(self.request, f"已授星 {form.granted} 个。")
        return super().form_valid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(cycle=self.cycle, **kwargs)
