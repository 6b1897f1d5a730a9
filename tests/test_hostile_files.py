"""Hostile ledger files, each through the real way: kept as an upload, checked by the job in the
guarded child. tests/hostile.csv has the verdict of each: a file that is refused has one sentence
and no row; one that is read shows what is wrong with it row by row. Checking writes no record.
"""

import csv
import importlib
import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from accounts.choices import Role
from accounts.scope import acting_scope
from areas.choices import AreaLevel
from common import jobs, parameters
from common.cells import name_key
from common.ledgers import batches
from common.models import BatchState, HistoryEntry, ImportBatch, ImportRow, RowOutcome
from common.secrets import conceal
from enterprises.choices import BusinessStatus
from tests import factories as make
from tests.hostile.making import HostileFile, made, names
from tests.ledgers import desk

for module in ("containers", "sheets", "cells"):
    importlib.import_module(f"tests.hostile.{module}")

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).with_name("hostile.csv").read_text(encoding="utf-8")
CASES = list(csv.DictReader(TABLE.splitlines()))
LONGEST_VERDICT = 10
MOST_MEMORY = 64 * 1024


def tried(case: dict[str, str]):
    """A case with its name, the slow ones marked."""
    marks = [pytest.mark.full] if case["run"] == "full" else []
    return pytest.param(case, id=f"{case['number']}-{case['name']}", marks=marks)


def test_every_item_of_the_list_is_tried():
    assert {int(case["number"]) for case in CASES} == set(range(1, 61))
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert {case["name"] for case in CASES} == names()
    assert {case["verdict"] for case in CASES} == {"refused", "read", "row error"}
    before_27 = {case["name"] for case in CASES
                 if int(case["number"]) < 27 and case["verdict"] != "refused"}
    assert before_27 == {"old_workbook_named_new", "million_varied_strings"}


@pytest.fixture
def district(db):
    """Two towns, a branch and a firm in each, a firm that is closed, a member."""
    area = make.make_area(AreaLevel.DISTRICT, code="990101", name="明川区")
    town = make.make_area(AreaLevel.TOWN, area, code="990101101", name="甲镇")
    other = make.make_area(AreaLevel.TOWN, area, code="990101001", name="乙街道")
    branch = make.make_organization(name="红星支部", town=town)
    make.make_organization(name="蓝天支部", town=other)
    make.make_member(branch, name="党员甲", id_number=conceal(desk.PEOPLE[2]))
    for name, place, status in (
        ("老店", other, BusinessStatus.NORMAL), ("关门店", town, BusinessStatus.CLOSED)
    ):
        make.make_entity(name=name, name_key=name_key(name), town=place, status=status)
    make.make_user("town_a_staff", Role.TOWN, area=town)


@contextmanager
def felt() -> Iterator[dict[str, float]]:
    """What this process feels of the block: seconds, and KiB of memory above what it had."""
    feeling: dict[str, float] = {}
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, started = _memory("VmRSS"), time.monotonic()
    yield feeling
    feeling["seconds"] = time.monotonic() - started
    feeling["memory"] = _memory("VmHWM") - before


def _memory(key: str) -> int:
    found = re.search(rf"{key}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1])


def checked(file: HostileFile) -> ImportBatch:
    """Upload and check."""
    user = make.User.objects.get(username=file.user) if file.user else None
    for key, value in file.settings.items():
        parameters.set_from(key=key, value=value, on=desk.DAY, by=None)
    batch = batches.upload(
        kind=file.ledger, file=io.BytesIO(file.content), file_name=file.file_name, by=user,
        effective_on=desk.DAY,
    )
    jobs.complete(batches.request(batch, "check", by=user, scope=acting_scope(user)))
    batch.refresh_from_db()
    return batch


def told(batch: ImportBatch) -> str:
    """All that the pages of a batch say of it."""
    lines = [f"不导入的列 {text}" for text in batch.ignored_columns]
    lines += [f"略去 {number} {text}" for number, text in batch.dropped_rows]
    for row in batch.rows.all():
        lines.append(f"{row.number} {row.label}")
        lines += [" ".join(difference) for difference in row.diff]
        lines += [str(values.get("founded_on", "")) for _table, _verb, _id, values in row.plan]
        lines += [
            f"{row.number} {note['column']}：{note['message']}"
            for note in [*row.errors, *row.warnings]
        ]
    return "\n".join(lines)


@pytest.mark.parametrize("case", [tried(case) for case in CASES])
def test_hostile_file(case, district):
    file = made(case["name"])
    before = HistoryEntry.objects.count()
    with felt() as feeling:
        batch = checked(file)

    if case["verdict"] == "refused":
        assert batch.state == BatchState.FAILED, told(batch)
        assert case["seen"] in batch.message
        assert batch.message.endswith("。")
        assert batch.message.count("。") == 1
        assert not ImportRow.objects.exists()
    else:
        assert batch.state == BatchState.CHECKED, batch.message
        counted = (f"{batch.counts[key]} {key}" for key in RowOutcome.values if batch.counts[key])
        assert sorted(case["rows"].split(", ")) == sorted(counted), told(batch)
        for words in case["seen"].split(" | "):
            assert words in told(batch)
        held = batch.counts["error"] + batch.counts["out_of_scope"]
        assert bool(held) == (case["verdict"] == "row error")
    settings = HistoryEntry.objects.filter(table="common_parameter").count()
    assert HistoryEntry.objects.count() == before + settings
    assert feeling["seconds"] < LONGEST_VERDICT
    assert feeling["memory"] < MOST_MEMORY
