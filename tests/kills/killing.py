"""Killing a job at a random point, seeing that it is done nevertheless, and the protocol of it."""

import random
import signal
import statistics
import time
from collections import Counter
from dataclasses import dataclass, field

from common.models import Job, JobState
from tests.kills.processes import Crew, Worker, end_group, until

TARGETS = ("child", "worker", "group")
# A stopped main process does not keep its child from working, so these two.
STOPPED = ("child", "group")
OVERTAKEN = "was taken over"
LIVE = (JobState.QUEUED, JobState.RUNNING)


@dataclass
class Blow:
    """One kill: what, when (share of a clean run), what came of it."""

    kind: str
    target: str
    signal: str
    at: float
    attempts: int = 0
    recovery: float = 0.0

    @property
    def counts(self) -> bool:
        """Whether it has interrupted the job."""
        return self.attempts > 1


@dataclass
class Killer:
    """Draws targets and moments; keeps one worker running."""

    crew: Crew
    seed: int
    blows: list[Blow] = field(default_factory=list)
    lasting: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.worker = self.crew.worker().wait()

    def clean(self, kind: str, job: Job) -> Job:
        """Let the worker do a job undisturbed; how long it takes is remembered."""
        self._ended(job)
        assert (job.state, job.attempts) == (JobState.DONE, 1), job.error
        self.lasting[kind] = (job.finished_at - job.started_at).total_seconds()
        return job

    def kill(self, kind: str, job: Job, stop: bool = False) -> Blow:
        """Strike at a random point of a job that has just been asked for; wait until it is done.
        With ``stop`` the process is only stopped, and woken afterwards."""
        target = self.random.choice(STOPPED if stop else TARGETS)
        blow = Blow(kind, target, "STOP" if stop else "KILL", self.random.random())
        until(lambda: self._state(job) != JobState.QUEUED, "the job has begun", pause=0.003)
        time.sleep(blow.at * self.lasting[kind])
        struck, old = time.monotonic(), self.worker
        is_gone = old.strike(target, signal.SIGSTOP if stop else signal.SIGKILL)
        if is_gone or stop:
            self.worker = self.crew.worker()
        self._ended(job)
        blow.recovery = time.monotonic() - struck
        blow.attempts = job.attempts
        assert job.state == JobState.DONE, (blow, job.error)
        assert job.attempts <= 2, blow
        if stop:
            self._wake(old, blow)
        elif is_gone:
            end_group(old.process)
        self.blows.append(blow)
        return blow

    def _wake(self, worker: Worker, blow: Blow) -> None:
        """Let the stopped worker go on: it must notice that another one has done its job."""
        before = self.crew.log().count(OVERTAKEN)
        worker.strike(blow.target, signal.SIGCONT)
        if blow.counts:
            until(lambda: self.crew.log().count(OVERTAKEN) > before, "the late one notices")
        end_group(worker.process)

    @staticmethod
    def _state(job: Job) -> str:
        return Job.objects.values_list("state", flat=True).get(pk=job.pk)

    def _ended(self, job: Job) -> None:
        until(lambda: self._state(job) not in LIVE, f"{job.kind} has ended", limit=120)
        job.refresh_from_db()

    def protocol(self) -> str:
        """What was done, for the log of the test."""
        counted = [blow for blow in self.blows if blow.counts]
        lines = [f"seed {self.seed}, {len(self.blows)} blows, {len(counted)} interrupted a job"]
        lines += [f"  a clean {kind} takes {took:.1f} s" for kind, took in self.lasting.items()]
        for key, number in sorted(Counter((b.kind, b.target, b.signal) for b in counted).items()):
            lines.append(f"  {' '.join(key)}: {number}")
        recovery = [blow.recovery for blow in counted]
        if recovery:
            lines.append(f"  done {statistics.median(recovery):.1f} s (median), "
                         f"{max(recovery):.1f} s (longest) after the blow")
        return "\n".join(lines)
