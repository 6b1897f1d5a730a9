"""Ledgers as workbooks: exports that import again without a change, and empty templates."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

import xlsxwriter
from django.utils import timezone

from common import secrets
from common.ledgers.columns import (
    ChoiceCell,
    Column,
    DecimalCell,
    IntegerCell,
    ManyChoicesCell,
    YesNoCell,
)
from common.ledgers.facets import FEW
from common.ledgers.ledger import Ledger
from common.ledgers.rows import Options
from common.xlsx import write_book

# Rows that a template is prepared for (text format, drop-downs).
TEMPLATE_ROWS = 2000
# A job says after so many rows how far it is.
TOLD = 500
SUGGESTIONS: dict[str, Any] = {}


def suggestion(prefix: str):
    """Register a function (scope, argument) -> names that a template offers as a drop-down."""

    def register(function):
        SUGGESTIONS[prefix] = function
        return function

    return register


def ledger_rows(
    ledger: Ledger, ids: Iterable[uuid.UUID], options: Options, *, identity: bool
) -> Iterator[dict[str, str]]:
    """Column name → printed text of each record on ``options.day``. Secrets are masked unless
    ``identity``. A part of the records is in memory at a time."""
    secret_columns = [c for c in ledger.columns if c.is_secret]
    waiting = iter(ids)
    while part := list(islice(waiting, FEW)):
        ledger.load(part, options)
        for pk in part:
            values = ledger.values(pk, options.day)
            for column in secret_columns:
                name = column.column_name
                token = values.get(name, "")
                values[name] = secrets.disclose(token) if identity else column.show(token)
            yield values


def write_export(
    target: str | BinaryIO,
    ledger: Ledger,
    ids: Iterable[uuid.UUID],
    options: Options,
    *,
    identity: bool,
    by: str,
    report: Callable[..., None] = lambda _text, **_numbers: None,
) -> int:
    """Write the records as a workbook; returns the number of rows. ``report`` hears how far it is.

    Every text is written as text, so nothing in it is ever a formula; long numbers keep all
    their digits. The print footer names who exported and when.
    """
    moment = timezone.localtime().strftime("%Y-%m-%d %H:%M")

    def draw(book: xlsxwriter.Workbook) -> int:
        sheet = book.add_worksheet(ledger.title[:31])
        _header(sheet, ledger, _formats(book))
        sheet.set_footer(f"&L{by} {moment} 导出&R第 &P 页")
        return 1

    records = ledger_rows(ledger, ids, options, identity=identity)
    return write_book(target, draw, _cells(ledger, records, report))


def _cells(
    ledger: Ledger, records: Iterable[Mapping[str, str]], report: Callable[..., None]
) -> Iterator[list[str | float]]:
    """The cells of each record in order; numbers as numbers."""
    columns = [(column.column_name, _is_number(column)) for column in ledger.columns]
    for count, values in enumerate(records, start=1):
        if count % TOLD == 0:
            report("正在写入文件", done=count)
        texts = [(values.get(name, ""), is_number) for name, is_number in columns]
        yield [float(text) if text and is_number else text for text, is_number in texts]


def _is_number(column: Column) -> bool:
    return isinstance(column.cell, IntegerCell | DecimalCell)


def _formats(book: xlsxwriter.Workbook) -> dict[str, Any]:
    return {
        "text": book.add_format({"num_format": "@"}),
        "header": book.add_format(
            {
                "bold": True,
                "bg_color": "#eef1f4",
                "border": 1,
                "border_color": "#c4cad1",
                "num_format": "@",
                "valign": "vcenter",
                "text_wrap": True,
            }
        ),
    }


def _header(sheet, ledger: Ledger, formats: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 32)
    for at, column in enumerate(ledger.columns):
        width = min(36, max(10, 2 * len(column.header) + 4))
        is_number = _is_number(column)
        sheet.set_column(at, at, width, None if is_number else formats["text"])
        sheet.write_string(0, at, column.header, formats["header"])


def write_template(target: str | BinaryIO, ledger: Ledger, scope: Any) -> None:
    """Write an empty workbook: headers, text format, drop-downs limited to the user's scope, and
    a second sheet that says what goes into each column."""
    book = xlsxwriter.Workbook(target, {"strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet(ledger.title[:31])
    formats = _formats(book)
    _header(sheet, ledger, formats)
    lists = book.add_worksheet("选项")
    lists.hide()
    used = 0
    for at, column in enumerate(ledger.columns):
        names = choices_of(column, scope)
        if not names:
            continue
        for line, name in enumerate(names):
            lists.write_string(line, used, name)
        letter = xlsxwriter.utility.xl_col_to_name(used)
        sheet.data_validation(
            1,
            at,
            TEMPLATE_ROWS,
            at,
            {
                "validate": "list",
                "source": f"=选项!${letter}$1:${letter}${len(names)}",
                "error_type": "information",
                "ignore_blank": True,
            },
        )
        used += 1
    _help(book, ledger, formats)
    book.close()


def choices_of(column: Column, scope: Any) -> list[str]:
    """What a cell of this column may hold, for a drop-down; [] when it is free."""
    if isinstance(column.cell, ChoiceCell):
        return list(column.cell.choices.labels.values())
    if isinstance(column.cell, YesNoCell):
        return ["是", "否"]
    if column.suggestions:
        prefix, _, argument = column.suggestions.partition(":")
        return SUGGESTIONS[prefix](scope, argument)
    return []


def _help(book: xlsxwriter.Workbook, ledger: Ledger, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet("填写说明")
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 10)
    sheet.set_column(2, 2, 70)
    for at, title in enumerate(("列", "是否必填", "怎样填")):
        sheet.write_string(0, at, title, formats["header"])
    for line, column in enumerate(ledger.columns, start=1):
        sheet.write_string(line, 0, column.column_name)
        sheet.write_string(line, 1, "必填" if column.required else "")
        sheet.write_string(line, 2, how_to_fill(column))


def how_to_fill(column: Column) -> str:
    """One sentence on what goes into the column."""
    if column.help:
        return column.help
    cell = column.cell
    if isinstance(cell, ChoiceCell):
        return "填其中一个：" + "、".join(cell.choices.labels.values())
    if isinstance(cell, ManyChoicesCell):
        return "填其中一个或几个，用顿号隔开：" + "、".join(cell.choices.labels.values())
    if isinstance(cell, YesNoCell):
        return "填“是”或“否”"
    return _BY_CELL.get(type(cell).__name__, "文字")


_BY_CELL = {
    "DateCell": "年月日，如 2024-07-01",
    "MonthCell": "年月日或年月，如 2024-07",
    "IntegerCell": "整数",
    "DecimalCell": "数字，单位见表头",
    "ManyCell": "可以填多个，用顿号隔开",
    "CodeCell": "文本，按证照填写",
    "PhoneCell": "手机 11 位；固定电话带区号",
    "IdNumberCell": "18 位，单元格设为文本",
    "IndustryCell": "国民经济行业门类的字母、名称，或两位大类代码",
}
