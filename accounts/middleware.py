"""Puts the user's scope on the request; keeps the limits of sessions; lets nobody past a step of
signing in that is still to be made."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts import totp
from accounts.choices import SignInEvent
from accounts.lockout import BEGUN, SEEN
from accounts.models import User
from accounts.scope import Scope, scope_for
from common import parameters

GetResponse = Callable[[HttpRequest], HttpResponse]
VERIFY = "accounts:verify"
# A session notes when its user was here at most once in so many seconds, so that not every page
# writes; it ends up to so many seconds early, never late.
NOTED = 30
# Pages that are open before the last step of signing in is made.
_ALWAYS_OPEN = frozenset({"accounts:logout", "accounts:type", "accounts:again"})


class ScopeMiddleware:
    """``request.scope``: built at first use, once per request."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.scope = SimpleLazyObject(
            lambda: scope_for(request.user, getattr(request.user, "held", None))
        )
        return self.get_response(request)


class SessionMiddleware:
    """A session ends when nothing was done for a while, and at the latest some hours after it
    began (dated settings); the login page then says why. Disabling an account or changing its
    password ends sessions by themselves (User.get_session_auth_hash).

    Until the code of a second factor is given, the password that somebody else has set is changed,
    and the second factor that the role requires is enrolled, there is only that page.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _keep_limits(request)
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        if not request.user.is_authenticated:
            return None
        name = request.resolver_match.view_name
        step = step_of(request)
        if step is None or name == step or name in _ALWAYS_OPEN:
            return None
        if step != VERIFY or request.method != "GET":
            return redirect(step)
        return redirect(f"{reverse(step)}?{urlencode({'next': request.get_full_path()})}")


def step_of(request: HttpRequest) -> str | None:
    """The page of the step that this user must make before any other page opens."""
    user = request.user
    if user.uses_totp and not user.is_verified():
        return VERIFY
    return _step_of_account(user, request.scope)


def step_after_password(user: User, scope: Scope) -> str | None:
    """The page that comes next for somebody whose password has just been right."""
    return VERIFY if user.uses_totp else _step_of_account(user, scope)


def _step_of_account(user: User, scope: Scope) -> str | None:
    if user.must_change_password:
        return "accounts:password"
    if not user.uses_totp and parameters.value("totp.required_roles"):
        return "accounts:totp" if totp.is_required(scope.roles) else None
    return None


def _keep_limits(request: HttpRequest) -> None:
    """Sign out whose time is over; remember when the others were here."""
    now = timezone.now().timestamp()
    session = request.session
    idle = parameters.value("session.idle_minutes")
    hours = parameters.value("session.absolute_hours")
    begun, seen = session.setdefault(BEGUN, now), session.setdefault(SEEN, now)
    if now - seen >= timedelta(minutes=idle).total_seconds():
        _end(request, SignInEvent.IDLE, f"超过 {idle} 分钟没有操作，已自动退出，请重新登录。")
    elif now - begun >= timedelta(hours=hours).total_seconds():
        _end(request, SignInEvent.TOO_LONG, f"登录已满 {hours} 小时，请重新登录。")
    elif now - seen >= NOTED:
        session[SEEN] = now


def _end(request: HttpRequest, event: SignInEvent, sentence: str) -> None:
    request.ended_by = event
    logout(request)
    messages.info(request, sentence)
