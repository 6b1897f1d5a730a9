"""Background jobs: the truth of a job is its row; Celery and Redis only carry its id.

An app registers what a kind does, in its ``tasks.py``::

    @job_kind("reports.build", label="生成报告", on_failed=mark_failed)
    def build(job: Job, report: Report) -> None:
        report("正在排版", done=1, total=3)
        with transaction.atomic():
            ...
            fence(job)  # last statement: the result and the end of the job are one commit

and starts it with ``start(kind="reports.build", subject=run.pk, by=user)``. The row is sent after
commit; when the broker is down or forgets, :func:`sweep` sends it again. A claim is one
conditional UPDATE with a new token, so a message that comes twice runs once; a process that lost
its claim (killed, frozen, cut off) can no longer finish, because every write of the end asks for
the token. A job that cannot be done raises Refused with a sentence. Personal data never travels:
the message is the id of the row.
"""

import logging
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic, sleep
from typing import Any, Protocol

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    models,
    transaction,
)
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from common import outages, parameters, sessions
from common.heartbeat import Heartbeat, Superseded
from common.models import Job, JobState
from common.refusals import Refused

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 3
# Six missed beats: the process is gone, or as good as gone.
STALE_AFTER = timedelta(seconds=30)
RESEND_AFTER = timedelta(seconds=30)

BROKEN = "任务出错，没有完成，数据没有变动。请再试一次；仍不行，请联系系统管理员。"
TOO_LONG = "任务超过时限，没有完成，数据没有变动。请减少一次处理的数据，再试一次。"
GAVE_UP = "任务试了 3 次都被中断，没有完成，数据没有变动。请联系系统管理员检查服务器内存和磁盘。"

_LIVE = (JobState.QUEUED, JobState.RUNNING)


class Report(Protocol):
    """What a job says while it runs. Cheap: it may be called for every row."""

    def __call__(self, text: str, *, done: int = 0, total: int = 0) -> None: ...


JobFunction = Callable[[Job, Report], None]
OnFailed = Callable[[Job, str], None]


@dataclass(frozen=True)
class JobKind:
    """A kind of job. ``on_failed`` (job, sentence) moves the subject on when a job has failed, in
    the same transaction."""

    name: str
    label: str
    function: JobFunction
    on_failed: OnFailed | None = None


_KINDS: dict[str, JobKind] = {}


def job_kind(
    name: str, *, label: str, on_failed: OnFailed | None = None
) -> Callable[[JobFunction], JobFunction]:
    """Register the function (job, report) that does jobs of this kind."""

    def register(function: JobFunction) -> JobFunction:
        _KINDS[name] = JobKind(name, label, function, on_failed)
        return function

    return register


def kind_of(name: str) -> JobKind:
    """The kind of this name; KeyError when no app registers it."""
    if name not in _KINDS:
        autodiscover_modules("tasks")  # web processes and commands do not load them by themselves
    return _KINDS[name]


# --- Starting -----------------------------------------------------------------------------------


def start(*, kind: str, subject: uuid.UUID, by: models.Model | None) -> Job:
    """Queue a job and send it after commit. While one of this kind and subject is queued or
    running, that one is returned: clicking twice starts one."""
    kind_of(kind)
    live = Job.objects.filter(kind=kind, subject=subject, state__in=_LIVE)
    with transaction.atomic():
        job = None
        while job is None:  # the one in the way may end just now
            new = Job(kind=kind, subject=subject, asked_by_id=by.pk if by else None)
            Job.objects.bulk_create([new], ignore_conflicts=True)
            job = live.first()
        if job.pk == new.pk:
            transaction.on_commit(lambda: send(job.pk))
    return job


def send(job_id: uuid.UUID) -> None:
    """Hand the id to the broker. A broker that is down loses nothing: the sweeper sends again."""
    from common.tasks import run_job  # noqa: PLC0415 -- tasks.py imports this module

    try:
        with _broker(timeout=2.0) as broker:
            run_job.apply_async(args=[str(job_id)], connection=broker, retry=False)
    except Exception as error:  # whatever it is, the row stays
        logger.warning("job %s not sent: %s", job_id, type(error).__name__)


