"""``export_ledger KIND FILE``: a ledger as a workbook that imports again (ledgers.md §2)."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.commands import area_coded, scope_of
from accounts.scope import area_scope
from common.commands import PortalCommand, WrongCall, day_option
from common.ledgers import all_ledgers, ledger_of
from common.ledgers.export import write_export
from common.ledgers.rows import Options
from common.trace import record_read


class Command(PortalCommand):
    """Write a ledger as of a day."""

    help = "Export a ledger; without --user with full identities."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[ledger.kind for ledger in all_ledgers()])
        parser.add_argument("file")
        parser.add_argument("--area", metavar="CODE")
        parser.add_argument("--user")
        parser.add_argument("--as-of", metavar="DATE")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = scope_of(options["user"])
        day = day_option(options["as_of"]) or timezone.localdate()
        ledger = ledger_of(options["kind"])()
        records = ledger.model.objects.within(scope)
        if options["area"]:
            records = records.within(area_scope(area_coded(options["area"])), day)
        ids = records.values_list("pk", flat=True).iterator()
        identity = not options["user"]
        try:
            with Path(options["file"]).open("wb") as target:
                count = write_export(
                    target,
                    ledger,
                    ids,
                    Options(day=day, scope=scope),
                    identity=identity,
                    by=options["user"] or "命令行",
                )
        except OSError as error:
            raise WrongCall(f"写不了文件“{options['file']}”。") from error
        if identity and any(column.is_secret for column in ledger.columns):
            record_read(
                by=None,
                action="export",
                rows=[],
                model=ledger.model,
                fields="完整号码",
                reason=f"命令行导出 {count} {ledger.unit}",
            )
        self.stderr.write(f"已导出 {count} {ledger.unit}。")
