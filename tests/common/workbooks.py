"""Workbooks for tests, honest and hostile, made on the spot: no binary file in the repository."""

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import xlsxwriter

from common.workbook.reader import Table, Unreadable, open_table

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
HEADERS: dict[str, list[str]] = {
    "主体类型": ["类别", "单位类别"],
    "名称": ["企业名称", "单位名称"],
    "所属镇街": ["镇街"],
    "村社区": ["社区"],
    "法定代表人": ["法人姓名"],
    "联系电话": ["法定代表人电话"],
    "从业人员数": ["职工数"],
    "营业收入(万元)": ["营业收入"],
    "成立日期": [],
}
REQUIRED = ("主体类型", "名称", "所属镇街")
HEADER = ["主体类型", "名称", "所属镇街", "从业人员数"]
ROWS: list[list[Any]] = [
    ["小微企业", "顺达机械", "青石镇", 5],
    ["小微企业", "和盛商贸", "柳林镇", 12],
    ["个体工商户", "永兴饭店", "青石镇", 3],
]
MEMBER_HEADERS: dict[str, list[str]] = {
    "姓名": [],
    "性别": [],
    "民族": [],
    "公民身份号码": ["身份证号"],
    "加入党组织日期": ["入党时间"],
}


def book(*sheets: Sequence[Sequence[Any]], **options: Any) -> bytes:
    """Return an .xlsx of plain sheets: 表1, 表2, …; without any, HEADER and ROWS."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, options)
    for number, rows in enumerate(sheets or [[HEADER, *ROWS]], 1):
        sheet = workbook.add_worksheet(f"表{number}")
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
    workbook.close()
    return target.getvalue()


def made(write: Callable[[Any, Any], None], **options: Any) -> bytes:
    """Return an .xlsx made by a function of (workbook, first sheet)."""
    target = io.BytesIO()
    workbook = xlsxwriter.Workbook(target, options)
    write(workbook, workbook.add_worksheet("台账"))
    workbook.close()
    return target.getvalue()


def rows_at(sheet: Any, first: int, *rows: Sequence[Any], column: int = 0) -> None:
    """Write rows from row `first` (from 0) on."""
    for at, row in enumerate(rows, first):
        sheet.write_row(at, column, row)


def text_table(rows: Sequence[Sequence[Any]], separator: str = ",") -> str:
    """Return the rows as text."""
    return "\r\n".join(separator.join(map(str, row)) for row in rows) + "\r\n"


def changed(
    content: bytes,
    parts: Mapping[str, Callable[[bytes], bytes]] | None = None,
    *,
    drop: Sequence[str] = (),
    add: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return a workbook whose parts were changed, dropped or added."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old:
        kept = {name: old.read(name) for name in old.namelist() if name not in drop}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in kept.items():
            new.writestr(name, (parts or {}).get(name, bytes)(part))
        for name, part in (add or {}).items():
            new.writestr(name, part)
    return target.getvalue()


def with_xml(xml: bytes, content: bytes | None = None) -> bytes:
    """Return a workbook with XML put at the end of its first sheet's rows."""
    ending = b"</sheetData>"
    return changed(content or book(), {SHEET: lambda part: part.replace(ending, xml + ending)})


def opened(content: Any, **options: Any) -> Table:
    """Open bytes or a path with the headers of this file."""
    source = io.BytesIO(content) if isinstance(content, bytes) else content
    options = {"headers": HEADERS, "required": REQUIRED, "title": "市场主体台账"} | options
    return open_table(source, **options)


def read(content: Any, **options: Any) -> list[tuple[int, list[Any]]]:
    """Return all rows."""
    with opened(content, **options) as table:
        return list(table.rows)


def refusal(content: Any, **options: Any) -> str:
    """Return the sentence with which a file is refused, at once or while it is read."""
    try:
        rows = read(content, **options)
    except Unreadable as refused:
        return refused.sentence
    raise AssertionError(f"{len(rows)} rows were read")
