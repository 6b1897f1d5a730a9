"""The guarded process that opens a ledger file: python -m common.workbook.child.

Started by reader.py through common/guarded, with the request (JSON) on standard input and the file
as an inherited descriptor.
"""

import pickle
from collections.abc import Iterable
from typing import Any, BinaryIO

from common.guarded.child import Frames, main
from common.guarded.errors import Unreadable
from common.workbook.container import DAMAGED
from common.workbook.extract import explain_size, extract

# A frame above this is sent in smaller ones, with over-long cells cut: see send_rows().
LARGE_FRAME = 4 * 1024 * 1024
LONGEST_CELL = 32_768


def shared(rows: list[list[Any]]) -> list[list[Any]]:
    """The rows with one object for each spelling in a column of texts: it is sent once, and known
    at a glance by who reads it. Not so numbers: 1, 1.0 and True are alike."""
    return list(map(list, zip(*map(_shared, zip(*rows, strict=True)), strict=True)))


def _shared(column: tuple[Any, ...]) -> Iterable[Any]:
    if set(map(type, column)) != {str}:
        return column
    spellings: dict[str, str] = {}
    return map(spellings.setdefault, column, column)


def send_rows(frames: Frames, numbers: list[int], rows: list[list[Any]]) -> None:
    """Write rows; what is unreasonably long is cut, so that no cell fills the parent."""
    frame = pickle.dumps(("rows", (numbers, rows)), pickle.HIGHEST_PROTOCOL)
    if len(frame) <= LARGE_FRAME:
        frames.write(frame)
        return
    del frame
    short = [
        [cell[:LONGEST_CELL] if isinstance(cell, str) else cell for cell in row] for row in rows
    ]
    if len(rows) == 1:
        frames.send("rows", (numbers, short))
        return
    middle = len(rows) // 2
    send_rows(frames, numbers[:middle], short[:middle])
    send_rows(frames, numbers[middle:], short[middle:])


def serve(file: BinaryIO, request: dict[str, Any], frames: Frames) -> None:
    """Answer with what the table holds, or with what makes it too large."""
    if request["explain"]:
        raise Unreadable(explain_size(file))
    for kind, payload in extract(file, request):
        if kind == "rows":
            numbers, rows = payload
            send_rows(frames, numbers, shared(rows))
        else:
            frames.send(kind, payload)


if __name__ == "__main__":
    main(serve, damaged=DAMAGED)
