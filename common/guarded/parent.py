"""The parent's side of a guarded process: it hands a file over and takes answers, frame by frame.

    child = Guarded("common.workbook.child", file, request, timeout=60, sentences=SENTENCES)
    try:
        kind, payload = child.receive()
    finally:
        child.close()

The module (see child.py) has its own limits of memory and time and is killed with its parent. Where
the start of an interpreter is too slow, a ``Warm`` one takes the place of the module's name.
"""

import io
import logging
import os
import pickle
import select
import signal
import struct
import time
import weakref
from dataclasses import dataclass
from typing import Any, BinaryIO

from common.guarded.errors import Unreadable
from common.guarded.processes import Child, Started, Warm

logger = logging.getLogger(__name__)

LARGEST_FRAME = 48 * 1024 * 1024

_PIECE = 1024 * 1024
_ALLOWED = {
    ("datetime", "date"),
    ("datetime", "datetime"),
    ("datetime", "time"),
    ("datetime", "timedelta"),
    ("common.cells.errors", "BrokenCell"),
}


@dataclass(frozen=True)
class Sentences:
    """What to say of a file on which the process ran out of memory, out of time, or broke."""

    too_large: str
    too_slow: str
    damaged: str


class _Unpickler(pickle.Unpickler):
    """Reads plain values, dates and BrokenCell, whatever the child may send."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _ALLOWED:
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"{module}.{name} is not allowed")


class Guarded:
    """The process that opens the file. ``request`` goes to it as JSON: ``memory_limit`` (bytes) and
    ``cpu_limit`` (seconds) are kept by child.confine(). ``timeout``: seconds of silence."""

    def __init__(
        self, module: str | Warm, file: BinaryIO, request: dict[str, Any], *, timeout: float,
        sentences: Sentences,
    ) -> None:
        self._timeout, self._sentences = timeout, sentences
        self._process: Child = (
            module.start(file, request) if isinstance(module, Warm)
            else Started(module, file, request)
        )
        self._end = weakref.finalize(self, self._process.end)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        """Tell a reader that cannot work from a file that cannot be read."""
        try:
            self._frame()
        except EOFError as error:
            code = self._process.code(self._timeout)
            self.close()
            raise RuntimeError(f"the process that reads files ended with code {code}") from error

    def receive(self) -> tuple[str, Any]:
        """Return the next (kind, payload); ("too large", None) if it ran out of memory.

        Raises Unreadable with what the child says, or with what its silence or end means.
        """
        try:
            kind, payload = self._frame()
        except EOFError:
            return self._verdict()
        if kind == "refused":
            raise Unreadable(payload)
        return kind, payload

    def _frame(self) -> tuple[str, Any]:
        (size,) = struct.unpack(">I", self._read(4))
        if size > LARGEST_FRAME:
            raise Unreadable(self._sentences.too_large)
        kind, payload = _Unpickler(io.BytesIO(self._read(size))).load()
        return kind, payload

    def close(self) -> None:
        """Kill the process if it still runs, and clear up."""
        self._end()

    def _read(self, size: int) -> bytes:
        stream = self._process.stream
        waiting = select.poll()
        waiting.register(stream, select.POLLIN | select.POLLHUP)
        give_up = time.monotonic() + self._timeout
        received = bytearray()
        while len(received) < size:
            left = give_up - time.monotonic()
            if left <= 0 or not waiting.poll(left * 1000):
                raise Unreadable(self._sentences.too_slow)
            piece = os.read(stream, min(size - len(received), _PIECE))
            if not piece:
                raise EOFError
            received += piece
        return bytes(received)

    def _verdict(self) -> tuple[str, Any]:
        """Say what it means that the process has ended without a last word."""
        code = self._process.code(self._timeout)
        if code == -signal.SIGABRT:
            return "too large", None
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            raise Unreadable(self._sentences.too_slow)
        logger.warning("The process that reads files ended with code %s", code)
        raise Unreadable(self._sentences.damaged)

