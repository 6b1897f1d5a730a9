"""Needs of enterprises that a log or a visit tells of. What becomes of them is kept by an app above
(services/raising.py registers itself); logs and visits know it as ``raised``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from activities.models import ActivityLog, Visit

# Words of the state of what was raised → tone; filled by the keeper.
TONES: dict[str, str] = {}


@dataclass(frozen=True)
class Keeper:
    """``keep`` makes what was raised by a log or visit say ``text``; ``may_change``: whether it
    still can be made to say something else there."""

    keep: Callable[..., Any]
    may_change: Callable[[Any], bool]


_KEEPER: list[Keeper] = []


def kept_by(keeper: Keeper, tones: dict[str, str]) -> None:
    """Name who keeps needs."""
    _KEEPER[:] = [keeper]
    TONES.update(tones)


def keep_need(
    *, text: str, by: User, log: ActivityLog | None = None, visit: Visit | None = None
) -> Any:
    """Make the need of a log or a visit say ``text`` ("" takes it back), inside the caller's
    recorded transaction; one that somebody works on is left alone."""
    return _KEEPER[0].keep(text=text.strip(), by=by, log=log, visit=visit)


def may_change(need: Any) -> bool:
    """Whether the log or visit may still say otherwise."""
    return _KEEPER[0].may_change(need)
