"""ID numbers of members. All numbers are invented: area 990101 does not exist."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.rules import (
    age_on,
    age_warning,
    birth_date,
    check_character,
    id_number_problem,
    sex_of,
)

VALID = ("990101199001010019", "990101198506300025", "990101200402290037")


@pytest.mark.parametrize(
    ("number", "born", "sex"),
    [
        (VALID[0], date(1990, 1, 1), "男"),
        (VALID[1], date(1985, 6, 30), "女"),
        (VALID[2], date(2004, 2, 29), "男"),
    ],
)
def test_valid_numbers(number, born, sex):
    assert id_number_problem(number) is None
    assert birth_date(number) == born
    assert sex_of(number) == sex


@pytest.mark.parametrize("number", VALID)
def test_every_single_wrong_digit_is_found(number):
    for place in range(17):
        for digit in "0123456789":
            if digit != number[place]:
                assert id_number_problem(number[:place] + digit + number[place + 1 :])


def test_number_that_ends_in_x():
    body = next(
        f"99010119900101{serial:03}"
        for serial in range(1000)
        if check_character(f"99010119900101{serial:03}") == "X"
    )
    assert id_number_problem(body + "X") is None


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("", "这里是 0 位"),
        ("99010119900101001", "这里是 17 位"),
        ("990101900101001", "15 位旧号码"),
        ("99010119900101001Ｘ", "末位是数字或 X"),
        ("9901011990010100A9", "前 17 位应为数字"),
        ("990101199002300016", "出生日期不存在"),
        ("990101190002290014", "出生日期不存在"),
        ("990101189901010016", "出生日期不存在"),
        ("990101000001010016", "出生日期不存在"),
        ("990101199001010018", "校验位"),
    ],
)
def test_wrong_numbers_are_explained(number, words):
    assert words in id_number_problem(number)


def test_birth_after_today_is_refused():
    body = "99010120261123001"
    number = body + check_character(body)
    assert "今天之后" in id_number_problem(number, date(2026, 11, 22))
    assert id_number_problem(number, date(2026, 11, 23)) is None


def test_age_is_counted_in_full_years():
    assert age_on(date(2004, 2, 29), date(2022, 2, 28)) == 17
    assert age_on(date(2004, 2, 29), date(2022, 3, 1)) == 18
    assert age_warning(VALID[2], date(2022, 2, 28)) == "当时不满 18 岁，请核对。"
    assert age_warning(VALID[2], date(2022, 3, 1)) is None


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_no_input_breaks_the_check_or_is_repeated(text):
    problem = id_number_problem(text)
    assert problem is None or problem.endswith("。")
    assert problem is None or len(text) < 4 or text not in problem
