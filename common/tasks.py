"""Celery tasks of the mechanisms. They carry ids and call common/jobs.py."""

import uuid

from celery import shared_task

from common import digests, jobs, leftovers, workdays
from common.exports import actions as exports
from common.ledgers import (
    purge,
    tasks,  # noqa: F401 -- registers the jobs of imports
)
from common.models import Via


@shared_task(name="common.run_job")
def run_job(job_id: str) -> None:
    """Do one job, unless it is done or another process is at it."""
    jobs.run(uuid.UUID(job_id))


@shared_task(name="common.sweep_jobs")
def sweep_jobs() -> None:
    """Send lost jobs again (beat)."""
    jobs.sweep()


@shared_task(name="common.purge_jobs")
def purge_jobs() -> None:
    """Delete the rows of jobs that ended long ago (beat)."""
    jobs.purge()


@shared_task(name="common.purge_imports")
def purge_imports() -> None:
    """Clear the files and staged rows of old imports (beat)."""
    purge.purge()


@shared_task(name="common.purge_exports")
def purge_exports() -> None:
    """Remove exported files that have been kept long enough (beat)."""
    exports.purge()


@shared_task(name="common.purge_files")
def purge_files() -> None:
    """Delete files that killed processes have left (beat)."""
    leftovers.purge()


@shared_task(name="common.fill_calendar")
def fill_calendar() -> None:
    """Add the next year to the working-day calendar when it becomes known (beat)."""
    workdays.fill(via=Via.JOB)


@shared_task(name="common.send_digests")
def send_digests() -> None:
    """Remind everybody for whom something is due (beat, in office hours)."""
    digests.send_daily()


@shared_task(name="common.mail_digests")
def mail_digests() -> None:
    """Send the reminders of today that have not gone out by e-mail (beat)."""
    digests.mail_today()
