"""Loading a district from its workbooks, as its clerks would: one import after the other."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from common.commands import Refused
from common.models import BatchState, ImportBatch

_CONFIRMED = (BatchState.APPLIED, BatchState.UNDOING, BatchState.UNDONE)


def loaded_files(names: Iterator[str] | list[str]) -> dict[str, ImportBatch]:
    """First batch of each of the workbooks, by file name. What somebody has undone since stays
    undone."""
    batches = ImportBatch.objects.filter(file_name__in=list(names), state__in=_CONFIRMED)
    return {batch.file_name: batch for batch in batches.order_by("-uploaded_at")}


def import_file(
    kind: str, path: Path, *, day: date, user: str | None = None, valid_rows_only: bool = False
) -> dict[str, Any]:
    """Import a workbook as of ``day``; the receipt of ``import_ledger``. Raises Refused with the
    first row that is held back."""
    answer = StringIO()
    try:
        call_command(
            "import_ledger", kind, str(path), user=user, effective=day.isoformat(),
            valid_rows_only=valid_rows_only, json=True, stdout=answer, stderr=StringIO(),
        )
    except SystemExit as end:
        if not valid_rows_only:
            raise Refused(f"{path.name} 没有入库：{_first_error(answer.getvalue())}") from end
    return json.loads(answer.getvalue())


def _first_error(answer: str) -> str:
    errors = json.loads(answer)["errors"] if answer else []
    return "第 {row} 行 {column}：{message}".format(**errors[0]) if errors else "文件读不出来。"


def load(
    files: list[tuple[str, Path]], *, day: date, say: Callable[[str], None] = lambda _text: None
) -> None:
    """Import what is not there yet, in this order. Raises Refused at the first refusal."""
    there = loaded_files([path.name for _kind, path in files])
    for kind, path in files:
        if path.name not in there:
            receipt = import_file(kind, path, day=day)
            say(f"  {path.stem}：入库 {receipt['created'] + receipt['updated']:,} 行")
