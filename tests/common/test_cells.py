"""Parsers of cells: all spellings of ledgers.md §1, and one sentence for everything else."""

import contextlib
import time as clock
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.cells import (
    BrokenCell,
    CellError,
    Choices,
    Masked,
    Memory,
    choice,
    code_text,
    day,
    integer,
    is_masked,
    many,
    money,
    name_key,
    phone,
    text,
    yes_no,
)
from common.masking import mask_id_number, mask_phone

KINDS = Choices({"a": "小微企业", "b": "个体工商户"}, {"个体户": "b"})
PARSERS = {
    "text": text,
    "code_text": code_text,
    "day": day,
    "integer": integer,
    "money": money,
    "yes_no": yes_no,
    "choice": lambda value: choice(value, KINDS),
    "many": many,
    "phone": phone,
}
EMPTY = {"text": "", "code_text": "", "choice": "", "phone": "", "many": ()}


def sentence(parser, value, *args, **options):
    with pytest.raises(CellError) as refused:
        parser(value, *args, **options)
    return refused.value.sentence


# --- every parser -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize("value", ["", "  \u3000\n", "\u200b", None])
def test_empty_cell_gives_the_empty_value(name, value):
    assert PARSERS[name](value) == EMPTY.get(name)


@pytest.mark.parametrize("name", PARSERS)
def test_broken_cell_says_what_excel_shows(name):
    assert sentence(PARSERS[name], BrokenCell("#N/A")) == "公式出错（#N/A），请改成具体的值。"
    assert "没有计算结果" in sentence(PARSERS[name], BrokenCell(""))


RAW = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="0123456789.-/年月日,，+eE*（)(、;转 Xx", max_size=40),
    st.text(alphabet=st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Zs"]), max_size=60),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
    st.decimals(),
    st.none(),
)


@pytest.mark.parametrize("name", PARSERS)
@given(value=RAW)
def test_no_cell_raises_anything_but_a_sentence(name, value):
    try:
        result = PARSERS[name](value)
    except CellError as refused:
        said = refused.sentence
    else:
        said = "。"
        for part in result if isinstance(result, tuple) else [result]:
            if isinstance(part, str):
                part.encode()
                assert "\0" not in part
    assert said.endswith("。")
    assert "\n" not in said


@pytest.mark.parametrize("name", ["text", "code_text", "day", "integer", "money", "phone", "many"])
@given(value=st.text(max_size=60))
def test_what_was_read_is_read_again_as_the_same(name, value):
    try:
        result = PARSERS[name](value)
    except CellError:
        return
    written = "、".join(result) if isinstance(result, tuple) else result
    assert PARSERS[name]("" if written is None else str(written)) == result


@pytest.mark.parametrize("name", PARSERS)
@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "1,",
        "1 ",
        "-",
        "2024-",
        " 1.",
        "（",
        "a、",
        "\u0301\u0316",
        "*",
        "１",
        "0731-",
        "\u200b",
        "转",
        "﷽",
    ],
)
def test_long_cells_take_no_time(name, piece):
    value = piece * (100_000 // len(piece))
    started = clock.process_time()
    with contextlib.suppress(CellError):
        PARSERS[name](value)
    name_key(value)
    assert clock.process_time() - started < 0.2


def test_memory_of_a_column_gives_the_same_results_and_errors():
    calls = []

    def parser(value):
        calls.append(value)
        return yes_no(value)

    memory = Memory(parser, nothing=False)
    assert [memory["是"], memory["是"], *map(memory.of, (True, 1, 1.0))] == [True] * 5
    assert len(calls) == 3  # 1 and 1.0 are the same cell, True is another
    assert memory["也许"] is memory["也许"]
    assert memory["也许"].sentence == "只能填“是”或“否”。"
    assert len(calls) == 4
    assert memory["否"] is None


# --- text -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (" 顺达\r\n机械\u3000 公司 ", "顺达 机械 公司"),
        ("阿不都·买买提", "阿不都·买买提"),
        ("𠮷野家䶮", "𠮷野家䶮"),
        ("e\u0301", "é"),
        ("甲\u200b乙\u202e\ufeff", "甲乙"),
        ("=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1"),
        ("<script>", "<script>"),
        (12.0, "12"),
        (0.1, "0.1"),
        (1e-7, "0.0000001"),
        (True, "TRUE"),
        (Decimal("1.50"), "1.50"),
        (date(2024, 7, 1), "2024-07-01"),
        (datetime(2024, 7, 1), "2024-07-01"),
        (datetime(2024, 7, 1, 8, 30), "2024-07-01 08:30"),
        (time(8, 30), "08:30:00"),
    ],
)
def test_text(value, expected):
    assert text(value) == expected


