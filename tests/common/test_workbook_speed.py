"""Cost of reading the largest ledger of a district: 58,725 rows of 25 columns."""

import datetime
import os
import resource
import subprocess
import sys

import pytest
import xlsxwriter

from tests.common.workbooks import HEADERS, REQUIRED, opened

ROWS, EXTRA_COLUMNS = 58_725, 16
BARE_READER = """
import sys
from python_calamine import CalamineWorkbook
with open(sys.argv[1], "rb") as file:
    for row in CalamineWorkbook.from_object(file).get_sheet_by_index(0).iter_rows():
        pass
"""


@pytest.fixture(scope="module")
def ledger(tmp_path_factory):
    path = tmp_path_factory.mktemp("speed") / "台账.xlsx"
    book = xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [*HEADERS, *(f"其他{n}" for n in range(EXTRA_COLUMNS))])
    day = datetime.datetime(2015, 1, 1)
    for n in range(ROWS):
        known = ["个体工商户", f"永兴饭店{n}", "青石镇", f"河东{n % 300}", f"周敏{n % 5000}"]
        known += [f"138{n:08}", n % 9, n / 7, day + datetime.timedelta(days=n % 3000)]
        filled = [f"{n % 97}号" if column % 2 else "" for column in range(EXTRA_COLUMNS)]
        sheet.write_row(n + 1, 0, known + filled)
    book.close()
    return path


def cost_of_children(work):
    """Return processor seconds that the child processes of `work` take, the least of five runs."""

    def once():
        before = os.times()
        work()
        after = os.times()
        spent = after.children_user - before.children_user
        return spent + after.children_system - before.children_system

    return min(once() for _ in range(5))


@pytest.mark.full
def test_reading_costs_at_most_half_more_than_calamine_alone(ledger):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def guarded():
        with opened(ledger, headers=HEADERS, required=REQUIRED) as table:
            assert sum(1 for _ in table.rows) == ROWS

    def bare():
        subprocess.run([sys.executable, "-c", BARE_READER, str(ledger)], check=True, timeout=300)

    assert cost_of_children(guarded) <= 1.5 * cost_of_children(bare)
    # ru_maxrss is in KiB on Linux.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss <= 200 * 1024
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before <= 64 * 1024
