"""Jobs of the reports: building one, and the monthly one by itself."""

from functools import partial

from celery import shared_task

from common.jobs import Report, fence, job_kind
from common.models import Job
from reports import actions
from reports.choices import RunState
from reports.models import ReportRun


def _failed(job: Job, sentence: str) -> None:
    ReportRun.objects.filter(pk=job.subject).update(state=RunState.FAILED, message=sentence)


@job_kind("reports.build", label="生成报告", on_failed=_failed)
def build(job: Job, report: Report) -> None:
    """Build a report run."""
    related = ("area", "asked_by", "cycle", "bulletin")
    run = ReportRun.objects.select_related(*related).get(pk=job.subject)
    actions.build(run, report, partial(fence, job))


@shared_task(name="reports.monthly_report")
def monthly_report() -> None:
    """Each day (beat): on the first working day of a month ask for the reports of the month
    before, once."""
    actions.request_monthly()
