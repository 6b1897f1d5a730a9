"""Who may open a page. Every view says it: ``roles = {...}`` on a class, ``@access(...)`` on a
function. What rows the page then shows is a matter of scope (common/scoping.py)."""

from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from typing import Any, Protocol

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied

ANYONE = frozenset({"*"})  # every user who is signed in
PUBLIC = frozenset({"public"})  # also without signing in


_RIGHTS: dict[str, frozenset[str]] = {}


def register_rights(rights: Mapping[str, frozenset[str]]) -> None:
    """accounts says which roles have which right (accounts/scope.py RIGHTS)."""
    _RIGHTS.update(rights)


def having(right: str) -> frozenset[str]:
    """The roles that have a right, for apps below accounts. KeyError: no such right."""
    return _RIGHTS[right]


class HasRoles(Protocol):
    """What a scope must offer here."""

    roles: frozenset[str]


def allowed(roles: Iterable[str], scope: HasRoles | None) -> bool:
    """Whether a declaration of roles lets this scope in."""
    declared = frozenset(roles)
    if declared in (ANYONE, PUBLIC):
        return True
    return scope is not None and bool(declared & scope.roles)


def may_on(record: Any, scope: Any, right: str) -> bool:
    """Whether a user who sees ``record`` has a right on it: the right of one grant does not reach
    the rows of another."""
    reached = scope.only(having(right))
    if reached is scope:
        return scope.may(right)
    return type(record)._default_manager.within(reached).filter(pk=record.pk).exists()


def access(*, roles: Iterable[str]) -> Callable[[Callable], Callable]:
    """Declare the roles of a function view; others get 403."""
    declared = frozenset(roles)

    def decorate(view: Callable) -> Callable:
        @wraps(view)
        def inner(request: Any, *args: Any, **kwargs: Any) -> Any:
            if not allowed(declared, getattr(request, "scope", None)):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        inner.roles = declared
        return login_not_required(inner) if declared == PUBLIC else inner

    return decorate


def roles_of(view: Callable) -> frozenset[str] | None:
    """The roles that the view behind a route declares; None when it declares none."""
    declared = getattr(getattr(view, "view_class", view), "roles", None)
    return None if declared is None else frozenset(declared)


def may_open(view: Callable, scope: HasRoles | None) -> bool:
    """Whether this scope may open the view behind a route."""
    declared = roles_of(view)
    return declared is not None and allowed(declared, scope)
