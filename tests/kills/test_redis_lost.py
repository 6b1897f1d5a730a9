"""Redis is killed, emptied or away while jobs wait and run: it only carries ids, so nothing is
lost, and nobody has to start anything again."""

import time
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from common.models import Job, JobState
from tests import digest
from tests.kills import work
from tests.kills.processes import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]

SIZE, NEW = 600, 2000
# The longest wait of a worker between two attempts to reach its broker is 32 seconds.
PATIENCE = 90.0


def emptied(server):
    server.client().flushall()


def killed(server):
    server.kill()
    time.sleep(1)
    server.start()


def wiped(server):
    """Killed, and what it had written is gone as well."""
    server.kill()
    server.forget()
    server.start()


@pytest.fixture
def line(crew):
    """Three checks asked of one worker: the first runs, two wait; and what each must leave."""
    work.fill(SIZE)
    file = work.edits(SIZE, NEW)
    crew.worker().wait()
    clean = work.upload(file)
    ended([work.ask(clean, "check")])
    batches = [work.upload(file) for _ in range(3)]
    jobs = [work.ask(batch, "check") for batch in batches]
    until(lambda: state(jobs[0]) == JobState.RUNNING, "the first runs", pause=0.005)
    return batches, jobs, work.checked(clean)


def state(job):
    job.refresh_from_db()
    return job.state


def ended(jobs):
    """Wait for the end of all; seconds waited."""
    begun = time.monotonic()
    until(lambda: all(state(job) == JobState.DONE for job in jobs), "all are done", PATIENCE, 0.1)
    return time.monotonic() - begun


@pytest.mark.parametrize("blow", [killed, emptied, wiped])
def test_jobs_that_wait_and_run_are_all_done_once(line, redis_server, crew, blow, tell):
    batches, jobs, clean = line
    blow(redis_server)
    waited = ended(jobs)

    assert [job.attempts for job in jobs] == [1, 1, 1]  # the running one was not disturbed
    assert [work.checked(batch) for batch in batches] == [clean] * 3
    later = work.upload(work.edits(SIZE, NEW))  # the same worker goes on
    again = ended([work.ask(later, "check")])
    name = blow.__name__
    tell(f"three checks done {waited:.0f} s after Redis was {name}, the next in {again:.0f} s")


@pytest.mark.parametrize("blow", [killed, emptied, wiped])
def test_sweeper_goes_on_when_nobody_sends_anything(crew, redis_server, blow):
    """Redis also holds which queue belongs to which address: without it the clock's messages went
    nowhere, were it not written anew."""
    worker = crew.worker().wait()
    until(lambda: "sweep_jobs" in crew.log(), "a sweep")
    blow(redis_server)
    forgotten = timezone.now() - timedelta(minutes=1)
    job = Job.objects.create(kind="test.unknown", subject=uuid.uuid4(), created_at=forgotten)
    until(lambda: state(job) == JobState.FAILED, "the sweeper has found it", PATIENCE, 0.1)
    assert worker.process.poll() is None


def test_what_is_asked_for_while_redis_is_away_is_done_later(crew, redis_server, tell):
    work.fill(SIZE)
    file, before = work.edits(SIZE, NEW), digest.digest()
    crew.worker().wait()
    redis_server.kill()
    batch, begun = work.upload(file), time.monotonic()
    job = work.ask(batch, "check")
    answered = time.monotonic() - begun
    assert answered < 5
    assert state(job) == JobState.QUEUED
    time.sleep(20)
    redis_server.start()
    waited = ended([job])
    assert work.checked(batch)["ledgers"] == before
    assert job.attempts == 1
    tell(f"asked without Redis in {answered:.1f} s; done {waited:.0f} s after it came back")
