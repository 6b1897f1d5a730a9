"""What of the imports waits for who uploaded them (common/inbox.py)."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from common.access import having
from common.inbox import SHOWN, Asker, Box, Line, Matter, waiting
from common.ledgers import ledger_of
from common.models import BatchState, ImportBatch
from common.tables import display

_IMPORTERS = having("import")
_DAYS = 30  # afterwards nobody comes back to a file
_UNDER_WAY = (BatchState.CHECKING, BatchState.APPLYING, BatchState.UNDOING)
_HELD = Q(counts__error__gt=0) | Q(counts__out_of_scope__gt=0)


def _own(person: Asker, **conditions) -> QuerySet[ImportBatch]:
    return ImportBatch.objects.filter(asked_by=person.user.pk, **conditions).order_by(
        "-uploaded_at"
    )


def _matter(
    label: str, batches: QuerySet[ImportBatch], note: Callable[[ImportBatch], str], verb: str
) -> Matter:
    """Batches as a matter; their list is all batches."""
    lines = [
        Line(f"{ledger_of(batch.kind).title}　{batch.file_name}", batch.get_absolute_url(),
             note(batch), verb=verb)
        for batch in batches[:SHOWN]
    ]
    return Matter(label, batches.count(), "批", lines, reverse("imports:batch_list"))


@waiting(Box.TODO, order=10, roles=_IMPORTERS)
def to_confirm(person: Asker) -> Matter:
    """Checked and not yet confirmed."""
    batches = _own(person, state=BatchState.CHECKED)
    return _matter("导入待确认", batches, _outcome, "确认")


def _outcome(batch: ImportBatch) -> str:
    """新增 14 行，更新 90 行，有误 5 行."""
    words = (("new", "新增"), ("update", "更新"), ("error", "有误"), ("out_of_scope", "超出权限"))
    found = [
        f"{word} {display(batch.counts[key])} 行" for key, word in words if batch.counts.get(key)
    ]
    return "，".join(found) or "没有变化"


@waiting(Box.RETURNED, order=10, roles=_IMPORTERS)
def held_back(person: Asker) -> Matter:
    """Rows that were not taken, until the same ledger is imported again."""
    later = ImportBatch.objects.filter(
        asked_by=OuterRef("asked_by"), kind=OuterRef("kind"), state=BatchState.APPLIED,
        uploaded_at__gt=OuterRef("uploaded_at"),
    )
    since = timezone.now() - timedelta(days=_DAYS)
    batches = _own(person, state=BatchState.APPLIED, applied_at__gte=since)
    return _matter(
        "导入时有误的行", batches.filter(_HELD).exclude(Exists(later)), _held_words, "改正"
    )


def _held_words(batch: ImportBatch) -> str:
    count = batch.counts.get("error", 0) + batch.counts.get("out_of_scope", 0)
    return f"{display(count)} 行没有入库，下载问题行，改好再导入"


@waiting(Box.RETURNED, order=20, roles=_IMPORTERS)
def unreadable(person: Asker) -> Matter:
    """Files that could not be read; who gives one up discards it."""
    batches = _own(person, state=BatchState.FAILED)
    return _matter("没有读成的文件", batches, lambda batch: batch.message, "查看")


@waiting(Box.MINE, order=10, roles=_IMPORTERS)
def under_way(person: Asker) -> Matter:
    """Being checked, applied or undone."""
    return _matter(
        "正在导入", _own(person, state__in=_UNDER_WAY), lambda batch: batch.get_state_display(),
        "查看",
    )
