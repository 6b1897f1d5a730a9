"""``import_ledger KIND FILE``: the import of the browser, for programs (ledgers.md §2)."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.commands import scope_of
from common import jobs
from common.commands import PortalCommand, WrongCall, day_option, user_named
from common.ledgers import all_ledgers, batches, ledger_of
from common.models import BatchState, ImportBatch, ImportRow, RowOutcome


class Command(PortalCommand):
    """Check a file and apply it."""

    help = "Check a ledger file and, when it has no errors, apply it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[ledger.kind for ledger in all_ledgers()])
        parser.add_argument("file")
        parser.add_argument("--user")
        parser.add_argument("--effective", metavar="DATE", help="数据截止日, default today")
        parser.add_argument("--correct", action="store_true", help="更正 instead of 变更")
        parser.add_argument("--check-only", action="store_true")
        parser.add_argument("--valid-rows-only", action="store_true")
        parser.add_argument("--empty-clears", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = self._upload(options)
        user, scope = batch.asked_by, scope_of(options["user"])
        jobs.complete(batches.request(batch, "check", by=user, scope=scope))
        batch.refresh_from_db()
        held = batch.counts.get("error", 0) + batch.counts.get("out_of_scope", 0)
        wanted = not options["check_only"] and (not held or options["valid_rows_only"])
        if batch.state == BatchState.CHECKED and wanted:
            self._apply(batch, user, scope)
        self._answer(batch, as_json=options["json"])
        if batch.state == BatchState.FAILED:
            self._refuse(batch.message)
        if held and batch.state != BatchState.APPLIED:
            self._refuse(f"有 {held} 行问题行。")
        if batch.state != BatchState.APPLIED and not options["check_only"]:
            self._refuse(batch.message or "没有入库。")

    def _upload(self, options: dict[str, Any]) -> ImportBatch:
        path = Path(options["file"])
        effective = day_option(options["effective"]) or timezone.localdate()
        user = user_named(options["user"]) if options["user"] else None
        try:
            with path.open("rb") as file:
                return batches.upload(
                    kind=options["kind"],
                    file=file,
                    file_name=path.name,
                    by=user,
                    effective_on=effective,
                    is_correction=options["correct"],
                    empty_clears=options["empty_clears"],
                    valid_rows_only=options["valid_rows_only"],
                )
        except OSError as error:
            raise WrongCall(f"打不开文件“{path}”。") from error

    def _apply(self, batch: ImportBatch, user: Any, scope: Any) -> None:
        ImportBatch.objects.filter(pk=batch.pk).update(ignored_acknowledged=True)
        batch.refresh_from_db()
        jobs.complete(batches.request(batch, "apply", by=user, scope=scope))
        batch.refresh_from_db()

    def _answer(self, batch: ImportBatch, *, as_json: bool) -> None:
        result = answer(batch)
        if as_json:
            self.write_json(result)
            return
        counts = batch.counts
        self.stdout.write(
            f"《{ledger_of(batch.kind).title}》{batch.get_state_display()}："
            f"新增 {result['created']}，更新 {result['updated']}，无变化 {result['unchanged']}，"
            f"问题行 {counts.get('error', 0) + counts.get('out_of_scope', 0)}。批次 {batch.pk}"
        )
        for note in result["errors"]:
            self.stdout.write(f"第 {note['row']} 行 {note['column']}：{note['message']}")

    def _refuse(self, sentence: str) -> None:
        self.stderr.write(sentence)
        sys.exit(1)


def answer(batch: ImportBatch) -> dict[str, Any]:
    """The result of ledgers.md §2: counts, errors and warnings of each row."""
    counts = batch.counts
    state = batch.state if batch.state in ("applied", "failed") else "checked"
    return {
        "batch": str(batch.pk),
        "state": state,
        "created": counts.get(RowOutcome.NEW, 0),
        "updated": counts.get(RowOutcome.UPDATE, 0),
        "unchanged": counts.get(RowOutcome.SAME, 0),
        "errors": _file_error(batch) or _notes(batch, "errors"),
        "warnings": _notes(batch, "warnings"),
        "ignored_columns": batch.ignored_columns,
    }


def _file_error(batch: ImportBatch) -> list[dict[str, Any]]:
    """What is wrong with the file as a whole."""
    if batch.state != BatchState.FAILED:
        return []
    return [{"row": 0, "column": "", "value": "", "message": batch.message}]


def _notes(batch: ImportBatch, field: str) -> list[dict[str, Any]]:
    rows = ImportRow.objects.filter(batch=batch).exclude(**{field: []}).order_by("number")
    return [
        {"row": number, **note}
        for number, notes in rows.values_list("number", field)
        for note in notes
    ]
