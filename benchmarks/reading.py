"""Reading the entities ledger: the guarded child against calamine alone."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks import ledgers
from benchmarks.measure import ROUNDS, Cost, peak_megabytes
from benchmarks.table import Figure

# A process of its own, as the guarded child is one; only the reading is timed.
_ALONE = """
import sys, time
from python_calamine import CalamineWorkbook
begun, processor = time.perf_counter(), time.process_time()
with open(sys.argv[1], "rb") as file:
    rows = sum(1 for _ in CalamineWorkbook.from_object(file).get_sheet_by_index(0).iter_rows())
print(rows, time.perf_counter() - begun, time.process_time() - processor)
"""


def ledger_file(folder: Path, size: int = ledgers.SIZE, changed: int = 0) -> Path:
    """The entities ledger as a workbook, written once."""
    path = folder / f"entities-{size}-{changed}.xlsx"
    if not path.exists():
        ledgers.write(path, ledgers.HEADERS, ledgers.Entities(size, changed=changed))
    return path


def calamine_alone(path: Path, cost: Cost) -> None:
    """Read the first sheet with python-calamine's iter_rows and nothing else."""
    answer = subprocess.run(
        [sys.executable, "-c", _ALONE, path], check=True, capture_output=True, text=True
    ).stdout.split()
    cost.clock.append(float(answer[1]))
    cost.processor.append(float(answer[2]))


def guarded(path: Path, watch: bool = False) -> float:
    """Read all rows as the import does; the peak of the child in MB when it is watched."""
    from common.ledgers import batches, ledger_of

    peak = 0.0
    with path.open("rb") as file, batches._table(file, ledger_of("enterprises")()) as table:
        for at, _row in enumerate(table.rows):
            if watch and at % 1000 == 0:
                peak = max(peak, peak_megabytes(table._child._process.pid))
    return peak


def measure(folder: Path) -> Iterator[Figure]:
    path = ledger_file(folder)
    ours, alone = Cost(), Cost()
    for _ in range(ROUNDS):
        calamine_alone(path, alone)
        ours.of(lambda: guarded(path))
    yield Figure("read.time", ours.seconds / alone.seconds, f"{ours} ÷ {alone}")
    yield Figure("read.memory", guarded(path, watch=True))
