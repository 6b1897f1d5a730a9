"""Background jobs: one claim among many, nothing lost, nothing done twice."""

import time
import uuid
from collections import Counter
from datetime import timedelta

import pytest
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from areas.models import Area
from common import changes, heartbeat, jobs, outages, parameters
from common.heartbeat import Superseded
from common.ledgers import ledger_of, staging
from common.ledgers.rows import Row
from common.models import CalendarDay, ImportBatch, Job, JobState
from common.refusals import Refused
from tests import factories
from tests.together import together

SUBJECT = uuid.UUID(int=7)
LONG_AGO = timedelta(minutes=5)

in_transaction = pytest.mark.django_db
committing = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kind():
    """A kind of job that does ``kind.does(job, report)`` and remembers what it was told."""

    class Sample:
        runs = 0
        failures = []

        @staticmethod
        def does(job, report):
            report("正在办", done=1, total=2)

    def function(job, report):
        Sample.runs += 1
        Sample.does(job, report)

    Sample.failures = []
    jobs.job_kind(
        "test.sample", label="试办", on_failed=lambda job, text: Sample.failures.append(text)
    )(function)
    yield Sample
    del jobs._KINDS["test.sample"]


@pytest.fixture
def sent(monkeypatch):
    """Ids that were handed to the broker; nothing runs by itself."""
    ids = []
    monkeypatch.setattr(jobs, "send", ids.append)
    return ids


def make_job(state=JobState.QUEUED, **values):
    return Job.objects.create(kind="test.sample", subject=uuid.uuid4(), state=state, **values)


def make_stale(attempts=1):
    """A job whose process has fallen silent."""
    return make_job(
        JobState.RUNNING, attempts=attempts, token=uuid.uuid4(),
        heartbeat_at=timezone.now() - LONG_AGO,
    )


def state_of(job):
    job.refresh_from_db()
    return job.state


# --- Starting -----------------------------------------------------------------------------------


@in_transaction
def test_start_sends_after_commit(kind, sent, django_capture_on_commit_callbacks):
    user = factories.make_user()

    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start(kind="test.sample", subject=SUBJECT, by=user)
        assert sent == []

    assert sent == [job.pk]
    assert (job.state, job.asked_by_id, job.subject) == (JobState.QUEUED, user.pk, SUBJECT)


@in_transaction
def test_starting_twice_is_one_job(kind, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first = jobs.start(kind="test.sample", subject=SUBJECT, by=None)
        second = jobs.start(kind="test.sample", subject=SUBJECT, by=None)

    assert first == second
    assert sent == [first.pk]


@in_transaction
def test_a_finished_job_is_started_again(kind, sent):
    first = jobs.start(kind="test.sample", subject=SUBJECT, by=None)
    jobs.run(first.pk)

    assert jobs.start(kind="test.sample", subject=SUBJECT, by=None) != first


@in_transaction
def test_unknown_kind_is_refused_at_once():
    with pytest.raises(KeyError):
        jobs.start(kind="test.unknown", subject=SUBJECT, by=None)


@in_transaction
def test_broker_that_is_down_loses_nothing(
    kind, monkeypatch, django_capture_on_commit_callbacks
):
    def refuse(*_args, **_options):
        raise OSError

    monkeypatch.setattr("common.tasks.run_job.apply_async", refuse)

    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start(kind="test.sample", subject=SUBJECT, by=None)

    assert state_of(job) == JobState.QUEUED
    assert jobs.run_here(job).state == JobState.DONE


@in_transaction
def test_message_is_the_id_alone(kind, monkeypatch, django_capture_on_commit_callbacks):
    messages = []
    monkeypatch.setattr("common.tasks.run_job.apply_async", lambda **sent: messages.append(sent))

    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start(kind="test.sample", subject=SUBJECT, by=factories.make_user("王建平"))

    assert [message["args"] for message in messages] == [[str(job.pk)]]


# --- Running ------------------------------------------------------------------------------------


@in_transaction
def test_job_runs_to_its_end(kind):
    job = jobs.run(make_job().pk)

    assert (job.state, job.attempts, job.error) == (JobState.DONE, 1, "")
    assert (job.progress, job.done, job.total) == ("正在办", 1, 2)
    assert job.started_at <= job.finished_at
    assert kind.runs == 1


@in_transaction
def test_job_that_is_done_does_not_run_again(kind):
    job = make_job()
    jobs.run(job.pk)

    assert jobs.run(job.pk) is None
    assert kind.runs == 1


@in_transaction
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Refused("文件里没有数据。"), "文件里没有数据。"),
        (ValueError("陈某 13800000000"), jobs.BROKEN),
        (SoftTimeLimitExceeded(), jobs.TOO_LONG),
        (OSError(2, "/home/13800000000"), jobs.BROKEN),
    ],
)
def test_job_that_cannot_be_done_says_why(kind, caplog, error, sentence):
    def does(_job, _report):
        raise error

    kind.does = does

    job = jobs.run(make_job().pk)

    assert (job.state, job.error) == (JobState.FAILED, sentence)
    assert kind.failures == [sentence]
    assert "13800000000" not in caplog.text


