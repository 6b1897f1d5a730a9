"""Lockout: how many wrong passwords an account, an address and both together may have
(django-axes, with the dated settings of accounts/parameters.py), and the trail of signing in.

Three counts over the lock time: of an account at an address, of an account at all addresses, of an
address over all accounts. django-axes knows one limit, so each count is moved by the difference of
its limit to the first one's, and the greatest decides.

Whoever guesses at an account from many addresses must not shut its owner out: addresses where the
account has signed in lately are held to the first count only.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone

from accounts.choices import SignInEvent
from accounts.models import SignInEntry, User
from accounts.trail import record_sign_in
from common import parameters

KNOWN_DAYS = 90
# When a session began and was last used (accounts/middleware.py); signing in begins anew.
BEGUN, SEEN = "begun_at", "seen_at"


def failure_limit(_request: Any = None, _credentials: Any = None) -> int:
    """AXES_FAILURE_LIMIT."""
    return parameters.value("login.failure_limit")


def lock_time(_request: Any = None) -> timedelta:
    """AXES_COOLOFF_TIME."""
    return timedelta(minutes=parameters.value("login.lock_minutes"))


def address_of(request: HttpRequest) -> str | None:
    """The address of the browser: behind PROXIES web servers of our own each of which adds the
    address that it saw, it is that many from the end. What comes before may be forged."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    chain = [part.strip() for part in seen if part.strip()]
    if settings.PROXIES and len(chain) >= settings.PROXIES:
        return _address(chain[-settings.PROXIES])
    return _address(request.META.get("REMOTE_ADDR", ""))


def _address(text: str) -> str | None:
    """None for what is no address, such as a socket's name."""
    try:
        return str(ip_address(text))
    except ValueError:
        return None


@contextmanager
def one_at_a_time(username: str) -> Iterator[None]:
    """Tries at one account wait for one another: otherwise fifty at once would all be looked at
    before the first one is counted (django-axes #592)."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"login {username}"]
            )
        yield


class LockoutHandler(AxesDatabaseHandler):
    """Counts, and writes what happened into the trail."""

    def get_failures(self, request: HttpRequest, credentials: dict | None = None) -> int:
        username = get_client_username(request, credentials)
        address = request.axes_ip_address
        since = timezone.now() - lock_time()
        rows = AccessAttempt.objects.filter(attempt_time__gte=since)
        limit = failure_limit()
        counts = [_failures(rows.filter(username=username, ip_address=address))]
        by_account = _failures(rows.filter(username=username))
        by_account += limit - parameters.value("login.account_limit")
        if by_account > counts[0] and not _is_known(username, address):
            counts.append(by_account)
        by_address = _failures(rows.filter(ip_address=address))
        counts.append(by_address + limit - parameters.value("login.address_limit"))
        return max(0, *counts)

    def user_login_failed(
        self, sender: Any, credentials: dict, request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        was_locked = getattr(request, "axes_locked_out", False)
        super().user_login_failed(sender, credentials, request, **kwargs)
        event = SignInEvent.REFUSED if was_locked else SignInEvent.WRONG
        if request is not None:
            _record(request, event, get_client_username(request, credentials) or "")

    def user_logged_in(self, sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
        super().user_logged_in(sender, request, user, **kwargs)
        for stamp in (BEGUN, SEEN):
            request.session.pop(stamp, None)
        record_sign_in(SignInEvent.SIGNED_IN, user=user, address=request.axes_ip_address)

    def user_logged_out(
        self, sender: Any, request: HttpRequest, user: User | None, **kwargs: Any
    ) -> None:
        super().user_logged_out(sender, request, user, **kwargs)
        event = getattr(request, "ended_by", SignInEvent.SIGNED_OUT)
        if user is not None:
            record_sign_in(event, user=user, address=request.axes_ip_address)


def _failures(rows: Any) -> int:
    return rows.aggregate(total=Sum("failures_since_start"))["total"] or 0


def _is_known(username: str | None, address: str | None) -> bool:
    """Whether the account has signed in from here lately."""
    since = timezone.now() - timedelta(days=KNOWN_DAYS)
    entries = SignInEntry.objects.filter(event=SignInEvent.SIGNED_IN, at__gte=since)
    return entries.filter(account=username, address=address).exists()


def _record(request: HttpRequest, event: SignInEvent, username: str) -> None:
    user = User.objects.filter(username=username).first()
    record_sign_in(event, user=user, account=username, address=request.axes_ip_address)
