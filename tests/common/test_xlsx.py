"""Workbooks written row by row: what is read back is what was written."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

from common.xlsx import write_book

TEXTS = [
    "甲一五金有限公司", " 前后有空格 ", "=1+1", "https://example.invalid/", "007", "<r>甲</r>",
    "甲 & <乙> \"丙\"", "两\n行", "制表\t符", "_x0041_", "控制\x01符", "𠮷野家",
]
WIDTH = 3


def draw(book):
    sheet = book.add_worksheet("名单")
    for at in range(WIDTH):
        sheet.write_string(0, at, f"列{at}", book.add_format({"bold": True}))
    return 1


def written(rows):
    target = BytesIO()
    assert write_book(target, draw, iter(rows)) == len(rows)
    return target.getvalue()


def plainly(rows):
    """The same by xlsxwriter alone, which is the measure."""
    target = BytesIO()
    book = xlsxwriter.Workbook(target, {"constant_memory": True, "strings_to_formulas": False})
    draw(book)
    text = book.add_format({"num_format": "@"})
    for line, row in enumerate(rows, start=1):
        for at, value in enumerate(row):
            if value:
                book.worksheets()[0].write_string(line, at, value, text)
    book.close()
    return target.getvalue()


def by_openpyxl(data):
    return [list(row) for row in openpyxl.load_workbook(BytesIO(data)).active.values]


def by_calamine(data):
    return CalamineWorkbook.from_filelike(BytesIO(data)).get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("read", [by_openpyxl, by_calamine])
def test_texts_are_read_as_xlsxwriter_writes_them(read):
    texts = [text for text in [*TEXTS, "\ufffe"] if not text.startswith("<r>")]
    rows = [[text, "", text] for text in texts]
    assert read(written(rows)) == read(plainly(rows))


def test_texts_stay_what_they_are():
    """calamine undoes _xHHHH_, as Excel does."""
    found = by_calamine(written([[text] for text in TEXTS]))
    assert [row[0] for row in found[1:]] == TEXTS
    sheet = openpyxl.load_workbook(BytesIO(written([["=1+1"]]))).active
    assert (sheet["A2"].data_type, sheet["A2"].number_format) == ("s", "@")


def test_numbers_days_and_empty_cells():
    rows = [[1, 2.5, Decimal("12.3400")], [date(2026, 2, 28), None, ""], [-0.1, 10**14, 0]]
    sheet = openpyxl.load_workbook(BytesIO(written(rows))).active
    assert [[cell.value for cell in row] for row in sheet["A2:C2"]] == [[1, 2.5, 12.34]]
    assert sheet["A3"].value.date() == date(2026, 2, 28)
    assert sheet["A3"].number_format == "yyyy-mm-dd"
    assert [sheet["B3"].value, sheet["C3"].value] == [None, None]
    assert [cell.value for cell in sheet[4]] == [-0.1, 10**14, 0]


def test_a_text_is_cut_where_a_cell_ends():
    found = by_openpyxl(written([["长" * 40_000]]))
    assert found[1][0] == "长" * 32_767


def test_many_rows_and_none():
    assert len(by_calamine(written([["行"]] * 1201))) == 1202
    assert by_openpyxl(written([])) == [["列0", "列1", "列2"]]
