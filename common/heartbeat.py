"""The heartbeat of a running job: a thread that writes "still here" and the progress.

It has its own database connection, because the job itself may be inside a long transaction, and
it writes at most once a second, however often the job reports.
"""

import logging
import threading
from time import monotonic
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection
from django.db.models.functions import Now

from common.models import Job, JobState

logger = logging.getLogger(__name__)

BEAT_EVERY = 5.0  # seconds
LOOK_EVERY = 1.0


class Superseded(Exception):
    """Another process has taken this job over: stop, and write nothing."""


class Heartbeat:
    """``with Heartbeat(job) as report``: beats until the end; ``report(text, done=, total=)``.

    Inside a transaction nobody else can see the claim, so there is nothing to keep alive and the
    progress is written directly.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._written = self._progress
        self._stop = threading.Event()
        self._lost = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        if not connection.in_atomic_block:
            self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        if self._thread:
            self._thread.join()

    def __call__(self, text: str, *, done: int = 0, total: int = 0) -> None:
        """Say how far the job is. Raises Superseded when the job is no longer ours."""
        if self._lost:
            raise Superseded
        self._job.progress, self._job.done, self._job.total = text[:200], done, total
        if self._thread is None:
            self._write()

    @property
    def _progress(self) -> tuple[str, int, int]:
        return self._job.progress, self._job.done, self._job.total

    def _run(self) -> None:
        last = monotonic()
        try:
            while not self._stop.wait(LOOK_EVERY) and not self._lost:
                if self._progress != self._written or monotonic() - last >= BEAT_EVERY:
                    self._beat()
                    last = monotonic()
        finally:
            connection.close()

    def _beat(self) -> None:
        """One beat; a database that does not answer is asked again at the next one."""
        try:
            self._write()
        except DatabaseError as error:
            logger.warning("job %s: no heartbeat: %s", self._job.pk, type(error).__name__)
            connection.close()

    def _write(self) -> None:
        text, done, total = progress = self._progress
        rows = Job.objects.filter(
            pk=self._job.pk, token=self._job.token, state=JobState.RUNNING
        ).update(heartbeat_at=Now(), progress=text, done=done, total=total)
        self._written = progress
        self._lost = not rows
