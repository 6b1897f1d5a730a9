"""The ledgers of an invented district, row by row, and their workbooks.

    books = Books(code="990201", name="绿溪区", day=date(2024, 12, 31), seed=1)
    town = books.town("河东镇")
    branch = books.organization("五金产业党支部", town, founded=date(2024, 3, 1))
    firm = books.entity("小微企业", town, covered_by=branch)

Names, codes and numbers are put together so that none can be a real one. The same seed gives the
same rows. Columns: the ledger contract.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import xlsxwriter

from districts.mingchuan.codes import Numbers
from districts.mingchuan.names import brands, person, sex_of

# What refers to something comes after it. The file is named after its place here.
ORDER = (
    "areas", "organizations", "enterprises", "members", "instructors", "teams",
    "mass_organizations", "sites", "alliances", "contacts", "new_employment", "trainings",
    "attendances", "funds", "campaigns", "campaign_claims", "meetings", "enterprise_years",
    "plans", "model_posts", "activities", "visits", "help", "tickets", "honours", "stars",
    "commitments", "bulletins", "bulletin_lines",
)
Row = dict[str, Any]
_PREFIX = {"个体工商户": "92", "社会组织": "52", "行业协会商会": "51"}
# Mode of coverage by category of the organization.
_MODES = {"联合党支部": "联合组建", "功能型党支部": "行业统建"}


def file_name(kind: str) -> str:
    """03-enterprises.xlsx"""
    return f"{ORDER.index(kind) + 1:02}-{kind}.xlsx"


class Books:
    """The ledgers of one district. ``day``: as of which the district speaks."""

    def __init__(self, *, code: str, name: str, day: date, seed: int) -> None:
        self.code, self.name, self.day = code, name, day
        self.rng = Random(seed)  # noqa: S311 -- invented data
        self.rows: dict[str, list[Row]] = {kind: [] for kind in ORDER}
        self._numbers = Numbers()
        self._brands = brands(self.rng)
        self._places = 0
        self._names: set[str] = set()
        self.add("areas", 区划代码=code, 名称=name, 层级="区县")

    def add(self, kind: str, **row: Any) -> Row:
        """A row of a ledger, by header."""
        self.rows[kind].append(row)
        return row

    # --- Places -----------------------------------------------------------------------------------

    def _place(self, name: str, level: str, code: str, parent: str, **more: Any) -> str:
        self.add("areas", 区划代码=code, 名称=name, 层级=level, 上级代码=parent, **more)
        return name

    def town(self, name: str) -> str:
        """A town; its name stands in other ledgers."""
        self._places += 1
        return self._place(name, "镇街", f"{self.code}{100 + self._places}", self.code)

    def park(self, name: str) -> str:
        self._places += 1
        return self._place(name, "园区", f"{self.code}P{self._places:02}", self.code)

    def community(self, name: str, town: str) -> str:
        self._places += 1
        code = self._code_of(town)
        return self._place(name, "村社区", f"{code}{self._places:03}", code)

    def grid(self, name: str, town: str, **more: Any) -> str:
        self._places += 1
        code = f"{self.code}G{self._places:03}"
        return self._place(name, "网格", code, self._code_of(town), 网格类型="地域", **more)

    def _code_of(self, name: str) -> str:
        return next(row["区划代码"] for row in self.rows["areas"] if row["名称"] == name)

    # --- People and numbers -----------------------------------------------------------------------

    def person(self, sex: str = "") -> str:
        """A name that nobody else has."""
        while (name := person(self.rng, sex or sex_of(self.rng))) in self._names:
            pass
        self._names.add(name)
        return name

    def phone(self) -> str:
        return self._numbers.phone()

    def between(self, first: date, last: date) -> date:
        """A day of a period, both ends included."""
        return first + timedelta(days=self.rng.randrange((last - first).days + 1))

    # --- Organizations, entities, members ---------------------------------------------------------

    def organization(self, name: str, town: str, *, founded: date, **more: Any) -> str:
        """A Party organization, full name given; ``more``: further columns."""
        row = {
            "党组织全称": name, "党组织代码": f"{self.code}D{len(self.rows['organizations']):05}",
            "类别": "党支部", "组建方式": "单独组建", "所属镇街": town, "成立日期": founded,
            "书记姓名": self.person(), "书记出生日期": date(1970, 1, 1), "书记身份": "企业主",
            "书记联系电话": self.phone(), "本届起始日期": founded, "任期年限": 5, "状态": "在用",
        }
        self.add("organizations", **(row | more))
        return name

    def entity(
        self, kind: str, town: str, *, covered_by: str = "", name: str = "", **more: Any
    ) -> str:
        """An entity; returns its name."""
        name = name or f"{self.name[:2]}{next(self._brands)}{_ENDINGS[kind]}"
        row = {
            "主体类型": kind, "名称": name, "所属镇街": town, "地址": f"{town}一路 1 号",
            "所属行业": "C", "成立日期": date(2015, 5, 4), "从业人员数": 12, "经营状态": "正常",
            "法定代表人": self.person(), "联系电话": self.phone(),
        }
        if kind != "专业市场":
            row["统一社会信用代码"] = self._numbers.credit_code(_PREFIX.get(kind, "91"))
        if covered_by:
            own = next(o for o in self.rows["organizations"] if o["党组织全称"] == covered_by)
            mode = _MODES.get(own["类别"], own["组建方式"])
            row |= {"覆盖党组织": covered_by, "组建方式": mode}
        self.add("enterprises", **(row | more))
        return name

    def member(self, organization: str, *, joined: date, **more: Any) -> str:
        """A member; without 转正日期 on probation. Returns the name."""
        sex = sex_of(self.rng)
        born = self.between(date(joined.year - 45, 1, 1), date(joined.year - 20, 12, 31))
        name = self.person(sex)
        row = {
            "姓名": name, "性别": sex, "民族": "汉族", "学历": "大学专科",
            "公民身份号码": self._numbers.identity(born, sex), "出生日期": born,
            "人员类别": "正式党员" if "转正日期" in more else "预备党员", "党籍状态": "正常",
            "加入党组织日期": joined, "组织关系所在党组织": organization, "手机": self.phone(),
        }
        self.add("members", **(row | more))
        return name

    def instructor(self, source: str, **more: Any) -> str:
        """An instructor in term on the day; returns the name."""
        name = self.person()
        row = {
            "姓名": name, "政治面貌": "中共党员", "工作单位": f"{self.name}党建指导服务中心",
            "来源": source, "专职兼职": "兼职", "聘期起": self.day.replace(month=1, day=1),
            "聘期止": self.day.replace(month=12, day=31), "联系电话": self.phone(),
        }
        self.add("instructors", **(row | more))
        return name

    # --- Workbooks --------------------------------------------------------------------------------

    def publish(self, title: str, lines: Iterator[Row]) -> None:
        """The figures that the district publishes, in its order."""
        self.add("bulletins", 标题=title, 时点=self.day)
        for position, line in enumerate(lines, start=1):
            self.add("bulletin_lines", 工作数据=title, 顺序=position, **line)

    def write(self, folder: Path) -> list[tuple[str, Path]]:
        """Write the workbooks that have rows: (kind, path) in the order of loading."""
        folder.mkdir(parents=True, exist_ok=True)
        found = []
        for kind in (kind for kind in ORDER if self.rows[kind]):
            path = folder / file_name(kind)
            _write(path, self.rows[kind])
            found.append((kind, path))
        return found


_ENDINGS = {
    "小微企业": "科技有限公司", "个体工商户": "便民店", "专业市场": "批发市场",
    "其他非公企业": "实业有限公司", "社会组织": "服务中心", "行业协会商会": "行业协会",
}


def _write(path: Path, rows: list[Row]) -> None:
    headers = list(dict.fromkeys(header for row in rows for header in row))
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("台账")
        sheet.write_row(0, 0, headers)
        for line, row in enumerate(rows, start=1):
            for at, header in enumerate(headers):
                value = row.get(header)
                if isinstance(value, date):
                    sheet.write_datetime(line, at, value, day)
                elif value not in (None, ""):
                    sheet.write(line, at, value)
