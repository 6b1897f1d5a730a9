"""Cells that calamine gives as empty ones and that are not: errors, formulas without a result."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import BinaryIO

from common.workbook import biff, parts
from common.workbook.sheets import Sheet
from common.workbook.tidy import Broken


class BrokenCells:
    """Where they stand. An .xlsx is searched while calamine parses it, which takes seconds and
    leaves Python free.

    One thread does it all, so nobody else moves about in the file meanwhile. ``kind``: of the file,
    "" when nobody asks for them.
    """

    def __init__(self, file: BinaryIO, kind: str, beside: ThreadPoolExecutor) -> None:
        self._file, self._kind, self._beside = file, kind, beside
        self._found: dict[str, Future[Broken]] = {}

    def begin(self, sheet: str) -> None:
        """Look ahead: this sheet is likely to be chosen, and calamine needs the file no more."""
        if self._kind != "xlsx":
            return
        try:
            self._found[sheet] = self._beside.submit(self._in_part, sheet)
        except RuntimeError as error:  # no memory for a thread
            raise MemoryError from error

    def of(self, sheet: Sheet) -> Broken:
        """Excel row -> [(column from 0, what the cell shows)]; raises Unreadable and what
        biff.py raises."""
        if self._kind == "xls":
            return biff.broken_cells(self._file, sheet.index)
        if self._kind != "xlsx":
            return {}
        if sheet.name not in self._found:
            self.begin(sheet.name)
        return self._found[sheet.name].result()

    def _in_part(self, sheet: str) -> Broken:
        part = parts.sheet_part(self._file, sheet)
        return parts.broken_cells(self._file, part) if part else {}
