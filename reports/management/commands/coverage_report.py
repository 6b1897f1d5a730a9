"""``coverage_report --area CODE --as-of DATE``: the report of the button (ledgers.md §2)."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from accounts.commands import area_coded, scope_of
from common import jobs
from common.commands import PortalCommand, Refused, WrongCall, day_option, user_named
from common.models import Job
from common.refusals import Refused as CannotBe
from reports.actions import canonical, request_report
from reports.choices import RunState
from reports.models import ReportRun
from reports.trend import usual_comparison


class Command(PortalCommand):
    """Build the coverage report and write its files."""

    help = "Build the district coverage report through the job, wait, print id and checksum."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--area", required=True, metavar="CODE")
        parser.add_argument("--as-of", metavar="DATE", help="default: today")
        parser.add_argument("--against", metavar="DATE", help="default: three month ends before")
        parser.add_argument("--pdf", metavar="FILE")
        parser.add_argument("--xlsx", metavar="FILE")
        parser.add_argument("--data", metavar="FILE", help="the frozen figures as JSON")
        parser.add_argument("--user")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        run = self._build(options)
        self._write(run, options)
        if options["json"]:
            self.write_json({"run": run.pk, "number": run.number, "checksum": run.checksum})
        else:
            self.stdout.write(f"{run.pk} {run.checksum}")

    def _build(self, options: dict[str, Any]) -> ReportRun:
        as_of = day_option(options["as_of"]) or timezone.localdate()
        against = day_option(options["against"]) or usual_comparison(as_of)
        user = user_named(options["user"]) if options["user"] else None
        try:
            run = request_report(
                area=area_coded(options["area"]), as_of=as_of, against=against, by=user,
                scope=scope_of(options["user"]),
            )
        except CannotBe as refusal:
            raise Refused(str(refusal)) from refusal
        jobs.complete(Job.objects.get(kind="reports.build", subject=run.pk))
        run.refresh_from_db()
        if run.state != RunState.DONE:
            raise Refused(run.message or "报告没有生成。")
        return run

    def _write(self, run: ReportRun, options: dict[str, Any]) -> None:
        files = {"pdf": run.pdf, "xlsx": run.xlsx}
        try:
            for name, stored in files.items():
                if options[name]:
                    with stored.open("rb") as source:
                        Path(options[name]).write_bytes(source.read())
            if options["data"]:
                # Byte for byte what the checksum was taken of.
                Path(options["data"]).write_bytes(canonical(run.payload))
        except OSError as error:
            raise WrongCall(f"写不了文件“{error.filename}”。") from error

