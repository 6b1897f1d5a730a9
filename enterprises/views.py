"""Pages of market entities (市场主体)."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse_lazy
from django.utils import timezone

from accounts.scope import RIGHTS
from common import parameters
from common.access import may_on
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
from enterprises.choices import BusinessStatus
from enterprises.filters import EntityFilter
from enterprises.forms import EntityForm
from enterprises.models import Entity, EntityState
from enterprises.queries import listed, set_computed, status_words
from enterprises.rules import meets_three_conditions, size_basis, size_basis_text
from enterprises.tables import COLUMNS, STATUS_TONES, industry_words

LIST = reverse_lazy("enterprises:entity_list")


class EntityList(LedgerListView):
    """市场主体名单."""

    roles = RIGHTS["read_ledgers"]
    export_roles = RIGHTS["export"]
    model = Entity
    ledger_kind = "enterprises"
    template_name = "enterprises/entity_list.html"
    title, noun, unit, crumbs = "市场主体", "主体", "家", "台账"
    filterset_class = EntityFilter
    columns = COLUMNS
    added_after = "employees"
    create_url, create_label = reverse_lazy("enterprises:entity_create"), "登记主体"
    is_dated = True
    sorts = (
        Sort("name", "按名称", "name_key"),
        Sort("-name", "按名称倒序", "-name_key"),
        Sort("-employees", "人数多的在前", "-employees"),
        Sort("employees", "人数少的在前", "employees"),
    )

    def listed(self, rows: QuerySet) -> QuerySet:
        return listed(rows, self.day)

    def prepare(self, rows: list[Any]) -> None:
        set_computed(rows, self.day)
        super().prepare(rows)


class EntityDetail(ScopedDetailView):
    """One entity: what it is, what reaches it, and why it counts as covered or not."""

    roles = RIGHTS["read_ledgers"]
    model = Entity
    template_name = "enterprises/entity_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entity, day, scope = self.object, self.day, self.request.scope
        state = (
            EntityState.objects.at(day)
            .select_related("town", "community", "park", "grid")
            .get(entity=entity)
        )
        tracks = tracks_of(self.request, entity)
        status = status_words(state.status, entity.closed_on, day)
        return super().get_context_data(
            state=state,
            status=status,
            status_tone=STATUS_TONES.get(status, ""),
            industry=industry_words(state.section, state.division),
            panels=panels_of(self.request, entity, day),
            tracks=tracks,
            drawings=draw(tracks, day, timezone.localdate()),
            history=history_of(entity, scope, size=5),
            may_edit=may_on(entity, self.request.scope, "edit_ledgers"),
            is_past=day != timezone.localdate(),
            **_computed(entity, state, status, day),
            **kwargs,
        )


def _computed(entity: Entity, state: EntityState, status: str, day: Any) -> dict[str, Any]:
    """企业划型 and 三有 with what they follow from."""
    basis = size_basis(
        state.section, state.division or None, state.employees, state.revenue, state.assets, day
    )
    staff = parameters.value("three_conditions.employees", on=day)
    conditions = [
        ("有固定场所", bool(state.fixed_premises)),
        (f"从业人员不少于 {staff} 人", (state.employees or 0) >= staff),
        ("正常经营", status == BusinessStatus.NORMAL.label),
    ]
    is_three = meets_three_conditions(
        fixed_premises=state.fixed_premises,
        employees=state.employees,
        operates_normally=conditions[2][1],
        minimum_employees=staff,
    )
    return {
        "size": basis.size,
        "size_text": size_basis_text(basis),
        "is_three": is_three,
        "conditions": conditions,
    }


class EntityCreate(LedgerCreateView):
    """登记主体."""

    roles = RIGHTS["edit_ledgers"]
    form_class = EntityForm
    title = "登记主体"
    list_url, list_title = LIST, "市场主体"


class EntityEdit(LedgerUpdateView):
    """修改主体."""

    roles = RIGHTS["edit_ledgers"]
    model = Entity
    form_class = EntityForm
    title = "修改主体"
    list_url, list_title = LIST, "市场主体"


class EntityHistory(RecordHistoryView):
    """变更记录 of an entity."""

    roles = RIGHTS["read_ledgers"]
    model = Entity


class EntityPhone(RevealView):
    """联系电话 in full."""

    roles = RIGHTS["see_identity"]
    model, field, label = Entity, "phone", "联系电话"
