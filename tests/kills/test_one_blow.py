"""One kill of each kind of job at one moment; the many are in the other files."""

import pytest
from django.db import connection

from common.changes import WRITE_LOCK
from common.models import BatchState, JobState
from tests.kills import work
from tests.kills.processes import until
from tests.ledgers import desk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]


@pytest.fixture
def writing():
    """Somebody else is writing: an application and an undo wait, until it is closed."""
    session = connection.copy()
    session.set_autocommit(False)
    session.cursor().execute("SELECT pg_advisory_xact_lock(%s)", [WRITE_LOCK])
    yield session
    session.close()


@pytest.fixture
def loaded(transactional_db):
    """Before there is a worker: a batch to undo, one to apply, one to check."""
    work.fill(60)
    undone = desk.load("instructors", [desk.instructor(f"吴{n}") for n in range(20)])
    applied = desk.load("enterprises", [work.shop("新店", 1, True)], check_only=True)
    return undone, applied, work.upload(work.edits(60, 3000))


def is_running(job):
    job.refresh_from_db()
    return job.state == JobState.RUNNING


def test_all_four_jobs_survive_the_death_of_their_worker(loaded, crew, writing):
    undone, applied, checked = loaded
    worker = crew.worker(concurrency=4).wait()
    jobs = [work.ask(undone, "undo"), work.ask(applied, "apply")]
    until(lambda: all(map(is_running, jobs)), "both wait for the lock")
    run, job = work.ask_report()
    jobs += [job, work.ask(checked, "check")]
    until(lambda: all(map(is_running, jobs)), "all are at work", pause=0.005)

    worker.strike("group")
    writing.close()
    crew.worker(concurrency=2)
    for job in jobs:
        until(lambda job=job: job.refresh_from_db() or job.state == JobState.DONE, job.kind)

    assert [job.attempts for job in jobs] == [2, 2, 2, 2]
    for batch, state in (
        (undone, BatchState.UNDONE), (applied, BatchState.APPLIED), (checked, BatchState.CHECKED)
    ):
        batch.refresh_from_db()
        assert batch.state == state
    assert undone.counts["undone"] == 20
    assert work.changes_of(applied)["enterprises_entity", "I"] == 1
    assert work.outcomes_of(checked) == {"update": 30, "new": 3000}
    work.reported(run)
