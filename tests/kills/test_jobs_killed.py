"""kill -9 and SIGSTOP at random points of the four jobs: nothing lost, doubled, half applied."""

import os
from datetime import timedelta

import pytest

from common import leftovers
from reports.models import ReportRun
from tests import digest
from tests.kills import work

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = int(os.environ.get("KILLS_ROUNDS", "20"))
# Every fifth blow only stops the process, and wakes it when another one has done the job.
STOP_EVERY = 5


@pytest.mark.full
def test_imports_survive_kills(killer):
    """Check, apply and undo, each struck in turn until the blow has interrupted it."""
    size, new = 1000, 3000
    work.fill(size)
    file, before = work.edits(size, new), digest.digest()
    batch = work.upload(file)

    def fresh():
        batch = work.upload(file)
        killer.clean("check", work.ask(batch, "check"))
        return batch

    killer.clean("check", work.ask(batch, "check"))
    clean = work.checked(batch)
    assert clean["counts"]["new"] == new
    assert clean["counts"]["update"] == size // 2
    expected = work.applied_cleanly(batch)
    killer.clean("apply", work.ask(batch, "apply"))
    assert work.applied(batch) == expected
    killer.clean("undo", work.ask(batch, "undo"))
    gone = work.undone(batch)
    assert gone["ledgers"] == before

    for number in range(ROUNDS):
        stop = number % STOP_EVERY == 0
        batch = work.upload(file)
        while True:
            blow = killer.kill("check", work.ask(batch, "check"), stop)
            assert work.checked(batch) == clean
            if blow.counts:
                break
        while True:
            expected = work.applied_cleanly(batch)
            blow = killer.kill("apply", work.ask(batch, "apply"), stop)
            assert work.applied(batch) == expected
            if blow.counts:
                break
            killer.clean("undo", work.ask(batch, "undo"))
            batch = fresh()
        while True:
            blow = killer.kill("undo", work.ask(batch, "undo"), stop)
            assert work.undone(batch) == gone
            if blow.counts:
                break
            batch = fresh()
            killer.clean("apply", work.ask(batch, "apply"))


@pytest.mark.full
def test_reports_survive_kills(killer):
    """One report, three files, the same figures, however often it was begun."""
    work.fill(600)
    run, job = work.ask_report()
    killer.clean("report", job)
    clean = work.reported(run)
    for number in range(ROUNDS):
        while True:
            run, job = work.ask_report()
            blow = killer.kill("report", job, stop=number % STOP_EVERY == 0)
            assert work.reported(run) == clean
            if blow.counts:
                break
    leftovers.purge(age=timedelta(0))
    assert work.report_files() == 3 * ReportRun.objects.count()
