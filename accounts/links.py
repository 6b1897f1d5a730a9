"""One-time links to set a password: shown once, kept as a digest, used once."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.choices import SignInEvent
from accounts.models import OneTimeLink, User
from accounts.trail import record_sign_in
from common import parameters

_BYTES = 24


def digest_of(token: str) -> str:
    """What is kept of a token; it is random enough to need no key."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def one_time_link(user: User, by: User | None = None) -> str:
    """The path of a page where ``user`` sets a password, usable once; earlier ones are void.

    It cannot be read again: whoever asks for it must hand it on at once.
    """
    void_links(user)
    token = secrets.token_urlsafe(_BYTES)
    now = timezone.now()
    hours = timedelta(hours=parameters.value("link.valid_hours"))
    OneTimeLink.objects.create(
        user=user, digest=digest_of(token), created_at=now, expires_at=now + hours
    )
    record_sign_in(SignInEvent.LINK, user=user, by=by)
    return reverse("accounts:link", args=[token])


def void_links(user: User) -> None:
    """No link of ``user`` that is out may be used any more."""
    OneTimeLink.objects.filter(user=user, closed_at=None).update(closed_at=timezone.now())


def open_link(digest: str, *, lock: bool = False) -> OneTimeLink | None:
    """The link of a digest if it may be used now. ``lock``: until the end of the transaction."""
    rows = OneTimeLink.objects.select_related("user")
    if lock:
        rows = rows.select_for_update(of=("self",))
    return rows.filter(
        digest=digest, closed_at=None, expires_at__gt=timezone.now(), user__is_active=True
    ).first()


def set_by_link(*, digest: str, form: Any) -> bool:
    """Save a valid form of a new password and void the link. False, and nothing saved, when the
    link was used meanwhile."""
    with transaction.atomic():
        link = open_link(digest, lock=True)
        if link is None:
            return False
        form.save()
        void_links(link.user)
    return True
