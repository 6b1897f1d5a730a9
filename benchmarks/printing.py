"""The report on paper: does a page of a long report cost more than one of a short report?

Pages are compared with their like: those of a long table, less what the report costs without it.
The cover and the pages of charts hold a third of what stands on a page of a table.
"""

import re
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks import ledgers
from benchmarks.imports import loaded
from benchmarks.measure import Cost
from benchmarks.table import Figure

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PAGE = re.compile(rb"/Type ?/Page\b")
_LINES = 33  # lines of a table on one page, about
_ROUNDS = 3  # a hundred pages take half a minute


def _frozen() -> tuple[dict[str, Any], list]:
    """The figures and lists of a report over the district."""
    from accounts.scope import acting_scope
    from areas.models import Area
    from reports import actions, payload, rosters
    from reports.figures import Extent
    from reports.models import ReportRun

    area = Area.objects.get(code=ledgers.DISTRICT)
    extent = Extent.of(acting_scope(None), area)
    figures = payload.build(extent, area, ledgers.DAY, date(2026, 3, 31))
    lists = rosters.build(extent, ledgers.DAY)
    run = ReportRun(area=area, as_of=ledgers.DAY)
    return figures | actions._imprint(run, lists), lists


def _lengthened(figures: dict[str, Any], pages: int) -> dict[str, Any]:
    """The same report for a district with so many towns that it fills about ``pages``."""
    towns, *others = figures["tables"]
    wanted = pages * _LINES
    rows = (towns["rows"] * (wanted // len(towns["rows"]) + 1))[:wanted]
    return {**figures, "tables": [{**towns, "rows": rows}, *others]}


def count_pages(drawn: bytes) -> int:
    """The pages of a PDF; its objects may stand in packed streams."""
    found = len(_PAGE.findall(drawn))
    for packed in _STREAM.findall(drawn):
        try:
            found += len(_PAGE.findall(zlib.decompress(packed)))
        except zlib.error:
            continue  # a font or a picture, packed in another way
    return found


def measure(folder: Path) -> Iterator[Figure]:
    from reports import pdf

    loaded(folder)
    figures, lists = _frozen()
    imprint = {"number": "BG20260630-01", "checksum": "0000 0000 0000 0000"}
    usual = count_pages(pdf.draw(figures, lists, imprint))
    costs, pages = {0: Cost(), 20: Cost(), 100: Cost()}, {}
    for _ in range(_ROUNDS):
        for wanted, cost in costs.items():
            long = _lengthened(figures, wanted - usual) if wanted else figures
            drawn = cost.of(lambda long=long: pdf.draw(long, lists, imprint))
            pages[wanted] = count_pages(drawn)
    short, long = (
        (costs[wanted].seconds - costs[0].seconds) / (pages[wanted] - pages[0])
        for wanted in (20, 100)
    )
    yield Figure(
        "pdf.page", long / short,
        f"{pages[100]} 页的报告每多一页 {long:.3f} s ÷ {pages[20]} 页的 {short:.3f} s，"
        f"没有长表的 {pages[0]} 页共 {costs[0].seconds:.1f} s",
    )
