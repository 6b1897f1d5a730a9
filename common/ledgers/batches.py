"""An import batch from upload to undo: the verbs. See docs/import.md for the states.

Each verb is idempotent: the state of the batch is moved by a conditional update in the same
transaction as its effect, so a job that is delivered twice finds nothing left to do.
"""

import hashlib
import uuid
from collections.abc import Callable
from datetime import date
from operator import itemgetter
from typing import Any, BinaryIO

from django.core.files import File
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from common import jobs, parameters
from common.changes import lock_writes, write_staged
from common.garbage import without_collector
from common.ledgers.check import check_rows
from common.ledgers.control import standing_after
from common.ledgers.flow import BATCH_FLOW
from common.ledgers.ledger import SILENT_HEADERS, Ledger, all_ledgers, headers_of, ledger_of
from common.ledgers.names import kept_name, name_problem, refuse_misnamed
from common.ledgers.rows import Options, RawCells, Row
from common.ledgers.staging import outcome_digest, stage
from common.ledgers.undo import Undo
from common.models import BatchState, HistoryEntry, ImportBatch, Job, RowOutcome, Via
from common.refusals import Refused
from common.scoping import scope_of
from common.trace import recording, settled_mark, tracked_tables
from common.workbook.reader import Table, Unreadable, open_table

Progress = Callable[..., None]
Fence = Callable[[], None]


def silent(_text: str, **_numbers: int) -> None:
    """No progress wanted."""


def unfenced() -> None:
    """No job to fence."""


def upload(
    *, kind: str, file: BinaryIO, file_name: str, by: Any, effective_on: date,
    is_correction: bool = False, empty_clears: bool = False, valid_rows_only: bool = False,
) -> ImportBatch:
    """Keep an uploaded file as a new batch. The caller starts the check."""
    digest, size = hashlib.sha256(), 0
    file.seek(0)
    while chunk := file.read(1 << 20):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    batch = ImportBatch(
        kind=kind, file_name=kept_name(file_name), file_size=size, sha256=digest.hexdigest(),
        asked_by=by, effective_on=effective_on, is_correction=is_correction,
        empty_clears=empty_clears, valid_rows_only=valid_rows_only,
    )
    batch.file.save(f"{uuid.uuid4().hex}.bin", File(file), save=False)
    _save_with_number(batch)
    return batch


def _save_with_number(batch: ImportBatch) -> None:
    """Number batches by day: 20261122-01, 20261122-02 …"""
    day = timezone.localdate().strftime("%Y%m%d")
    while True:
        count = ImportBatch.objects.filter(number__startswith=f"{day}-").count()
        batch.number = f"{day}-{count + 1:02d}"
        try:
            with transaction.atomic():
                batch.save(force_insert=True)
            return
        except IntegrityError:
            if not ImportBatch.objects.filter(number=batch.number).exists():
                raise


def options_of(batch: ImportBatch) -> Options:
    """How the batch is meant, with its asker's scope of today."""
    return Options(
        day=batch.effective_on, is_correction=batch.is_correction,
        empty_clears=batch.empty_clears, scope=scope_of(batch.asked_by, "import"),
    )


def earlier_batch(batch: ImportBatch) -> ImportBatch | None:
    """The applied batch of the same file, if there is one."""
    same = ImportBatch.objects.filter(
        sha256=batch.sha256, kind=batch.kind, state=BatchState.APPLIED
    )
    return same.exclude(pk=batch.pk).first()


# --- Check ------------------------------------------------------------------------------------


@without_collector()
def check(batch: ImportBatch, report: Progress = silent, fence: Fence = unfenced) -> None:
    """Read the file, check every row, stage the outcome: from CHECKING to CHECKED or FAILED."""
    batch.refresh_from_db()
    if batch.state != BatchState.CHECKING:
        return
    ledger = ledger_of(batch.kind)()
    try:
        mark = settled_mark()
        found, rows = read_and_check(batch, ledger, report)
    except Unreadable as refusal:
        with transaction.atomic():
            BATCH_FLOW.advance(batch, "fail", message=str(refusal))
            fence()
        return
    report("正在保存检查结果", done=len(rows), total=len(rows))
    with transaction.atomic():
        counts = stage(batch, ledger, rows) | found.pop("counts")
        BATCH_FLOW.advance(
            batch, "finish_check", message="", counts=counts, trace_mark=mark,
            checked_at=timezone.now(), **found,
        )
        fence()


