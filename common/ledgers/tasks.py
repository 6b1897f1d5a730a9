"""The jobs of an import batch: check, apply, undo."""

from functools import partial

from common.jobs import Report, fence, job_kind
from common.ledgers import batches
from common.ledgers.flow import BATCH_FLOW
from common.models import ImportBatch, Job


def _batch(job: Job) -> ImportBatch:
    return ImportBatch.objects.select_related("asked_by").get(pk=job.subject)


def _put_back(verb: str):
    """What a job that failed does with its batch: back to where a person can act."""

    def on_failed(job: Job, sentence: str) -> None:
        BATCH_FLOW.advance(_batch(job), verb, message=sentence)

    return on_failed


@job_kind("import.check", label="检查台账", on_failed=_put_back("fail"))
def check(job: Job, report: Report) -> None:
    """Check the batch."""
    batches.check(_batch(job), report, partial(fence, job))


@job_kind("import.apply", label="台账入库", on_failed=_put_back("stop_apply"))
def apply(job: Job, report: Report) -> None:
    """Apply the batch."""
    batches.apply(_batch(job), report, partial(fence, job))


@job_kind("import.undo", label="撤销导入", on_failed=_put_back("stop_undo"))
def undo(job: Job, report: Report) -> None:
    """Undo the batch."""
    batches.undo(_batch(job), report, partial(fence, job))
