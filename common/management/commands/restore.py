"""``restore FILE-OR-FOLDER [--replace]``: put a backup back, proven equal."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from common.backup import actions
from common.commands import PortalCommand, Refused
from common.refusals import Refused as CannotBe


class Command(PortalCommand):
    """Restore a backup that ``backup`` wrote."""

    help = "Restore a backup, or the newest one of a folder; the portal must not be running."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source")
        parser.add_argument(
            "--replace", action="store_true", help="over all that is there; it is lost"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            manifest = actions.restore(
                source=Path(options["source"]), replace=options["replace"], say=self.stderr.write
            )
        except CannotBe as refusal:
            raise Refused(str(refusal)) from refusal
        except OSError as error:
            raise Refused(f"没有恢复：{error.strerror}（{error.filename}）。") from error
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(
            f"已恢复 {manifest['made_at']} 的备份：{len(manifest['tables'])} 张表 {rows} 行，"
            f"{len(manifest['files'])} 个文件，逐表逐个核对一致。所有人需要重新登录。"
        )
