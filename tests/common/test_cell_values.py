"""Dates, numbers, choices, lists and phones in cells."""

import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.cells import (
    CellError,
    Choices,
    Masked,
    choice,
    day,
    integer,
    many,
    money,
    name_key,
    nearest,
    phone,
    yes_no,
)

KINDS = Choices({"a": "小微企业", "b": "个体工商户"}, {"个体户": "b"})


def sentence(parser, value, *args, **options):
    with pytest.raises(CellError) as refused:
        parser(value, *args, **options)
    return refused.value.sentence


# --- dates ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "2024-07-01",
        "2024/7/1",
        "2024.7.1",
        "2024年7月1日",
        "20240701",
        20240701,
        20240701.0,
        date(2024, 7, 1),
        datetime(2024, 7, 1, 23, 59),
        "２０２４．７．１",
        "2024 年 7 月 1 日",
        "2024年7月1号",
        "2024-7-1 08:30",
        "2024-07-01T00:00:00",
        "2024-07-01T00:00:00.000+08:00",
        "2024—07—01",
        "2024年07月01",
        " 2024/07/01\n",
        "2024。7。1",
        Decimal(20240701),
    ],
)
def test_day_in_every_spelling(value):
    assert day(value) == date(2024, 7, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2024.7", "缺少日"),
        (2024.7, "缺少日"),
        ("2024年7月", "缺少日"),
        ("202407", "缺少日"),
        (202407, "缺少日"),
        ("2024", "缺少日"),
        ("2024年", "缺少日"),
        (45474, "可能是 2024-07-01"),
        (45474.5, "可能是 2024-07-01"),
        ("45474", "可能是 2024-07-01"),
        ("2024-02-30", "2024年2月只有 1 至 29 日"),
        ("2023-02-29", "2023年2月只有 1 至 28 日"),
        ("2024-13-01", "月份只有 1 至 12"),
        ("2024-00-01", "月份只有 1 至 12"),
        ("2024-01-00", "只有 1 至 31 日"),
        ("0000-00-00", "年份应在 1900 至 2100"),
        ("9999-99-99", "年份应在 1900 至 2100"),
        (date(1899, 12, 31), "年份应在 1900 至 2100"),
        (datetime(2101, 1, 1), "年份应在 1900 至 2100"),
        ("24-7-1", "不是日期"),
        ("7/1/2024", "不是日期"),
        ("2024-07-01 等", "不是日期"),
        ("2024-07-01至2025-07-01", "不是日期"),
        ("2024-07-01T16:00:00Z", "不是日期"),
        ("2024-07-012", "不是日期"),
        ("长期", "不是日期"),
        ("无", "不是日期"),
        (time(8, 0), "不是日期"),
        (timedelta(days=3), "不是日期"),
        (True, "不是日期"),
        (1e300, "改写"),
    ],
)
def test_what_is_no_day(value, words):
    assert words in sentence(day, value)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_is_read_in_every_form(expected):
    year, month, number = expected.year, expected.month, expected.day
    forms = [
        expected.isoformat(),
        f"{year}/{month}/{number}",
        f"{year}.{month}.{number}",
        f"{year}年{month}月{number}日",
        expected.strftime("%Y%m%d"),
        int(expected.strftime("%Y%m%d")),
        unicodedata.normalize("NFKC", f"{year}－{month}－{number}"),
    ]
    assert {day(form) for form in forms} == {expected}


# --- numbers ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,200", 1200),
        ("１２", 12),
        ("12.0", 12),
        (12.0, 12),
        ("1，200", 1200),
        (" 7 ", 7),
        ("+5", 5),
        ("-0", 0),
        ("1 200", 1200),
        (Decimal("3.00"), 3),
        ("0012", 12),
    ],
)
def test_integer(value, expected):
    assert integer(value) == expected


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("12.5", "应为整数"),
        (12.5, "应为整数"),
        ("-1", "不能小于 0"),
        (2**31, "不能大于"),
        ("12人", "只填数字"),
        ("约12", "只填数字"),
        ("一百", "不是数字"),
        ("12,34", "不是数字"),
        ("1e3", "不是数字"),
        ("0x10", "不是数字"),
        (True, "不是数字"),
        (date(2024, 7, 1), "不是数字"),
        (float("nan"), "不是有效的数字"),
        (float("inf"), "不是有效的数字"),
        ("٣", "不是数字"),
        ("9" * 50, "不是数字"),
    ],
)
def test_what_is_no_integer(value, words):
    assert words in sentence(integer, value)


def test_integer_bounds_belong_to_the_column():
    assert integer(-5, -10, 10) == -5
    assert "不能大于 10" in sentence(integer, 11, -10, 10)


@pytest.mark.parametrize(
    ("value", "places", "expected"),
    [
        ("1,200.5", 2, "1200.50"),
        (0.1 + 0.2, 2, "0.30"),
        ("0.125", 2, "0.13"),
        ("12.34565", 4, "12.3457"),
        (1e-400, 2, "0.00"),
        (-0.0, 2, "0.00"),
        ("．5", 2, None),
        ("1,234,567.89", 2, "1234567.89"),
    ],
)
def test_money(value, places, expected):
    if expected is None:
        assert "不是数字" in sentence(money, value, places)
    else:
        assert str(money(value, places)) == expected


