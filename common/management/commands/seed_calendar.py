"""Fill the working-day calendar with what is known of last year, this year and the next."""

from typing import Any

from django.core.management.base import BaseCommand

from common import workdays


class Command(BaseCommand):
    """Part of set-up; running it again adds nothing."""

    help = "按国务院放假安排填入工作日历（去年至明年），已有的日子不改。"

    def handle(self, *args: Any, **options: Any) -> None:
        added = workdays.fill()
        if options["verbosity"]:
            self.stdout.write(f"工作日历新填 {added} 天。")
