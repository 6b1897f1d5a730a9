"""A desk for ledger tests: rows typed as a district would, imported through the real path."""

import io
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import xlsxwriter

from accounts.scope import acting_scope
from common import jobs
from common.ledgers import batches, ledger_of
from common.ledgers.rows import Options
from common.models import BatchState, ImportBatch

DAY = date(2026, 6, 30)

AREAS = [
    {"区划代码": "990101", "名称": "明川区", "层级": "区县"},
    {"区划代码": "990101001", "名称": "甲镇", "层级": "镇街", "上级代码": "990101"},
    {"区划代码": "990101002", "名称": "乙街道", "层级": "镇街", "上级代码": "990101"},
    {"区划代码": "990101001001", "名称": "东社区", "层级": "村社区", "上级代码": "990101001"},
    {"区划代码": "990101002001", "名称": "东社区", "层级": "村社区", "上级代码": "990101002"},
    {"区划代码": "P1", "名称": "高新园", "层级": "园区", "上级代码": "990101"},
    {"区划代码": "G1", "名称": "甲一网格", "层级": "网格", "上级代码": "990101001001"},
]


def organization(name: str, **cells: Any) -> dict[str, Any]:
    """A row of the organizations ledger."""
    return {
        "党组织全称": name,
        "类别": "党支部",
        "组建方式": "单独组建",
        "所属镇街": "甲镇",
        "成立日期": "2020-01-01",
        "状态": "在用",
        **cells,
    }


def entity(name: str, code: str = "", **cells: Any) -> dict[str, Any]:
    """A row of the entities ledger."""
    return {
        "主体类型": "小微企业" if code else "个体工商户",
        "名称": name,
        "统一社会信用代码": code,
        "所属镇街": "甲镇",
        "地址": "一号",
        "所属行业": "制造业",
        "从业人员数": 12,
        "经营状态": "正常",
        "法定代表人": "周一",
        "联系电话": "13800000001",
        **cells,
    }


def member(name: str, number: str, branch: str, **cells: Any) -> dict[str, Any]:
    """A row of the members ledger."""
    return {
        "姓名": name,
        "性别": "男" if int(number[16]) % 2 else "女",
        "民族": "汉族",
        "公民身份号码": number,
        "学历": "本科",
        "人员类别": "正式党员",
        "党籍状态": "正常",
        "加入党组织日期": "2010-07-01",
        "转正日期": "2011-07-01",
        "组织关系所在党组织": branch,
        "手机": "13800000002",
        **cells,
    }


def instructor(name: str, **cells: Any) -> dict[str, Any]:
    """A row of the instructors ledger."""
    return {
        "姓名": name,
        "政治面貌": "中共党员",
        "工作单位": "区委社会工作部",
        "来源": "机关干部",
        "专职兼职": "专职",
        "聘期起": "2025-01-01",
        "聘期止": "2026-12-31",
        "联系电话": "13800000003",
        **cells,
    }


# Valid by GB 32100; the district 990101 does not exist.
CODES = ["91990101MA00TE5T2P", "93990101MA00TE5T2H", "52990101MA00TE5T2Q"]
# Valid by GB 11643.
PEOPLE = ["990101199001010019", "990101198506300025", "990101200402290037"]


def workbook(rows: Iterable[Mapping[str, Any]], headers: Iterable[str] = ()) -> io.BytesIO:
    """Rows as a workbook; text as text, numbers as numbers."""
    rows = list(rows)
    names = list(headers) or list(dict.fromkeys(name for row in rows for name in row))
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet()
    for line, values in enumerate([dict(zip(names, names, strict=True)), *rows]):
        for at, name in enumerate(names):
            value = values.get(name)
            if isinstance(value, int | float):
                sheet.write_number(line, at, value)
            elif value is not None:
                sheet.write_string(line, at, str(value))
    book.close()
    target.seek(0)
    return target


def load(
    kind: str,
    rows: Iterable[Mapping[str, Any]],
    *,
    day: date = DAY,
    user: Any = None,
    check_only: bool = False,
    **choices: Any,
) -> ImportBatch:
    """Import rows; returns the batch: applied, or checked when rows are held back."""
    file = rows if isinstance(rows, io.BytesIO) else workbook(rows)
    batch = batches.upload(
        kind=kind, file=file, file_name="台账.xlsx", by=user, effective_on=day, **choices
    )
    scope = acting_scope(user)
    jobs.complete(batches.request(batch, "check", by=user, scope=scope))
    batch.refresh_from_db()
    ImportBatch.objects.filter(pk=batch.pk).update(ignored_acknowledged=True)
    batch.refresh_from_db()
    if batch.state == BatchState.CHECKED and not check_only and not batches.may_apply(batch):
        jobs.complete(batches.request(batch, "apply", by=user, scope=scope))
        batch.refresh_from_db()
    return batch


def undo(batch: ImportBatch) -> dict[str, Any]:
    """Undo a batch; returns the number undone and the kept rows."""
    jobs.complete(batches.request(batch, "undo", by=None, scope=acting_scope(None)))
    batch.refresh_from_db()
    return {"undone": batch.counts["undone"], "kept": batch.kept}


def counts(batch: ImportBatch) -> tuple[int, int, int, int]:
    """New, updated, unchanged, held back."""
    held = batch.counts["error"] + batch.counts["out_of_scope"]
    return batch.counts["new"], batch.counts["update"], batch.counts["same"], held


def messages(batch: ImportBatch, field: str = "errors") -> list[tuple[int, str, str]]:
    """(row, column, message) of all errors or warnings."""
    return [
        (row.number, note["column"], note["message"])
        for row in batch.rows.all()
        for note in getattr(row, field)
    ]


def printed(kind: str, record: Any, day: date) -> dict[str, str]:
    """What an export of ``day`` prints of a record."""
    ledger = ledger_of(kind)()
    ledger.load([record.pk], Options(day=day, scope=acting_scope(None)))
    return ledger.values(record.pk, day)