@pytest.mark.parametrize("value", ["12万", "1200 万元", "￥1,200", "12元", "约 12"])
def test_units_in_a_money_cell_are_refused(value):
    assert sentence(money, value) == "只填数字，单位见表头，请删去数字以外的文字后重填。"


def test_money_bounds():
    assert "不能小于 0" in sentence(money, "-0.01")
    assert money("-1,200", 2, None) == Decimal("-1200.00")
    assert "不能大于" in sentence(money, "9" * 20)


# --- yes or no, choices, lists ----------------------------------------------------------------


@pytest.mark.parametrize(
    "value", ["是", "√", "✓", "有", "Y", "y", "Yes", "1", "1 ", 1, 1.0, True, "TRUE", "ｔｒｕｅ"]
)
def test_yes(value):
    assert yes_no(value) is True


@pytest.mark.parametrize(
    "value", ["否", "×", "✗", "x", "无", "N", "no", "0", 0, 0.0, False, "False"]
)
def test_no(value):
    assert yes_no(value) is False


@pytest.mark.parametrize("value", ["也许", "2", 2, "是否", date(2024, 7, 1), "?"])
def test_neither_yes_nor_no(value):
    assert sentence(yes_no, value) == "只能填“是”或“否”。"


@pytest.mark.parametrize("value", ["个体工商户", "个体户", " 个体 工商户", "个体\n工商户"])
def test_choice_by_label_or_synonym(value):
    assert choice(value, KINDS) == "b"


def test_choice_names_the_nearest():
    assert sentence(choice, "小微企", KINDS) == (
        "没有这个选项，是不是“小微企业”？可填：小微企业、个体工商户。"
    )
    assert sentence(choice, "乙", KINDS) == "没有这个选项，可填：小微企业、个体工商户。"
    assert KINDS.value_of("小微企业") == "a"
    assert KINDS.labels == {"a": "小微企业", "b": "个体工商户"}
    assert nearest("青石真", ["青石镇", "柳林镇"]) == "青石镇"
    assert nearest("天", []) is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("甲、乙，丙,丁；戊;己\n庚", ("甲", "乙", "丙", "丁", "戊", "己", "庚")),
        ("甲（乙、丙）、丁(戊,己)", ("甲（乙、丙）", "丁(戊,己)")),
        ("甲（乙、丙", ("甲（乙", "丙")),
        ("甲）、乙", ("甲）", "乙")),
        ("甲、、甲、 乙 ", ("甲", "乙")),
        (12.0, ("12",)),
    ],
)
def test_many(value, expected):
    assert many(value) == expected


def test_names_are_compared_without_width_case_spaces_and_bracket_forms():
    same = [
        "ABC（明川）有限公司",
        "abc(明川)有限公司",
        " ＡＢＣ 〔明川〕有限公司",
        "Abc【明川】有限公司\u200b",
    ]
    assert len({name_key(name) for name in same}) == 1
    assert name_key("阿不都·买买提") == name_key("阿不都•买买提") == name_key("阿不都・买买提")
    assert name_key("甲") != name_key("乙")


# --- phones -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "13800000000",
        13800000000,
        13800000000.0,
        "+86 138-0000-0000",
        "008613800000000",
        "8613800000000",
        "138 0000 0000",
        "１３８００００００００",
        "+86-13800000000",
        "'13800000000",
        "13800000000\u200b",
    ],
)
def test_mobile(value):
    assert phone(value) == "13800000000"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("0731-28880000", "0731-28880000"),
        ("(0731)28880000", "0731-28880000"),
        ("（0731） 2888 0000", "0731-28880000"),
        ("073128880000", "0731-28880000"),
        ("0731—2888-0000", "0731-28880000"),
        ("+86 0731-28880000", "0731-28880000"),
        ("010-88880000转123", "010-88880000-123"),
        ("010-88880000-123", "010-88880000-123"),
        ("28880000", "28880000"),
        (28880000.0, "28880000"),
        ("2888000", "2888000"),
        ("400-800-1234", "4008001234"),
    ],
)
def test_landline(value, expected):
    assert phone(value) == expected
    assert phone(phone(value)) == expected


@pytest.mark.parametrize(
    "value", ["138****0000", "138＊＊＊＊0000", "138xxxx0000", "0731-****0000", "138××××0000"]
)
def test_masked_phone(value):
    with pytest.raises(Masked):
        phone(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("138000000001", "应为 11 位，这里是 12 位"),
        ("1380000000", "这里是 10 位"),
        ("13800000000、13900000000", "只填一个"),
        ("13800000000/0731-28880000", "只填一个"),
        ("13800000000 13900000000", "只填一个"),
        (7312888000, "Excel 改写"),
        (1088880000, "Excel 改写"),
        (13800000000.5, "不是电话号码"),
        ("abc", "不是电话号码"),
        ("周敏", "不是电话号码"),
        (True, "不是电话号码"),
        (date(2024, 7, 1), "不是电话号码"),
    ],
)
def test_what_is_no_phone(value, words):
    refused = sentence(phone, value)
    assert words in refused
    assert str(value) not in refused