def read_and_check(
    batch: ImportBatch, ledger: Ledger, report: Progress
) -> tuple[dict[str, Any], list[Row]]:
    """What was found in the file, and its planned rows. Raises Unreadable."""
    options = options_of(batch)
    if problem := name_problem(batch.file_name):
        raise Unreadable(problem)
    with batch.file.open("rb") as file, _table(file, ledger) as table:
        refuse_misnamed(batch.file_name, table)
        report("正在读取文件")
        rows = check_rows(
            ledger, _raw_rows(table), options, lambda done: report("正在检查", done=done)
        )
    if not rows:
        raise Unreadable("文件里只有表头，没有数据。请填好数据后再上传。")
    return _found(table) | {"counts": {"standing": standing_after(ledger, rows, options)}}, rows


def _table(file: BinaryIO, ledger: Ledger) -> Table:
    others = {
        other.title: headers_of(other) for other in all_ledgers() if other.kind != ledger.kind
    }
    return open_table(
        file, headers=ledger.headers(), required=ledger.required, title=ledger.title,
        others=others, fill_down=ledger.merged_columns,
        row_limit=parameters.value("import.row_limit"),
    )


def _raw_rows(table: Table):
    """(Excel row number, canonical header → cell) of the columns that the ledger knows."""
    known = {column.name: at for at, column in enumerate(table.columns) if column.name}
    places = {name: at for at, name in enumerate(known)}
    if len(known) == 1:
        [only] = known.values()
        for number, values in table.rows:
            yield number, RawCells(places, [values[only]])
        return
    pick = itemgetter(*known.values())
    for number, values in table.rows:
        yield number, RawCells(places, pick(values))


def _found(table: Table) -> dict[str, Any]:
    ignored = [
        column.text for column in table.columns
        if column.name is None and column.text not in SILENT_HEADERS
    ]
    return {
        "sheet": table.sheet[:100],
        "header_row": table.header_row,
        "columns": [[column.text, column.name] for column in table.columns if column.name],
        "ignored_columns": ignored + [f"{letter} 列" for letter in table.unnamed_columns],
        "dropped_rows": [[row.number, row.text[:60]] for row in table.dropped_rows[:200]],
        "other_sheets": table.other_sheets,
    }


# --- Apply ------------------------------------------------------------------------------------


def apply(batch: ImportBatch, report: Progress = silent, fence: Fence = unfenced) -> None:
    """Write the checked rows in one transaction: from APPLYING to APPLIED.

    When the ledgers have changed since the check, the file is checked again first; if that gives
    another result, nothing is written and the batch returns to CHECKED for another look.
    """
    with recording(by=batch.asked_by, via=Via.IMPORT, context=batch.pk):
        _wait_for_writers()
        batch.refresh_from_db()
        if batch.state != BatchState.APPLYING:
            return
        if _changed_since(batch) and _checks_differently(batch, report):
            BATCH_FLOW.advance(
                batch, "stop_apply",
                message="检查之后台账有变动，已按最新数据重新检查，请再看一遍。",
            )
        else:
            report("正在入库")
            write_staged(batch.pk, batch.layouts)
            BATCH_FLOW.advance(batch, "finish_apply", applied_at=timezone.now(), message="")
        fence()


_GRANTS = "accounts_grant"
_CONFIRMED = (BatchState.APPLYING, BatchState.APPLIED, BatchState.UNDOING, BatchState.UNDONE)


