"""How a guarded process comes to be: started anew, or forked by one that is warm."""

import contextlib
import fcntl
import json
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from common.guarded.nursery import EXIT_CODE

_ROOT = Path(__file__).resolve().parents[2]
# Nothing of this process's environment: it holds keys and database addresses.
# Its threads share one heap: another one would reserve 128 MB of the address space it may have.
_ENVIRONMENT = {"PYTHONPATH": str(_ROOT), "LC_ALL": "C.UTF-8", "MALLOC_ARENA_MAX": "1"}
# Seconds that taking an order may last; the nursery does nothing else.
_ORDER_TIMEOUT = 5.0
_KILLED = -9
# Room for a frame of rows (common/workbook/child.py): the child goes on while it is looked at.
_PIPE_SIZE = 1 << 20


class Child(Protocol):
    """A guarded process, seen from outside."""

    @property
    def stream(self) -> int:
        """The descriptor from which its answer is read."""

    def code(self, timeout: float) -> int:
        """Its exit code; negative: the signal that ended it. TimeoutError: it has not ended."""

    def end(self) -> None:
        """Kill it if it still runs, and clear up. May be called again."""


def _python(module: str, *words: str) -> list[str]:
    return [sys.executable, "-sP", "-m", module, *words]


class Started:
    """An interpreter of its own: a tenth of a second, for files that take longer."""

    def __init__(self, module: str, file: BinaryIO, request: dict[str, Any]) -> None:
        descriptor = file.fileno()
        self._process = subprocess.Popen(  # noqa: S603 -- modules of our own
            _python(module),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[descriptor],
            cwd="/",
            env=_ENVIRONMENT,
        )
        self.pid = self._process.pid
        with contextlib.suppress(OSError):  # the system may allow less: then it waits more often
            fcntl.fcntl(self.stream, fcntl.F_SETPIPE_SZ, _PIPE_SIZE)
        message = request | {"descriptor": descriptor, "parent": os.getpid()}
        try:
            with self._process.stdin as stream:  # type: ignore[union-attr]
                stream.write(json.dumps(message).encode())
        except BrokenPipeError:
            pass  # it died at once: whoever reads its answer finds out

    @property
    def stream(self) -> int:
        return self._process.stdout.fileno()  # type: ignore[union-attr]

    def code(self, timeout: float) -> int:
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error

    def end(self) -> None:
        self._process.kill()
        if self._process.stdout:
            self._process.stdout.close()
        self._process.wait()


class _Forked:
    """A child of the nursery. Closing the line to the nursery kills it."""

    def __init__(self, stream: int, line: socket.socket) -> None:
        self.stream, self._line = stream, line
        self._is_open = True

    def code(self, timeout: float) -> int:
        self._line.settimeout(timeout)
        told = self._line.recv(EXIT_CODE.size)
        return int(EXIT_CODE.unpack(told)[0]) if told else _KILLED

    def end(self) -> None:
        if self._is_open:
            self._is_open = False
            os.close(self.stream)
            self._line.close()


class Warm:
    """A nursery (nursery.py) of children for one module; it is started with the first file, once
    in each process that has files, and again when it has died."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._lock = threading.Lock()
        self._orders: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        os.register_at_fork(after_in_child=self._forget)

    def start(self, file: BinaryIO, request: dict[str, Any]) -> Child:
        """A child at work on the file. RuntimeError when none can be had."""
        stream, target = os.pipe()
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                self._order(json.dumps(request).encode(), [file.fileno(), target, theirs.fileno()])
        except BaseException:
            os.close(stream)
            ours.close()
            raise
        finally:
            os.close(target)
        return _Forked(stream, ours)

    def _order(self, order: bytes, descriptors: list[int]) -> None:
        with self._lock:
            for _attempt in range(2):
                orders = self._orders or self._begin()
                try:
                    socket.send_fds(orders, [order], descriptors)
                    return
                except OSError:  # it has died, or does not take orders
                    self._stop()
        raise RuntimeError(f"no nursery for {self._module}")

    def _begin(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.settimeout(_ORDER_TIMEOUT)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 -- a module of our own
                _python("common.guarded.nursery", self._module),
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT,
            )
        self._orders = ours
        return ours

    def _stop(self) -> None:
        if self._orders:
            self._orders.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._orders = self._process = None

    def _forget(self) -> None:
        """After a fork: the nursery is the parent's, and must not be kept alive from here."""
        self._lock = threading.Lock()
        if self._orders:
            self._orders.close()
        if self._process:
            self._process.returncode = 0  # nobody here waits for it
        self._orders = self._process = None
