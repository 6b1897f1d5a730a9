"""The processes of a test of kills: a Redis of its own, workers and a beat that can be killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import redis
from django.conf import settings

from tests.database import database_url

CELERY = [sys.executable, "-m", "celery", "-A", "tests.kills.hurried"]


def until(found: Callable[[], Any], what: str, limit: float = 60.0, pause: float = 0.02) -> Any:
    """Wait for something true and return it; AssertionError after ``limit`` seconds."""
    end = time.monotonic() + limit
    while not (answer := found()):
        assert time.monotonic() < end, f"waited {limit:.0f} s in vain: {what}"
        time.sleep(pause)
    return answer


class Redis:
    """A redis-server on a unix socket, set up as ./portal sets up its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "redis"
        self.url = f"unix://{self.socket}?db=0"
        self.broker = f"redis+socket://{self.socket}?virtual_host=0"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.folder,
             "--appendonly", "yes", "--save", "", "--maxmemory-policy", "noeviction"],
            stdout=subprocess.DEVNULL,
        )
        until(self._answers, "Redis")

    def _answers(self) -> bool:
        with suppress(redis.RedisError):
            return self.client().ping()
        return False

    def client(self) -> redis.Redis:
        """A connection to it."""
        return redis.Redis(unix_socket_path=str(self.socket))

    def kill(self) -> None:
        """End it at once, as kill -9 does."""
        self.process.kill()
        self.process.wait(60)

    def forget(self) -> None:
        """Delete what it has written down."""
        shutil.rmtree(self.folder / "appendonlydir")


@contextmanager
def own_redis(folder: Path) -> Iterator[Redis]:
    """A Redis of the test's own, and the environment in which the processes below find it."""
    folder.mkdir()
    server = Redis(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
        shutil.rmtree(folder)


class Crew:
    """The workers and the beat of a test, in process groups of their own."""

    def __init__(self, folder: Path, broker: str, **environment: str) -> None:
        self.folder = folder
        self.environment = os.environ | {
            "DATABASE_URL": database_url(),
            "REDIS_URL": broker,
            "PORTAL_TEST_STATE": str(settings.STATE_DIR),
            "PORTAL_TEST_EAGER": "0",
        } | environment
        self.processes: list[subprocess.Popen] = []
        self.count = 0

    def _start(self, name: str, *words: str) -> subprocess.Popen:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [*CELERY, *words, "--loglevel", "INFO"], cwd=settings.BASE_DIR,
                env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )
        self.processes.append(process)
        return process

    def beat(self) -> subprocess.Popen:
        """Start the clock of the sweeper."""
        return self._start(
            "beat", "beat", "--schedule", str(self.folder / "schedule"), "--pidfile="
        )

    def worker(self, concurrency: int = 1) -> "Worker":
        """Start a worker; it is not waited for."""
        self.count += 1
        name = f"worker{self.count}"
        process = self._start(
            name, "worker", "--concurrency", str(concurrency), "--without-gossip",
            "--without-mingle", "--hostname", f"{name}@kills",
        )
        return Worker(process, self.folder / f"{name}.log")

    def log(self) -> str:
        """What all workers have said."""
        logs = sorted(self.folder.glob("worker*.log"))
        return "".join(log.read_text(errors="replace") for log in logs)

    def end(self) -> None:
        """Kill whatever still lives, and the database sessions of the killed."""
        for process in self.processes:
            end_group(process)


class Worker:
    """A worker: its main process, its pool children, the process that reads files."""

    def __init__(self, process: subprocess.Popen, log: Path) -> None:
        self.process, self.log = process, log

    def wait(self) -> "Worker":
        """Wait until it takes tasks."""
        until(self._is_ready, f"a worker\n{self.log.read_text(errors='replace')}")
        return self

    def _is_ready(self) -> bool:
        assert self.process.poll() is None, self.log.read_text(errors="replace")
        return " ready." in self.log.read_text(errors="replace")

    @property
    def child(self) -> int:
        """The id of its only pool child."""
        (pid,) = children(self.process.pid)
        return pid

    def strike(self, target: str, signum: int = signal.SIGKILL) -> bool:
        """Send a signal to the pool child, the main process or the whole group. Returns whether
        the worker is gone: the main process starts a child anew by itself."""
        if target == "child":
            os.kill(self.child, signum)
        elif target == "worker":
            os.kill(self.process.pid, signum)
        else:
            os.killpg(self.process.pid, signum)
        return target != "child"

    def end(self) -> None:
        end_group(self.process)


def end_group(process: subprocess.Popen) -> None:
    """Kill a process group and wait for its leader."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(60)


def children(pid: int) -> list[int]:
    """The ids of the child processes, whichever thread has started them."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(word) for path in lists for word in path.read_text().split()]
