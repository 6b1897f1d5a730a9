"""Read one ledger file without opening it in this process.

    with open_table(path, headers=..., required=...) as table:
        for number, values in table.rows:      # number as Excel shows it
            ...

The file is parsed by common.workbook.child, which has its own limits of memory and time and is
killed with the table. This process holds 2,000 rows at a time.
"""

import io
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, BinaryIO

from common.guarded.parent import Guarded, Sentences
from common.guarded.processes import Warm
from common.workbook.container import DAMAGED, LARGEST_FILE, MEBIBYTE, TOO_LARGE
from common.workbook.errors import Unreadable
from common.workbook.headers import Headers, column_letter

__all__ = ["DroppedRow", "FoundColumn", "Table", "Unreadable", "open_table"]

ROW_LIMIT = 200_000
MEMORY_LIMIT = 768 * MEBIBYTE
CPU_LIMIT = 60
LONGEST_WAIT = 60.0
LONGEST_EXPLANATION = 4.0

# An interpreter of its own for each file; tests, which read hundreds of small ones, keep one warm.
READER: str | Warm = "common.workbook.child"

_TOO_SLOW = "文件太复杂，读取用时过长，请把数据复制到一个新的工作表，存为 .xlsx 再上传。"
_SENTENCES = Sentences(too_large=TOO_LARGE, too_slow=_TOO_SLOW, damaged=DAMAGED)


@dataclass(frozen=True)
class FoundColumn:
    """A column with a header: `index` is the Excel column from 0, `name` the canonical header.

    `name` is None for a column that the ledger does not know.
    """

    index: int
    text: str
    name: str | None

    @property
    def letter(self) -> str:
        """The column as Excel shows it: A, B, AA."""
        return column_letter(self.index)


@dataclass(frozen=True)
class DroppedRow:
    """A row that is no record: a total, a note, a repeated header."""

    number: int
    text: str


@dataclass
class Table:
    """The table of a ledger file; a context manager.

    kind: xlsx, xls or csv. sheet: its name, "" for text. encoding: of a text file, else "".
    header_row: Excel number of its last row. other_sheets: visible sheets that would do as well
    and were not read. rows: iterator of (Excel row, values aligned with columns): str, float, int,
    bool, date, datetime, time, timedelta or BrokenCell, "" for an empty cell; to be used up once.
    It raises Unreadable when the file fails late (row limit, damage, too slow).
    dropped_rows, unnamed_columns (letters of columns that hold values without a header): complete
    when the rows are used up.
    """

    kind: str
    sheet: str
    encoding: str
    header_row: int
    columns: list[FoundColumn]
    other_sheets: list[str]
    rows: Iterator[tuple[int, list[Any]]] = field(repr=False)
    _child: Guarded = field(repr=False)
    dropped_rows: list[DroppedRow] = field(default_factory=list)
    unnamed_columns: list[str] = field(default_factory=list)

    def close(self) -> None:
        """End the child process; rows that were not read are lost."""
        self._child.close()

    def __enter__(self) -> "Table":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def open_table(
    source: str | os.PathLike[str] | BinaryIO,
    *,
    headers: Headers,
    required: Sequence[str],
    title: str = "",
    others: Mapping[str, Headers] | None = None,
    fill_down: Sequence[str] = (),
    sheet: str | None = None,
    find_error_cells: bool = True,
    row_limit: int = ROW_LIMIT,
    memory_limit: int = MEMORY_LIMIT,
    timeout: float = LONGEST_WAIT,
) -> Table:
    """Open a ledger file (a path or a binary file), find its sheet and header, stream its rows.

    headers: canonical header -> synonyms. required: canonical headers without which the file is
    refused. title, others: this ledger's title and other ledgers (title -> headers), to say “这像是
    《…》”. fill_down: canonical headers whose vertical merges are filled down. sheet: read this one
    and no other. find_error_cells: give errors and uncalculated formulas of .xlsx as BrokenCell
    instead of "". memory_limit in bytes, timeout in seconds of silence of the child: for ROW_LIMIT
    rows; whoever allows more rows allows as much more memory, time and size.
    Raises Unreadable with one sentence. The child dies with the thread that opened the table.
    """
    scale = max(1.0, row_limit / ROW_LIMIT)
    request = {
        "headers": {name: list(synonyms) for name, synonyms in headers.items()},
        "required": list(required),
        "title": title,
        "others": {
            other: {name: list(synonyms) for name, synonyms in theirs.items()}
            for other, theirs in (others or {}).items()
        },
        "fill_down": list(fill_down),
        "sheet": sheet,
        "find_error_cells": find_error_cells,
        "row_limit": row_limit,
        "memory_limit": int(memory_limit * scale),
        "cpu_limit": int(CPU_LIMIT * scale),
        "scale": scale,
    }
    with _descriptor(source) as file:
        return _open(file, request, timeout * scale)


def _child(file: BinaryIO, request: dict[str, Any], timeout: float) -> Guarded:
    return Guarded(READER, file, request, timeout=timeout, sentences=_SENTENCES)


def _open(file: BinaryIO, request: dict[str, Any], timeout: float) -> Table:
    child = _child(file, request | {"explain": False}, timeout)
    try:
        kind, found = child.receive()
        if kind == "too large":
            raise Unreadable(_explanation(file, request, timeout))
        columns = [FoundColumn(*column) for column in found.pop("columns")]
        table = Table(**found, columns=columns, rows=iter(()), _child=child)
        table.rows = _rows(child, table.dropped_rows, table.unnamed_columns)
        return table
    except BaseException:
        child.close()
        raise


def _explanation(file: BinaryIO, request: dict[str, Any], timeout: float) -> str:
    """Ask a second child which far cell made the first one run out of memory."""
    child = _child(file, request | {"explain": True}, min(timeout, LONGEST_EXPLANATION))
    try:
        child.receive()
    except Unreadable as answer:
        return answer.sentence
    finally:
        child.close()
    return TOO_LARGE


def _rows(
    child: Guarded, dropped: list[DroppedRow], unnamed: list[str]
) -> Iterator[tuple[int, list[Any]]]:
    """Yield the rows; knows the table's lists, not the table, which then can be forgotten."""
    try:
        while True:
            kind, payload = child.receive()
            if kind == "too large":
                raise Unreadable(TOO_LARGE)
            if kind == "end":
                dropped += [DroppedRow(*row) for row in payload["dropped"]]
                unnamed += payload["unnamed"]
                return
            numbers, rows = payload
            yield from zip(numbers, rows, strict=True)
    finally:
        child.close()


def _descriptor(source: str | os.PathLike[str] | BinaryIO) -> BinaryIO:
    """Return a file with a descriptor of its own; one in memory or far away is copied."""
    if isinstance(source, str | os.PathLike):
        return open(source, "rb")
    try:
        return os.fdopen(os.dup(source.fileno()), "rb")
    except (AttributeError, io.UnsupportedOperation):
        return _copy(source)


def _copy(source: BinaryIO) -> BinaryIO:
    copy = tempfile.TemporaryFile()  # noqa: SIM115 - closed by who asked for it
    source.seek(0)
    while piece := source.read(MEBIBYTE):
        if copy.tell() + len(piece) > LARGEST_FILE:
            copy.close()
            raise Unreadable(TOO_LARGE)
        copy.write(piece)
    copy.flush()
    return copy
