"""Signs of life of worker and beat: each says every few seconds that it is there.

It is said in Redis, where the web process looks (common/health.py), with a key that expires by
itself; and by touching PORTAL_ALIVE_FILE, which is how a container looks at its own process.
"""

import logging
import os
from pathlib import Path
from typing import Any

from celery import bootsteps
from celery.beat import PersistentScheduler
from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

EVERY = 10  # seconds
EXPIRES = 45


def client() -> Redis:
    """Redis, for those who must not wait for it."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def key(part: str) -> str:
    """Where ``part`` says that it is there; another queue is another portal."""
    return f"{settings.CELERY_TASK_DEFAULT_QUEUE}:alive:{part}"


def tell(part: str) -> None:
    """Say that this process, the worker or beat, is there. Never fails."""
    try:
        if file := os.environ.get("PORTAL_ALIVE_FILE"):
            Path(file).touch()
        with client() as redis:
            redis.set(key(part), 1, ex=EXPIRES)
    except (RedisError, OSError) as error:
        logger.warning("%s could not say that it is there: %s", part, type(error).__name__)


def worker_part() -> str:
    """What this worker is called: one that only sends e-mail does not stand in for the others."""
    return os.environ.get("PORTAL_PART", "worker")


class WorkerStep(bootsteps.StartStopStep):
    """Part of the worker's main process: busy or idle, it tells."""

    requires = {"celery.worker.components:Timer"}

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self._entry: Any = None

    def start(self, worker: Any) -> None:
        tell(worker_part())
        self._entry = worker.timer.call_repeatedly(EVERY, tell, (worker_part(),))

    def stop(self, worker: Any) -> None:
        if self._entry:
            self._entry.cancel()


class Scheduler(PersistentScheduler):
    """Beat's scheduler. It ticks at least as often as its most frequent task, every 10 seconds."""

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        tell("beat")
        return super().tick(*args, **kwargs)
