"""Pages of the territorial tree (区划)."""

from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse_lazy
from django.utils import timezone

from areas.choices import AreaLevel
from areas.filters import AreaListFilter, areas_in_scope
from areas.forms import AreaForm
from areas.models import Area
from areas.queries import line_of, with_child_counts
from areas.tables import COLUMNS
from common.access import having, may_on
from common.additions import figures_of, panels_of, parts_of
from common.filters import query_without
from common.history import history_of
from common.ledgers.views import (
    LedgerCreateView,
    LedgerListView,
    LedgerUpdateView,
    RecordHistoryView,
)
from common.lists import Head, Sort
from common.tables import Table
from common.views import ScopedDetailView

LIST = reverse_lazy("areas:area_list")


class AreaList(LedgerListView):
    """区划名单, by level."""

    roles = having("read_areas")
    export_roles = having("export")
    model = Area
    ledger_kind = "areas"
    template_name = "areas/area_list.html"
    title, noun, unit, crumbs = "区划", "区划", "个", "台账"
    filterset_class = AreaListFilter
    columns = COLUMNS
    added_after = "child_count"
    create_url, create_label = reverse_lazy("areas:area_create"), "登记区划"
    is_dated = True
    sorts = (
        Sort("level", "按层级", "rank", "code"),
        Sort("code", "按区划代码", "code"),
        Sort("name", "按名称", "name"),
        Sort("-name", "按名称倒序", "-name"),
    )

    def listed(self, rows: QuerySet) -> QuerySet:
        return with_child_counts(rows, self.day, self.request.scope)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(levels=self.levels(), **kwargs)

    def levels(self) -> list[dict[str, Any]]:
        """A tab for each level that there is, with the number of its areas under the other
        conditions."""
        query = self.request.GET.copy()
        query.pop("level", None)
        others = self.filterset_class(query, queryset=self.get_queryset(), request=self.request)
        listed = others.qs.order_by().values("pk")
        rows = Area.objects.within(self.request.scope).filter(pk__in=listed).order_by()
        counts = dict(rows.values_list("level").annotate(Count("pk")))
        current = self.request.GET.get("level", "")
        rest = query_without(self.request.GET, "level")
        tabs = [
            {
                "label": "全部",
                "url": f"?{rest}",
                "count": sum(counts.values()),
                "is_current": current not in counts,
            }
        ]
        for level in AreaLevel:
            if counts.get(level):
                url = f"?{rest}&level={level}" if rest else f"?level={level}"
                tabs.append(
                    {
                        "label": level.label,
                        "url": url,
                        "count": counts[level],
                        "is_current": current == level,
                    }
                )
        return tabs


class AreaDetail(ScopedDetailView):
    """One area: where it stands, what stands below it."""

    roles = having("read_areas")
    model = Area
    template_name = "areas/area_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        area, scope = self.object, self.request.scope
        return super().get_context_data(
            line=line_of(area, areas_in_scope(self.request)),
            is_used=Area.objects.in_use(self.day).filter(pk=area.pk).exists(),
            children=self.children(),
            figures=figures_of(self.request, area, self.day),
            panels=panels_of(self.request, area, self.day),
            history=history_of(area, scope, size=5),
            may_edit=may_on(area, self.request.scope, "edit_areas"),
            is_past=self.day != timezone.localdate(),
            **kwargs,
        )

    def children(self) -> dict[str, Any]:
        """The areas right below as a table, with what apps add to the list of areas."""
        below = Area.objects.within(self.request.scope).filter(parent=self.object)
        counted = with_child_counts(below, self.day, self.request.scope)
        rows = list(counted.order_by("level", "code"))
        parts = parts_of(Area)
        for part in parts:
            if part.prepare:
                part.prepare(rows, self.request.scope, self.day)
        shown = [c for c in COLUMNS if c.key in {"name", "level", "child_count", "use"}]
        shown[3:3] = [column for part in parts for column in part.columns]
        return {"table": Table(shown, rows), "heads": [Head(c) for c in shown], "number": len(rows)}


class AreaCreate(LedgerCreateView):
    """登记区划."""

    roles = having("edit_areas")
    form_class = AreaForm
    title = "登记区划"
    list_url, list_title = LIST, "区划"


class AreaEdit(LedgerUpdateView):
    """修改区划."""

    roles = having("edit_areas")
    model = Area
    form_class = AreaForm
    title = "修改区划"
    list_url, list_title = LIST, "区划"


class AreaHistory(RecordHistoryView):
    """变更记录 of an area."""

    roles = having("read_areas")
    model = Area
