"""``health [--json]``: which parts of the portal are well; exit code 1 when one is not."""

from typing import Any

from django.core.management.base import CommandParser

from common import health
from common.commands import PortalCommand, Refused

LABELS = {
    "web": "程序", "database": "数据库", "redis": "Redis", "worker": "任务进程",
    "beat": "定时进程", "disk": "磁盘",
}


class Command(PortalCommand):
    """Ask every part of the portal."""

    help = "Print which parts of the portal are well."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        state = health.state()
        if options["json"]:
            self.write_json(state)
        else:
            for part, well in state.items():
                self.stdout.write(f"{LABELS[part]}：{'正常' if well else '异常'}")
        failing = [LABELS[part] for part, well in state.items() if not well]
        if failing:
            raise Refused(f"{'、'.join(failing)}异常，请看 docs/operation.md。")
