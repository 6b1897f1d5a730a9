"""Asking for a report, and building it (the job)."""

import hashlib
import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.scope import RIGHTS, Scope, acting_scope
from areas.choices import AreaLevel
from areas.models import Area
from areas.queries import subtree_ids
from common import jobs, workdays
from common.refusals import Refused
from evaluations.models import RatingCycle
from reports import (
    book,
    book_pdf,
    book_workbook,
    bulletin_files,
    payload,
    pdf,
    rosters,
    workbook,
)
from reports.choices import RunState
from reports.figures import Extent
from reports.models import Bulletin, ReportRun


def request_report(
    *,
    area: Area,
    as_of: date,
    against: date | None,
    by: Any,
    scope: Scope,
    is_automatic: bool = False,
) -> ReportRun:
    """Queue the coverage report of ``area`` as of a day. Raises Refused when the area does not
    lie wholly in the asker's scope or the dates make no sense."""
    if not scope.may("build_reports"):
        raise Refused("您没有生成报告的权限。")
    if not _holds(scope.only(RIGHTS["build_reports"]), area):
        raise Refused("只能生成您管理范围内的报告。")
    if as_of > timezone.localdate():
        raise Refused("时点还没有到，请选今天或以前的日期。")
    if against and against >= as_of:
        raise Refused("对比时点应早于报告时点。")
    with transaction.atomic():
        run = _numbered(
            ReportRun(
                area=area,
                as_of=as_of,
                against=against,
                asked_by=by,
                is_automatic=is_automatic,
            )
        )
        jobs.start(kind="reports.build", subject=run.pk, by=by)
    return run


def request_book(*, cycle: RatingCycle, area: Area, by: Any, scope: Scope) -> ReportRun:
    """Queue the rating book of a cycle over ``area``. Raises Refused as :func:`request_report`."""
    if not scope.may("build_reports"):
        raise Refused("您没有生成结果册的权限。")
    if not _holds(scope.only(RIGHTS["build_reports"]), area):
        raise Refused("只能生成您管理范围内的结果册。")
    as_of = min(cycle.last_on, timezone.localdate())
    with transaction.atomic():
        run = _numbered(ReportRun(area=area, as_of=as_of, cycle=cycle, asked_by=by))
        jobs.start(kind="reports.build", subject=run.pk, by=by)
    return run


def request_bulletin(
    *, bulletin: Bulletin, area: Area, is_worded: bool, by: Any, scope: Scope
) -> ReportRun:
    """Queue PDF and workbook of a bulletin over ``area``. ``is_worded``: numbers as they are spoken
    of (2700余), the exact ones beside them. Raises Refused as :func:`request_report`."""
    if not scope.may("build_reports"):
        raise Refused("您没有生成报告的权限。")
    if not _holds(scope.only(RIGHTS["build_reports"]), area):
        raise Refused("只能生成您管理范围内的数据。")
    if bulletin.as_of > timezone.localdate():
        raise Refused("这份工作数据的时点还没有到。")
    with transaction.atomic():
        run = _numbered(
            ReportRun(
                area=area, as_of=bulletin.as_of, bulletin=bulletin, is_worded=is_worded,
                asked_by=by,
            )
        )
        jobs.start(kind="reports.build", subject=run.pk, by=by)
    return run


def _holds(scope: Scope, area: Area) -> bool:
    """Whether the whole area lies in the scope, not only a part below it."""
    return scope.everything or area.pk in subtree_ids(scope.roots)


def _numbered(run: ReportRun) -> ReportRun:
    """Save with a number of the day: BG20261122-01."""
    start = f"{run.prefix}{timezone.localdate():%Y%m%d}-"
    while True:
        count = ReportRun.objects.filter(number__startswith=start).count()
        run.number = f"{start}{count + 1:02d}"
        try:
            with transaction.atomic():
                run.save(force_insert=True)
            return run
        except IntegrityError:
            if not ReportRun.objects.filter(number=run.number).exists():
                raise


