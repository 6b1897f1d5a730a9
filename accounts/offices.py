"""Grants that end with an office: a secretary's with the post, an instructor's with the 聘期.

accounts knows neither posts nor appointments; organizations registers, for a role, the condition
under which a grant counts on a day, and who holds the office (organizations/offices.py).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q


@dataclass(frozen=True)
class Holder:
    """Who holds an office on a day. ``place``: the fields of the grant; ``mark`` tells people of
    the same name apart (never shown); ``where``: the office in words."""

    person: str
    place: dict[str, UUID]
    where: str
    mark: str = ""


@dataclass(frozen=True)
class Office:
    """counts: the condition on a grant of the role, on a day; holders: everybody in office."""

    label: str
    counts: Callable[[date], Q]
    holders: Callable[[date], Sequence[Holder]]


_OFFICES: dict[str, Office] = {}


def register(role: str, office: Office) -> None:
    """Add an office; registering the same role again replaces it."""
    _OFFICES[role] = office


def offices() -> dict[str, Office]:
    """Role → office."""
    return dict(_OFFICES)


def counting(day: date) -> Q:
    """The condition "the office that this grant hangs on is held on ``day``"."""
    condition = Q()
    for role, office in _OFFICES.items():
        condition &= ~Q(role=role) | office.counts(day)
    return condition


def holds(role: str, person: str, place: dict[str, Any], day: date) -> bool:
    """Whether a person of this name holds the office of ``role`` at ``place`` on ``day``."""
    office = _OFFICES.get(role)
    if office is None or not person:
        return False
    keys = {f"{name}_id": value.pk for name, value in place.items() if value is not None}
    return any(h.person == person and h.place == keys for h in office.holders(day))
