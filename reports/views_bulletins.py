"""工作数据: the figures that a district publishes, each with its list."""

from typing import Any

from django.db.models import Count
from django.urls import reverse

from accounts.scope import RIGHTS
from common.filters import ScopedFilterSet
from common.lists import ScopedListView, Sort
from common.tables import Column
from common.views import ScopedDetailView
from reports.bulletin_files import by_section
from reports.bulletins import entries
from reports.figures import Extent
from reports.models import Bulletin


def page_of(row: Bulletin) -> str:
    """The page with the numbers; the record's own page is that of the ledger."""
    return reverse("reports:bulletin", args=[row.pk])


class BulletinSearch(ScopedFilterSet):
    search_fields = ("name__contains",)
    search_hint = "标题"


class BulletinList(ScopedListView):
    """Every bulletin."""

    roles = RIGHTS["read_figures"]
    export_roles = None
    model = Bulletin
    template_name = "reports/bulletin_list.html"
    title, noun, unit = "工作数据", "工作数据", "份"
    filterset_class = BulletinSearch
    columns = (
        Column("name", "标题", fixed=True, link=page_of),
        Column("as_of", "时点", kind="date", sort=("-as_of", "as_of")),
        Column("lines", "数据项", value="line_count", kind="number"),
    )
    sorts = (
        Sort("-as_of", "时点晚的在前", "-as_of", "name"),
        Sort("as_of", "时点早的在前", "as_of", "name"),
    )

    def get_queryset(self) -> Any:
        return super().get_queryset().annotate(line_count=Count("lines"))


class BulletinDetail(ScopedDetailView):
    """A bulletin: its lines by section, counted now within the reader's scope."""

    roles = RIGHTS["read_figures"]
    model = Bulletin
    template_name = "reports/bulletin.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = entries(self.object, Extent.of(self.scope))
        return super().get_context_data(
            title=self.object.name, bulletin=self.object, sections=by_section(found),
            may_build=self.scope.may("build_reports"), **kwargs,
        )
