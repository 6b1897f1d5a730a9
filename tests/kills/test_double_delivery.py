"""Messages that come twice: the second delivery finds the claim taken or the job done."""

import re
import time
from collections import Counter

import pytest

from common.models import JobState
from tests.kills import work
from tests.kills.processes import Crew, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.full]


@pytest.fixture
def hasty(transactional_db, tmp_path, redis_server):
    """Two workers whose broker takes every message back that is not confirmed within a second."""
    crew = Crew(tmp_path, redis_server.url, PORTAL_TEST_VISIBLE="1", PORTAL_TEST_STALE="60")
    try:
        for worker in [crew.worker(), crew.worker()]:
            worker.wait()
        yield crew
    finally:
        crew.end()


def deliveries(crew):
    """Message → how often a worker has received it."""
    found = re.findall(r"Task common\.run_job\[([0-9a-f-]+)\] received", crew.log())
    return Counter(found)


def test_second_delivery_does_nothing(hasty, tell):
    """Each step takes longer than the broker waits, so the other worker gets it as well, while
    the first is still at it or after."""
    size, new = 1500, 6000
    work.fill(size)
    file = work.edits(size, new)
    batch, other = work.upload(file), work.upload(file)

    def done(batch, verb):
        job = work.ask(batch, verb)
        until(lambda: state(job) in ("done", "failed"), verb, limit=120)
        assert (job.state, job.attempts) == (JobState.DONE, 1)

    done(batch, "check")
    clean = work.applied_cleanly(batch)
    done(batch, "apply")
    until(lambda: max(deliveries(hasty).values()) > 1, "a second delivery")
    time.sleep(3)  # more of them come
    assert work.applied(batch) == clean
    done(other, "check")
    assert other.rows.exclude(outcome="same").count() == 0
    done(batch, "undo")
    run, job = work.ask_report()
    until(lambda: state(job) == JobState.DONE, "report", limit=120)
    work.reported(run)
    time.sleep(3)

    counts = deliveries(hasty)
    doubled = {key: count for key, count in counts.items() if count > 1}
    assert len(doubled) >= 3
    assert work.report_files() == 3
    tell(f"{len(counts)} messages delivered {sum(counts.values())} times, {len(doubled)} doubled")


def state(job):
    job.refresh_from_db()
    return job.state
