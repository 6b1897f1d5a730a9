"""A process that is warm already, and forks one child per file: no interpreter start, no imports.

    python -m common.guarded.nursery MODULE

Standard input is a socket. Each order on it is a request (JSON) with three descriptors: the file,
where to answer, and a line to whoever asked. The child has the limits of child.confine() and
nothing but the file and the answer; this process never looks into a file itself. When a child
ends, its exit code goes down the line; when the line is closed, the child is killed. When standard
input ends, so does this process, and its children with it.

MODULE has ``serve`` and ``DAMAGED`` as child.main() takes them, and imports all that it needs.
"""

import gc
import importlib
import json
import os
import select
import signal
import socket
import struct
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from types import ModuleType

from common.guarded.child import answer

EXIT_CODE = struct.Struct("i")
# The headers of all ledgers take a tenth of it.
LONGEST_ORDER = 128 * 1024


@dataclass
class _Charge:
    """A child: its id, what tells of its end, and the line to whoever asked for it."""

    pid: int
    end: int
    line: socket.socket


@dataclass
class Nursery:
    """Takes orders and looks after the children."""

    module: ModuleType
    orders: socket.socket
    charges: dict[int, _Charge] = field(default_factory=dict)
    waiting: select.poll = field(default_factory=select.poll)

    def work(self) -> None:
        """Until there is nobody left to give orders."""
        self.waiting.register(self.orders, select.POLLIN)
        while True:
            for descriptor, _event in self.waiting.poll():
                if descriptor == self.orders.fileno():
                    if not self._take_order():
                        return
                elif charge := self.charges.get(descriptor):
                    self._look_after(charge, descriptor)

    def _take_order(self) -> bool:
        order, descriptors, _flags, _address = socket.recv_fds(self.orders, LONGEST_ORDER, 3)
        if not order:
            return False
        file, target, line = descriptors
        parent = os.getpid()
        pid = os.fork()
        if pid == 0:
            self._be_child(json.loads(order) | {"parent": parent}, file, target)
        os.close(file)
        os.close(target)
        charge = _Charge(pid, os.pidfd_open(pid), socket.socket(fileno=line))
        self.waiting.register(charge.end, select.POLLIN)
        self.waiting.register(line, 0)  # its hanging up is told in any case
        self.charges |= {charge.end: charge, line: charge}
        return True

    def _be_child(self, request: dict[str, object], file: int, target: int) -> None:
        """Serve one request with two descriptors, and end. Never returns."""
        code = 1
        with suppress(SystemExit):
            os.dup2(file, 0)
            os.dup2(target, 1)
            os.closerange(3, os.sysconf("SC_OPEN_MAX"))
            answer(self.module.serve, request | {"descriptor": 0}, damaged=self.module.DAMAGED)
            code = 0
        os._exit(code)

    def _look_after(self, charge: _Charge, descriptor: int) -> None:
        if descriptor != charge.end:
            signal.pidfd_send_signal(charge.end, signal.SIGKILL)
            self.waiting.unregister(descriptor)
            return
        _pid, status = os.waitpid(charge.pid, 0)
        with suppress(OSError):  # nobody asks any longer
            charge.line.send(EXIT_CODE.pack(os.waitstatus_to_exitcode(status)))
        for watched in (charge.end, charge.line.fileno()):
            with suppress(KeyError):
                self.waiting.unregister(watched)
            del self.charges[watched]
        os.close(charge.end)
        charge.line.close()


if __name__ == "__main__":
    module = importlib.import_module(sys.argv[1])
    gc.disable()
    gc.freeze()  # what is here already is shared with the children, not copied
    Nursery(module, socket.socket(fileno=os.dup(0))).work()
