"""Seconds on the clock and of the processors, of pairs that take turns in one run.

The machine may be shared, so both sides of a ratio are run alternately and medians are compared;
processor seconds (this process, its children, the session's server process) stand beside them.
"""

import gc
import os
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from django.db import connection

ROUNDS = 5
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """Seconds of one thing, run after run."""

    clock: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def of(self, work: Callable[[], Any]) -> Any:
        """Run ``work`` and note what it cost; returns its result."""
        gc.collect()
        clock, processor = time.perf_counter(), processor_seconds()
        result = work()
        self.clock.append(time.perf_counter() - clock)
        self.processor.append(processor_seconds() - processor)
        return result

    @property
    def seconds(self) -> float:
        return median(self.clock)

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s（处理器 {median(self.processor):.2f} s）"


def alternate(*works: Callable[[], Any], rounds: int = ROUNDS) -> list[Cost]:
    """What each of the works costs, taking turns."""
    costs = [Cost() for _ in works]
    for _ in range(rounds):
        for cost, work in zip(costs, works, strict=True):
            cost.of(work)
    return costs


def processor_seconds() -> float:
    """Processor seconds so far of this process, of its ended children, and of the server process
    of its session where that runs on the same machine."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime + _server_seconds()


def _server_seconds() -> float:
    if connection.connection is None:
        return 0.0
    try:
        with open(f"/proc/{connection.connection.info.backend_pid}/stat") as status:
            numbers = status.read().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(numbers[11]) + int(numbers[12])) / _TICKS


def peak_megabytes(pid: int) -> float:
    """The most memory that a living process has had in use."""
    with open(f"/proc/{pid}/status") as status:
        line = next(line for line in status if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024
