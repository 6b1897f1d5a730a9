"""Formulas, old and text files, and files that were chosen wrongly."""

import io
import struct

import openpyxl
import pytest
import xlwt

from common.cells import BrokenCell
from common.workbook import biff
from tests.common.workbooks import (
    HEADER,
    HEADERS,
    MEMBER_HEADERS,
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

# --- errors and formulas ----------------------------------------------------------------------


def formulas():
    target = io.BytesIO()
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    sheet.append(HEADER)
    sheet.append(["小微企业", "#1 店", "青石镇", "=1+1"])
    workbook.save(target)
    return target.getvalue()


def test_formula_without_a_stored_result_is_broken_not_blank():
    assert read(formulas()) == [(2, ["小微企业", "#1 店", "青石镇", BrokenCell("")])]
    assert read(formulas(), find_error_cells=False) == [(2, ["小微企业", "#1 店", "青石镇", ""])]


def test_error_is_broken_and_a_calculated_formula_is_its_value():
    def write(_, sheet):
        rows_at(sheet, 1, HEADER, ROWS[0], column=1)
        sheet.write_formula(2, 4, "=1/0", None, "#DIV/0!")
        rows_at(sheet, 3, ROWS[1], column=1)
        sheet.write_formula(3, 4, "=6*2", None, 12)
        sheet.write_row(4, 1, ["合计"])
        sheet.write_formula(4, 4, "=SUM(E3:E4)", None, "#DIV/0!")

    with opened(made(write)) as table:
        assert list(table.rows) == [(3, [*ROWS[0][:3], BrokenCell("#DIV/0!")]), (4, ROWS[1])]
    assert [dropped.number for dropped in table.dropped_rows] == [5]


def test_formula_that_gives_an_empty_text_is_empty():
    xml = b'<row r="5"><c r="A5" t="str"><f>IF(1,"","")</f><v></v></c><c r="B5"><v>1</v></c></row>'
    assert read(with_xml(xml))[-1] == (5, ["", 1.0, "", ""])


def test_errors_are_found_in_a_sheet_with_a_namespace_prefix():
    def prefix(part):
        for name in (b"worksheet", b"sheetData", b"row", b"c", b"v", b"dimension"):
            for end in (b">", b" "):
                part = part.replace(b"<" + name + end, b"<x:" + name + end)
            part = part.replace(b"</" + name + b">", b"</x:" + name + b">")
        cell = b'<x:row r="5"><x:c r="B5" t="e"><x:v>#N/A</x:v></x:c></x:row></x:sheetData>'
        return part.replace(b"xmlns=", b"xmlns:x=", 1).replace(b"</x:sheetData>", cell)

    assert read(changed(book(), {SHEET: prefix}))[-1] == (5, ["", BrokenCell("#N/A"), "", ""])


# --- .xls and text ----------------------------------------------------------------------------


def old_book():
    target = io.BytesIO()
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("台账")
    for at, row in enumerate([["", "标题"], HEADER, *ROWS]):
        for column, value in enumerate(row):
            if value != "":
                sheet.write(at + 1, column, value)
    workbook.save(target)
    return target.getvalue()


def test_old_excel_file_under_any_name(tmp_path):
    path = tmp_path / "台账.xlsx"
    path.write_bytes(old_book())
    with opened(path) as table:
        assert list(table.rows) == [(number, row) for number, row in enumerate(ROWS, 4)]
    assert table.kind == "xls"


def old_book_with_errors():
    """An error typed in, one of a formula, and a formula that is sound."""
    target = io.BytesIO()
    workbook = xlwt.Workbook()
    workbook.add_sheet("封面").write(0, 0, "封面")
    sheet = workbook.add_sheet("台账")
    for at, row in enumerate([HEADER, *ROWS]):
        for column, value in enumerate(row):
            if (at, column) not in ((1, 3), (2, 3), (3, 3)):
                sheet.write(at, column, value)
    sheet.row(1).set_cell_error(3, 0x2A)
    sheet.write(2, 3, xlwt.Formula("1/0"))
    sheet.write(3, 3, xlwt.Formula("6/2"))
    workbook.save(target)
    content = bytearray(target.getvalue())
    # xlwt stores an empty text as result: the first formula's is the error 7, #DIV/0!.
    formula = content.index(b"\x06\x00", content.index(struct.pack("<HHHH", 0x0205, 8, 1, 3)))
    content[formula + 10 : formula + 18] = b"\x02\x00\x07\x00\x00\x00\xff\xff"
    return bytes(content)


def test_errors_in_an_old_file_are_broken_not_blank():
    assert [row[3] for _, row in read(old_book_with_errors())] == [
        BrokenCell("#N/A"), BrokenCell("#DIV/0!"), ""
    ]


@pytest.mark.parametrize("size", [0, 4096, 8_000_000])
def test_errors_are_found_wherever_an_old_file_keeps_them(size):
    """In the stream of small parts, in sectors, and in a table of sectors longer than its head."""
    begin, end = record(0x0809), record(0x000A)
    globals_ = begin + record(0x0085, struct.pack("<I", 16)) + end
    assert len(globals_) == 16
    filler = record(0x00FF, bytes(60)) * (size // 64)
    error = record(0x0205, struct.pack("<HHHBB", 4, 2, 0, 0x1D, 1))
    file = io.BytesIO(ole(globals_ + begin + filler + error + end))
    assert biff.broken_cells(file, 0) == {5: [(2, BrokenCell("#NAME?"))]}


def record(kind, content=b""):
    return struct.pack("<HH", kind, len(content)) + content


def ole(stream):
    """An OLE2 file with one stream called Workbook."""

    def sectors(content):
        return -(-len(content) // 512)

    is_small = len(stream) < 4096
    inner = stream.ljust(-(-len(stream) // 64) * 64, b"\0")
    data = sectors(inner)
    tables = next(n for n in range(1, 200) if n * 128 >= data + n + 5 + 3)
    more = max(0, tables - 109)
    chain = [*range(1, data), END]  # the data stands first
    small = [*range(1, len(inner) // 64), END] if is_small else []
    folder, small_table, further = data, data + 1, data + 2
    first_table = further + bool(more)
    chain += [END, END, *([FAT] * (bool(more))), *([FAT] * tables)]
    place = range(first_table, first_table + tables)
    head = struct.pack(
        "<8s16xHHHHH10xII4xIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 62, 3, 0xFFFE, 9, 6,
        tables, folder, 4096, small_table if is_small else END, 1, further if more else END,
        bool(more),
    )
    listed = [*place[:109], *([FREE] * (109 - len(place[:109])))]
    root = entry("Root Entry", 0 if is_small else END, len(inner))
    parts = [
        head + struct.pack("<109I", *listed), inner, root + entry("Workbook", 0, len(stream)),
        struct.pack(f"<{len(small)}I", *small),
    ]
    if more:
        parts.append(struct.pack("<128I", *place[109:], *([FREE] * (127 - more)), END))
    parts.append(struct.pack(f"<{len(chain)}I", *chain))
    return b"".join(part.ljust(max(sectors(part), 1) * 512, b"\xff") for part in parts)


END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def entry(name, start, size):
    encoded = f"{name}\0".encode("utf-16-le")
    return struct.pack("<64sH50xIQ", encoded, len(encoded), start, size)


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16"),
    ],
)
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_tables(encoding, found, separator):
    content = text_table([["市场主体台账"], [], HEADER, *ROWS], separator).encode(encoding)
    with opened(content) as table:
        assert list(table.rows) == [
            (number, [*map(str, row)]) for number, row in enumerate(ROWS, 4)
        ]
    assert (table.kind, table.encoding, table.sheet) == ("csv", found, "")


def test_text_table_with_quotes_breaks_and_short_lines():
    lines = [
        "主体类型,名称,所属镇街,村社区",
        '小微企业,"顺达, ""机械""',
        '公司",青石镇',
        "个体,乙,柳林镇,东",
    ]
    content = "\r\n".join(lines)
    assert read(content.encode()) == [
        (2, ["小微企业", '顺达, "机械"\r\n公司', "青石镇", ""]),
        (3, ["个体", "乙", "柳林镇", "东"]),
    ]


def test_gbk_text_that_passes_for_utf_8_is_read_as_gbk():
    headers = {"\u4e00\u97e9": [], "\u5185\u97e9": []}
    # These GBK bytes happen to be valid UTF-8: only the header tells.
    word = next(
        first + second
        for first in map(chr, range(0x4E00, 0x9FA5))
        for second in "联通鞭策"
        if _is_utf8((first + second).encode("gbk", "ignore"))
    )
    content = f"{word}\r\n1\r\n".encode("gbk")
    with opened(content, headers=headers | {word: []}, required=[word]) as table:
        assert table.encoding == "gb18030"


def _is_utf8(content):
    try:
        return len(content) == 4 and bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


# --- what a person chose wrongly --------------------------------------------------------------


def test_another_ledger_is_recognised():
    members = [list(MEMBER_HEADERS), ["周敏", "女", "汉族", "", "2001-07-01"]]
    sentence = refusal(book(members), others={"党员花名册": MEMBER_HEADERS})
    assert sentence == "这像是《党员花名册》，您选的是《市场主体台账》，请换一种台账或换一个文件。"


def test_missing_headers_are_named():
    sentence = refusal(book([["说明"], ["名称", "职工数", "村社区"], ["甲", 1, ""]]))
    assert sentence == "工作表《表1》第 2 行的表头缺少“主体类型”“所属镇街”，请补上后重新上传。"


def test_no_header_at_all():
    assert refusal(book([[1, 2], [3, 4]])) == (
        "没有找到表头，请保留一行列名，至少要有“主体类型”“名称”“所属镇街”。"
    )
    assert refusal(book([[]])) == "工作表里没有内容，请检查是否选错了文件。"
    assert refusal(book([HEADER])) == "表头下面没有数据，请填写后重新上传。"


def test_two_columns_for_one_header():
    header = [*HEADER, "名称"]
    assert refusal(book([header, [*ROWS[0], "乙"]])) == (
        "B、E 列都是“名称”，请只留一列后重新上传。"
    )


@pytest.mark.parametrize("rival", ["企业名称", "名称（曾用）"])
def test_the_name_itself_wins_over_its_like(rival):
    header = [*HEADER, rival]
    with opened(book([header, [*ROWS[0], "乙"]])) as table:
        assert [column.name for column in table.columns] == [*HEADER, None]


def test_another_unit_of_money_is_not_taken_for_ten_thousands():
    rows = [[*HEADER, "营业收入（元）"], [*ROWS[0], 5_000_000]]
    assert refusal(book(rows)) == (
        "E 列“营业收入（元）”按元填写，本台账按万元，请换算并改好列名后重新上传。"
    )
    renamed = {name: [] for name in HEADER} | {"营业收入": ["营业收入（万元）"]}
    assert "按万元" in refusal(book(rows), headers=renamed)
    rows[0][-1] = "营业收入 (单位：万元)"
    with opened(book(rows)) as table:
        assert table.columns[-1].name == "营业收入(万元)"


def test_row_limit():
    assert refusal(book(), row_limit=2) == "超过 2 行，请按镇街或类型拆成几个文件上传。"
    assert len(read(book(), row_limit=3)) == 3


def test_every_header_is_found_by_its_synonyms():
    for name, synonyms in HEADERS.items():
        for synonym in synonyms:
            required = [name]
            with opened(book([[synonym, "其他"], ["值", 1]]), required=required) as table:
                assert table.columns[0].name == name
