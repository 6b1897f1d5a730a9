"""``undo_import BATCH``: undo an applied import (ledgers.md §2)."""

import uuid
from typing import Any

from django.core.management.base import CommandParser

from accounts.scope import district_scope
from common import jobs
from common.commands import PortalCommand, Refused, WrongCall
from common.ledgers import batches
from common.models import BatchState, ImportBatch
from common.refusals import Refused as CannotBe


class Command(PortalCommand):
    """Undo an import batch, by its id or its number."""

    help = "Undo an applied import batch; records that others have changed since are kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        batch = batch_named(options["batch"])
        try:
            job = batches.request(batch, "undo", by=batch.asked_by, scope=district_scope())
        except CannotBe as refusal:
            raise Refused(str(refusal)) from refusal
        jobs.complete(job)
        batch.refresh_from_db()
        if batch.state != BatchState.UNDONE:
            raise Refused(batch.message or "没有撤销，数据没有变动。")
        result = {"undone": batch.counts["undone"], "kept": batch.kept}
        if options["json"]:
            self.write_json(result)
            return
        self.stdout.write(f"已撤销 {result['undone']} 条，保留 {len(result['kept'])} 条。")
        for kept in result["kept"]:
            self.stdout.write(f"第 {kept['row']} 行 {kept['message']}")


def batch_named(text: str) -> ImportBatch:
    """The batch with this id or number. Raises WrongCall."""
    batches_found = ImportBatch.objects.select_related("asked_by")
    try:
        return batches_found.get(pk=uuid.UUID(text))
    except (ValueError, ImportBatch.DoesNotExist):
        found = batches_found.filter(number=text).first()
    if found is None:
        raise WrongCall(f"没有批次“{text}”。")
    return found