@contextmanager
def _broker(timeout: float) -> Iterator[Any]:
    """A connection to the broker that gives up soon: a person is waiting."""
    if current_app.conf.task_always_eager:
        yield None
        return
    with current_app.connection_for_write(connect_timeout=timeout) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, timeout=timeout)
        yield broker


def worker_alive(timeout: float = 1.0) -> bool:
    """Whether any worker answers within ``timeout`` seconds."""
    if current_app.conf.task_always_eager:
        return False
    try:
        with _broker(timeout=timeout) as broker:
            return bool(current_app.control.ping(timeout=timeout, limit=1, connection=broker))
    except Exception as error:  # no broker, no worker
        logger.info("no worker: %s", type(error).__name__)
        return False


def complete(job: Job, *, patience: float = 30.0) -> Job:
    """For commands: bring a job to its end and return it. A running worker does it; without one,
    or when none has taken it after ``patience`` seconds, it runs in this process."""
    if not worker_alive():
        return run_here(job)
    started = monotonic()
    while True:
        job.refresh_from_db()
        if job.state not in _LIVE:
            return job
        waits = job.state == JobState.QUEUED or is_stale(job)
        if waits and monotonic() - started > patience:
            return run_here(job)
        sleep(0.2)


def run_here(job: Job) -> Job:
    """Run a job in this process, unless another one is at it; wait for its end."""
    while True:
        if run(job.pk) is None:
            sleep(0.2)
        give_up()
        job.refresh_from_db()
        if job.state not in _LIVE:
            return job


# --- Running ------------------------------------------------------------------------------------


def _stale() -> Q:
    return Q(state=JobState.RUNNING, heartbeat_at__lt=Now() - STALE_AFTER)


def is_stale(job: Job) -> bool:
    """Whether the process that runs ``job`` has fallen silent."""
    if job.state != JobState.RUNNING or job.heartbeat_at is None:
        return False
    return job.heartbeat_at < timezone.now() - STALE_AFTER


def claim(job_id: uuid.UUID) -> Job | None:
    """Take a queued or abandoned job; None when there is nothing to take. Of several that try at
    once exactly one gets it. The session of the process that abandoned it is ended first: it may
    hold the lock of the row."""
    _cut_off(job_id)
    token = uuid.uuid4()
    taken = Job.objects.filter(
        Q(state=JobState.QUEUED) | _stale(), pk=job_id, attempts__lt=MAX_ATTEMPTS
    ).update(
        state=JobState.RUNNING,
        token=token,
        attempts=F("attempts") + 1,
        started_at=Coalesce("started_at", Now()),
        heartbeat_at=Now(),
        progress="",
        done=0,
        total=0,
    )
    if not taken:
        return None
    # By the token: frozen between the two statements, it would read another one's claim.
    job = Job.objects.select_related("asked_by").filter(pk=job_id, token=token).first()
    if job is None:
        logger.warning("job %s was taken over", job_id)
    return job


def _cut_off(job_id: uuid.UUID) -> None:
    for token in Job.objects.filter(_stale(), pk=job_id).values_list("token", flat=True):
        if token and sessions.cut_off(token):
            logger.warning("job %s: the session of a silent process was ended", job_id)


def fence(job: Job) -> None:
    """End the job inside the transaction that writes its result, as the last statement: both are
    one commit. Raises Superseded (and so undoes all of it) when the claim is lost."""
    if not _conclude(job, JobState.DONE):
        raise Superseded
    job.state = JobState.DONE


def run(job_id: uuid.UUID) -> Job | None:
    """Claim and do a job. None when it was not there to take; else the row as it ended."""
    job = claim(job_id)
    if job is None:
        return None
    try:
        sessions.name(job.token)
        with Heartbeat(job) as report, parameters.remembered():
            kind_of(job.kind).function(job, report)
        if job.state != JobState.DONE:
            fence(job)
    except Exception as error:  # a job that breaks is a row that says so
        if not connection.in_atomic_block:  # (a test's)
            close_old_connections()
        _handle(job, error)
    except BaseException:  # the process is told to stop: somebody else may begin at once
        _release(job)
        raise
    job.refresh_from_db()
    return job


