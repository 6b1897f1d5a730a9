"""The report on paper: does a page of a long report cost more than one of a short report?

Pages are compared with their like: those of a long table, less what the report costs without it.
The cover and the pages of charts hold a third of what stands on a page of a table.
"""

import json
import pickle
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import ledgers
from benchmarks.imports import loaded
from benchmarks.measure import Cost
from benchmarks.table import Figure

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_PAGE = re.compile(rb"/Type ?/Page\b")
_LINES = 33  # lines of a table on one page, about
# A hundred pages take half a minute, and a drawing asks nothing of the database: two processes
# beside each other make three rounds each.
_PROCESSES, _ROUNDS = 2, 3
_WANTED = (0, 20, 100)  # 0: without the long table


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


def alone() -> None:
    """Draw in this process; prints for each round [seconds, pages] of each length."""
    import django

    django.setup()
    from reports import pdf

    figures, lists = pickle.loads(Path(sys.argv[1]).read_bytes())
    imprint = {"number": "BG20260630-01", "checksum": "0000 0000 0000 0000"}
    rounds, usual = [], 0
    for _ in range(_ROUNDS):
        rounds.append([])
        for wanted in _WANTED:
            long = _lengthened(figures, wanted - usual) if wanted else figures
            cost = Cost()
            pages = count_pages(cost.of(lambda long=long: pdf.draw(long, lists, imprint)))
            usual = usual or pages
            rounds[-1].append((cost.seconds, pages))
    sys.stdout.write(json.dumps(rounds))


def _drawn(frozen: Path) -> list[list[tuple[float, int]]]:
    """The rounds of all processes."""
    code = "from benchmarks import printing; printing.alone()"
    command = [sys.executable, "-c", code, frozen]
    root = Path(__file__).resolve().parents[1]
    processes = [
        subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) for _ in range(_PROCESSES)
    ]
    answers = [process.communicate()[0] for process in processes]
    return [one for answer in answers for one in json.loads(answer)]


def measure(folder: Path) -> Iterator[Figure]:
    loaded(folder)
    frozen = folder / "report.pickle"
    frozen.write_bytes(pickle.dumps(_frozen()))
    rounds = _drawn(frozen)
    none, few, many = (median(one[at][0] for one in rounds) for at in range(len(_WANTED)))
    usual, twenty, hundred = (pages for _seconds, pages in rounds[0])
    short, long = (few - none) / (twenty - usual), (many - none) / (hundred - usual)
    yield Figure(
        "pdf.page", long / short,
        f"{hundred} 页的报告每多一页 {long:.3f} s ÷ {twenty} 页的 {short:.3f} s，"
        f"没有长表的 {usual} 页共 {none:.1f} s；两个进程同时画",
    )
