"""Rules about market entities: credit codes, sizes, the three conditions. Pure functions."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import getitem

from enterprises.industries import SECTIONS

# --- 统一社会信用代码, GB 32100-2015 -------------------------------------------------------------

_SYMBOLS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = {symbol: value for value, symbol in enumerate(_SYMBOLS)}
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
# Place by place: symbol -> value x weight.
_PRODUCTS = [{symbol: value * weight for symbol, value in _VALUES.items()} for weight in _WEIGHTS]
USCC_LENGTH = 18
REGISTRATION_NUMBER_LENGTH = 15


def uscc_problem(code: str, *, registration_number_allowed: bool = False) -> str | None:
    """Return what is wrong with a unified social credit code, None if it is right.

    `code` is upper-case and half-width. The area part is not checked. With
    `registration_number_allowed` a 15-digit 注册号 of the self-employed passes as well.
    """
    if registration_number_allowed and is_registration_number(code):
        return None
    if len(code) != USCC_LENGTH:
        return f"统一社会信用代码应为 {USCC_LENGTH} 位，这里是 {len(code)} 位，请核对。"
    if not _VALUES.keys() >= set(code):
        place = next(at for at, symbol in enumerate(code, 1) if symbol not in _VALUES)
        return f"统一社会信用代码第 {place} 位不能用，代码里没有 I、O、S、V、Z 和符号，请核对。"
    if not code[2:8].isdigit():
        return "统一社会信用代码第 3 至 8 位应为数字，请核对。"
    if code[-1] != check_symbol(code[:-1]):
        return "统一社会信用代码的校验位不符，请对照营业执照核对。"
    return None


def check_symbol(body: str) -> str:
    """Return the 18th symbol for the 17 before it: 31 - (sum of value x weight) mod 31, 31 is 0."""
    total = sum(map(getitem, _PRODUCTS, body))
    return _SYMBOLS[-total % 31]


def is_registration_number(code: str) -> bool:
    """Whether a text has the form of a 注册号: 15 digits."""
    return len(code) == REGISTRATION_NUMBER_LENGTH and code.isascii() and code.isdigit()


# --- 企业划型 -----------------------------------------------------------------------------------

LARGE, MEDIUM, SMALL, MICRO = "大型", "中型", "小型", "微型"
NOT_APPLICABLE, TOO_LITTLE_DATA = "不适用", "数据不足"
_CLASSES = (MICRO, SMALL, MEDIUM, LARGE)


@dataclass(frozen=True)
class Limit:
    """From which value on an indicator is 小型, 中型, 大型. `indicator`: X 从业人员(人),
    Y 营业收入(万元), Z 资产总额(万元)."""

    indicator: str
    small: int
    medium: int
    large: int

    def level(self, value: Decimal) -> int:
        """Return 0-3 for 微型-大型."""
        return sum(value >= limit for limit in (self.small, self.medium, self.large))


@dataclass(frozen=True)
class SizeRow:
    """A row of the table: an industry and its one or two limits."""

    number: int
    name: str
    limits: tuple[Limit, ...]


@dataclass(frozen=True)
class SizeTable:
    """One edition of the table; `rows_of` maps a division to the numbers of its rows.

    A division of several rows cannot be sized by two digits unless they agree.
    """

    title: str
    valid_from: date
    rows: dict[int, SizeRow]
    rows_of: dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class SizeBasis:
    """划型依据: the size, the edition, the rows that were asked and why there is no size."""

    size: str
    table: str
    rows: tuple[SizeRow, ...] = ()
    missing: tuple[str, ...] = ()


def _row(number: int, name: str, **limits: tuple[int, int, int]) -> SizeRow:
    return SizeRow(number, name, tuple(Limit(key, *limits[key]) for key in limits))


def _divisions(*ranges: tuple[int, int]) -> list[str]:
    return [f"{code:02}" for first, last in ranges for code in range(first, last + 1)]


_ROWS_2011 = (
    _row(1, "农、林、牧、渔业", Y=(50, 500, 20_000)),
    _row(2, "工业", X=(20, 300, 1000), Y=(300, 2000, 40_000)),
    _row(3, "建筑业", Y=(300, 6000, 80_000), Z=(300, 5000, 80_000)),
    _row(4, "批发业", X=(5, 20, 200), Y=(1000, 5000, 40_000)),
    _row(5, "零售业", X=(10, 50, 300), Y=(100, 500, 20_000)),
    _row(6, "交通运输业", X=(20, 300, 1000), Y=(200, 3000, 30_000)),
    _row(7, "仓储业", X=(20, 100, 200), Y=(100, 1000, 30_000)),
    _row(8, "邮政业", X=(20, 300, 1000), Y=(100, 2000, 30_000)),
    _row(9, "住宿业", X=(10, 100, 300), Y=(100, 2000, 10_000)),
    _row(10, "餐饮业", X=(10, 100, 300), Y=(100, 2000, 10_000)),
    _row(11, "信息传输业", X=(10, 100, 2000), Y=(100, 1000, 100_000)),
    _row(12, "软件和信息技术服务业", X=(10, 100, 300), Y=(50, 1000, 10_000)),
    _row(13, "房地产开发经营", Y=(100, 1000, 200_000), Z=(2000, 5000, 10_000)),
    _row(14, "物业管理", X=(100, 300, 1000), Y=(500, 1000, 5000)),
    _row(15, "租赁和商务服务业", X=(10, 100, 300), Z=(100, 8000, 120_000)),
    _row(16, "其他未列明行业", X=(10, 100, 300)),
)
# 59 holds loading (row 6) beside storage (row 7), 70 holds developers, property managers and
# others: two digits do not tell them apart. Rail, finance, schools, hospitals, public bodies: none.
_ROWS_OF_2011 = {
    1: _divisions((1, 5)),
    2: _divisions((6, 46)),
    3: _divisions((47, 50)),
    4: ["51"],
    5: ["52"],
    6: _divisions((54, 59)),
    7: ["59"],
    8: ["60"],
    9: ["61"],
    10: ["62"],
    11: ["63", "64"],
    12: ["65"],
    13: ["70"],
    14: ["70"],
    15: ["71", "72"],
    16: ["70", "85", *_divisions((73, 82), (86, 90))],
}
SIZE_TABLES = (
    SizeTable(
        title="工信部联企业〔2011〕300号",
        valid_from=date(2011, 6, 18),
        rows={row.number: row for row in _ROWS_2011},
        rows_of={
            division: tuple(number for number, owned in _ROWS_OF_2011.items() if division in owned)
            for division in _divisions((1, 97))
        },
    ),
)
_INDICATORS = {"X": "从业人员数", "Y": "营业收入", "Z": "资产总额"}


def size_class(
    section: str,
    division: str | None,
    employees: int | None,
    revenue: Decimal | None,
    assets: Decimal | None,
    on: date | None = None,
) -> str:
    """Return 大型, 中型, 小型, 微型, 不适用 or 数据不足; revenue and assets in 万元.

    `on` chooses the edition of the table, None the newest. See size_basis() for the reasons.
    """
    return size_basis(section, division, employees, revenue, assets, on).size


def size_basis(
    section: str,
    division: str | None,
    employees: int | None,
    revenue: Decimal | None,
    assets: Decimal | None,
    on: date | None = None,
) -> SizeBasis:
    """Return the size with its grounds (划型依据).

    An entity has the lower of the sizes that its indicators give, so one indicator below the
    limit of 小型 is enough for 微型 even if the other is not known.
    """
    table = size_table(on)
    divisions = [division] if division else list(SECTIONS.get(section, ("", {}))[1])
    covered = [table.rows_of[code] for code in divisions if table.rows_of.get(code)]
    rows = tuple(table.rows[number] for number in sorted({n for found in covered for n in found}))
    if not rows:
        size = NOT_APPLICABLE if divisions else TOO_LITTLE_DATA
        return SizeBasis(size, table.title, missing=() if divisions else ("所属行业",))
    values = {"X": employees, "Y": revenue, "Z": assets}
    levels = {_level(row, values) for row in rows}
    level = levels.pop() if len(levels) == 1 and len(covered) == len(divisions) else None
    if level is not None:
        return SizeBasis(_CLASSES[level], table.title, rows)
    return SizeBasis(TOO_LITTLE_DATA, table.title, rows, _missing(rows, values, division))


def size_table(on: date | None) -> SizeTable:
    """The edition in force on a day, None for the newest."""
    valid = [table for table in SIZE_TABLES if on is None or table.valid_from <= on]
    return valid[-1] if valid else SIZE_TABLES[0]


def _level(row: SizeRow, values: dict[str, int | Decimal | None]) -> int | None:
    levels = []
    for limit in row.limits:
        value = values[limit.indicator]
        levels.append(None if value is None else limit.level(Decimal(value)))
    known = [level for level in levels if level is not None]
    if 0 in known:
        return 0
    return min(known) if len(known) == len(levels) else None


def _missing(
    rows: tuple[SizeRow, ...], values: dict[str, int | Decimal | None], division: str | None
) -> tuple[str, ...]:
    asked = {limit.indicator for row in rows for limit in row.limits}
    missing = [label for key, label in _INDICATORS.items() if key in asked and values[key] is None]
    if not division:
        missing.insert(0, "行业大类")
    elif len(rows) > 1:
        missing.insert(0, "行业细类")
    return tuple(missing)


def size_basis_text(basis: SizeBasis) -> str:
    """Return the grounds as one sentence to print beside the size."""
    if basis.size == NOT_APPLICABLE:
        return f"{basis.table}没有这个行业的标准。"
    if basis.size == TOO_LITTLE_DATA:
        return f"缺{'、'.join(basis.missing)}，按{basis.table}还不能划型。"
    rows = "；".join(
        f"第 {row.number} 项{row.name}（{_limits_text(row, basis.size)}）" for row in basis.rows
    )
    return f"{basis.table}{rows}。"


def _limits_text(row: SizeRow, size: str) -> str:
    if size == MICRO:
        return "或".join(
            f"{_INDICATORS[limit.indicator]}不足 {_amount(limit, limit.small)}"
            for limit in row.limits
        )
    least = {SMALL: "small", MEDIUM: "medium", LARGE: "large"}[size]
    return "且".join(
        f"{_INDICATORS[limit.indicator]} {_amount(limit, getattr(limit, least))}及以上"
        for limit in row.limits
    )


def _amount(limit: Limit, value: int) -> str:
    return f"{value} 人" if limit.indicator == "X" else f"{value} 万元"


# --- “三有”企业 ---------------------------------------------------------------------------------


def meets_three_conditions(
    *,
    fixed_premises: bool | None,
    employees: int | None,
    operates_normally: bool,
    minimum_employees: int,
) -> bool:
    """Whether an entity has premises, staff and operations; what is not known is not met.

    `minimum_employees` is the dated setting three_conditions.employees.
    """
    has_staff = employees is not None and employees >= minimum_employees
    return bool(fixed_premises) and has_staff and operates_normally
