"""下载问题行: the rows held back, in the layout of the ledger with a 原因 column, ready to be
corrected and uploaded again."""

from typing import Any, BinaryIO

import xlsxwriter

from common import secrets
from common.ledgers.ledger import Ledger
from common.models import ImportBatch, RowOutcome

REASON = "原因"


def write_problems(target: str | BinaryIO, ledger: Ledger, batch: ImportBatch) -> int:
    """Write the rows in error (and outside the scope); returns their number. The user's own cells
    come back as they were typed."""
    names = [name for _text, name in batch.columns]
    secret_names = {c.column_name for c in ledger.columns if c.is_secret}
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(ledger.title[:31])
    text = book.add_format({"num_format": "@"})
    head = book.add_format({"bold": True, "bg_color": "#eef1f4", "num_format": "@"})
    bad = book.add_format({"num_format": "@", "bg_color": "#fbe9e7"})
    sheet.freeze_panes(1, 1)
    for at, name in enumerate([REASON, *names]):
        sheet.set_column(at, at, 44 if at == 0 else 18, text)
        sheet.write_string(0, at, ledger.column(name).header if at else REASON, head)
    rows = batch.rows.filter(outcome__in=[RowOutcome.ERROR, RowOutcome.OUT_OF_SCOPE])
    count = 0
    for count, row in enumerate(rows.iterator(chunk_size=2000), start=1):
        wrong = {error["column"] for error in row.errors}
        sheet.write_string(count, 0, reasons(row.errors, row.number))
        for at, name in enumerate(names, start=1):
            value = _cell(row.cells or {}, name, secret_names)
            sheet.write_string(count, at, value, bad if name in wrong else text)
    book.close()
    return count


def reasons(errors: list[dict[str, Any]], number: int) -> str:
    """All reasons of a row in one text."""
    parts = [f"{error['column']}：{error['message']}" for error in errors]
    return f"原第 {number} 行。" + "".join(parts)


def _cell(cells: dict[str, str], name: str, secret_names: set[str]) -> str:
    value = cells.get(name, "")
    return secrets.disclose(value) if name in secret_names else value