@pytest.mark.parametrize(
    "character",
    [
        "\0",
        "\x07",
        "\x0b",
        "\x1b",
        "\x7f",
        chr(0xD800),
        "\N{REPLACEMENT CHARACTER}",
        "\ufffe",
        "\uffff",
        "\U0001ffff",
    ],
)
def test_control_and_broken_characters_are_refused(character):
    assert "乱码" in sentence(text, f"甲{character}乙")


def test_text_is_not_longer_than_its_column():
    assert text("长" * 20, 20) == "长" * 20
    assert sentence(text, "长" * 21, 20) == "内容太长，最多 20 个字。"
    assert text("e\u0301" * 20, 20) == "é" * 20
    assert "内容太长" in sentence(text, "a" + "\u0301" * 10_000, 200)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN")])
def test_numbers_that_are_none(value):
    assert "不是有效的数字" in sentence(text, value)


def test_numbers_beyond_fifteen_digits_are_mangled():
    assert "已被 Excel 改写" in sentence(text, 10**15)
    assert "已被 Excel 改写" in sentence(text, 10**400)
    assert text(10**15 - 1) == "999999999999999"
    assert "时长" in sentence(text, timedelta(hours=30))


# --- codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "91990101MA00TE5T2P",
        " 91990101ma00te5t2p ",
        "９１９９０１０１ＭＡ００ＴＥ５Ｔ２Ｐ",
        "'91990101MA00TE5T2P",
        "91990101 MA00 TE5T2P",
        "91990101MA00TE5T2P\u200b",
    ],
)
def test_code_is_half_width_upper_case_without_spaces(value):
    assert code_text(value) == "91990101MA00TE5T2P"


@pytest.mark.parametrize(
    "value",
    [
        9.1990101e17,
        990101199001010019,
        4.302111990010113e17,
        "4.302111990010113E+17",
        "9.9E+17",
        "990101199001010019.0",
        12,
        True,
        date(2024, 7, 1),
        -1,
        1.5,
        float("nan"),
    ],
)
def test_code_in_a_numeric_cell_is_refused(value):
    refused = sentence(code_text, value)
    assert "Excel 改写" in refused or "数字" in refused


def test_short_codes_may_be_numeric_where_nothing_can_be_lost():
    assert code_text(990101.0, exact_digits=12) == "990101"
    assert code_text(990101001001, exact_digits=12) == "990101001001"
    for value in (9901010010011, -990101, 1.5, True):
        assert "改写" in sentence(code_text, value, exact_digits=12)


def test_codes_that_look_like_exponents_stay():
    assert code_text("91430211E00000000X") == "91430211E00000000X"
    assert code_text("12E3") == "12E3"


@pytest.mark.parametrize("value", ["990101********0019", "990101＊＊＊＊＊＊＊＊0019", "•••• 0019"])
def test_masked_code(value):
    with pytest.raises(Masked):
        code_text(value)


def test_masks_are_recognised_when_they_come_back():
    assert is_masked(mask_id_number("990101199001010019"))
    for number in ("13800000000", "0731-28880000", "0731-28880000-12", "28880000", "4008001234"):
        with pytest.raises(Masked):
            phone(mask_phone(number))
    assert mask_id_number("990101199001010019") == "990101********0019"
    assert mask_phone("13800000000") == "138****0000"
    assert mask_phone("0731-28880000") == "0731-****0000"


def test_code_length():
    assert "最多 5 个字符" in sentence(code_text, "123456", 5)
