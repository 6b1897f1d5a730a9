"""The ledger as a workbook, against xlsxwriter writing the same cells."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import ledgers
from benchmarks.imports import loaded
from benchmarks.measure import ROUNDS, Cost, peak_megabytes
from benchmarks.table import Figure


def export(path: Path) -> int:
    """Write all entities as the list's export does; the number of rows."""
    from accounts.scope import acting_scope
    from common.ledgers import ledger_of
    from common.ledgers.export import write_export
    from common.ledgers.rows import Options
    from common.paging import ordered
    from enterprises.models import Entity

    ids = ordered(Entity.objects.all(), ("name",)).values_list("pk", flat=True).iterator()
    options = Options(day=ledgers.DAY, scope=acting_scope(None))
    ledger = ledger_of("enterprises")()
    with path.open("wb") as target:
        return write_export(target, ledger, ids, options, identity=False, by="基准")


def cells_of(path: Path) -> list[list]:
    """The cells of a workbook as calamine reads them."""
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def plainly(path: Path, rows: list[list]) -> None:
    """The same cells by xlsxwriter in constant memory."""
    import xlsxwriter

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(path, options) as book:
        sheet, text = book.add_worksheet(), book.add_format({"num_format": "@"})
        for at, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, str):
                    if value:
                        sheet.write_string(at, place, value, text)
                else:
                    sheet.write_number(at, place, value)


def peak(folder: Path) -> float:
    """The most memory in MB that a process of its own needs for the export."""
    code = "from benchmarks import exports; exports.alone()"
    answer = subprocess.run(
        [sys.executable, "-c", code, folder / "alone.xlsx"],
        check=True, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[1],
    )
    return float(answer.stdout)


def alone() -> None:
    """Export in this process and print its peak."""
    import django

    django.setup()
    export(Path(sys.argv[1]))
    # Not ru_maxrss: it begins with what the process had that started this one.
    sys.stdout.write(f"{peak_megabytes(os.getpid())}")


def measure(folder: Path) -> Iterator[Figure]:
    loaded(folder)
    ours, theirs = folder / "ours.xlsx", folder / "theirs.xlsx"
    mine, plain, rows = Cost(), Cost(), []
    for _ in range(ROUNDS):
        mine.of(lambda: export(ours))
        if not rows:
            rows.extend(cells_of(ours))
        plain.of(lambda: plainly(theirs, rows))
    yield Figure("export.time", mine.seconds / plain.seconds, f"{mine} ÷ {plain}")