@in_transaction
@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError("connection refused"), outages.AWAY),
        (OSError(28, "No space left on device"), outages.FULL),
    ],
)
def test_outage_is_waited_for_in_three_attempts(kind, error, sentence):
    def does(_job, _report):
        raise error

    kind.does = does
    job = make_job()

    for _ in range(2):
        assert jobs.run(job.pk).state == JobState.QUEUED
        assert state_of(job) == JobState.QUEUED
        assert job.progress == outages.AGAIN[sentence]
    assert jobs.run(job.pk).state == JobState.FAILED
    assert kind.failures == [outages.ENDED[sentence]]


def ended_in_the_middle(rows):
    """The rows, but the database ends this session before the last."""
    *others, last = rows
    yield from others
    with connection.cursor() as cursor:
        process = cursor.connection.info.backend_pid

    def end():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])

    together(1, end)
    yield last


def stage_rows(monkeypatch):
    monkeypatch.setattr(staging, "_used_up", ended_in_the_middle)
    staging.stage(ImportBatch(), ledger_of("areas")(), [Row(number=at, raw={}) for at in range(3)])


def write_rows(_monkeypatch):
    areas = [{"code": f"T{at}", "name": "某镇", "level": "town"} for at in range(3)]
    changes.write(ended_in_the_middle([changes.insert(Area, area) for area in areas]))


@committing
@pytest.mark.parametrize("copies", [stage_rows, write_rows])
def test_database_that_goes_away_in_the_middle_of_copy_is_an_outage(kind, copies, monkeypatch):
    """Cursors of Django leave out COPY: the errors of psycopg had ended the job as broken."""

    def does(_job, _report):
        with transaction.atomic():
            copies(monkeypatch)

    kind.does = does
    job = jobs.run(make_job().pk)

    assert (job.state, job.progress) == (JobState.QUEUED, outages.AGAIN[outages.AWAY])


@in_transaction
def test_process_that_is_told_to_stop_gives_the_job_back(kind):
    def does(_job, _report):
        raise SystemExit

    kind.does = does
    job = make_job()

    with pytest.raises(SystemExit):
        jobs.run(job.pk)

    assert state_of(job) == JobState.QUEUED


@in_transaction
def test_failure_of_the_subject_does_not_keep_the_job_alive(kind):
    def fail(_job, _text):
        raise RuntimeError

    def does(_job, _report):
        raise Refused("不行。")

    jobs.job_kind("test.sample", label="试办", on_failed=fail)(does)

    assert jobs.run(make_job().pk).state == JobState.FAILED


@in_transaction
def test_progress_inside_a_transaction_is_written_directly(kind):
    seen = []

    def does(job, report):
        report("正在检查", done=5, total=9)
        seen.append(Job.objects.values_list("progress", "done", "total").get(pk=job.pk))

    kind.does = does
    jobs.run(make_job().pk)

    assert seen == [("正在检查", 5, 9)]


