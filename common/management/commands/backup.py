"""``backup [FOLDER] [--keep N] [--json]``: one file with the database and the files."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from common.backup import actions
from common.commands import PortalCommand, Refused, WrongCall
from common.refusals import Refused as CannotBe


class Command(PortalCommand):
    """Back up the portal while it runs."""

    help = "Write a backup of database and files into a folder; the keys are not in it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", help="default: backups/ in the state folder")
        parser.add_argument("--keep", type=int, help="how many of the newest backups stay there")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        keep = options["keep"]
        if keep is not None and keep < 1:
            raise WrongCall("--keep 后面写要保留的份数，至少 1。")
        try:
            taken = actions.take(
                folder=Path(options["folder"] or settings.STATE_DIR / "backups"), keep=keep
            )
        except CannotBe as refusal:
            raise Refused(str(refusal)) from refusal
        except OSError as error:
            raise Refused(f"备份没有写成：{error.strerror}（{error.filename}）。") from error
        for path in taken.missing:
            self.stderr.write(f"提示：数据库里登记的文件 {path} 不在磁盘上，备份中没有它。")
        if options["json"]:
            self.write_json(vars(taken) | {"path": taken.path, "removed": taken.removed})
            return
        self.stdout.write(
            f"已备份到 {taken.path}：{taken.size / 1e6:.1f} MB，"
            f"{taken.tables} 张表 {taken.rows} 行，{taken.files} 个文件。"
        )
        if taken.removed:
            self.stdout.write(f"已删除较早的备份 {len(taken.removed)} 份。")
        self.stdout.write("密钥不在备份中，请另存一处。")
