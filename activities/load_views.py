"""指导员配备: what each instructor has to look after, what each grid lacks."""

from typing import Any

from django.db.models import QuerySet

from accounts.scope import RIGHTS
from activities import load
from activities.load_filters import GridFilter, LoadFilter
from activities.visit_tables import GRID_COLUMNS, LOAD_COLUMNS
from areas.filters import areas_in_scope
from areas.models import Area
from common.lists import ScopedListView, Sort
from organizations.models import Instructor

_PAGES = (("activities:load", "指导员负担"), ("activities:grid_load", "网格配备"))


class _LoadPage(ScopedListView):
    """The head numbers and tabs of both lists."""

    roles = RIGHTS["read_load"]
    template_name = "activities/load.html"
    crumbs = "日常工作"
    is_dated = True
    page: str

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        town = self._town()
        query = {"town": town.pk} if town else {}
        tabs = [
            {
                "label": label, "url": load.address(name, self.day, **query), "count": None,
                "is_current": name == self.page,
            }
            for name, label in _PAGES
        ]
        return super().get_context_data(
            facts=load.facts(self.scope, self.day, town), tabs=tabs, town=town, **kwargs,
        )

    def _town(self) -> Area | None:
        """The chosen town; a foreign one was refused by the filter."""
        wanted = self.request.GET.get("town", "")
        known = areas_in_scope(self.request).values()
        return next((area for area in known if str(area.pk) == wanted), None)


class InstructorLoad(_LoadPage):
    """指导员负担."""

    model = Instructor
    page = "activities:load"
    title, noun, unit = "指导员负担", "指导员", "名"
    filterset_class = LoadFilter
    columns = LOAD_COLUMNS
    sorts = (
        Sort("last", "最久没有走访的在前", "visit_key"),
        Sort("-last", "最近走访的在前", "-visit_key"),
        Sort("-load", "联系主体多的在前", "-load"),
        Sort("load", "联系主体少的在前", "load"),
        Sort("name", "按姓名", "name"),
        Sort("-name", "按姓名倒序", "-name"),
    )

    def get_queryset(self) -> QuerySet:
        return load.load_listed(super().get_queryset(), self.day)

    def prepare(self, rows: list[Any]) -> None:
        load.set_load(rows, self.scope, self.day)


class GridLoad(_LoadPage):
    """网格配备."""

    model = Area
    page = "activities:grid_load"
    title, noun, unit = "网格配备", "网格", "个"
    filterset_class = GridFilter
    columns = GRID_COLUMNS
    sorts = (Sort("code", "按编号", "code"), Sort("-code", "按编号倒序", "-code"))

    def get_queryset(self) -> QuerySet:
        return load.grids_listed(super().get_queryset(), self.day)

    def prepare(self, rows: list[Any]) -> None:
        load.set_gaps(rows, self.scope, self.day, areas_in_scope(self.request))
