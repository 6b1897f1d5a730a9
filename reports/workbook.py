"""The data workbook of a report: its tables, the definitions, the full lists."""

from collections.abc import Iterable
from typing import Any, BinaryIO

import xlsxwriter

from reports.drill import absolute
from reports.rosters import Roster


class Book:
    """A workbook in the portal's look: text as text, numbers as numbers, numbers that link."""

    def __init__(self, target: BinaryIO) -> None:
        self.book = xlsxwriter.Workbook(
            target,
            {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
        )
        make = self.book.add_format
        self.title = make({"bold": True, "font_size": 14})
        self.head = make(
            {
                "bold": True,
                "bg_color": "#eef1f4",
                "bottom": 1,
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self.text = make({"num_format": "@"})
        self.number = make({"num_format": "#,##0"})
        blue = {"font_color": "#1f5fa8", "underline": 1}
        self.link = make({"num_format": "#,##0", **blue})
        self.link_exact = make({"num_format": "#,##0.0#", **blue})
        self.link_text = make({"num_format": "@", "align": "right", **blue})
        self.note = make({"font_color": "#4a5158", "text_wrap": True})

    def sheet(self, name: str, widths: Iterable[int]) -> Any:
        sheet = self.book.add_worksheet(name[:31])
        for at, width in enumerate(widths):
            sheet.set_column(at, at, width)
        return sheet

    def row(self, sheet: Any, line: int, values: Iterable[Any], form: Any = None) -> None:
        """A row of texts, counts, scores (floats) and (value, address) pairs."""
        for at, value in enumerate(values):
            if value is None or value == "":
                continue
            if isinstance(value, tuple):
                self._linked(sheet, line, at, *value)
            elif isinstance(value, float):
                sheet.write_number(line, at, value, form)
            elif isinstance(value, int):
                sheet.write_number(line, at, value, form or self.number)
            else:
                sheet.write_string(line, at, str(value), form or self.text)

    def _linked(
        self, sheet: Any, line: int, at: int, value: int | float | str | None, url: str
    ) -> None:
        """A value that opens its list: numbers stay numbers."""
        is_text = isinstance(value, str | None)
        text = (value or "—") if is_text else str(value)
        form = self.link_text if is_text else self.link
        form = self.link_exact if isinstance(value, float) else form
        sheet.write_url(line, at, absolute(url), form, text)
        if not is_text:
            sheet.write_number(line, at, value, form)


def draw(
    target: BinaryIO, payload: dict[str, Any], rosters: list[Roster], run: dict[str, str]
) -> None:
    """Write the workbook of a run from its frozen figures. ``run``: number and checksum."""
    book = Book(target)
    _overview(book, payload, run)
    for table in payload["tables"]:
        _table(book, payload, table)
    _change(book, payload)
    _trend(book, payload)
    _elections(book, payload)
    _life(book, payload)
    _ratings(book, payload)
    _basis(book, payload)
    for roster in rosters:
        _roster(book, roster)
    book.book.close()


def percent(share: dict[str, Any]) -> str:
    """A rate in print."""
    return "—" if share["percent"] is None else f"{share['percent']}%"


def _overview(book: Book, payload: dict[str, Any], run: dict[str, str]) -> None:
    sheet = book.sheet("总体情况", [18, 14, 12, 16, 12, 12, 12, 40])
    book.row(sheet, 0, [f"{payload['area']['name']}{payload['title']}"], book.title)
    book.row(
        sheet,
        1,
        [f"截至 {payload['as_of']}　编号 {run['number']}　校验码 {run['checksum']}"],
        book.note,
    )
    head = [
        "主体类型",
        "主体数",
        "党员",
        "有党组织覆盖的主体",
        "党组织个数",
        "组织覆盖率",
        "工作覆盖率",
        "说明",
    ]
    book.row(sheet, 3, head, book.head)
    for line, kind in enumerate(payload["kinds"], start=4):
        org, work = kind["org_coverage"], kind["work_coverage"]
        book.row(
            sheet,
            line,
            [
                kind["label"],
                _linked(kind["entities"]),
                _linked(kind["members"]),
                (org["met"], org["met_url"]),
                _linked(kind["organizations"]),
                percent(org) if kind["has_rate"] else "—",
                percent(work) if kind["has_rate"] else "—",
                kind["reason"],
            ],
        )
    line = 6 + len(payload["kinds"])
    book.row(sheet, line, ["覆盖状态", payload["main"]["label"], "占比"], book.head)
    for at, state in enumerate(payload["states"]["shown"], start=line + 1):
        rate = "—" if state["percent"] is None else f"{state['percent']}%"
        book.row(sheet, at, [state["label"], (state["count"], state["url"]), rate])


def _linked(number: dict[str, Any]) -> tuple[int, str]:
    return number["value"], number["url"]


def _table(book: Book, payload: dict[str, Any], table: dict[str, Any]) -> None:
    sheet = book.sheet(f"分{table['title']}", [24, 10, 10, 12, 10, 10, 12])
    head = [table["title"], "主体", "组织覆盖", "仅工作覆盖", "未覆盖", "应建未建", "组织覆盖率"]
    head += ["党员"] if "members_url" in table["total"] and table["dimension"] == "town" else []
    book.row(sheet, 0, [f"{payload['main']['label']}，截至 {payload['as_of']}"], book.note)
    book.row(sheet, 1, head, book.head)
    for line, row in enumerate([*table["rows"], table["total"]], start=2):
        org = row["org_coverage"]
        book.row(
            sheet,
            line,
            [
                row["label"],
                (org["total"], org["total_url"]),
                (org["met"], org["met_url"]),
                _linked(row["work_only"]),
                _linked(row["none"]),
                _linked(row["eligible_unorganized"]),
                percent(org),
                *_members(table, row),
            ],
        )


def _members(table: dict[str, Any], row: dict[str, Any]) -> list[tuple[int, str]]:
    """党员 of a town; reports of earlier versions have no addresses for them."""
    if table["dimension"] != "town" or "members_url" not in row:
        return []
    return [(row["members"] or 0, row["members_url"])]


def _change(book: Book, payload: dict[str, Any]) -> None:
    change = payload["change"]
    if not change:
        return
    sheet = book.sheet("变化原因", [30, 14, 14])
    book.row(sheet, 0, ["变化原因", "分子", "分母"], book.head)
    before, after = change["before"], change["after"]
    book.row(sheet, 1, [payload["against"], *_both(before)])
    for line, entry in enumerate(change["lines"], start=2):
        book.row(
            sheet,
            line,
            [
                entry["label"],
                (entry["met"], entry["met_url"]),
                (entry["total"], entry["total_url"]),
            ],
        )
    book.row(sheet, 2 + len(change["lines"]), [payload["as_of"], *_both(after)])


def _both(entry: dict[str, Any]) -> list[tuple[int, str]]:
    """Numerator and denominator with their lists."""
    return [(entry["met"], entry["met_url"]), (entry["total"], entry["total_url"])]


def _trend(book: Book, payload: dict[str, Any]) -> None:
    sheet = book.sheet("近24个月", [14, 12, 12, 12])
    book.row(sheet, 0, ["时点", "组织覆盖", "主体", "组织覆盖率"], book.head)
    for line, point in enumerate(payload["trend"], start=1):
        book.row(
            sheet,
            line,
            [
                point["day"],
                (point["met"], point["met_url"]),
                (point["total"], point["total_url"]),
                percent(point),
            ],
        )


def _elections(book: Book, payload: dict[str, Any]) -> None:
    sheet = book.sheet("换届预警", [44, 16, 12, 14, 10, 14, 12])
    head = ["党组织", "所属镇街", "书记", "本届起始日期", "任期年限", "应换届日期", "状态"]
    book.row(sheet, 0, head, book.head)
    for line, row in enumerate(payload["elections"]["rows"], start=1):
        book.row(
            sheet,
            line,
            [
                row[key]
                for key in ("name", "town", "secretary", "starts_on", "years", "due", "stage")
            ],
        )


def _life(book: Book, payload: dict[str, Any]) -> None:
    """Logs and 三会一课 by town; reports of earlier versions have none."""
    life = payload.get("life")
    if not life:
        return
    sheet = book.sheet("组织生活", [24] + [11] * (3 * len(life["bases"])))
    book.row(
        sheet, 0,
        [f"日志为{life['month']['words']}，三会一课为{life['quarter']['words']}"],
        book.note,
    )
    heads = [
        head for one in life["bases"]
        for head in (one["label"], f"{one['label']}：计入", f"{one['label']}：共")
    ]
    book.row(sheet, 1, ["镇街", *heads], book.head)
    for at, line in enumerate([*life["rows"], life["total"]], start=2):
        values = [
            value for one in line["shares"]
            for value in (percent(one), (one["met"], one["met_url"]),
                          (one["total"], one["total_url"]))
        ]
        book.row(sheet, at, [line["label"], *values])
    last = 3 + len(life["rows"])
    for at, (label, key) in enumerate((("零报告", "log_zero"), ("豁免", "log_exempt"))):
        book.row(sheet, last + at, [label, _linked(life[key])])


def _ratings(book: Book, payload: dict[str, Any]) -> None:
    """Stars and commitments by town; reports of earlier versions have none."""
    found = payload.get("ratings")
    if not found:
        return
    sheet = book.sheet("星级和双向承诺", [24] + [12] * (len(found["bases"]) + 3))
    heads = [head for one in found["bases"] for head in _heads(one, found["total"])]
    book.row(sheet, 0, ["镇街", *heads], book.head)
    for at, line in enumerate([*found["rows"], found["total"]], start=1):
        values = [value for one in line["figures"].values() for value in _values(one)]
        book.row(sheet, at, [line["label"], *values])


def _heads(one: dict[str, Any], total: dict[str, Any]) -> list[str]:
    """The columns of a figure: a share has three."""
    if "value" in total["figures"][one["key"]]:
        return [one["label"]]
    return [one["label"], f"{one['label']}：计入", f"{one['label']}：共"]


def _values(one: dict[str, Any]) -> list[Any]:
    if "value" in one:
        return [_linked(one)]
    return [percent(one), (one["met"], one["met_url"]), (one["total"], one["total_url"])]


def _basis(book: Book, payload: dict[str, Any]) -> None:
    sheet = book.sheet("指标和口径", [14, 26, 12, 12, 12, 80])
    book.row(sheet, 0, ["范围", "指标", "分子或数量", "分母", "比率", "口径"], book.head)
    whole, kind = payload["area"]["name"], payload["main"]["label"]
    entries = [(whole, entry) for entry in payload["family"]]
    entries += [(kind, entry) for entry in payload["main_family"]]
    for line, (whom, entry) in enumerate(entries, start=1):
        if "value" in entry:
            values = [entry["label"], _linked(entry), "", ""]
        else:
            values = [entry["label"], *_share_values(entry)]
        book.row(sheet, line, [whom, *values, entry["basis"]])
    life = payload.get("life") or {"bases": (), "total": {"shares": ()}}
    below = zip(life["bases"], life["total"]["shares"], strict=True)
    for line, (one, entry) in enumerate(below, start=1 + len(entries)):
        values = [one["label"], *_share_values(entry)]
        book.row(sheet, line, [whole, *values, f"{one['basis']}（{one['period']}）"])
    found = payload.get("ratings") or {"bases": (), "total": {"figures": {}}}
    first = 1 + len(entries) + len(life["bases"])
    for line, one in enumerate(found["bases"], start=first):
        entry = found["total"]["figures"][one["key"]]
        values = [_linked(entry), "", ""] if "value" in entry else _share_values(entry)
        book.row(sheet, line, [whole, one["label"], *values, one["basis"]])


def _share_values(entry: dict[str, Any]) -> list[Any]:
    return [
        (entry["met"], entry["met_url"]), (entry["total"], entry["total_url"]), percent(entry)
    ]


def _roster(book: Book, roster: Roster) -> None:
    sheet = book.sheet(f"名单-{roster['title']}", [30] + [16] * (len(roster["columns"]) - 1))
    sheet.freeze_panes(1, 1)
    book.row(sheet, 0, roster["columns"], book.head)
    for line, values in enumerate(roster["rows"], start=1):
        for at, value in enumerate(values):
            if value:
                sheet.write_string(line, at, value)
