"""What every page shows about the portal and its user (a context processor)."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.scope import Scope
from common.parameters import value

NAME = "小个专党建管理平台"
TYPE_COOKIE = "large_type"


def page(request: HttpRequest) -> dict[str, Any]:
    """portal: name, district, bodies, support (dated settings); place: where the user works;
    large_type: the user's choice."""
    user = getattr(request, "user", None)
    is_known = user is not None and user.is_authenticated
    is_large = user.large_type if is_known else request.COOKIES.get(TYPE_COOKIE) == "1"
    return {
        "portal": {
            "name": NAME,
            "district": SimpleLazyObject(lambda: value("district.name")),
            "bodies": SimpleLazyObject(lambda: value("body.names")),
            "support": SimpleLazyObject(lambda: value("body.contact")),
            "idle_minutes": SimpleLazyObject(lambda: value("session.idle_minutes")),
        },
        "place": SimpleLazyObject(lambda: _place(request.scope)) if is_known else "",
        "large_type": is_large,
    }


def _place(scope: Scope) -> str:
    """Where the first grant of the user lies."""
    if not scope.grants:
        return ""
    grant = scope.grants[0]
    return str(grant.area or grant.organization or grant.department or "")
