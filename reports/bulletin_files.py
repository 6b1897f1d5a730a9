"""A bulletin as PDF and workbook: the lines of the page in its words and order, frozen with the
run. Every number opens its list."""

from collections.abc import Callable
from typing import Any, BinaryIO

from django.template.loader import render_to_string

from areas.models import Area
from reports.bulletins import Entry, entries
from reports.figures import Extent
from reports.models import Bulletin
from reports.pdf import printed
from reports.rosters import Roster
from reports.workbook import Book

KIND = "bulletin"
VERSION = 1
Section = tuple[str, list[Any]]


def by_section(found: list[Entry]) -> list[Section]:
    """(Title, entries) of each section, in the order in which the lines first name it."""
    sections: dict[str, list[Entry]] = {}
    for one in found:
        sections.setdefault(one.line.section, []).append(one)
    return list(sections.items())


def build(
    extent: Extent, area: Area, bulletin: Bulletin, is_worded: bool, report: Callable[..., None]
) -> dict[str, Any]:
    """What page and files print of a bulletin over ``area``."""
    report("正在统计各项数据", done=1, total=3)
    found = entries(bulletin, extent, area)
    return {
        "kind": KIND, "version": VERSION, "title": str(bulletin),
        "area": {"code": area.code, "name": area.name, "level": area.level},
        "as_of": bulletin.as_of.isoformat(),
        "is_worded": is_worded,
        "sections": [
            [title, [one.as_json() for one in lines]] for title, lines in by_section(found)
        ],
    }


def draw_pdf(payload: dict[str, Any], _lists: list[Roster], imprint: dict[str, str]) -> bytes:
    """The PDF of a bulletin. ``imprint``: number and checksum as printed."""
    context = {**payload, "imprint": imprint}
    return printed(render_to_string("reports/bulletin_paper.html", context))


def draw_workbook(
    target: BinaryIO, payload: dict[str, Any], _lists: list[Roster], imprint: dict[str, str]
) -> None:
    """The workbook of a bulletin: one sheet, a line for each number."""
    book = Book(target)
    words = [24] if payload["is_worded"] else []
    sheet = book.sheet("工作数据", [20, 40, *words, 14, 8, 10, 10, 26, 80])
    book.row(sheet, 0, [f"{payload['area']['name']}{payload['title']}"], book.title)
    book.row(
        sheet, 1,
        [f"截至 {payload['as_of']}　编号 {imprint['number']}　校验码 {imprint['checksum']}"],
        book.note,
    )
    exact = ["说法", "准确数"] if payload["is_worded"] else ["数"]
    heads = ["栏目", "名称", *exact, "单位", "分子", "分母", "期间", "口径"]
    book.row(sheet, 3, heads, book.head)
    sheet.freeze_panes(4, 2)
    lines = [(title, one) for title, section in payload["sections"] for one in section]
    for at, (title, one) in enumerate(lines, start=4):
        book.row(sheet, at, _values(title, one, payload["is_worded"]))
    book.book.close()


def _values(title: str, one: dict[str, Any], is_worded: bool) -> list[Any]:
    """A line of the sheet; a rate is text, as everywhere."""
    is_rate = one["share"] is not None or one["value"] is None
    exact = (one["number"] if is_rate else one["value"], one["url"])
    spoken = [(one["wording"] or f"{one['number']}{one['unit']}", one["url"])] if is_worded else []
    share = one["share"]
    parts = [(share["met"], share["met_url"]), (share["total"], share["total_url"])] if share else [
        "", ""
    ]
    return [title, one["label"], *spoken, exact, one["unit"], *parts, one["period"], one["basis"]]
