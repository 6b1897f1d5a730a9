"""Pages of instructors (党建指导员)."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils import timezone

from accounts.scope import RIGHTS
from common.additions import panels_of, tracks_of
from common.history import history_of
from common.ledgers.views import (
    LedgerCreateView,
    LedgerListView,
    LedgerUpdateView,
    RecordHistoryView,
)
from common.lists import Sort
from common.reveal import RevealView
from common.timelines import draw
from common.views import ScopedDetailView
from organizations import details
from organizations.filters import InstructorFilter
from organizations.forms import InstructorForm
from organizations.models import Instructor
from organizations.queries import instructors_listed, set_terms
from organizations.tables import INSTRUCTOR_COLUMNS, SERVING_TONES

LIST = reverse_lazy("organizations:instructor_list")


class InstructorList(LedgerListView):
    """指导员名单."""

    roles = RIGHTS["read_instructors"]
    export_roles = RIGHTS["export"]
    model = Instructor
    ledger_kind = "instructors"
    template_name = "organizations/instructor_list.html"
    title, noun, unit, crumbs = "指导员", "指导员", "名", "台账"
    filterset_class = InstructorFilter
    columns = INSTRUCTOR_COLUMNS
    create_url = reverse_lazy("organizations:instructor_create")
    create_label = "登记指导员"
    is_dated = True
    sorts = (
        Sort("name", "按姓名", "name"),
        Sort("-name", "按姓名倒序", "-name"),
        Sort("ends", "先到期的在前", "term_ends_on"),
        Sort("-ends", "后到期的在前", "-term_ends_on"),
    )

    def listed(self, rows: QuerySet) -> QuerySet:
        return instructors_listed(rows, self.day)

    def prepare(self, rows: list[Any]) -> None:
        set_terms(rows, self.scope, self.day)
        super().prepare(rows)


class InstructorDetail(ScopedDetailView):
    """One instructor: 聘期 over time, and what is assigned on the day."""

    roles = RIGHTS["read_instructors"]
    model = Instructor
    template_name = "organizations/instructor_detail.html"

    def get_queryset(self) -> QuerySet:
        return instructors_listed(super().get_queryset(), self.day)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        instructor, day, scope = self.object, self.day, self.scope
        set_terms([instructor], scope, day)
        tracks = tracks_of(self.request, instructor)
        return super().get_context_data(
            serving_tone=SERVING_TONES.get(instructor.serving, ""),
            appointments=details.appointments(instructor, day),
            assigned=details.assigned(instructor, scope, day),
            panels=panels_of(self.request, instructor, day),
            tracks=tracks,
            drawings=draw(tracks, day, timezone.localdate()),
            history=history_of(instructor, scope, size=5),
            may_edit=details.may_edit(instructor, self.request.scope),
            is_past=day != timezone.localdate(),
            **kwargs,
        )


class InstructorCreate(LedgerCreateView):
    """登记指导员."""

    roles = RIGHTS["edit_ledgers"]
    form_class = InstructorForm
    title = "登记指导员"
    list_url, list_title = LIST, "指导员"


class InstructorEdit(LedgerUpdateView):
    """修改指导员."""

    roles = RIGHTS["edit_ledgers"]
    model = Instructor
    form_class = InstructorForm
    title = "修改指导员"
    list_url, list_title = LIST, "指导员"


class InstructorHistory(RecordHistoryView):
    """变更记录 of an instructor."""

    roles = RIGHTS["read_instructors"]
    model = Instructor


class InstructorPhone(RevealView):
    """联系电话 in full."""

    roles = RIGHTS["see_identity"]
    model, field, label = Instructor, "phone", "联系电话"
