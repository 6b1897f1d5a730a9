"""Items 27 to 40: sheets of odd shape."""

import io
import re

import xlsxwriter

from tests.common.workbooks import SHEET, STRINGS, changed
from tests.hostile.making import appended, hostile, ledger, line, part, replaced
from tests.ledgers import desk

HEADER = list(desk.entity("x"))
ROWS = [list(desk.entity(name).values()) for name in ("甲店", "乙店", "丙店")]


def written(write) -> bytes:
    """A workbook made by a function of (workbook)."""
    target = io.BytesIO()
    texts = {"strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, {"in_memory": True} | texts)
    write(book)
    book.close()
    return target.getvalue()


def filled(sheet, rows, first=0):
    for at, row in enumerate(rows, first):
        sheet.write_row(at, 0, row)


def table(*rows) -> bytes:
    """A workbook of these rows."""
    return written(lambda book: filled(book.add_worksheet(), rows))


def with_column(header: str, *values: str) -> bytes:
    """A ledger with one more column."""
    rows = zip(ROWS, [*values, "", "", ""], strict=False)
    return table([*HEADER, header], *([*row, value] for row, value in rows))


# --- far cells and wrong dimensions -------------------------------------------------------------


@hostile()
def corner_cell():
    return appended(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')


@hostile()
def far_row():
    return appended(b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>')


@hostile()
def far_column_and_many_rows():
    cells = b'<row r="5"><c r="XFD5"><v>1</v></c></row><row r="40000"><c r="A40000"><v>1</v>'
    return appended(cells + b"</c></row>")


@hostile()
def dimension_of_one_cell():
    content = ledger(*(desk.entity(f"店{number}") for number in range(500)))
    return replaced(b"A1:J501", b"A1:A1", content=content)


@hostile()
def dimension_of_everything():
    return replaced(b"A1:J4", b"A1:XFD1048576")


@hostile()
def dimension_of_nonsense():
    return replaced(b"A1:J4", b"ZZZZZZ9:0x")


@hostile()
def rows_descending():
    return appended(line(n, f"店{n}") for n in (9, 8, 7))


@hostile()
def rows_twice():
    return appended(line(n, name) for n, name in ((5, "丁店"), (5, "戊店")))


@hostile()
def row_below_zero():
    return appended(b'<row r="-2"><c r="A-2"><v>1</v></c></row>')


@hostile()
def row_zero():
    return appended(b'<row r="0"><c r="A0"><v>1</v></c></row>')


@hostile()
def row_beyond_the_last():
    return appended(b'<row r="4294967297"><c r="A4294967297"><v>1</v></c></row>')


@hostile()
def row_that_wraps_around():
    return appended(b'<row r="4294967298"><c r="B4294967298"><v>1</v></c></row>')


@hostile()
def cell_twice():
    return appended(line(5).replace(b'r="E5"', b'r="D5"'))


@hostile()
def rows_without_numbers():
    return changed(ledger(), {SHEET: lambda xml: re.sub(rb' r="[A-Z]*\d+"', b"", xml)})


@hostile()
def cells_without_places():
    return changed(ledger(), {SHEET: lambda xml: re.sub(rb' r="[A-Z]+\d+"', b"", xml)})


@hostile()
def column_out_of_range():
    return appended(b'<row r="5"><c r="ZZZZZ5"><v>1</v></c></row>')


@hostile()
def place_of_nonsense():
    return appended(b'<row r="5"><c r="5A!"><v>1</v></c></row>')


@hostile()
def string_index_out_of_range():
    return replaced(b't="s"><v>0<', b't="s"><v>99999<')


@hostile()
def string_index_below_zero():
    return replaced(b't="s"><v>0<', b't="s"><v>-1<')


@hostile()
def fewer_strings_than_said():
    return replaced(b'uniqueCount="', b'uniqueCount="4294967295', STRINGS)


# --- where the table stands ---------------------------------------------------------------------


@hostile()
def sheet_under_another_path():
    return changed(
        ledger(),
        {"xl/_rels/workbook.xml.rels": lambda xml: xml.replace(b"sheet1.xml", b"Other.XML")},
        drop=[SHEET],
        add={"xl/worksheets/Other.XML": part(ledger(), SHEET)},
    )


@hostile()
def data_on_the_second_sheet():
    def write(book):
        first, second, third = (book.add_worksheet(name) for name in ("封面", "台账", "目录"))
        filled(second, [HEADER, *ROWS])
        third.activate()
        third.write(0, 0, "目录")
        first.hide()

    return written(write)


@hostile()
def data_on_a_hidden_sheet():
    def write(book):
        cover, hidden = book.add_worksheet("封面"), book.add_worksheet("台账")
        cover.write(0, 0, "封面")
        filled(hidden, [HEADER, *ROWS])
        hidden.hide()

    return written(write)


@hostile()
def title_and_merged_header():
    def write(book):
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 9, "甲镇市场主体台账")
        for at, name in enumerate(HEADER[:8]):
            sheet.merge_range(1, at, 2, at, name)
        sheet.merge_range(1, 8, 1, 9, "法人")
        sheet.write_row(2, 8, HEADER[8:])
        filled(sheet, ROWS, 3)

    return written(write)


@hostile()
def merged_body():
    def write(book):
        sheet = book.add_worksheet()
        filled(sheet, [HEADER, *ROWS])
        town = HEADER.index("所属镇街")
        sheet.merge_range(1, town, 3, town, "甲镇")

    return written(write)


@hostile()
def hidden_rows_and_columns():
    def write(book):
        sheet = book.add_worksheet()
        filled(sheet, [HEADER, *ROWS])
        sheet.autofilter(0, 0, 3, 9)
        sheet.filter_column(1, "x == 甲店")
        sheet.set_row(2, options={"hidden": True})
        sheet.set_column(4, 6, options={"hidden": True})

    return written(write)


@hostile()
def many_formatted_rows():
    def write(book):
        sheet, bold = book.add_worksheet(), book.add_format({"border": 1})
        filled(sheet, [HEADER, *ROWS])
        for row in range(4, 10_004):
            for column in range(10):
                sheet.write_blank(row, column, None, bold)

    return written(write)


# --- headers ----------------------------------------------------------------------------------


@hostile()
def header_twice():
    return with_column("名称", "另一个")


@hostile()
def unknown_header():
    return with_column("领导批示", "已阅")


@hostile()
def decorated_headers():
    head = [f" ★{name}\n（必填）：" if at % 2 else f"　{'　'.join(name)}*" for at, name in
            enumerate(HEADER)]
    return table(head, *ROWS)


@hostile()
def english_headers():
    head = ["type", "name", "code", "town", "address", "industry", "staff", "status", "owner", "no"]
    return table(head, *ROWS)


@hostile()
def columns_of_the_database():
    extra = ["id", "pk", "enterprise_id", "is_superuser", "town_id"]
    rows = ([*row, "1", "1", "1", "1", "1"] for row in ROWS)
    return table([*HEADER, *extra], *rows)


@hostile()
def too_many_columns():
    extra = [f"其他{number}" for number in range(300)]
    return table([*HEADER, *extra], *([*row, *extra] for row in ROWS))


@hostile()
def total_and_notes():
    return table(HEADER, *ROWS, ["合计", "", "", "", "", "", 36], ["填表说明：如实填写。"])
