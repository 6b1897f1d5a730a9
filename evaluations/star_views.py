"""授星台账: stars and grades with their yearly re-check, and as a ledger those of before."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils import timezone

from accounts.scope import RIGHTS
from common.history import history_of
from common.ledgers.forms import LedgerForm
from common.ledgers.views import (
    LedgerCreateView,
    LedgerListView,
    LedgerUpdateView,
    RecordHistoryView,
)
from common.lists import Sort
from common.views import ScopedDetailView, ScopedUpdateView
from evaluations.models import StarGrant
from evaluations.result_forms import RecheckForm
from evaluations.review_filters import StarFilter
from evaluations.review_tables import STAR_COLUMNS

LIST, LIST_TITLE = reverse_lazy("evaluations:star_list"), "授星台账"


class StarForm(LedgerForm):
    """登记 and 修改 of stars that were not rated here."""

    kind: ClassVar[str] = "stars"
    groups = (
        ("授星", ("organization", "scheme", "label_column", "granted_by", "document", "starts_on")),
        ("终止", ("ends_on", "ended_reason", "ended_document")),
    )


class StarList(LedgerListView):
    """授星台账: who holds which star from when to when."""

    roles = RIGHTS["read_ratings"]
    export_roles = RIGHTS["export"]
    model = StarGrant
    ledger_kind = "stars"
    template_name = "ratings/star_list.html"
    title, noun, unit, crumbs = LIST_TITLE, "授星", "条", "星级评定"
    create_url, create_label = reverse_lazy("evaluations:star_create"), "登记已有星级"
    filterset_class = StarFilter
    columns = STAR_COLUMNS
    sorts = (
        Sort("-starts", "新的在前", "-starts_on", "organization__name"),
        Sort("starts", "旧的在前", "starts_on", "organization__name"),
        # Grades of other schemes come behind the stars.
        Sort("-rank", "星级高的在前", "-scheme__has_stars", "-rank", "organization__name"),
        Sort("rank", "星级低的在前", "-scheme__has_stars", "rank", "organization__name"),
        Sort("name", "按名称", "organization__name", "-starts_on"),
        Sort("-name", "按名称倒序", "-organization__name", "-starts_on"),
    )

    def listed(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("organization", "town", "department", "scheme")

    def exported(self, asked: Mapping[str, Any]) -> QuerySet:
        """The ledger is that of organizations; the list has stars of towns and departments, too."""
        rows = super().exported(asked)
        return rows.filter(organization__isnull=False) if asked["layout"] == "ledger" else rows


class OfStar:
    """What the pages of one star share."""

    model = StarGrant

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related(
            "organization", "town", "department", "scheme", "review__cycle__version"
        )


class StarDetail(OfStar, ScopedDetailView):
    """A star, and the course of stars of whoever holds it."""

    roles = RIGHTS["read_ratings"]
    template_name = "ratings/star_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        star, today = self.object, timezone.localdate()
        course = StarGrant.objects.within(self.scope).filter(
            scheme=star.scheme, organization=star.organization, town=star.town,
            department=star.department,
        )
        is_held = star.starts_on <= today < star.ends_on
        may_run = self.request.scope.may("run_cycles")
        return super().get_context_data(
            star=star, course=course.order_by("-starts_on"), is_held=is_held,
            may_recheck=is_held and may_run, may_edit=may_run and _is_of_ledger(star),
            history=history_of(star, self.request.scope, size=5), **kwargs,
        )


def _is_of_ledger(star: StarGrant) -> bool:
    """Whether it is kept by the ledger: what was rated here is changed by its re-check."""
    return star.review_id is None and star.organization_id is not None


class StarRecheck(OfStar, ScopedUpdateView):
    """年度复核."""

    roles = RIGHTS["run_cycles"]
    form_class = RecheckForm
    template_name = "ratings/recheck.html"
    title, submit_label, success_message = "年度复核", "保存复核结果", "复核结果已登记。"


class StarCreate(LedgerCreateView):
    """登记 a star that was held before the portal rated."""

    roles = RIGHTS["run_cycles"]
    form_class = StarForm
    title = "登记已有星级"
    list_url, list_title = LIST, LIST_TITLE


class StarEdit(LedgerUpdateView):
    """修改 such a star."""

    roles = RIGHTS["run_cycles"]
    model = StarGrant
    form_class = StarForm
    title = "修改授星"
    list_url, list_title = LIST, LIST_TITLE

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().filter(review=None, organization__isnull=False)


class StarHistory(RecordHistoryView):
    """变更记录 of a star."""

    roles = RIGHTS["read_ratings"]
    model = StarGrant
