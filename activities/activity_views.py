"""Pages of activities (活动记录)."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.urls import reverse_lazy

from accounts.scope import RIGHTS
from activities.activity_lists import COLUMNS, SORTS, ActivityFilter, source_words
from activities.contents import EXTRAS
from activities.models import Activity
from common.history import history_of
from common.ledgers.forms import LedgerForm
from common.ledgers.views import (
    LedgerCreateView,
    LedgerListView,
    LedgerUpdateView,
    RecordHistoryView,
)
from common.views import ScopedDetailView
from registers.hosts import HOSTS

LIST = reverse_lazy("activities:activity_list")


class ActivityForm(LedgerForm):
    """登记 and 修改 of 活动."""

    kind: ClassVar[str] = "activities"
    groups = (
        ("活动", ("organization", "types", "topic", "held_on", "place",
                  "hosted_by", "host", "recorder")),
        ("到会", ("expected", "attended", "on_leave", "absentees")),
        ("记录", ("agenda", "content", "decisions")),
        ("一课一片一实践", tuple(EXTRAS)),
    )


class ActivityList(LedgerListView):
    """活动记录: those of the ledger and those of logs."""

    roles = RIGHTS["read_logs"]
    export_roles = RIGHTS["export"]
    model = Activity
    ledger_kind = "activities"
    template_name = "activities/activity_list.html"
    title, noun, unit, crumbs = "活动记录", "活动", "次", "台账"
    filterset_class = ActivityFilter
    columns, sorts = COLUMNS, SORTS
    create_url, create_label = reverse_lazy("activities:activity_create"), "登记活动"

    def listed(self, rows: QuerySet) -> QuerySet:
        return rows.select_related("organization", "log", *HOSTS)


class ActivityDetail(ScopedDetailView):
    """One activity."""

    roles = RIGHTS["read_logs"]
    model = Activity
    template_name = "activities/activity_detail.html"

    def get_queryset(self) -> QuerySet:
        return super().get_queryset().select_related("organization", "log", *HOSTS)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        one = self.object
        return super().get_context_data(
            title=one.topic,
            source=source_words(one),
            extras=[label for name, label in EXTRAS.items() if getattr(one, name)],
            history=history_of(one, self.scope, size=5),
            may_edit=self.scope.may("edit_ledgers") and one.log_id is None,
            **kwargs,
        )


class ActivityCreate(LedgerCreateView):
    """登记活动."""

    roles = RIGHTS["edit_ledgers"]
    form_class = ActivityForm
    title = "登记活动"
    list_url, list_title = LIST, "活动记录"


class ActivityEdit(LedgerUpdateView):
    """修改活动: those of the ledger; the others are changed in their log."""

    roles = RIGHTS["edit_ledgers"]
    model = Activity
    form_class = ActivityForm
    title = "修改活动"
    list_url, list_title = LIST, "活动记录"

    def may(self, obj: Activity) -> bool:
        return obj.log_id is None


class ActivityHistory(RecordHistoryView):
    """变更记录 of an activity."""

    roles = RIGHTS["read_logs"]
    model = Activity
