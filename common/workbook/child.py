"""The guarded process that opens a ledger file: python -m common.workbook.child.

Started by reader.py with the request (JSON) on standard input and the file as an inherited
descriptor; answers on standard output with frames, each a length and a pickled (kind, payload).
Imports no Django: it starts in a tenth of a second, and holds no secrets.
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
from typing import Any, BinaryIO

from common.workbook.container import DAMAGED
from common.workbook.errors import Unreadable
from common.workbook.extract import explain_size, extract

# A frame above this is sent in smaller ones, with over-long cells cut: see Answer.rows().
LARGE_FRAME = 4 * 1024 * 1024
LONGEST_CELL = 32_768
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


class Answer:
    """What is written to the parent."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def send(self, kind: str, payload: Any) -> None:
        """Write one frame."""
        self._write(pickle.dumps((kind, payload), pickle.HIGHEST_PROTOCOL))

    def rows(self, numbers: list[int], rows: list[list[Any]]) -> None:
        """Write rows; what is unreasonably long is cut, so that no cell fills the parent."""
        frame = pickle.dumps(("rows", (numbers, rows)), pickle.HIGHEST_PROTOCOL)
        if len(frame) <= LARGE_FRAME:
            self._write(frame)
            return
        del frame
        short = [
            [cell[:LONGEST_CELL] if isinstance(cell, str) else cell for cell in row] for row in rows
        ]
        if len(rows) == 1:
            self.send("rows", (numbers, short))
            return
        middle = len(rows) // 2
        self.rows(numbers[:middle], short[:middle])
        self.rows(numbers[middle:], short[middle:])

    def _write(self, frame: bytes) -> None:
        self._stream.write(struct.pack(">I", len(frame)))
        self._stream.write(frame)
        self._stream.flush()


def main() -> None:
    """Serve one request."""
    # Short-lived and full of rows: looking for cycles among them costs a third of the time.
    gc.disable()
    request = json.load(sys.stdin)
    confine(request)
    answer = Answer(sys.stdout.buffer)
    answer.send("ready", None)
    try:
        with os.fdopen(request["descriptor"], "rb") as file:
            if request["explain"]:
                raise Unreadable(explain_size(file))
            for kind, payload in extract(file, request):
                if kind == "rows":
                    answer.rows(*payload)
                else:
                    answer.send(kind, payload)
    except Unreadable as error:
        answer.send("refused", error.sentence)
    except MemoryError:
        answer.send("too large", None)
    except BrokenPipeError:
        sys.exit(1)
    except BaseException:
        # A panic inside calamine is no Exception.
        answer.send("refused", DAMAGED)


if __name__ == "__main__":
    main()
