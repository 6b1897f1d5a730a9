"""A guarded child that does what its file tells it, for tests of the nursery. No Django here."""

import os
import resource
import time
from pathlib import Path
from typing import Any, BinaryIO

from common.guarded.child import Frames
from common.guarded.errors import Unreadable

DAMAGED = "broken"


def serve(file: BinaryIO, _request: dict[str, Any], frames: Frames) -> None:
    """Answer with (pid, what came of it)."""
    file.seek(0)
    frames.send("pid", os.getpid())
    frames.send("done", DEEDS[file.read().decode()]())


def _refuse() -> None:
    raise Unreadable("refused")


def _eat() -> int:
    return len(bytearray(1 << 30))


def _spin() -> None:
    while True:
        pass


def _look_around() -> dict[str, Any]:
    return {
        "descriptors": sorted(map(int, os.listdir("/proc/self/fd"))),
        "environment": Path("/proc/self/environ").read_text(),
        "core": resource.getrlimit(resource.RLIMIT_CORE)[1],
        "parent": os.getppid(),
    }


DEEDS = {
    "refuse": _refuse, "eat": _eat, "spin": _spin, "break": lambda: 1 / 0, "look": _look_around,
    "sleep": lambda: time.sleep(60), "abort": os.abort,
}
