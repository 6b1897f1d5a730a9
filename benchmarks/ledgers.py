"""Seeded ledgers: a district of 20 towns and 400 organizations, and an entities ledger of any size.

The same arguments give the same files. 58,725 rows x 25 columns is the ledger of the bounds; dates
are spelled in six ways, 60 % of the rows name an organization that covers them.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from districts.mingchuan import names
from districts.mingchuan.codes import Numbers
from districts.mingchuan.sheets import Column, Sheet, write_ledger

SEED = 990101
SIZE = 58_725
DAY = date(2026, 6, 30)
DISTRICT = "990101"
TOWNS, COMMUNITIES, ORGANIZATIONS = 20, 8, 400

AREA_HEADERS = ("区划代码", "名称", "层级", "上级代码")
ORGANIZATION_HEADERS = (
    "党组织全称", "党组织代码", "类别", "组建方式", "所属镇街", "成立日期", "状态",
)
HEADERS = (
    "主体类型", "名称", "统一社会信用代码", "所属镇街", "村社区", "地址", "所属行业", "产业链",
    "成立日期", "从业人员数", "营业收入", "资产总额", "是否规模以上", "资质标签", "发展阶段",
    "固定场所", "经营状态", "法定代表人", "法定代表人政治面貌", "联系电话", "覆盖党组织",
    "组建方式", "覆盖起始日期", "工会", "备注",
)
# The same columns as a table of PostgreSQL, for the bare load that apply is compared with.
TYPES = (
    "text", "text", "text", "text", "text", "text", "text", "text", "date", "integer",
    "numeric(16,4)", "numeric(16,4)", "boolean", "text", "text", "boolean", "text", "text", "text",
    "text", "text", "text", "date", "boolean", "text",
)
KEY = 2  # place of the credit code
AREAS = (3, 4)  # places of 所属镇街 and 村社区

_KINDS = ("小微企业", "个体工商户", "个体工商户", "个体工商户", "其他非公企业")
_MODES = ("单独组建", "联合组建", "挂靠组建", "区域兜底", "商圈组建")
_STATUSES = ("正常",) * 18 + ("停业", "空壳")
_TAGS = ("", "", "", "专精特新", "高新技术、专精特新")
_STAGES = ("初创期", "成长期", "成熟期", "")
_CHAINS = ("", "", "五金", "食品", "建材")
_SPELLINGS = ("{:%Y-%m-%d}", "{0.year}/{0.month}/{0.day}", "{0.year}.{0.month}.{0.day}",
              "{0.year}年{0.month}月{0.day}日", "{:%Y%m%d}", "{:%Y.%m.%d}")


def town(number: int) -> str:
    return f"第{number + 1:02}镇"


def area_rows() -> list[Sequence[Any]]:
    """The district, its towns, their communities."""
    rows: list[Sequence[Any]] = [(DISTRICT, "明川区", "区县", "")]
    for at in range(TOWNS):
        code = f"{DISTRICT}{at + 1:03}"
        rows.append((code, town(at), "镇街", DISTRICT))
        rows += [
            (f"{code}{n + 1:03}", f"第{at + 1:02}镇第{n + 1}社区", "村社区", code)
            for n in range(COMMUNITIES)
        ]
    return rows


def organization_rows() -> list[Sequence[Any]]:
    """Branches of all towns, founded before 2020."""
    return [
        (
            f"{town(at % TOWNS)}第{at + 1:03}党支部", f"Z{at + 1:04}", "党支部", "联合组建",
            town(at % TOWNS), date(2005 + at % 15, 1 + at % 12, 1).isoformat(), "在用",
        )
        for at in range(ORGANIZATIONS)
    ]


class Entities(Sequence):
    """The rows of the entities ledger, made anew each time they are asked for.

    ``typed``: values as a table keeps them, not as people spell them. ``changed``: every so many
    rows have other numbers of staff (0 = none).
    """

    def __init__(self, size: int = SIZE, *, typed: bool = False, changed: int = 0) -> None:
        self.size, self.typed, self.changed = size, typed, changed

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, index):
        raise TypeError("these rows are only read in turn")

    def __iter__(self) -> Iterator[Sequence[Any]]:
        rng, numbers = Random(SEED), Numbers()
        brands = names.shop_brands()
        trades = [trade for _, words in names.SHOP_TRADES.values() for trade in words.split()]
        spell = self._typed if self.typed else self._spelled
        for at in range(self.size):
            name = f"明川{rng.choice(brands)}{rng.choice(trades)}第{at % 977 + 1}店"
            row = self._row(rng, numbers, at, name)
            if self.changed and at % self.changed == 0:
                row[9] += 1
            yield spell(row, at)

    def _row(self, rng: Random, numbers: Numbers, at: int, name: str) -> list[Any]:
        place, community = rng.randrange(TOWNS), rng.randrange(COMMUNITIES)
        founded = date(2012, 1, 1) + timedelta(days=rng.randrange(5000))
        covered = rng.random() < 0.6
        branch = rng.randrange(ORGANIZATIONS)
        begun = max(founded, date(2024, 1, 1)) + timedelta(days=rng.randrange(800))
        return [
            rng.choice(_KINDS), name, numbers.credit_code("92"), town(place),
            f"{town(place)}第{community + 1}社区", f"明川区{town(place)}新街{at % 900 + 1}号",
            rng.choice(("制造业", "批发和零售业", "52", "62", "H")), rng.choice(_CHAINS), founded,
            rng.randrange(1, 90), Decimal(rng.randrange(1, 900_000)) / 100,
            Decimal(rng.randrange(1, 900_000)) / 100, rng.random() < 0.05, rng.choice(_TAGS),
            rng.choice(_STAGES), rng.random() < 0.7, rng.choice(_STATUSES),
            names.person(rng, "男"), rng.choice(("群众", "中共党员", "")),
            numbers.phone() if at < 2_900_000 else "",
            f"{town(branch % TOWNS)}第{branch + 1:03}党支部" if covered else "",
            rng.choice(_MODES) if covered else "", begun if covered else None,
            rng.random() < 0.1, f"走访{at % 5}次" if at % 4 == 0 else "",
        ]

    @staticmethod
    def _typed(row: list[Any], _at: int) -> Sequence[Any]:
        return row

    @staticmethod
    def _spelled(row: list[Any], at: int) -> Sequence[Any]:
        spelling = _SPELLINGS[at % len(_SPELLINGS)]
        return [_cell(value, spelling) for value in row]


def _cell(value: Any, spelling: str) -> Any:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, date):
        return spelling.format(value)
    return float(value) if isinstance(value, Decimal) else value


def write(path: Path, headers: Sequence[str], rows: Sequence[Sequence[Any]]) -> Path:
    """A workbook of the rows, with title, header and total as offices keep it."""
    columns = (Column("序号", 6), *(Column(header, 14) for header in headers))
    write_ledger(path, Sheet("台账", "基准", "台账", columns, "共 {}", "说明：虚构"), rows, DAY)
    return path
