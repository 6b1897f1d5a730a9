"""Files as people make them in Excel and WPS: each is read whole, with Excel's row numbers."""

import datetime

import pytest

from tests.common.workbooks import (
    HEADER,
    ROWS,
    SHEET,
    book,
    changed,
    made,
    opened,
    read,
    refusal,
    rows_at,
    text_table,
    with_xml,
)

DATA = [(number, row) for number, row in enumerate(ROWS, 2)]


# --- finding the table ------------------------------------------------------------------------


def test_plain_table():
    with opened(book()) as table:
        assert list(table.rows) == DATA
    assert (table.kind, table.sheet, table.header_row) == ("xlsx", "表1", 1)
    assert [(c.letter, c.text, c.name) for c in table.columns] == [
        ("A", "主体类型", "主体类型"),
        ("B", "名称", "名称"),
        ("C", "所属镇街", "所属镇街"),
        ("D", "从业人员数", "从业人员数"),
    ]
    assert (table.dropped_rows, table.other_sheets, table.unnamed_columns) == ([], [], [])


def test_source_may_be_a_path_or_an_open_file(tmp_path):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(book())
    assert read(path) == read(str(path)) == DATA
    with path.open("rb") as file:
        assert read(file) == DATA
        assert not file.closed


def test_titles_above_and_empty_columns_before_the_table():
    def write(_, sheet):
        sheet.merge_range(0, 0, 0, 6, "明川区市场主体台账")
        sheet.write(1, 2, "填报单位：青石镇")
        rows_at(sheet, 4, HEADER, *ROWS, column=2)

    with opened(made(write)) as table:
        assert list(table.rows) == [(number, row) for number, row in enumerate(ROWS, 6)]
    assert table.header_row == 5
    assert [column.letter for column in table.columns] == ["C", "D", "E", "F"]


@pytest.mark.parametrize(
    "spelling",
    [
        "★名称",
        "名称 *",
        "名 称",
        "名\n称",
        "名称（必填）",
        "名称:",
        "＊名称",
        " 企业名称",
        "2、名称",
        "名称【全称】",
    ],
)
def test_headers_are_found_however_they_are_decorated(spelling):
    header = [HEADER[0], spelling, *HEADER[2:]]
    with opened(book([header, *ROWS])) as table:
        assert table.columns[1].name == "名称"
        assert table.columns[1].text == " ".join(spelling.split())


def test_unknown_columns_are_read_and_reported_as_unknown():
    header = ["序号", *HEADER, "信用等级"]
    with opened(book([header, *([n, *row, "A"] for n, row in enumerate(ROWS, 1))])) as table:
        assert next(table.rows) == (2, [1, *ROWS[0], "A"])
    assert [column.text for column in table.columns if column.name is None] == ["序号", "信用等级"]


def test_column_without_header_is_left_out_and_named():
    rows = [[*HEADER, "", "成立日期"], [*ROWS[0], "", "2020-01-01"], [*ROWS[1], "旁注", ""]]
    with opened(book(rows)) as table:
        assert list(table.rows) == [(2, [*ROWS[0], "2020-01-01"]), (3, [*ROWS[1], ""])]
    assert table.unnamed_columns == ["E"]


def test_header_of_two_rows_with_merged_groups():
    def write(_, sheet):
        for column, text in enumerate(["主体类型", "名称", "所属镇街"]):
            sheet.merge_range(1, column, 2, column, text)
        sheet.merge_range(1, 3, 1, 4, "法定代表人")
        sheet.write_row(2, 3, ["法人姓名", "电话"])
        rows_at(sheet, 3, ["小微企业", "顺达机械", "青石镇", "周敏", "0731-28880000"])

    with opened(made(write)) as table:
        assert list(table.rows) == [
            (4, ["小微企业", "顺达机械", "青石镇", "周敏", "0731-28880000"])
        ]
    assert [column.name for column in table.columns] == [
        "主体类型",
        "名称",
        "所属镇街",
        "法定代表人",
        "联系电话",
    ]
    assert table.header_row == 3


def test_header_of_two_rows_without_merges_in_a_text_file():
    lines = [
        ["主体类型", "名称", "所属镇街", "法定代表人", ""],
        ["", "", "", "法人姓名", "联系电话"],
        ["小微企业", "顺达机械", "青石镇", "周敏", "0731-28880000"],
    ]
    with opened(text_table(lines).encode()) as table:
        assert [number for number, _ in table.rows] == [3]
    assert [column.name for column in table.columns][-2:] == ["法定代表人", "联系电话"]


def test_first_record_is_never_taken_for_a_second_header_row():
    rows = [[*HEADER, "来源"], ["小微企业", "名称", "青石镇", 1, "社区"]]
    assert read(book(rows)) == [(2, rows[1])]


def test_best_sheet_is_read_and_others_like_it_are_named():
    notes = [["填写说明"], ["名称", "填营业执照上的名称"]]
    short = [HEADER[:3], ROWS[0][:3]]
    with opened(book(notes, short, [HEADER, *ROWS])) as table:
        assert list(table.rows) == DATA
    assert table.sheet == "表3"
    assert table.other_sheets == ["表2"]


def test_sheet_with_rows_goes_before_an_empty_one():
    with opened(book([HEADER], [HEADER, *ROWS])) as table:
        assert table.sheet == "表2"


def test_sheet_may_be_chosen_by_name():
    content = book([HEADER, *ROWS], [HEADER, ROWS[2]])
    assert read(content, sheet="表2") == [(2, ROWS[2])]
    assert refusal(content, sheet="表9") == "没有名为“表9”的工作表，文件里有：表1、表2。"