def request_monthly() -> list[ReportRun]:
    """On the first working day of a month: the report of each district as of the last day of the
    month before, against the month before that. Asked twice, it is made once."""
    today = timezone.localdate()
    if today != workdays.first_working_day(today):
        return []
    as_of = today.replace(day=1) - timedelta(days=1)
    against = as_of.replace(day=1) - timedelta(days=1)
    made = []
    for area in Area.objects.filter(level=AreaLevel.DISTRICT).in_use(as_of):
        if not ReportRun.objects.filter(area=area, as_of=as_of, is_automatic=True).exists():
            made.append(
                request_report(
                    area=area,
                    as_of=as_of,
                    against=against,
                    by=None,
                    scope=acting_scope(None),
                    is_automatic=True,
                )
            )
    return made


def build(run: ReportRun, report: Callable[..., None], fence: Callable[[], None]) -> None:
    """Count, freeze and draw: from QUEUED to DONE. The figures are frozen before anything is
    drawn; a run that has them already is only drawn again."""
    if run.state == RunState.DONE:
        return
    figures, lists = _counted(run, report)
    figures |= _imprint(run, lists)
    checksum = checksum_of(figures)
    report("正在排版", done=6, total=6)
    files = draw(figures, lists, run.number, checksum)
    name = f"{run.number}-{checksum[:8]}"
    with transaction.atomic():
        run.payload, run.checksum = figures, checksum
        run.lists.save(f"{name}.json.gz", ContentFile(rosters.packed(lists)), save=False)
        run.pdf.save(f"{name}.pdf", ContentFile(files["pdf"]), save=False)
        run.xlsx.save(f"{name}.xlsx", ContentFile(files["xlsx"]), save=False)
        run.state, run.finished_at, run.message = RunState.DONE, timezone.now(), ""
        run.save()
        fence()


def _counted(
    run: ReportRun, report: Callable[..., None]
) -> tuple[dict[str, Any], list[rosters.Roster]]:
    """The figures of a run and the lists that are kept with it, within the asker's scope."""
    extent = Extent.of(acting_scope(run.asked_by, "build_reports"), run.area)
    if run.bulletin_id:
        return bulletin_files.build(extent, run.area, run.bulletin, run.is_worded, report), []
    if run.cycle_id:
        return book.build(extent, run.area, run.cycle, run.as_of, report)
    figures = payload.build(extent, run.area, run.as_of, run.against, report)
    report("正在整理名单", done=5, total=6)
    return figures, rosters.build(extent, run.as_of)


def _imprint(run: ReportRun, lists: list[rosters.Roster]) -> dict[str, Any]:
    """What identifies the data: when it was read, by whom, the digest of the lists."""
    return {
        "number": run.number,
        "asked_by": str(run.asked_by) if run.asked_by else "系统",
        "read_at": timezone.localtime().strftime("%Y-%m-%d %H:%M"),
        "lists_sha256": rosters.digest(lists),
    }


def canonical(figures: dict[str, Any]) -> bytes:
    """The frozen figures as canonical JSON: sorted keys, no spaces, UTF-8."""
    return json.dumps(figures, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def checksum_of(figures: dict[str, Any]) -> str:
    """SHA-256 of the frozen figures in canonical form."""
    return hashlib.sha256(canonical(figures)).hexdigest()


def draw(
    figures: dict[str, Any], lists: list[rosters.Roster], number: str, checksum: str
) -> dict[str, bytes]:
    """PDF and xlsx of frozen figures: the same figures give the same numbers for ever."""
    imprint = {"number": number, "checksum": shown_checksum(checksum)}
    paper, sheets = _DRAWN.get(figures.get("kind", ""), (pdf.draw, workbook.draw))
    table = io.BytesIO()
    sheets(table, figures, lists, imprint)
    return {"pdf": paper(figures, lists, imprint), "xlsx": table.getvalue()}


# What draws PDF and workbook of each kind of figures; else those of the coverage report.
_DRAWN: dict[str, tuple[Callable[..., bytes], Callable[..., None]]] = {
    book.KIND: (book_pdf.draw, book_workbook.draw),
    bulletin_files.KIND: (bulletin_files.draw_pdf, bulletin_files.draw_workbook),
}


def shown_checksum(checksum: str) -> str:
    """The first 16 hex digits in groups, as they are printed."""
    start = checksum[:16].upper()
    return " ".join(start[at : at + 4] for at in range(0, 16, 4))
