"""Writes on accounts."""

from typing import Any

from django.utils import timezone

from accounts import offices
from accounts.choices import Role
from accounts.models import Grant, User
from common.models import Via
from common.trace import recording


def grant_role(*, user: User, role: str, by: User | None, **place: Any) -> Grant:
    """Give ``user`` a role from today on; the same grant twice stays one. A secretary's hangs on
    the post when the user is the secretary in post, by name."""
    held = Grant.objects.of(user).filter(role=role, **place).first()
    if held:
        return held
    today = timezone.localdate()
    in_office = role == Role.SECRETARY and offices.holds(role, user.name, place, today)
    person = user.name if in_office else ""
    with recording(by=by, via=Via.PAGE if by else Via.COMMAND):
        return Grant.objects.create(
            user=user, role=role, starts_on=today, person=person, **place
        )
