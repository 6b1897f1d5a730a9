"""The work of the tests of kills: an import and a report, and what must stand after each step."""

import io
import zipfile
from collections import Counter
from datetime import date
from typing import Any

import pypdf
from django.core.files.storage import default_storage
from django.db import transaction

from accounts.scope import acting_scope
from areas.models import Area
from common.ledgers import batches
from common.ledgers.flow import BATCH_FLOW
from common.ledgers.staging import outcome_digest
from common.models import HistoryEntry, ImportBatch, Job
from reports import actions
from reports.choices import RunState
from reports.models import ReportRun
from tests import digest
from tests.ledgers import desk

BRANCHES = 20


def fill(size: int) -> None:
    """A district with ``size`` shops, a third of them covered."""
    desk.load("areas", desk.AREAS)
    desk.load("organizations", [desk.organization(f"支部{n}") for n in range(BRANCHES)])
    desk.load("enterprises", [shop(f"旧店{n}", n, n % 3 == 0) for n in range(size)])


def shop(name: str, number: int, is_covered: bool, **cells: Any) -> dict[str, Any]:
    """A row of the ledger."""
    link = {"覆盖党组织": f"支部{number % BRANCHES}", "组建方式": "联合组建"} if is_covered else {}
    return desk.entity(name, **link, **cells)


def edits(size: int, new: int) -> bytes:
    """A workbook: every second shop of :func:`fill` changed and covered anew, ``new`` ones."""
    old = [shop(f"旧店{n}", n + 1, True, 从业人员数=30) for n in range(0, size, 2)]
    return desk.workbook([*old, *(shop(f"新店{n}", n, True) for n in range(new))]).getvalue()


# --- Imports ------------------------------------------------------------------------------------


def upload(file: bytes) -> ImportBatch:
    """A batch of the file, not checked yet."""
    return batches.upload(
        kind="enterprises", file=io.BytesIO(file), file_name="台账.xlsx", by=None,
        effective_on=desk.DAY,
    )


def ask(batch: ImportBatch, verb: str) -> Job:
    """Ask for a step of a batch, as its page does."""
    batch.refresh_from_db()
    return batches.request(batch, verb, by=None, scope=acting_scope(None))


def checked(batch: ImportBatch) -> dict[str, Any]:
    """What a check has left."""
    batch.refresh_from_db()
    return {
        "state": batch.state,
        "counts": batch.counts,
        "rows": batch.rows.count(),
        "outcome": outcome_digest(batch),
        "ledgers": digest.digest(),
    }


def applied(batch: ImportBatch) -> dict[str, Any]:
    """What an application has left: every row of every ledger, and each change of the batch."""
    batch.refresh_from_db()
    return {
        "state": batch.state,
        "ledgers": digest.digest(),
        "changes": changes_of(batch),
        "steps": steps(batch),
    }


def changes_of(batch: ImportBatch) -> Counter:
    """(table, operation) → number of rows that the batch has changed, as the trace says."""
    entries = HistoryEntry.objects.filter(context=batch.pk)
    return Counter(entries.values_list("table", "operation"))


def outcomes_of(batch: ImportBatch) -> Counter:
    """Outcome → number of staged rows."""
    return Counter(batch.rows.values_list("outcome", flat=True))


def applied_cleanly(batch: ImportBatch) -> dict[str, Any]:
    """What applying this checked batch leaves when nothing goes wrong; it is taken back."""
    with transaction.atomic():
        ask(batch, "apply")
        batches.apply(batch)
        found = applied(batch)
        transaction.set_rollback(True)
    return found


def undone(batch: ImportBatch) -> dict[str, Any]:
    """What an undo has left."""
    batch.refresh_from_db()
    return {"state": batch.state, "kept": batch.kept, "undone": batch.counts["undone"],
            "ledgers": digest.digest()}


def steps(batch: ImportBatch) -> list[str]:
    """The steps of a batch since its last check, in order."""
    made = list(BATCH_FLOW.steps(batch).order_by("id").values_list("verb", flat=True))
    return made[len(made) - 1 - made[::-1].index("finish_check") :]


# --- Reports ------------------------------------------------------------------------------------

# What says when a report was made, not what it says.
_OF_THE_RUN = ("number", "read_at")


def ask_report() -> tuple[ReportRun, Job]:
    """Ask for the report of the district, as its page does."""
    run = actions.request_report(
        area=Area.objects.get(code="990101"), as_of=desk.DAY, against=date(2026, 3, 31), by=None,
        scope=acting_scope(None),
    )
    return run, Job.objects.get(subject=run.pk)


def reported(run: ReportRun) -> dict[str, Any]:
    """What a report has left: its figures, and its files as far as two drawings are alike."""
    run.refresh_from_db()
    assert run.state == RunState.DONE, run.message
    assert run.checksum == actions.checksum_of(run.payload)
    with run.pdf.open() as pdf, run.xlsx.open() as xlsx, run.lists.open() as lists:
        book = zipfile.ZipFile(xlsx)
        assert book.testzip() is None
        return {
            "figures": {k: v for k, v in run.payload.items() if k not in _OF_THE_RUN},
            "pages": len(pypdf.PdfReader(pdf).pages),
            "sheets": sorted(book.namelist()),
            "lists": len(lists.read()),
        }


def report_files() -> int:
    """Number of files in the folder of the reports."""
    return len(default_storage.listdir("reports")[1])
