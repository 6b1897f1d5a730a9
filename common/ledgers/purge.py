"""What is left of imports after a while: files and staged rows go, receipts stay."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from common import parameters
from common.ledgers.batches import forget
from common.ledgers.flow import BATCH_FLOW
from common.models import BatchState, ImportBatch, ImportRow, Job, JobState

# The job of such a batch is still at it.
_AT_WORK = (BatchState.CHECKING, BatchState.APPLYING, BatchState.UNDOING)
EXPIRED = "超过保存期限没有入库，文件和逐行明细已自动清除。"


def purge() -> int:
    """Clear the batches older than the setting ``import.keep_days``, counted from when they were
    applied, else uploaded; their number. A batch that was never applied is given up."""
    limit = timezone.now() - timedelta(days=parameters.value("import.keep_days"))
    kept = ~Q(file="") | Exists(ImportRow.objects.filter(batch=OuterRef("pk")))
    old = (
        ImportBatch.objects.annotate(since=Coalesce("applied_at", "uploaded_at"))
        .filter(kept, since__lt=limit)
        .exclude(state__in=_AT_WORK)
    )
    count = 0
    for pk in list(old.values_list("pk", flat=True)):
        count += _clear(pk)
    return count


def _clear(pk) -> bool:
    """Clear one batch; False when somebody has begun to work on it."""
    with transaction.atomic():
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=pk)
        if batch.state in _AT_WORK or _has_job(batch):
            return False
        if batch.state in (BatchState.UPLOADED, BatchState.CHECKED):
            BATCH_FLOW.advance(batch, "discard", note=EXPIRED, message=EXPIRED)
        forget(batch)
    return True


def _has_job(batch: ImportBatch) -> bool:
    live = (JobState.QUEUED, JobState.RUNNING)
    return Job.objects.filter(subject=batch.pk, state__in=live).exists()
