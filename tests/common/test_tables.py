"""One list of columns: the words on the page and the cells of the workbook."""

import io
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import openpyxl
import pytest

from common.dated import BEGINNING, FOREVER
from common.tables import Column, Table, chosen_columns, display, follow, write_xlsx

ID = UUID(int=7)


@dataclass
class Thing:
    name: str = "宏达五金"
    code: str = ""
    staff: int | None = None
    since: date | None = None
    parent: "Thing | None" = None
    ratio: Decimal | None = None
    pk: UUID = ID

    def label(self) -> str:
        return f"《{self.name}》"


COLUMNS = (
    Column("name", "名称", fixed=True, sub=Column("code", "代码")),
    Column("staff", "人数", kind="number"),
    Column("since", "成立日期", kind="date"),
    Column("ratio", "比例", kind="number", shown=False),
)


def workbook(rows, columns=COLUMNS, **options):
    """The cells of the written sheet."""
    target = io.BytesIO()
    count = write_xlsx(target, title="名单", columns=columns, rows=rows, **options)
    target.seek(0)
    return count, openpyxl.load_workbook(target).active


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (58271, "58,271"),
        (-2, "−2"),
        (0, "0"),
        (Decimal("23.7"), "23.7"),
        (None, "—"),
        ("", "—"),
        (True, "是"),
        (False, "否"),
        (date(2026, 11, 20), "2026-11-20"),
        (BEGINNING, "—"),
        (FOREVER, "—"),
        (datetime(2026, 11, 18, 7, 20, tzinfo=UTC), "2026-11-18 15:20"),
        ("宏达", "宏达"),
    ],
)
def test_display(value, text):
    assert display(value) == text


def test_follow_steps_over_what_is_missing():
    assert follow(Thing(parent=Thing(name="上级")), "parent__name") == "上级"
    assert follow(Thing(), "parent.name") is None
    assert follow(Thing(), "label") == "《宏达五金》"
    assert follow(Thing(), "no_such_thing") is None


def test_table_gives_cells_in_order():
    columns = (
        Column("name", "名称", link=lambda row: f"/{row.code}/", sub=Column("code", "代码")),
        Column("state", "状态", value=lambda row: "停业", kind="state", tones={"停业": "bad"}),
    )
    (row,) = Table(columns, [Thing(code="91")])
    name, state = row.cells
    assert (name.text, name.url, name.sub) == ("宏达五金", "/91/", "91")
    assert (state.text, state.tone) == ("停业", "bad")
    assert row.object.code == "91"


def test_chosen_columns():
    assert [c.key for c in chosen_columns(COLUMNS, [])] == ["name", "staff", "since"]
    assert [c.key for c in chosen_columns(COLUMNS, ["ratio", "x"])] == ["name", "ratio"]
    assert [c.key for c in chosen_columns(COLUMNS, ["x", "\x00"])] == ["name", "staff", "since"]


def test_workbook_has_the_columns_of_the_page():
    count, sheet = workbook([Thing(code="91990101MA00TE5T2P", staff=41, since=date(2022, 5, 10))])
    head, row = sheet.iter_rows(values_only=True)
    assert count == 1
    assert head == ("名称", "代码", "人数", "成立日期", "比例", "记录号")
    assert row[:3] == ("宏达五金", "91990101MA00TE5T2P", 41)
    assert row[3] == datetime(2022, 5, 10)
    assert row[4:] == (None, str(ID))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "=HYPERLINK(\"x\")", "{=1}"])
def test_workbook_keeps_text_as_text(text):
    _, sheet = workbook([Thing(name=text)])
    assert sheet["A2"].value == text
    assert sheet["A2"].data_type == "s"


def test_workbook_keeps_long_numbers_and_odd_text():
    _, sheet = workbook([Thing(name="a\x07b", code="12" * 9, staff=10**17)])
    assert sheet["B2"].value == "12" * 9
    assert sheet["C2"].value == "1" + "0" * 17
    assert sheet["A2"].data_type == "s"
    _, sheet = workbook([Thing(name="长" * 40_000)])
    assert len(sheet["A2"].value) == 32_767


def test_workbook_notes_stand_above_the_head():
    _, sheet = workbook([Thing()], notes=["周敏 2026-11-20 导出", "条件：青石镇"], with_id=False)
    assert sheet["A1"].value == "周敏 2026-11-20 导出"
    assert sheet["A3"].value == "名称"
    assert sheet.max_column == 5


@pytest.mark.parametrize("title", ["a/b:c*d?[e]\\f", "'", "名" * 50, ""])
def test_workbook_takes_any_title(title):
    target = io.BytesIO()
    write_xlsx(target, title=title, columns=COLUMNS, rows=[])
    assert openpyxl.load_workbook(target).sheetnames