def _handle(job: Job, error: Exception) -> None:
    if isinstance(error, Superseded):
        logger.warning("job %s was taken over", job.pk)
    elif isinstance(error, Refused):
        _fail(job, str(error))
    elif isinstance(error, SoftTimeLimitExceeded):
        _fail(job, TOO_LONG)
    elif _passes(error) and job.attempts < MAX_ATTEMPTS:
        job.progress = outages.AGAIN[outages.sentence_of(error)]
        what = "is put back" if _release(job) else "was taken over"
        logger.warning("job %s %s: %s", job.pk, what, type(error).__name__)
    else:
        _log(job, error)
        _fail(job, outages.ENDED.get(outages.sentence_of(error), BROKEN))


def _passes(error: Exception) -> bool:
    """Whether another attempt may well succeed."""
    is_passing = isinstance(error, OperationalError | InterfaceError)
    return is_passing or bool(outages.sentence_of(error))


def _mine(job: Job) -> models.QuerySet[Job]:
    """The row, while this process holds its claim."""
    return Job.objects.filter(pk=job.pk, token=job.token, state=JobState.RUNNING)


def _conclude(job: Job, state: JobState, error: str = "") -> bool:
    ended = _mine(job).update(
        state=state, error=error, finished_at=Now(), heartbeat_at=Now(),
        progress=job.progress, done=job.done, total=job.total,
    )
    return bool(ended)


def _release(job: Job) -> bool:
    """Give the claim back; False when another process has it by now."""
    given = _mine(job).update(
        state=JobState.QUEUED, token=None, heartbeat_at=Now(), progress=job.progress
    )
    return bool(given)


def _fail(job: Job, sentence: str) -> None:
    """End a job as failed and let its kind move the subject on, in one transaction."""
    with transaction.atomic():
        if not _conclude(job, JobState.FAILED, sentence):
            logger.warning("job %s was taken over", job.pk)
            return
        kind = _KINDS.get(job.kind)
        if kind and kind.on_failed:
            _tell(kind.on_failed, job, sentence)


def _tell(on_failed: OnFailed, job: Job, sentence: str) -> None:
    """The job has failed whatever becomes of its subject; what goes wrong here is logged."""
    try:
        with transaction.atomic():
            on_failed(job, sentence)
    except Exception as error:
        _log(job, error)


def _log(job: Job, error: Exception) -> None:
    """Where, not what: the text of an error may quote a person's data."""
    place = "".join(traceback.format_tb(error.__traceback__))
    logger.error("job %s (%s): %s\n%s", job.pk, job.kind, type(error).__name__, place)


# --- Sweeping -----------------------------------------------------------------------------------


def sweep() -> int:
    """Send again what was lost and give up what was interrupted too often; number of jobs sent."""
    give_up()
    silent = Q(state=JobState.QUEUED) & (
        Q(heartbeat_at__isnull=True, created_at__lt=Now() - RESEND_AFTER)
        | Q(heartbeat_at__lt=Now() - RESEND_AFTER)
    )
    lost = list(Job.objects.filter(silent | _stale()).values_list("pk", flat=True))
    Job.objects.filter(pk__in=lost, state=JobState.QUEUED).update(heartbeat_at=Now())
    for job_id in lost:
        send(job_id)
    return len(lost)


def give_up() -> int:
    """Fail the jobs whose process fell silent for the last allowed time; their number."""
    spent = Q(attempts__gte=MAX_ATTEMPTS) & (_stale() | Q(state=JobState.QUEUED))
    count = 0
    for job in Job.objects.filter(spent):
        if _take_over(job):
            _fail(job, GAVE_UP)
            count += 1
    return count


def _take_over(job: Job) -> bool:
    """Put a new token on a job that is to be failed, so that its old process cannot end it."""
    _cut_off(job.pk)
    token = uuid.uuid4()
    taken = Job.objects.filter(
        Q(state=JobState.QUEUED) | _stale(), pk=job.pk, token=job.token
    ).update(token=token, state=JobState.RUNNING, heartbeat_at=Now())
    job.token = token
    return bool(taken)


def purge() -> int:
    """Delete jobs that ended longer ago than the setting ``job.keep_days``; their number."""
    limit = timezone.now() - timedelta(days=parameters.value("job.keep_days"))
    ended = Job.objects.filter(state__in=(JobState.DONE, JobState.FAILED), finished_at__lt=limit)
    return ended.delete()[0]
