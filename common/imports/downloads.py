"""Files of the import: the template, the rows of a tab, the problem rows."""

import tempfile
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.generic import View

from common.access import access
from common.imports import pages
from common.imports.forms import ledgers_for
from common.imports.tabs import Line, Shown, TabView
from common.imports.views import IMPORTERS, BatchMixin
from common.ledgers import ledger_of
from common.ledgers.export import write_template
from common.ledgers.problems import write_problems
from common.tables import Column, write_xlsx
from common.trace import record_read


def answer(name: str, write: Callable[[BinaryIO], Any]) -> FileResponse:
    """A workbook as a download; ``write`` fills the file."""
    target = tempfile.TemporaryFile()  # noqa: SIM115 -- FileResponse closes it
    write(target)
    target.seek(0)
    return FileResponse(target, as_attachment=True, filename=name)


@require_safe
@access(roles=IMPORTERS)
def template(request: HttpRequest, kind: str) -> HttpResponse:
    """下载模板: drop-downs hold what the user may choose."""
    ledger = next((one for one in ledgers_for(request.scope) if one.kind == kind), None)
    if ledger is None:
        raise Http404
    return answer(
        f"{ledger.title}模板.xlsx", lambda file: write_template(file, ledger(), request.scope)
    )


class Problems(BatchMixin, View):
    """下载问题行: they come back as they were typed, so that is recorded."""

    def may(self, obj: Any) -> bool:
        return pages.may_take_problems(obj, self.request.user, self.request.scope)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        batch = self.object
        ledger = ledger_of(batch.kind)()
        if not batch.rows.exists():
            raise Http404
        if any(column.is_secret for column in ledger.columns):
            record_read(
                by=request.user, action="export", rows=[batch.pk], model=type(batch),
                fields="问题行", reason=f"批次 {batch.number} 下载问题行",
            )
        name = f"{ledger.title}问题行{batch.number}.xlsx"
        return answer(name, lambda file: write_problems(file, ledger, batch))


class RowExport(BatchMixin, View):
    """导出这 N 行: the rows of a tab as the page shows them."""

    http_method_names = ("post",)

    def may(self, obj: Any) -> bool:
        return self.request.scope.may("export")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        view = TabView(self.object, request.GET)
        title = f"{view.ledger.title}{view.tab.label}"
        return answer(
            f"{title}{timezone.localdate():%Y%m%d}.xlsx",
            lambda file: write_xlsx(
                file, title=title, columns=columns_of(view), rows=flat(view), with_id=False,
            ),
        )


def columns_of(view: TabView) -> list[Column]:
    """The columns of the file."""
    named = [
        Column("number", "行号", value=lambda pair: pair[0].number, kind="number"),
        Column("label", "名称", value=lambda pair: pair[0].label),
        Column("code", "代码", value=lambda pair: pair[0].code),
    ]
    for at, name in enumerate(view.columns()):
        named.append(Column(name, name, value=lambda pair, at=at: pair[0].cells[at][1]))
    if not view.tab.notes:
        return named
    old, new = ("库中", "文件中") if view.tab.notes == "diff" else ("文件中", "原因")
    return [
        *named,
        Column("column", "列", value=lambda pair: pair[1].column),
        Column("old", old, value=lambda pair: pair[1].value),
        Column("new", new, value=lambda pair: pair[1].text),
    ]


def flat(view: TabView) -> Iterator[tuple[Shown, Line]]:
    """A line of the file per difference or reason, one per row where there are none."""
    for row in view.all_rows():
        for line in row.lines or [Line("", "", "")]:
            yield row, line
