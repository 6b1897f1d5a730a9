"""Pages of needs (企业需求): raised in a log or on a visit, answered by the town."""

from typing import Any

from django.db.models import QuerySet

from accounts.scope import RIGHTS
from activities.flow import NEED_FLOW
from activities.models import Need
from activities.need_actions import answer_need, reopen_need, see_answer
from activities.visit_filters import NeedFilter
from activities.visit_tables import NEED_COLUMNS, NEED_TONES
from common.access import may_on
from common.lists import ScopedListView, Sort
from common.models import FlowStep
from common.views import ActionView, ScopedDetailView
from organizations.entity_pages import address_of, visible_ids


class NeedList(ScopedListView):
    """企业需求."""

    roles = RIGHTS["read_needs"]
    export_roles = RIGHTS["export"]
    model = Need
    title, noun, unit, crumbs = "企业需求", "需求", "件", "日常工作"
    filterset_class = NeedFilter
    columns = NEED_COLUMNS
    sorts = (
        Sort("-day", "最近的在前", "-raised_on"),
        Sort("day", "最早的在前", "raised_on"),
    )

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("entity", "organization", "raised_by")


class NeedDetail(ScopedDetailView):
    """One need, where it comes from, what was answered."""

    roles = RIGHTS["read_needs"]
    model = Need
    template_name = "activities/need_detail.html"

    def get_queryset(self) -> QuerySet:
        related = ("entity", "organization", "raised_by", "log", "visit")
        return super().get_queryset().select_related(*related)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        need, user = self.object, self.request.user
        see_answer(need=need, by=user)
        may_answer = may_on(need, self.request.scope, "answer_needs")
        is_own = need.raised_by_id == user.pk
        return super().get_context_data(
            tone=NEED_TONES[need.get_state_display()],
            whom_url=self._url(need.whom),
            source_url=self._url(need.visit or need.log),
            steps=[_told(step) for step in NEED_FLOW.steps(need).select_related("by")],
            may_answer=may_answer and NEED_FLOW.can(need, "answer", self.request.scope),
            may_reopen=(may_answer or is_own)
            and NEED_FLOW.can(need, "reopen", self.request.scope),
            **kwargs,
        )

    def _url(self, record: Any) -> str:
        if record is None:
            return ""
        return address_of(record) if visible_ids([record], self.request.scope) else ""


def _told(step: FlowStep) -> dict[str, Any]:
    return {
        "title": NEED_FLOW.label(step.verb), "by": step.by, "at": step.at, "note": step.note,
    }


class NeedAnswer(ActionView):
    """答复."""

    roles = RIGHTS["answer_needs"]
    model = Need
    success_message = "已答复，提出人会在工作台看到。"

    def act(self, obj: Need) -> None:
        answer_need(
            need=obj, answer=self.request.POST.get("answer", ""), by=self.request.user,
            scope=self.scope,
        )


class NeedReopen(ActionView):
    """再次提出."""

    roles = RIGHTS["raise_needs"]
    model = Need
    success_message = "已再次提出，等镇街答复。"

    def act(self, obj: Need) -> None:
        reopen_need(
            need=obj, note=self.request.POST.get("note", ""), by=self.request.user,
            scope=self.scope,
        )