# --- Claims -------------------------------------------------------------------------------------


@committing
def test_of_many_that_claim_one_gets_it():
    for make in [make_job, make_stale] * 10:
        job = make()
        before = job.attempts

        claims = together(6, lambda job=job: jobs.claim(job.pk))

        taken = [claim for claim in claims if claim]
        assert len(taken) == 1
        job.refresh_from_db()
        assert (job.token, job.attempts) == (taken[0].token, before + 1)


@committing
def test_of_many_that_start_one_job_comes(kind, sent):
    ids = Counter(
        together(6, lambda: jobs.start(kind="test.sample", subject=SUBJECT, by=None).pk)
    )

    assert len(ids) == 1
    assert sent == list(ids)


@committing
def test_many_runs_of_one_job_do_it_once(kind):
    kind.does = staticmethod(lambda _job, _report: time.sleep(0.2))
    job = make_job()

    results = together(5, lambda: jobs.run(job.pk))

    assert kind.runs == 1
    assert [result.state for result in results if result] == [JobState.DONE]


@in_transaction
def test_running_job_with_a_heartbeat_is_not_taken():
    job = make_job(JobState.RUNNING, attempts=1, token=uuid.uuid4(), heartbeat_at=timezone.now())

    assert jobs.claim(job.pk) is None


@in_transaction
def test_job_without_attempts_left_is_not_taken():
    assert jobs.claim(make_stale(attempts=jobs.MAX_ATTEMPTS).pk) is None


def frozen(job, statement):
    """A session of its own that has begun ``statement`` for a job and does not go on; the job
    falls silent."""
    session = connection.copy()
    with session.cursor() as cursor:
        cursor.execute("SELECT set_config('application_name', %s, false)",
                       [f"portal job {job.token}"])
    session.set_autocommit(False)
    session.cursor().execute(statement)
    return session


@committing
@pytest.mark.skipif(
    settings.DATABASE_APPLICATION["USER"] == settings.DATABASE_OWNER["USER"],
    reason="needs an application role that signs in: DATABASE_OWNER_URL beside DATABASE_URL",
)
@pytest.mark.parametrize("spent", [False, True])
def test_whoever_takes_a_job_over_ends_the_session_of_the_silent_one(kind, spent):
    """It had written its end and froze before the commit: it holds the lock of the row."""
    job = make_stale(attempts=jobs.MAX_ATTEMPTS if spent else 1)
    session = frozen(job, f"UPDATE common_job SET state = 'done' WHERE id = '{job.pk}'")
    try:
        begun = time.monotonic()
        jobs.sweep()
        jobs.run(job.pk)
        assert time.monotonic() - begun < 5
        with pytest.raises(OperationalError):
            session.commit()
    finally:
        session.close()
    assert state_of(job) == (JobState.FAILED if spent else JobState.DONE)


@committing
def test_session_of_a_running_job_is_left_alone(kind):
    job = make_job(JobState.RUNNING, attempts=1, token=uuid.uuid4(), heartbeat_at=timezone.now())
    session = frozen(job, "SELECT 1")
    try:
        assert jobs.claim(job.pk) is None
        session.commit()
    finally:
        session.close()


@committing
def test_job_runs_in_a_session_that_bears_its_claim(kind):
    names = []

    def does(job, _report):
        with connection.cursor() as cursor:
            cursor.execute("SHOW application_name")
            names.append((cursor.fetchone()[0], str(job.token)))

    kind.does = does
    jobs.run(make_job().pk)

    ((called, token),) = names
    assert called == f"portal job {token}"


# --- The fence ----------------------------------------------------------------------------------


@in_transaction
def test_result_and_end_are_one_commit(kind):
    def does(job, _report):
        with transaction.atomic():
            CalendarDay.objects.create(day="2026-10-01", is_working=False, name="国庆节")
            jobs.fence(job)

    kind.does = does

    job = jobs.run(make_job().pk)

    assert job.state == JobState.DONE
    assert CalendarDay.objects.count() == 1


