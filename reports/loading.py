"""Loading a district from its workbooks, as its clerks would: one import after the other."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from areas.models import Area
from common import parameters, workdays
from common.commands import Refused, WrongCall
from common.dated import BEGINNING
from common.models import BatchState, ImportBatch
from districts import PUBLISHED, published
from districts.books import ORDER, file_name
from reports.models import Bulletin

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


def load_published(
    name: str, *, folder: str | None = None, self_employed: int | None = None,
    say: Callable[[str], None] = lambda _text: None,
) -> Bulletin:
    """A published district's figures; its ledgers are brought into an empty database first, or
    the workbooks of ``folder``. Raises WrongCall, Refused."""
    try:
        district = published(name)
    except KeyError as error:
        raise WrongCall(f"没有“{name}”区的数据，可选 {'、'.join(PUBLISHED)}。") from error
    if found := Bulletin.objects.filter(name=district.TITLE, lines__isnull=False).first():
        return found
    if Area.objects.exists() and not Area.objects.filter(code=district.CODE).exists():
        raise Refused("数据库里已有别的数据，请用空库。")
    workdays.fill()
    say(f"装入“{district.TITLE}”的台账")
    load(_files_of(district, name, folder, self_employed), day=district.DAY, say=say)
    for key, value in district.SETTINGS.items():
        parameters.set_from(key=key, value=value, on=BEGINNING, by=None)
    return Bulletin.objects.get(name=district.TITLE)


def _files_of(
    district: Any, name: str, folder: str | None, self_employed: int | None
) -> list[tuple[str, Path]]:
    if folder is None:
        own = settings.STATE_DIR / "districts" / name
        return district.books(self_employed=self_employed).write(own)
    there = [(kind, Path(folder) / file_name(kind)) for kind in ORDER]
    found = [(kind, path) for kind, path in there if path.exists()]
    if not found:
        raise WrongCall(f"“{folder}”里没有台账，文件名要像 {file_name('areas')} 这样。")
    return found
