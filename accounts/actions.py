"""Writes on accounts."""

from typing import Any

from django.utils import timezone

from accounts.models import Grant, User
from common.models import Via
from common.trace import recording


def grant_role(*, user: User, role: str, by: User | None, **place: Any) -> Grant:
    """Give ``user`` a role from today on; the same grant twice stays one."""
    held = Grant.objects.of(user).filter(role=role, **place).first()
    if held:
        return held
    with recording(by=by, via=Via.PAGE if by else Via.COMMAND):
        return Grant.objects.create(user=user, role=role, starts_on=timezone.localdate(), **place)