def _wait_for_writers() -> None:
    """Take the writers' lock; a big import before this one may take minutes."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '10min'")
    lock_writes()


def _changed_since(batch: ImportBatch) -> bool:
    """Whether any ledger row, or what the asker may reach, can have changed since the check."""
    if timezone.localdate(batch.checked_at) != timezone.localdate():
        return True
    later = HistoryEntry.objects.filter(id__gt=batch.trace_mark, table__in=tracked_tables())
    if later.filter(table=_GRANTS, owner=batch.asked_by_id).exists():
        return True
    return later.exclude(table__in=["common_parameter", "accounts_user", _GRANTS]).exists()


@without_collector()
def _checks_differently(batch: ImportBatch, report: Progress) -> bool:
    """Check and stage again; whether a person would see anything else than before."""
    before, shown = batch.counts, outcome_digest(batch)
    ledger = ledger_of(batch.kind)()
    mark = settled_mark()
    found, rows = read_and_check(batch, ledger, report)
    counts = stage(batch, ledger, rows) | found.pop("counts")
    ImportBatch.objects.filter(pk=batch.pk).update(
        counts=counts, trace_mark=mark, checked_at=timezone.now(), **found
    )
    batch.refresh_from_db()
    return counts != before or outcome_digest(batch) != shown


def held_rows(batch: ImportBatch) -> int:
    """How many rows are held back."""
    return sum(batch.counts.get(key, 0) for key in (RowOutcome.ERROR, RowOutcome.OUT_OF_SCOPE))


def may_apply(batch: ImportBatch) -> str:
    """Why the batch cannot be applied yet; "" when it can."""
    held = held_rows(batch)
    if batch.state in _CONFIRMED:
        return f"{_who(batch, 'apply')}已经确认入库，不用再点。"
    if batch.state != BatchState.CHECKED:
        return "这一批还没有检查完。"
    if held and not batch.valid_rows_only:
        return f"改好 {held} 行问题行后可以入库，或选择先入正确的行。"
    if batch.ignored_columns and not batch.ignored_acknowledged:
        return "请先确认不导入的列。"
    return ""


def _who(batch: ImportBatch, verb: str) -> str:
    """Who made this step of the batch last."""
    step = BATCH_FLOW.steps(batch).filter(verb=verb).select_related("by").first()
    return str(step.by) if step and step.by else "系统"


# --- Undo -------------------------------------------------------------------------------------


def undo(batch: ImportBatch, report: Progress = silent, fence: Fence = unfenced) -> dict:
    """Restore every record of the batch to what it was, keeping those that others have changed:
    from UNDOING to UNDONE. Returns {"undone": n, "kept": [{"row", "message"}]}."""
    context = uuid.uuid4()
    with recording(by=batch.asked_by, via=Via.UNDO, context=context):
        _wait_for_writers()
        batch.refresh_from_db()
        if batch.state != BatchState.UNDOING:
            return {"undone": batch.counts.get("undone", 0), "kept": batch.kept}
        report("正在撤销")
        result = Undo(batch).run()
        BATCH_FLOW.advance(
            batch, "finish_undo", undone_at=timezone.now(), undo_context=context,
            kept=result["kept"], counts={**batch.counts, "undone": result["undone"]},
        )
        fence()
    return result


def may_undo(batch: ImportBatch) -> str:
    """Why the batch cannot be undone; "" when it can."""
    if batch.state in (BatchState.UNDOING, BatchState.UNDONE):
        return f"{_who(batch, 'undo')}已经撤销这一批，不用再点。"
    if batch.state != BatchState.APPLIED:
        return "只有已入库的批次可以撤销。"
    if not batch.rows.exists():
        return "导入已超过保存期限，逐行记录已清除，不能再撤销。"
    return ""


# --- What people ask for ----------------------------------------------------------------------


def request(
    batch: ImportBatch, verb: str, *, by: Any, scope: Any, seen: str = "", **values: Any
) -> Job:
    """A person asks to check, apply or undo: the step is made, the job is queued.

    ``seen``: the :func:`version` that the person looked at; ``values``: choices saved with the
    step. Raises Refused (one sentence) when it cannot be, or when someone was faster.
    """
    with transaction.atomic():
        locked = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        problem = {"apply": may_apply, "undo": may_undo}.get(verb, lambda _batch: "")(locked)
        if not problem and seen and seen != version(locked):
            problem = "打开本页后，这一批重新检查过，请看最新结果。"
        if problem:
            raise Refused(problem)
        BATCH_FLOW.apply(batch, verb, by=by, scope=scope, **values)
        return jobs.start(kind=f"import.{verb}", subject=batch.pk, by=by)


def version(batch: ImportBatch) -> str:
    """Which check a page shows."""
    return batch.checked_at.isoformat() if batch.checked_at else ""


def choose(batch: ImportBatch, *, scope: Any, **values: Any) -> None:
    """Save choices that leave the check as it is: valid_rows_only, ignored_acknowledged, totals.

    Raises Refused when the batch no longer waits for them.
    """
    if not scope.may("import"):
        raise Refused("您没有导入的权限。")
    waiting = ImportBatch.objects.filter(pk=batch.pk, state=BatchState.CHECKED)
    if not waiting.update(**values):
        raise Refused("这一批已不在待确认，请看最新内容。")


def discard(batch: ImportBatch, *, by: Any, scope: Any) -> None:
    """Give the batch up; its file and staged rows go."""
    with transaction.atomic():
        BATCH_FLOW.apply(batch, "discard", by=by, scope=scope)
        forget(batch)


def forget(batch: ImportBatch) -> None:
    """Delete the file and the staged rows of a batch; the receipt stays."""
    batch.rows.all().delete()
    name, storage = batch.file.name, batch.file.storage
    ImportBatch.objects.filter(pk=batch.pk).update(file="")
    if name:
        transaction.on_commit(lambda: storage.delete(name))
