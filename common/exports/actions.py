"""The verbs of exported files: ask, make (in a job), purge."""

import tempfile
from datetime import timedelta
from functools import partial
from typing import Any

from django.core.files import File
from django.db import models, transaction
from django.http import HttpRequest, QueryDict
from django.urls import resolve, reverse
from django.utils import timezone

from common import jobs, parameters
from common.access import allowed
from common.jobs import Report, fence, job_kind
from common.models import ExportFile, Job
from common.refusals import Refused
from common.scoping import scope_of

KIND = "exports.make"
# A list with more rows is not written while the browser waits.
AT_ONCE = 5000
NO_LONGER = "您现在没有导出这份名单的权限，没有生成。"


def ask(
    *, list_name: str, query: str, asked: dict[str, Any], title: str, total: int, by: models.Model
) -> ExportFile:
    """Keep what is asked for and queue the job. ``list_name``: of the list's address; ``query``:
    its conditions; ``asked``: the layout (common/ledgers/views.py LedgerListView), and the
    arguments of the address as ``address``, if it has any."""
    with transaction.atomic():
        export = ExportFile.objects.create(
            list_name=list_name, query=query, asked=asked, title=title, total=total, asked_by=by
        )
        jobs.start(kind=KIND, subject=export.pk, by=by)
    return export


def job_of(export: ExportFile) -> Job | None:
    """The job that makes the file."""
    return Job.objects.filter(kind=KIND, subject=export.pk).order_by("-created_at").first()


def _failed(job: Job, sentence: str) -> None:
    ExportFile.objects.filter(pk=job.subject).update(message=sentence)


@job_kind(KIND, label="导出名单", on_failed=_failed)
def make(job: Job, report: Report) -> None:
    """Write the file with the rights that its asker has now."""
    export = ExportFile.objects.select_related("asked_by").get(pk=job.subject)
    view = view_of(export)
    with tempfile.TemporaryFile() as target:
        view.write_export(target, export.asked, partial(report, total=export.total))
        size = target.tell()
        target.seek(0)
        with transaction.atomic():
            export.file.save(f"{export.pk}.xlsx", File(target), save=False)
            export.size, export.made_at, export.message = size, timezone.now(), ""
            export.save(update_fields=["file", "size", "made_at", "message"])
            fence(job)


def view_of(export: ExportFile) -> Any:
    """The list as its asker would open it. Raises Refused when it may not be exported any more."""
    address = reverse(export.list_name, kwargs=export.asked.get("address"))
    match = resolve(address)
    view = match.func.view_class()
    request = HttpRequest()
    request.method, request.path = "POST", address
    request.GET = QueryDict(export.query)
    request.user, request.scope = export.asked_by, scope_of(export.asked_by)
    view.setup(request, **match.kwargs)
    if not allowed(view.roles, request.scope) or not view.may_export_as(export.asked):
        raise Refused(NO_LONGER)
    return view


def expires_at(export: ExportFile) -> Any:
    """When the file goes."""
    return export.made_at + timedelta(hours=parameters.value("export.keep_hours"))


def purge() -> int:
    """Remove the files that are older than the setting ``export.keep_hours``, and the rows of
    those that were never made; their number."""
    limit = timezone.now() - timedelta(hours=parameters.value("export.keep_hours"))
    old = list(ExportFile.objects.filter(asked_at__lt=limit).exclude(made_at__gte=limit))
    for export in old:
        if export.file:
            export.file.delete(save=False)
        export.delete()
    return len(old)
