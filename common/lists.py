"""The frame of every list: search, filters, columns, sort, pages, export of what is seen.

    class EntityList(ScopedListView):
        roles = READERS
        model = Entity
        title, noun = "市场主体", "主体"
        filterset_class = EntityFilter
        columns = ENTITY_COLUMNS
        sorts = (
            Sort("name", "按名称", "name"),
            Sort("-staff", "人数多的在前", "-state__employees"),
        )

Everything that is chosen stands in the URL; ``at`` is the place in the list (common/paging.py).
"""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.generic import TemplateView

from common.access import allowed
from common.filters import ScopedFilterSet, query_without
from common.paging import LAST, ordered, paginate
from common.tables import Column, Table, chosen_columns, write_xlsx
from common.views import AccessMixin

SIZES = (20, 50, 100)
_CHUNK = 2000


@dataclass(frozen=True)
class Sort:
    """One order of the list: key in the URL, words, field paths ("-" = descending)."""

    key: str
    label: str
    order: tuple[str, ...]

    def __init__(self, key: str, label: str, *order: str) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "label", label)
        object.__setattr__(self, "order", order or (key,))


@dataclass(frozen=True)
class Head:
    """The head of a column as the page shows it."""

    column: Column
    url: str = ""  # query that sorts by this column
    direction: str = ""  # ascending / descending when the list is sorted by it


class ScopedListView(AccessMixin, TemplateView):
    """A list of the rows within the user's scope."""

    template_name = "base_list.html"
    model: ClassVar[type[Model]]
    title: ClassVar[str]
    noun: ClassVar[str] = "记录"
    unit: ClassVar[str] = "条"
    crumbs: ClassVar[str] = ""
    filterset_class: ClassVar[type[ScopedFilterSet]]
    columns: ClassVar[Sequence[Column]]
    sorts: ClassVar[Sequence[Sort]]
    export_roles: ClassVar[frozenset[str] | set[str] | None] = None  # None: who may read
    is_dated: ClassVar[bool] = False  # the page has an as-of date

    def get_queryset(self) -> QuerySet:
        """All rows of the list before filters; extend it to join what the columns show."""
        return self.model._default_manager.within(self.scope)

    def prepare(self, rows: list[Any]) -> None:
        """Read what the columns show of ``rows`` beside their own values, for all rows at once,
        and set it as attributes of the rows."""

    def _prepared(self, rows: QuerySet) -> Iterator[Any]:
        """All rows for the export, prepared in chunks."""
        waiting = rows.iterator(chunk_size=_CHUNK)
        while chunk := list(islice(waiting, _CHUNK)):
            self.prepare(chunk)
            yield from chunk

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(**kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """导出这 N 条: the same rows, order and columns as a workbook."""
        if not self.may_export():
            raise PermissionDenied
        rows = self.filtered().qs
        if self.export_roles is not None:
            allowed_scope = self.request.scope.only(self.export_roles)
            exportable = self.model._default_manager.within(allowed_scope)
            rows = rows.filter(pk__in=exportable.values("pk"))
        return self.export(ordered(rows, self.sort.order))

    def may_export(self) -> bool:
        roles = self.roles if self.export_roles is None else self.export_roles
        return allowed(roles, self.request.scope)

    def export(self, rows: QuerySet) -> HttpResponse:
        """The workbook as an answer."""
        target = tempfile.TemporaryFile()  # noqa: SIM115 -- FileResponse closes it
        write_xlsx(
            target,
            title=self.title,
            columns=self.chosen,
            rows=self._prepared(rows),
        )
        target.seek(0)
        name = f"{self.title}{timezone.localdate():%Y%m%d}.xlsx"
        return FileResponse(target, as_attachment=True, filename=name)

    def filtered(self) -> ScopedFilterSet:
        """The filter set over the rows; 404 when it names a row outside the scope."""
        found = self.filterset_class(
            data=self.request.GET or None, queryset=self.get_queryset(), request=self.request
        )
        found.refuse_foreign()
        return found

    @property
    def sort(self) -> Sort:
        """The chosen order; the first one when none or an unknown one is asked."""
        wanted = self.request.GET.get("sort", "")
        return next((sort for sort in self.sorts if sort.key == wanted), self.sorts[0])

    @property
    def size(self) -> int:
        wanted = self.request.GET.get("per", "")
        return next((size for size in SIZES if str(size) == wanted), SIZES[0])

    @property
    def chosen(self) -> list[Column]:
        return chosen_columns(self.available_columns(), self.request.GET.getlist("cols"))

    def available_columns(self) -> Sequence[Column]:
        """Columns that this user may see; override to hide some by role."""
        return self.columns

    def heads(self) -> list[Head]:
        return [self._head(column) for column in self.chosen]

    def _head(self, column: Column) -> Head:
        if not column.sort:
            return Head(column)
        current = self.sort.key
        position = column.sort.index(current) if current in column.sort else -1
        following = column.sort[(position + 1) % len(column.sort)]
        rest = query_without(self.request.GET, "sort")
        url = f"?{rest}&sort={following}" if rest else f"?sort={following}"
        if position < 0:
            return Head(column, url)
        is_down = self.sort.order[0].startswith("-")
        return Head(column, url, "descending" if is_down else "ascending")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        query = self.request.GET
        filters = self.filtered()
        page = paginate(
            filters.qs, order=self.sort.order, cursor=query.get("at", ""), size=self.size
        )
        self.prepare(page.rows)
        chosen = self.chosen
        conditions = filters.chips(query)
        kept = query_without(query)
        return super().get_context_data(
            title=self.title,
            noun=self.noun,
            unit=self.unit,
            crumbs=self.crumbs,
            day=self.day,
            is_dated=self.is_dated,
            filters=filters,
            conditions=conditions,
            page=page,
            table=Table(chosen, page.rows),
            heads=self.heads(),
            columns=self.available_columns(),
            chosen_keys={column.key for column in chosen},
            sorts=self.sorts,
            sort=self.sort,
            sizes=SIZES,
            size=self.size,
            query=kept,
            query_and=f"{kept}&" if kept else "",
            last_cursor=LAST,
            clear_query=filters.query_without_filters(query),
            can_export=self.may_export(),
            **kwargs,
        )