@committing
def test_overtaken_process_writes_nothing(kind):
    """A frozen process wakes after another one has taken its job and done it."""
    names = iter(["先", "后"])

    def does(job, _report):
        name = next(names)
        if name == "先":
            Job.objects.filter(pk=job.pk).update(heartbeat_at=timezone.now() - LONG_AGO)
            together(1, lambda: jobs.run(job.pk))
        with transaction.atomic():
            CalendarDay.objects.create(day=f"2026-10-0{len(name)}", is_working=False, name=name)
            jobs.fence(job)

    kind.does = does

    job = jobs.run(make_job().pk)

    assert [day.name for day in CalendarDay.objects.all()] == ["后"]
    assert (job.state, job.attempts) == (JobState.DONE, 2)


@in_transaction
def test_process_cut_off_after_it_was_overtaken_leaves_the_job_alone(kind, caplog):
    """A frozen process wakes, and its database session is gone; the other one is still at it."""
    other = uuid.uuid4()

    def does(job, _report):
        Job.objects.filter(pk=job.pk).update(token=other)
        raise OperationalError

    kind.does = does
    job = jobs.run(make_job().pk)

    assert (job.state, job.token, job.attempts) == (JobState.RUNNING, other, 1)
    assert "was taken over" in caplog.text


@in_transaction
@pytest.mark.parametrize("error", [
    Refused("这一批已经入库。"), SoftTimeLimitExceeded(), ValueError("吴永康"),
])
def test_whatever_stops_an_overtaken_process_the_log_says_why(kind, caplog, error):
    """A process frozen right after its claim wakes and finds the work done by the other one."""
    other = uuid.uuid4()

    def does(job, _report):
        Job.objects.filter(pk=job.pk).update(token=other)
        raise error

    kind.does = does
    job = jobs.run(make_job().pk)

    assert (job.state, job.token, job.error) == (JobState.RUNNING, other, "")
    assert kind.failures == []
    assert "was taken over" in caplog.text


@in_transaction
def test_process_overtaken_while_it_claims_does_not_pass_for_the_other_one(kind, caplog):
    """Frozen between the claim and the reading of the row, which bears the other's token then."""
    job, other = make_job(), uuid.uuid4()

    def overtake(execute, sql, params, many, context):
        if sql.startswith("SELECT") and "JOIN" in sql:
            with connection.cursor() as cursor:
                cursor.execute("UPDATE common_job SET token = %s WHERE id = %s", [other, job.pk])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(overtake):
        assert jobs.run(job.pk) is None

    assert kind.runs == 0
    assert state_of(job) == JobState.RUNNING
    assert job.token == other
    assert "was taken over" in caplog.text


@in_transaction
def test_rolled_back_end_is_no_end(kind):
    def does(job, _report):
        with transaction.atomic():
            jobs.fence(job)
            raise Refused("台账刚有变动。")

    kind.does = does

    job = jobs.run(make_job().pk)

    assert (job.state, job.error) == (JobState.FAILED, "台账刚有变动。")


