"""The child's side of a guarded process: limits first, then frames on standard output, each of them
a length and a pickled (kind, payload).

Imports no Django: it starts in a tenth of a second, and holds no secrets. ``main(serve)`` is called
by modules that are run with ``python -m``; see common/workbook/child.py.
"""

import ctypes
import gc
import json
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from common.guarded.errors import Unreadable

_PR_SET_PDEATHSIG = 1
_CPU_GRACE = 5


def confine(request: dict[str, Any]) -> None:
    """Limit memory and processor time, leave no core file, and die with the parent."""
    memory, seconds = request["memory_limit"], request["cpu_limit"]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + _CPU_GRACE))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != request["parent"]:
        sys.exit(1)


class Frames:
    """What is written to the parent."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def send(self, kind: str, payload: Any) -> None:
        """Write one frame."""
        self.write(pickle.dumps((kind, payload), pickle.HIGHEST_PROTOCOL))

    def write(self, frame: bytes) -> None:
        """Write a frame that is pickled already."""
        self._stream.write(struct.pack(">I", len(frame)))
        self._stream.write(frame)
        self._stream.flush()


Serve = Callable[[BinaryIO, dict[str, Any], Frames], None]


def main(serve: Serve, *, damaged: str) -> None:
    """Serve the one request on standard input; see answer()."""
    # Short-lived and full of rows: looking for cycles among them costs a third of the time.
    gc.disable()
    answer(serve, json.load(sys.stdin), damaged=damaged)


def answer(serve: Serve, request: dict[str, Any], *, damaged: str) -> None:
    """Within the limits: ``serve(file, request, frames)`` writes the answer. ``damaged``: what to
    say of a file on which it breaks."""
    confine(request)
    frames = Frames(sys.stdout.buffer)
    frames.send("ready", None)
    try:
        with os.fdopen(request["descriptor"], "rb") as file:
            serve(file, request, frames)
    except Unreadable as error:
        frames.send("refused", error.sentence)
    except MemoryError:
        frames.send("too large", None)
    except BrokenPipeError:
        sys.exit(1)
    except BaseException:
        # A panic inside a parser is no Exception.
        frames.send("refused", damaged)
