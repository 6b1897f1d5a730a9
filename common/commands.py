"""Management commands that other programs call (ledgers.md §2).

Exit code 0 = done, 1 = refused with reasons, 2 = wrong call. Standard output holds the result
only; what went wrong is one sentence on standard error.
"""

import json
import sys
from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ObjectDoesNotExist
from django.core.management.base import BaseCommand, CommandError
from django.db.models import Model

from common import outages


class Refused(CommandError):
    """The command was understood and says no; exit code 1."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=1)


class WrongCall(CommandError):
    """The command line names something that is not there; exit code 2."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, returncode=2)


class PortalCommand(BaseCommand):
    """A command with the exit codes above and JSON on standard output."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return self._executed(*args, **options)
        except CommandError as error:
            if not self._called_from_command_line or options.get("traceback"):
                raise
            self.stderr.write(str(error))
            sys.exit(error.returncode)

    def _executed(self, *args: Any, **options: Any) -> str | None:
        """An outage is a refusal: a full disk, a database that does not answer."""
        try:
            return super().execute(*args, **options)
        except Exception as error:
            if sentence := outages.sentence_of(error):
                raise Refused(sentence) from error
            raise

    def write_json(self, result: Any) -> None:
        """Print ``result`` as one JSON document; dates as 2026-11-22, ids as text."""
        self.stdout.write(json.dumps(result, ensure_ascii=False, default=str))


def day_option(text: str | None) -> date | None:
    """The date of an option, written 2026-11-22; None when it is not given. Raises WrongCall."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongCall(f"日期“{text}”读不懂，写成 2026-11-22 这样。") from error


def user_named(name: str) -> Model:
    """The user with this login name. Raises WrongCall."""
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(name)
    except ObjectDoesNotExist as error:
        raise WrongCall(f"没有用户“{name}”。") from error