@committing
def test_overtaken_process_hears_of_it_when_it_reports(kind, monkeypatch):
    monkeypatch.setattr(heartbeat, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(heartbeat, "BEAT_EVERY", 0.02)
    heard = []

    def does(job, report):
        Job.objects.filter(pk=job.pk).update(token=uuid.uuid4())
        limit = time.monotonic() + 5
        try:
            while time.monotonic() < limit:
                report("还在办")
                time.sleep(0.02)
        except Superseded:
            heard.append(True)
            raise

    kind.does = does
    job = jobs.run(make_job().pk)

    assert heard == [True]
    assert job.state == JobState.RUNNING  # the other one's


@committing
def test_heart_beats_beside_a_long_transaction(kind, monkeypatch):
    monkeypatch.setattr(heartbeat, "LOOK_EVERY", 0.02)
    monkeypatch.setattr(heartbeat, "BEAT_EVERY", 0.05)
    seen = []

    def look(job):
        seen.append(Job.objects.values_list("heartbeat_at", "done").get(pk=job.pk))

    def does(job, report):
        with transaction.atomic():
            CalendarDay.objects.create(day="2026-10-01", is_working=False, name="国庆节")
            for done in (1, 2):
                report("正在入库", done=done)
                time.sleep(0.3)
                together(1, lambda: look(job))
            jobs.fence(job)

    kind.does = does
    job = jobs.run(make_job().pk)

    (first, _), (second, _) = seen
    assert first < second
    assert [done for _, done in seen] == [1, 2]
    assert job.state == JobState.DONE


# --- Sweeping -----------------------------------------------------------------------------------


@in_transaction
def test_sweep_sends_what_was_lost_and_nothing_else(sent):
    old = timezone.now() - LONG_AGO
    lost = make_job(created_at=old)
    given_back = make_job(created_at=old, heartbeat_at=old, attempts=1)
    silent = make_stale()
    make_job()  # sent a moment ago
    make_job(created_at=old, heartbeat_at=timezone.now())  # sent again a moment ago
    make_job(JobState.RUNNING, token=uuid.uuid4(), heartbeat_at=timezone.now(), created_at=old)
    make_job(JobState.DONE, created_at=old)

    assert jobs.sweep() == 3
    assert set(sent) == {lost.pk, given_back.pk, silent.pk}
    assert jobs.sweep() == 1  # queued ones wait for their turn


@in_transaction
def test_interrupted_job_is_done_by_another_process(kind):
    job = make_stale()

    assert jobs.run_here(job).state == JobState.DONE
    assert job.attempts == 2


@in_transaction
def test_job_interrupted_three_times_is_given_up(kind, sent):
    job = make_stale(attempts=jobs.MAX_ATTEMPTS)

    jobs.sweep()

    assert (state_of(job), job.error) == (JobState.FAILED, jobs.GAVE_UP)
    assert kind.failures == [jobs.GAVE_UP]
    assert sent == []


@committing
def test_given_up_job_tells_its_subject_once(kind):
    job = make_stale(attempts=jobs.MAX_ATTEMPTS)

    assert sum(together(5, jobs.give_up)) >= 1
    assert state_of(job) == JobState.FAILED
    assert kind.failures == [jobs.GAVE_UP]


@in_transaction
def test_old_finished_jobs_are_purged():
    keep = timezone.now() - timedelta(days=parameters.value("job.keep_days") - 1)
    drop = keep - timedelta(days=2)
    kept = {
        make_job(JobState.DONE, finished_at=keep).pk,
        make_job(JobState.QUEUED, created_at=drop).pk,
    }
    make_job(JobState.DONE, finished_at=drop)
    make_job(JobState.FAILED, finished_at=drop)

    assert jobs.purge() == 2
    assert set(Job.objects.values_list("pk", flat=True)) == kept


# --- With and without a worker ------------------------------------------------------------------


@in_transaction
def test_without_a_worker_a_command_does_the_job_itself(kind):
    assert not jobs.worker_alive()
    assert jobs.complete(make_job()).state == JobState.DONE


@committing
def test_worker_does_the_job(worker, kind):
    """It does not know the kind that only this process has: its failure proves who was at it."""
    assert jobs.worker_alive()

    job = jobs.complete(jobs.start(kind="test.sample", subject=SUBJECT, by=None))

    assert (job.state, job.error) == (JobState.FAILED, jobs.BROKEN)


@in_transaction
def test_job_that_no_worker_takes_runs_here(kind, monkeypatch):
    monkeypatch.setattr(jobs, "worker_alive", lambda: True)

    assert jobs.complete(make_job(), patience=0).state == JobState.DONE


def test_time_limits_lie_below_the_visibility_timeout():
    timeout = settings.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"]

    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < timeout / 2


def test_tasks_of_the_schedule_exist():
    current_app.loader.import_default_modules()

    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {name for name in scheduled if name.startswith("common.")} <= current_app.tasks.keys()
