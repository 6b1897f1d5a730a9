"""Dates, numbers, yes or no, choices and phones in a cell."""

import calendar
import difflib
import functools
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from common.cells.errors import MANGLED, BrokenCell, CellError, Masked, Raw
from common.cells.texts import EXACT_NUMBERS, half_width, is_masked, name_key, text, written_number

# --- dates ------------------------------------------------------------------------------------

FIRST_YEAR, LAST_YEAR = 1900, 2100

_DATE_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−年月", "-") | dict.fromkeys("日号", " ") | {"。": "."}
)
_DAY = re.compile(r"(\d{4}) ?[-/.] ?(\d{1,2}) ?[-/.] ?(\d{1,2})", re.ASCII)
_COMPACT_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?", re.ASCII)
_CLOCK = re.compile(r"[T ]?\d{1,2}:\d{2}(:\d{2}(\.\d{1,9})?)?( ?[AP]M)?(\+08:?00)?", re.ASCII)
_MONTH = re.compile(r"\d{4}( ?[-/.] ?\d{0,2} ?[-/.]?|0[1-9]|1[0-2])?", re.ASCII)
_SERIAL = re.compile(r"(\d{5})(\.\d+)?", re.ASCII)
_SERIAL_ORIGIN = date(1899, 12, 30)
NOT_A_DAY = "不是日期，请填写年月日，如 2024-07-01。"


def day(value: Raw | BrokenCell) -> date | None:
    """Return the day of a cell, None if it is empty.

    2024-07-01, 2024/7/1, 2024.7.1, 2024年7月1日, 20240701 (text or number) and dates; a time of
    day is dropped. A month alone, a serial number of Excel and years outside 1900-2100 are refused.
    """
    if isinstance(value, datetime):
        return _bounded(value.date())
    if isinstance(value, date):
        return _bounded(value)
    if isinstance(value, bool | timedelta):
        raise CellError(NOT_A_DAY)
    if isinstance(value, str) and (found := _DAY.fullmatch(value)):
        return _calendar_day(*map(int, found.groups()))  # as most days are written
    written = half_width(value if isinstance(value, str) else text(value))
    return _written_day(" ".join(written.translate(_DATE_SIGNS).upper().split()))


def _written_day(written: str) -> date | None:
    if not written:
        return None
    if found := _COMPACT_DAY.fullmatch(written):
        return _calendar_day(*map(int, found.groups()))
    if found := _DAY.match(written):
        clock = written[found.end() :]
        if not clock or _CLOCK.fullmatch(clock):
            return _calendar_day(*map(int, found.groups()))
    if found := _SERIAL.fullmatch(written):
        likely = _SERIAL_ORIGIN + timedelta(days=int(found[1]))
        raise CellError(f"这是 Excel 的日期序号（可能是 {likely}），请改写成年月日。")
    if _MONTH.fullmatch(written):
        raise CellError("缺少日，请补全年月日，如 2024-07-01。")
    raise CellError(NOT_A_DAY)


def _calendar_day(year: int, month: int, day_of_month: int) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellError(f"年份应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间，请核对后重填。")
    if not 1 <= month <= 12:
        raise CellError("月份只有 1 至 12，请核对后重填，如 2024-12-01。")
    try:
        return date(year, month, day_of_month)
    except ValueError:
        last = calendar.monthrange(year, month)[1]
        raise CellError(f"{year}年{month}月只有 1 至 {last} 日，请核对后重填。") from None


def _bounded(value: date) -> date:
    if FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    return _calendar_day(value.year, value.month, value.day)


# --- numbers ----------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?(\d{1,20}|\d{1,3}(,\d{3}){1,6})(\.\d{0,30})?", re.ASCII)
_NUMBERS, _NO_NUMBERS = (int, float, Decimal), (bool, date, timedelta)
_NUMBER_WITH_UNIT = re.compile(r"[￥¥$约]?[+-]?[\d,.]+ ?[^\d,.]{1,6}|[￥¥$约][\d,.]+", re.ASCII)


