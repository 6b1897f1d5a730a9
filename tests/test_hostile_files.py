"""Hostile ledger files, each through the real way: kept as an upload, checked by the job in the
guarded child. tests/hostile.csv has the verdict of each: a file that is refused has one sentence
and no row; one that is read shows what is wrong with it row by row. Checking writes no record.
"""

import csv
import importlib
import io
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

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

for module in ("containers", "parts", "sheets", "cells"):
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
        lines += [
            str((values if isinstance(values, dict) else
                 dict(zip(batch.layouts[table], values, strict=True))).get("founded_on", ""))
            for table, _verb, _id, values in row.plan
        ]
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
    changed = HistoryEntry.objects.exclude(table="common_parameter").count()
    assert changed == before
    assert feeling["seconds"] < LONGEST_VERDICT
    assert feeling["memory"] < MOST_MEMORY


# --- the web process ----------------------------------------------------------------------------

PARSERS = (
    "python_calamine", "openpyxl", "xlrd", "common.workbook.extract", "common.workbook.sheets",
    "common.workbook.proof", "common.workbook.parts", "common.workbook.biff",
)
# Where a ledger file may be opened, and by what a check may be run. A list of accounts, of a
# thousand rows at most, is read while the system administrator waits, and a table of a rating
# scheme, of five hundred, while the district does; in the guarded child too.
OPENERS = {
    "open_table(": {
        "accounts/bulk.py", "common/ledgers/batches.py", "common/workbook/reader.py",
        "evaluations/scheme_sheets.py",
    },
    "read_and_check(": {"common/ledgers/batches.py"},
    "batches.check(": {"common/ledgers/tasks.py"},
}


def test_a_process_that_answers_requests_holds_no_parser():
    """All addresses loaded, with all views and forms behind them: what reads files is not there."""
    program = f"""
        import sys, config.wsgi
        from tests.routes import routes
        assert len(routes()) > 50
        print([name for name in {PARSERS} if name in sys.modules])
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], cwd=settings.BASE_DIR,
        capture_output=True, text=True, check=False, timeout=300,
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


@pytest.mark.parametrize("call", OPENERS)
def test_files_are_opened_by_jobs_only(call):
    root = Path(settings.BASE_DIR)
    apps = {name.partition(".")[0] for name in settings.INSTALLED_APPS if (root / name).is_dir()}
    found = {
        path.relative_to(root).as_posix()
        for app in apps | {"config", "common"} for path in (root / app).rglob("*.py")
        if call in path.read_text(encoding="utf-8")
    }
    assert found == OPENERS[call]


def uploaded(client: Client, name: str) -> str:
    """Upload a hostile file as a browser does; the text of the page where that ends, once the
    worker has spoken."""
    file = made(name)
    with felt() as feeling:
        answer = client.post("/imports/new/", {
            "kind": file.ledger, "effective_on": "2026-06-30",
            "file": SimpleUploadedFile(file.file_name, file.content),
        })
    assert feeling["memory"] < MOST_MEMORY
    limit = time.monotonic() + LONGEST_VERDICT
    while answer.status_code == 302 and time.monotonic() < limit:
        batch = ImportBatch.objects.get(pk=answer["Location"].strip("/").rpartition("/")[2])
        if batch.state not in (BatchState.UPLOADED, BatchState.CHECKING):
            return client.get(answer["Location"]).content.decode()
        time.sleep(0.1)
    return answer.content.decode()


@pytest.mark.full
@pytest.mark.django_db(transaction=True)
def test_hostile_uploads_are_the_workers_business(worker, cast, client, monkeypatch):
    """With a worker of its own the web process starts no child and opens no file."""
    monkeypatch.setattr("common.guarded.processes.subprocess.Popen", None)
    client.force_login(cast.district_staff)
    seen = {case["name"]: case["seen"] for case in CASES}
    for name in (
        "corner_cell", "deep_rows", "millions_of_strings", "encrypted", "name_of_a_program"
    ):
        assert seen[name] in uploaded(client, name), name
    assert client.get("/imports/").status_code == 200
    assert not ImportRow.objects.exists()
