"""Row scope, the part without business words: who may see a row is a union of reaches.

An app registers, for a model, functions that turn a scope into a condition on that model
("entities in the towns of the scope", "entities covered by the organizations of the scope").
A row is within a scope when any reach takes it; no reach, no rows. accounts/scope.py builds the
scope of a user.
"""

from collections.abc import Callable
from datetime import date
from typing import Any, Protocol

from django.db import models
from django.db.models import Q
from django.utils import timezone


class ScopeLike(Protocol):
    """What a scope must offer here."""

    everything: bool


Reach = Callable[[Any, date], Q | None]
_REACHES: dict[str, list[Reach]] = {}


def reaches(label: str) -> Callable[[Reach], Reach]:
    """Register a function (scope, day) -> Q | None as one way to reach rows of model ``label``."""

    def register(function: Reach) -> Reach:
        _REACHES.setdefault(label, []).append(function)
        return function

    return register


def reachable(label: str) -> bool:
    """Whether any reach is registered for the model (the architecture guard asks)."""
    return label in _REACHES


def is_within(model: type[models.Model], scope: ScopeLike, day: date) -> Q:
    """The condition "``scope`` reaches this row of ``model`` on ``day``"."""
    if scope.everything:
        return Q()
    parent = getattr(model, "scope_parent", None)
    if parent:
        above = model._meta.get_field(parent).related_model
        return Q(**{f"{parent}__in": above._default_manager.within(scope, day)})
    condition = Q(pk__in=[])
    for reach in _REACHES.get(model._meta.label, []):
        condition |= reach(scope, day) or Q(pk__in=[])
    return condition


class ScopedQuerySet(models.QuerySet):
    """``within(scope)`` is the only way from a user to rows.

    A model that stands or falls with another one names it: ``scope_parent = "entity"``.
    """

    def within(self, scope: ScopeLike, on: date | None = None) -> "ScopedQuerySet":
        """Rows that ``scope`` reaches on the day ``on`` (default: today)."""
        return self.filter(is_within(self.model, scope, on or timezone.localdate()))


_BUILDER: list[Callable[[Any, str], Any]] = []


def register_scope_builder(builder: Callable[[Any, str], Any]) -> None:
    """accounts says how the scope of a user (None: the district itself acts) is built."""
    _BUILDER[:] = [builder]


def scope_of(user: models.Model | None, right: str = "") -> Any:
    """The scope in which ``user`` acts by a ``right`` ("" = any); of nobody, the district's."""
    return _BUILDER[0](user, right)