def integer(value: Raw | BrokenCell, minimum: int = 0, maximum: int = 2_147_483_647) -> int | None:
    """Return a whole number ("1,200", "１２" and "12.0" too), None if the cell is empty."""
    number = _number(value)
    if number is None:
        return None
    if number != int(number):
        raise CellError("应为整数，请核对后重填。")
    return int(_in_bounds(number, Decimal(minimum), Decimal(maximum)))


def money(
    value: Raw | BrokenCell,
    places: int = 2,
    minimum: Decimal | None = Decimal(0),
    maximum: Decimal = Decimal(10) ** 12,
) -> Decimal | None:
    """Return an amount rounded half up to `places` decimals, None if the cell is empty.

    The unit is the column's (元 or 万元): a unit in the cell is refused. `minimum` None allows any
    loss down to -maximum.
    """
    number = _number(value)
    if number is None:
        return None
    lowest = -maximum if minimum is None else minimum
    rounded = _in_bounds(number, lowest, maximum).quantize(_unit_of(places), ROUND_HALF_UP)
    return rounded + 0  # minus zero becomes zero


@functools.cache
def _unit_of(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def _number(value: Raw | BrokenCell) -> Decimal | None:
    if isinstance(value, _NO_NUMBERS):
        raise CellError("不是数字，请把该格设为常规格式后重填。")
    if isinstance(value, float) and -EXACT_NUMBERS < value < EXACT_NUMBERS:
        return Decimal(repr(value))
    if isinstance(value, _NUMBERS):
        written = written_number(value)
    else:
        written = value if isinstance(value, str) else text(value)
        written = half_width(written).replace("−", "-").replace("，", ",").replace(" ", "")
    if not written:
        return None
    if _NUMBER.fullmatch(written):
        return Decimal(written.replace(",", ""))
    if _NUMBER_WITH_UNIT.fullmatch(written):
        raise CellError("只填数字，单位见表头，请删去数字以外的文字后重填。")
    raise CellError("不是数字，请只填数字，如 1200。")


def _in_bounds(number: Decimal, minimum: Decimal, maximum: Decimal) -> Decimal:
    if number < minimum:
        raise CellError(f"不能小于 {minimum}，请核对后重填。")
    if number > maximum:
        raise CellError(f"不能大于 {maximum:f}，请核对后重填。")
    return number


# --- yes or no, choices -----------------------------------------------------------------------

_YES = {"是", "√", "✓", "✔", "☑", "有", "Y", "YES", "1", "TRUE", "T", "对"}
_NO = {
    "否",
    "×",
    "✗",
    "✘",
    "✕",
    "✖",
    "╳",
    "☒",
    "X",
    "无",
    "N",
    "NO",
    "0",
    "FALSE",
    "F",
    "错",
}


def yes_no(value: Raw | BrokenCell) -> bool | None:
    """Return True for 是 √ 有 Y 1, False for 否 × 无 N 0, None if the cell is empty."""
    written = half_width(value if isinstance(value, str) else text(value)).upper()
    if not written:
        return None
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise CellError("只能填“是”或“否”。")


class Choices:
    """The values a cell may have: labels, what they mean, and synonyms of the labels.

    `labels` maps each stored value to its label; `synonyms` maps further spellings to values.
    Comparison is by name_key().
    """

    def __init__(
        self,
        labels: Mapping[str, str] | Iterable[tuple[str, str]],
        synonyms: Mapping[str, str] | None = None,
    ) -> None:
        self.labels = dict(labels)
        spelled = {label: stored for stored, label in self.labels.items()} | dict(synonyms or {})
        self._values = {name_key(spelling): stored for spelling, stored in spelled.items()}

    def value_of(self, spelling: str) -> str | None:
        """Return the stored value of a spelling, None if there is none."""
        return self._values.get(name_key(spelling))

    def nearest(self, spelling: str) -> str | None:
        """Return the label that looks most like `spelling`, None if none does."""
        found = nearest(name_key(spelling), self._values)
        return None if found is None else self.labels[self._values[found]]


def nearest(wanted: str, names: Iterable[str]) -> str | None:
    """Return the name that looks most like `wanted`, None if none does."""
    found = difflib.get_close_matches(wanted[:60], names, n=1, cutoff=0.5)
    return found[0] if found else None


def choice(value: Raw | BrokenCell, choices: Choices) -> str:
    """Return the stored value of a label or synonym, "" if the cell is empty."""
    written = text(value)
    if not written:
        return ""
    stored = choices.value_of(written)
    if stored is not None:
        return stored
    likely = choices.nearest(written)
    allowed = "、".join(choices.labels.values())
    hint = "" if likely is None else f"是不是“{likely}”？"
    raise CellError(f"没有这个选项，{hint}可填：{allowed}。")


# --- phones -----------------------------------------------------------------------------------

_SPACES_AND_BRACKETS = re.compile(r"[\s()_.]+")
_COUNTRY = re.compile(r"^(?:(?:\+|00)86-?|86-?(?=1[3-9]\d{9}$))", re.ASCII)
_MOBILE = re.compile(r"1[3-9]\d{9}", re.ASCII)
_AREA = r"(0(?:10|2\d|[3-9]\d{2}))"
_EXTENSION = r"(?:(?:-|转|EXT|#|分机)(\d{1,6}))?"
_LANDLINE = re.compile(rf"{_AREA}-?([2-9]\d{{6,7}}){_EXTENSION}", re.ASCII)
_LOCAL = re.compile(r"[2-9]\d{6,7}", re.ASCII)
_SERVICE = re.compile(r"[48]00\d{7}", re.ASCII)
_HIDDEN_BY_LETTERS = re.compile(r"\d[Xx×]{2}|[Xx×]{2}\d", re.ASCII)
_PHONE_SEPARATORS = re.compile(r"[、,;/]|(?<=\d{7}) +(?=\d{7})", re.ASCII)
NOT_A_PHONE = "不是电话号码，手机填 11 位，固定电话带区号，如 0731-28880000。"


def phone(value: Raw | BrokenCell) -> str:
    """Return a mobile number as 11 digits or a landline as 0731-28880000[-extension].

    +86, spaces, brackets and dashes are dropped. A numeric cell is accepted if nothing can be
    lost: 11 digits of a mobile, 7 or 8 of a local number. Raises Masked.
    """
    if isinstance(value, str):
        if _MOBILE.fullmatch(value):
            return value
        return _written_phone(half_width(value).upper().translate(_DATE_SIGNS))
    written = text(value)
    if written and not (_MOBILE.fullmatch(written) or _LOCAL.fullmatch(written)):
        raise CellError(MANGLED if written.isdigit() else NOT_A_PHONE)
    return written


def _written_phone(written: str) -> str:
    if is_masked(written) or _HIDDEN_BY_LETTERS.search(written):
        raise Masked
    if _PHONE_SEPARATORS.search(written):
        raise CellError("只填一个电话号码，其余的写在备注里。")
    packed = _COUNTRY.sub("", _SPACES_AND_BRACKETS.sub("", written).lstrip("'’‘`"), count=1)
    digits = packed.replace("-", "")
    for shape in (_MOBILE, _LOCAL, _SERVICE):
        if shape.fullmatch(digits):
            return digits
    landline = _LANDLINE.fullmatch(packed) or _LANDLINE.fullmatch(digits)
    if landline:
        return "-".join(filter(None, landline.groups()))
    if digits and digits.isdigit() and digits.startswith("1"):
        raise CellError(f"手机号应为 11 位，这里是 {len(digits)} 位，请核对后重填。")
    if digits:
        raise CellError(NOT_A_PHONE)
    return ""
