"""Reads the written workbooks back, by rules of its own: nothing here is shared with the writer.

A row that breaks a rule of the ledgers is set aside with its reason, as the portal's receipt does.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from python_calamine import CalamineWorkbook
from stdnum.cn import uscc

Row = dict[str, object]

SYNONYMS = {
    "单位名称": "名称",
    "字号名称": "名称",
    "信用代码": "统一社会信用代码",
    "乡镇(街道)": "所属镇街",
    "所在街道": "所属镇街",
    "村/社区": "村社区",
    "居委会": "村社区",
    "经营场所": "地址",
    "行业类别": "所属行业",
    "行业门类": "所属行业",
    "所属产业链": "产业链",
    "注册时间": "成立日期",
    "职工数": "从业人员数",
    "从业人数": "从业人员数",
    "年营业收入(万元)": "营业收入(万元)",
    "规上": "是否规模以上",
    "法人姓名": "法定代表人",
    "业主": "法定代表人",
    "党员人数": "党员总数",
    "身份证号": "公民身份号码",
    "入党时间": "加入党组织日期",
    "转正时间": "转正日期",
    "手机号码": "手机",
    "党组织名称": "党组织",
    "名称/主题": "主题",
    "活动时间": "日期",
}
MUST = {
    "areas": "区划代码 名称 层级",
    "organizations": "党组织全称 类别 组建方式 所属镇街 成立日期 状态",
    "enterprises": "主体类型 名称 所属镇街 地址 所属行业 从业人员数 经营状态 法定代表人",
    "members": "姓名 性别 民族 公民身份号码 学历 人员类别 党籍状态 加入党组织日期 "
    "组织关系所在党组织 手机",
    "instructors": "姓名 政治面貌 工作单位 来源 专职兼职 聘期起 聘期止 联系电话",
    "activities": "党组织 活动类型 主题 日期",
}
ORDERED = (  # earlier, later, whether the same day is wrong
    ("成立日期", "注销日期", True),
    ("成立日期", "撤销日期", True),
    ("聘期起", "聘期止", False),
    ("启用日期", "停用日期", True),
    ("加入党组织日期", "转正日期", False),
    ("加入党组织日期", "党籍变动日期", False),
)
AREA_HEADERS = ("所属镇街", "村社区", "园区", "网格", "所属园区", "所属网格")
ORGANIZATION_HEADERS = ("覆盖党组织", "组织关系所在党组织", "管理党组织", "上级党组织")
_DAY = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")


@dataclass(slots=True)
class Ledgers:
    """Good rows by kind of ledger, and the bad ones: (file name, Excel row, header, problem)."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    bad: list[tuple[str, int, str, str]] = field(default_factory=list)


def day_of(value: object) -> date | None:
    """A date from any of the spellings; ValueError for anything else, a month alone included."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = _DAY.fullmatch(str(value).strip())
    if match is None:
        raise ValueError("不是日期")
    year, month, day, short_month, short_day = match.groups()
    return date(int(year), int(month or short_month), int(day or short_day))


def _canonical(kind: str, header: object) -> str:
    plain = re.sub(r"[\s★*]", "", str(header)).replace("（", "(").replace("）", ")")
    if kind == "enterprises" and plain == "状态":  # a header of its own in the organizations ledger
        return "经营状态"
    return SYNONYMS.get(plain, plain)


def _records(kind: str, path: Path) -> Iterator[tuple[int, Row]]:
    """Rows below the header of the first sheet, with their numbers in Excel."""
    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
    table = sheet.to_python(skip_empty_area=False)
    start = next(number for number, row in enumerate(table) if row[0] == "序号")
    headers = [_canonical(kind, cell) for cell in table[start]]
    for number, row in enumerate(table[start + 1 :], start + 2):
        if isinstance(row[0], float):
            yield number, dict(zip(headers, row, strict=True))


def _identity_is_right(text: str) -> bool:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    if not re.fullmatch(r"\d{17}[\dX]", text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, weights, strict=False))
    return "10X98765432"[total % 11] == text[17]


class _Checker:
    """The errors that hold a row back."""

    def __init__(self, ledgers: Ledgers) -> None:
        self.ledgers = ledgers
        self.areas: set[object] = set()
        self.organizations: set[object] = set()

    def problem(self, kind: str, row: Row) -> tuple[str, str] | None:
        """Header and reason of the first error, None for a good row."""
        for header in MUST[kind].split():
            if row.get(header) in ("", None):
                return header, "必填项为空"
        return self._numbers(kind, row) or self._dates(row) or self._references(kind, row)

    def _numbers(self, kind: str, row: Row) -> tuple[str, str] | None:
        code = row.get("统一社会信用代码", "")
        if kind == "enterprises" and code != "":
            if isinstance(code, float):
                return "统一社会信用代码", "代码成了数字"
            licence = row["主体类型"] == "个体工商户" and re.fullmatch(r"\d{15}", str(code))
            if not licence and not uscc.is_valid(str(code)):
                return "统一社会信用代码", "校验位不对"
        if kind == "members":
            identity = row["公民身份号码"]
            if isinstance(identity, float) or not _identity_is_right(str(identity)):
                return "公民身份号码", "不是正确的公民身份号码"
        return None

    @staticmethod
    def _dates(row: Row) -> tuple[str, str] | None:
        for header in row:
            if header.endswith("日期") or header in ("聘期起", "聘期止"):
                try:
                    row[header] = day_of(row[header])
                except ValueError:
                    return header, "不是日期"
        for earlier, later, strictly in ORDERED:
            first, last = row.get(earlier), row.get(later)
            if not (isinstance(first, date) and isinstance(last, date)):
                continue
            if last < first or (strictly and last == first):
                return later, f"早于{earlier}"
        return None

    def _references(self, kind: str, row: Row) -> tuple[str, str] | None:
        for header in AREA_HEADERS:
            if row.get(header) and row[header] not in self.areas:
                return header, "没有这个区划"
        for header in ORGANIZATION_HEADERS:
            if row.get(header) and row[header] not in self.organizations:
                return header, "没有这个党组织"
        return None


def _key(kind: str, row: Row) -> tuple[object, ...]:
    if kind == "enterprises":
        if row["统一社会信用代码"] == "" or row["主体类型"] == "专业市场":
            return row["主体类型"], row["名称"], row["所属镇街"]
        return (row["统一社会信用代码"],)
    headers = {
        "areas": ("区划代码",),
        "organizations": ("党组织全称",),
        "members": ("公民身份号码",),
        "instructors": ("姓名", "工作单位", "联系电话"),
        "activities": ("党组织", "日期", "主题"),
    }[kind]
    return tuple(row[header] for header in headers)


def read(files: list[tuple[str, Path]]) -> Ledgers:
    """Read the workbooks in the order of loading; areas and organizations come first."""
    ledgers = Ledgers()
    checker = _Checker(ledgers)
    for kind, path in files:
        numbered = list(_records(kind, path))
        if kind == "organizations":
            checker.organizations = {row["党组织全称"] for _, row in numbered}
            checker.organizations |= {row["党组织代码"] for _, row in numbered}
        keys = Counter(_key(kind, row) for _, row in numbered)
        good = ledgers.rows.setdefault(kind, [])
        for number, row in numbered:
            problem = checker.problem(kind, row)
            if problem is None and keys[_key(kind, row)] > 1:
                problem = "统一社会信用代码", "在文件中重复"
            if problem is not None:
                ledgers.bad.append((path.name, number, *problem))
                continue
            good.append(row)
        if kind == "areas":
            checker.areas = {row["名称"] for row in good}
    return ledgers