def test_hidden_sheet_is_read_only_if_no_visible_one_will_do():
    def write(workbook, sheet):
        rows_at(sheet, 0, HEADER, ROWS[0])
        hidden = workbook.add_worksheet("去年")
        rows_at(hidden, 0, HEADER, *ROWS, ROWS[0])
        hidden.hide()

    def cover(workbook, sheet):
        sheet.write(0, 0, "封面")
        write(workbook, workbook.add_worksheet("藏"))
        workbook.get_worksheet_by_name("藏").very_hidden()

    with opened(made(write)) as table:
        assert table.sheet == "台账"
    with opened(made(cover)) as table:
        assert table.sheet in ("藏", "去年")


# --- rows -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", ["A1:A1", "A1:XFD1048576", "B2:C3"])
def test_lying_dimension(reference):
    def lie(part):
        return part.replace(b'ref="A1:D4"', f'ref="{reference}"'.encode())

    content = changed(book(), {SHEET: lie})
    assert content != book()
    assert read(content) == DATA


def test_blank_rows_keep_the_numbers_right():
    rows = [HEADER, [], ROWS[0], ["", " ", "", ""], [], ROWS[1], [7, "", "", ""]]
    assert read(book(rows)) == [(3, ROWS[0]), (6, ROWS[1]), (7, [7.0, "", "", ""])]


def test_numbers_written_ahead_make_no_record():
    rows = [["序号", *HEADER], [1, *ROWS[0]], [2, "", "", "", ""], [3, "", "", "", ""]]
    with opened(book(rows)) as table:
        assert list(table.rows) == [(2, [1, *ROWS[0]])]
    assert table.dropped_rows == []


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", "", 20],
        ["合 计：", "", "", 20],
        ["总计", "3家", "", "20"],
        ["", "小计", "", 20],
        ["本页合计", "", "", ""],
        ["填表说明：1．主体类型按营业执照填写", "", "", ""],
        ["备注：数据截至十月底", "", "", ""],
        ["填表人：周敏", "", "审核人：王建平", ""],
        ["", "填报日期：2026年11月", "", ""],
        ["单位负责人（签字）：", "", "", ""],
        ["示例", "小微企业", "某某公司", "青石镇", 5],
        HEADER,
    ],
)
def test_totals_notes_and_repeated_headers_are_left_out_and_reported(row):
    header = HEADER if len(row) == 4 else ["序号", *HEADER]
    first = ROWS[0] if len(row) == 4 else [1, *ROWS[0]]
    with opened(book([header, first, row, first])) as table:
        assert [number for number, _ in table.rows] == [2, 4]
    text = next(cell for cell in row if cell != "")
    assert [(dropped.number, dropped.text) for dropped in table.dropped_rows] == [(3, text)]


@pytest.mark.parametrize(
    "row",
    [
        ["小微企业", "合计信息公司", "青石镇", 5],
        ["合计", "顺达机械", "青石镇", 5],
        ["", "总计量检测所", "青石镇", 5],
        ["", "备注文化传媒", "", ""],
        ["说明书印刷厂", "", "", ""],
        ["小微企业", "名称", "所属镇街", 5],
    ],
)
def test_records_that_look_like_totals_or_notes_stay(row):
    assert read(book([HEADER, row, ROWS[0]])) == [(2, row), (3, ROWS[0])]


def test_repeated_title_of_a_printed_page_is_left_out():
    rows = [["市场主体台账"], HEADER, ROWS[0], ["市场主体台账"], HEADER, ROWS[1]]
    with opened(book(rows)) as table:
        assert list(table.rows) == [(3, ROWS[0]), (6, ROWS[1])]
    assert [dropped.number for dropped in table.dropped_rows] == [4, 5]


def test_vertical_merges_are_filled_down_in_the_named_columns_only():
    def write(_, sheet):
        rows_at(sheet, 0, HEADER, *(["", row[1], "", row[3]] for row in ROWS))
        sheet.merge_range(1, 2, 3, 2, "青石镇")
        sheet.merge_range(1, 0, 2, 0, "小微企业")

    content = made(write)
    assert [row[2] for _, row in read(content)] == ["青石镇", "", ""]
    filled = read(content, fill_down=("所属镇街",))
    assert [row[2] for _, row in filled] == ["青石镇"] * 3
    assert [row[0] for _, row in filled] == ["小微企业", "", ""]


def test_hidden_rows_and_columns_are_read():
    def write(_, sheet):
        rows_at(sheet, 0, HEADER, *ROWS)
        sheet.set_row(2, None, None, {"hidden": True})
        sheet.set_column(1, 1, None, None, {"hidden": True})
        sheet.autofilter(0, 0, 3, 3)

    assert read(made(write)) == DATA


def test_formatted_rows_below_are_no_rows():
    styled = b"".join(b'<row r="%d"><c r="A%d" s="1"/></row>' % (n, n) for n in range(5, 10_005))
    far = b'<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert read(with_xml(styled + far)) == DATA


def test_kinds_of_values():
    moment = datetime.datetime(2024, 7, 1)
    values = ["小微企业", "甲", "青石镇", True, 1.5, "２０２４年７月１日", "00123", moment]

    def write(workbook, sheet):
        rows_at(sheet, 0, [*HEADER, "营业收入(万元)", "成立日期", "联系电话", "村社区"])
        sheet.write_row(1, 0, values[:-1])
        sheet.write_datetime(1, 7, moment, workbook.add_format({"num_format": "yyyy.m.d"}))

    assert read(made(write)) == [(2, [*values[:-1], moment.date()])]
    assert read(made(write, date_1904=True)) == [(2, [*values[:-1], moment.date()])]
