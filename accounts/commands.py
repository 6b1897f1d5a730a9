"""Whose rows a command works on: its options --user and --area (ledgers.md §2)."""

from accounts.scope import Scope, district_scope, scope_for
from areas.models import Area
from common.commands import WrongCall, user_named


def scope_of(username: str | None) -> Scope:
    """The scope of ``--user NAME``; without it the district acts. Raises WrongCall."""
    return scope_for(user_named(username)) if username else district_scope()


def area_coded(code: str) -> Area:
    """The area of ``--area CODE``. Raises WrongCall."""
    try:
        return Area.objects.get(code=code)
    except Area.DoesNotExist as error:
        raise WrongCall(f"没有代码为“{code}”的区划。") from error
