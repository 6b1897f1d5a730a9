"""``ledger_template KIND FILE``: an empty workbook to fill in (ledgers.md §2)."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from accounts.commands import scope_of
from common.commands import PortalCommand, WrongCall
from common.ledgers import all_ledgers, ledger_of
from common.ledgers.export import write_template


class Command(PortalCommand):
    """Write a template."""

    help = "Write an empty ledger with drop-downs limited to the user's scope."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[ledger.kind for ledger in all_ledgers()])
        parser.add_argument("file")
        parser.add_argument("--user")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = scope_of(options["user"])
        try:
            with Path(options["file"]).open("wb") as target:
                write_template(target, ledger_of(options["kind"])(), scope)
        except OSError as error:
            raise WrongCall(f"写不了文件“{options['file']}”。") from error
