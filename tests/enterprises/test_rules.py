"""Credit codes, industries and sizes of enterprises."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.cells import CellError
from enterprises.industries import SECTIONS, division_name, industry, section_name
from enterprises.rules import (
    LARGE,
    MEDIUM,
    MICRO,
    NOT_APPLICABLE,
    SIZE_TABLES,
    SMALL,
    TOO_LITTLE_DATA,
    check_symbol,
    meets_three_conditions,
    size_basis,
    size_basis_text,
    size_class,
    uscc_problem,
)

VALID_CODES = (
    "91990101MA00TE5T2P",
    "92990101MA00TE5T2L",
    "93990101MA00TE5T2H",
    "52990101MA00TE5T2Q",
)


@pytest.mark.parametrize("code", VALID_CODES)
def test_uscc_accepts_valid_codes(code):
    assert uscc_problem(code) is None


@pytest.mark.parametrize("code", VALID_CODES)
def test_uscc_finds_every_wrong_symbol(code):
    for place in range(2, 8):
        other = "1" if code[place] != "1" else "2"
        assert "校验位" in uscc_problem(code[:place] + other + code[place + 1 :])
    assert "校验位" in uscc_problem(code[:-1] + "0")


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("", "这里是 0 位"),
        ("91990101MA00TE5T2", "这里是 17 位"),
        ("91990101MA00TE5T2PP", "这里是 19 位"),
        ("91990101MA00TE5T2I", "第 18 位不能用"),
        ("O1990101MA00TE5T2P", "第 1 位不能用"),
        ("91990101MA00TE5T2p", "第 18 位不能用"),
        ("91９90101MA00TE5T2P", "第 3 位不能用"),
        ("9199010AMA00TE5T2P", "应为数字"),
        ("91350211M0000XUF46", "校验位"),
    ],
)
def test_uscc_names_what_is_wrong(code, words):
    assert words in uscc_problem(code)


def test_uscc_check_symbol_of_sum_that_is_a_multiple_of_31_is_zero():
    assert check_symbol("0" * 17) == "0"


def test_registration_number_passes_only_where_it_is_allowed():
    assert uscc_problem("430211600123456", registration_number_allowed=True) is None
    assert "18 位" in uscc_problem("430211600123456")
    assert "18 位" in uscc_problem("43021160012345A", registration_number_allowed=True)


# --- industries -------------------------------------------------------------------------------


def test_standard_is_complete():
    divisions = sorted(code for _, held in SECTIONS.values() for code in held)
    assert divisions == [f"{number:02}" for number in range(1, 98)]
    assert list(SECTIONS) == list("ABCDEFGHIJKLMNOPQRST")


def test_every_section_and_division_is_found_by_letter_code_and_name():
    for letter, (name, divisions) in SECTIONS.items():
        assert industry(letter) == (letter, None)
        assert industry(letter.lower()) == (letter, None)
        assert industry(name) == (letter, None)
        assert industry(f"{letter} {name}") == (letter, None)
        for code, division in divisions.items():
            assert industry(code) == (letter, code)
            assert industry(f"{code}{division}") == (letter, code)
            assert industry(f"{division}（{code}）") == (letter, code)
            expected = (letter, None) if division == name else (letter, code)
            assert industry(division) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("批发零售", ("F", None)),
        ("批发零售业", ("F", None)),
        ("制造", ("C", None)),
        ("农林牧渔业", ("A", None)),
        ("住宿餐饮业", ("H", None)),
        ("电力、热力、燃气及水的生产和供应业", ("D", None)),
        ("信息传输,软件和信息技术服务业", ("I", None)),
        ("餐饮", ("H", "62")),
        (" ５２ ", ("F", "52")),
        ("1", ("A", "01")),
        ("5211", ("F", "52")),
        ("F52", ("F", "52")),
        ("", ("", None)),
    ],
)
def test_industry_understands_usual_spellings(written, expected):
    assert industry(written) == expected


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("批发零受业", "F 批发和零售业"),
        ("零售页", "52 零售业"),
        ("C52", "没有这个行业"),
        ("52 制造业", "没有这个行业"),
        ("99", "没有这个行业"),
        ("00", "没有这个行业"),
        ("U", "没有这个行业"),
    ],
)
def test_industry_error_names_the_nearest(written, words):
    with pytest.raises(CellError) as refused:
        industry(written)
    assert words in refused.value.sentence


@given(st.text(max_size=200))
def test_industry_fails_only_with_a_sentence(written):
    try:
        section, division = industry(written)
    except CellError:
        return
    assert section == "" or section_name(section)
    assert division is None or division_name(division)


# --- sizes ------------------------------------------------------------------------------------

# (division, indicators, limits of small, medium, large); X staff, Y revenue, Z assets in 万元:
# typed from the notice, apart from the table under test.
NOTICE = [
    ("01", "Y", (50,), (500,), (20_000,)),
    ("13", "XY", (20, 300), (300, 2000), (1000, 40_000)),
    ("06", "XY", (20, 300), (300, 2000), (1000, 40_000)),
    ("46", "XY", (20, 300), (300, 2000), (1000, 40_000)),
    ("47", "YZ", (300, 300), (6000, 5000), (80_000, 80_000)),
    ("51", "XY", (5, 1000), (20, 5000), (200, 40_000)),
    ("52", "XY", (10, 100), (50, 500), (300, 20_000)),
    ("54", "XY", (20, 200), (300, 3000), (1000, 30_000)),
    ("60", "XY", (20, 100), (300, 2000), (1000, 30_000)),
    ("61", "XY", (10, 100), (100, 2000), (300, 10_000)),
    ("62", "XY", (10, 100), (100, 2000), (300, 10_000)),
    ("63", "XY", (10, 100), (100, 1000), (2000, 100_000)),
    ("65", "XY", (10, 50), (100, 1000), (300, 10_000)),
    ("72", "XZ", (10, 100), (100, 8000), (300, 120_000)),
    ("73", "X", (10,), (100,), (300,)),
    ("80", "X", (10,), (100,), (300,)),
    ("85", "X", (10,), (100,), (300,)),
]


def size_of(division, indicators, values):
    named = dict(zip(indicators, values, strict=True))
    section = next(letter for letter, (_, held) in SECTIONS.items() if division in held)
    return size_class(section, division, named.get("X"), named.get("Y"), named.get("Z"))


@pytest.mark.parametrize(("division", "indicators", "small", "medium", "large"), NOTICE)
def test_size_at_and_below_each_limit(division, indicators, small, medium, large):
    steps = [(SMALL, MICRO, small), (MEDIUM, SMALL, medium), (LARGE, MEDIUM, large)]
    for size, below, limits in steps:
        assert size_of(division, indicators, limits) == size
        for place in range(len(limits)):
            short = list(limits)
            short[place] -= 1
            assert size_of(division, indicators, short) == below


def test_size_is_that_of_the_lower_indicator():
    assert size_class("C", "13", 2000, Decimal("299.9999"), None) == MICRO
    assert size_class("C", "13", 2000, Decimal("300"), None) == SMALL


def test_size_of_a_section_is_given_when_its_divisions_agree():
    assert size_class("C", None, 20, Decimal(300), None) == SMALL
    assert size_class("F", None, 3, Decimal(50), None) == MICRO
    assert size_class("F", None, 10, Decimal(500), None) == TOO_LITTLE_DATA
    assert size_class("G", None, 3, Decimal(50), None) == TOO_LITTLE_DATA


def test_size_of_real_estate_and_storage_needs_more_than_two_digits():
    assert size_class("K", "70", 5, Decimal(50), Decimal(100)) == MICRO
    assert size_class("K", "70", 150, Decimal(800), Decimal(3000)) == TOO_LITTLE_DATA
    assert size_class("G", "59", 300, Decimal(3000), None) == MEDIUM
    assert size_class("G", "59", 150, Decimal(2000), None) == TOO_LITTLE_DATA


@pytest.mark.parametrize("division", ["53", "66", "69", "83", "84", "91", "97"])
def test_industries_without_a_standard(division):
    assert size_of(division, "XYZ", (1, 1, 1)) == NOT_APPLICABLE


def test_size_with_missing_data():
    assert size_class("C", "13", None, None, None) == TOO_LITTLE_DATA
    assert size_class("C", "13", 1000, None, None) == TOO_LITTLE_DATA
    assert size_class("C", "13", 5, None, None) == MICRO
    assert size_class("", None, 5, Decimal(1), None) == TOO_LITTLE_DATA


def test_size_basis_names_row_limits_and_gaps():
    basis = size_basis("F", "52", 10, Decimal(100), None)
    assert [row.number for row in basis.rows] == [5]
    limits = "从业人员数 10 人及以上且营业收入 100 万元及以上"
    assert size_basis_text(basis) == f"工信部联企业〔2011〕300号第 5 项零售业（{limits}）。"
    gaps = size_basis("F", None, None, Decimal(500), None)
    assert gaps.missing == ("行业大类", "从业人员数")
    assert "缺行业大类、从业人员数" in size_basis_text(gaps)
    assert "没有这个行业的标准" in size_basis_text(size_basis("J", "66", 1, None, None))


def test_size_table_is_chosen_by_date():
    assert size_basis("C", "13", 5, None, None, date(2026, 1, 1)).table == SIZE_TABLES[-1].title
    assert size_basis("C", "13", 5, None, None, date(2000, 1, 1)).table == SIZE_TABLES[0].title


@pytest.mark.parametrize(
    ("premises", "employees", "normal", "expected"),
    [
        (True, 10, True, True),
        (True, 9, True, False),
        (False, 10, True, False),
        (None, 10, True, False),
        (True, None, True, False),
        (True, 10, False, False),
    ],
)
def test_three_conditions(premises, employees, normal, expected):
    met = meets_three_conditions(
        fixed_premises=premises, employees=employees, operates_normally=normal, minimum_employees=10
    )
    assert met is expected
