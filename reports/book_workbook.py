"""The data workbook of a rating book: the ranking, then a sheet for each that is rated."""

import re
from typing import Any, BinaryIO

from reports.book import EVIDENCE, Sheet
from reports.workbook import Book

_NUMBERS = frozenset({"分值", "系统分", "得分"})
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_WIDTHS = (6, 14, 34, 7, 8, 8, 10, 8, 8, 8, 8, 30, 30)


def draw(
    target: BinaryIO, payload: dict[str, Any], sheets: list[Sheet], run: dict[str, str]
) -> None:
    """Write the workbook of a book from its frozen figures. ``run``: number and checksum."""
    book = Book(target)
    _ranking(book, payload, run)
    for at, sheet in enumerate(sheets, start=1):
        _scores(book, sheet, at, payload["ranking"][at - 1])
    book.book.close()


def _ranking(book: Book, payload: dict[str, Any], run: dict[str, str]) -> None:
    levels = [level["label"] for level in payload["levels"]]
    sheet = book.sheet("排名", [8, 40, 14, *([10] * len(levels)), 10, 12, 12, 20, 50])
    book.row(sheet, 0, [f"{payload['area']['name']}{payload['title']}"], book.title)
    cycle = payload["cycle"]
    book.row(
        sheet, 1,
        [f"{payload['scheme']}　考核期 {cycle['first_on']} 至 {cycle['last_on']}　"
         f"编号 {run['number']}　校验码 {run['checksum']}"],
        book.note,
    )
    heads = ["名次", "评定对象", "镇街", *levels, "总分", "进度", "结果", "文号", "不能授星的原因"]
    book.row(sheet, 3, heads, book.head)
    for line, row in enumerate(payload["ranking"], start=4):
        totals = [_number(total["value"]) for total in row["totals"]]
        book.row(sheet, line, [
            row["rank"], row["name"], row["town"], *totals, _number(row["total"]), row["state"],
            row["result"], row["document"], "；".join(row["blocks"]),
        ])
    first = 5 + len(payload["ranking"])
    book.row(sheet, first, ["", "等次", "最低分", "审定层级", "个数"], book.head)
    for line, band in enumerate(payload["bands"], start=first + 1):
        book.row(sheet, line, [
            "", band["label"], _number(band["minimum"]), band["granted_by"],
            (band["count"], band["url"]) if "url" in band else band["count"],
        ])


def _number(text: str) -> float | str:
    """A score as a number; "" where there is none."""
    return float(text) if text else ""


def _scores(book: Book, sheet: Sheet, at: int, row: dict[str, Any]) -> None:
    page = book.sheet(f"{at:03d} {_FORBIDDEN.sub('', sheet['title'])}", _WIDTHS)
    page.freeze_panes(3, 3)
    rank = f"第 {row['rank']} 名　" if row["rank"] else ""
    book.row(page, 0, [sheet["title"]], book.title)
    book.row(page, 1, [f"{rank}总分 {row['total'] or '—'}　{row['result']}"], book.note)
    book.row(page, 2, sheet["columns"], book.head)
    line = 3
    is_number = [
        name in _NUMBERS or name.endswith("评") for name in sheet["columns"]
    ]
    for values in sheet["rows"]:
        book.row(page, line, [
            _number(value) if number else value
            for value, number in zip(values, is_number, strict=True)
        ])
        line += 1
    if sheet["evidence"]:
        book.row(page, line + 1, EVIDENCE, book.head)
        for at_line, values in enumerate(sheet["evidence"], start=line + 2):
            book.row(page, at_line, values)
