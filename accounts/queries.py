"""What the pages of accounts read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Q
from django.utils import timezone

from accounts.models import Grant, User

# Accounts that nobody has set a password of.
NO_PASSWORD = Q(password__startswith=UNUSABLE_PASSWORD_PREFIX)
_PLACES = ("area", "organization", "instructor", "department")


@dataclass(frozen=True)
class GrantLine:
    """A grant as the page of its account tells it; ``state``: 有效, 未开始, 已结束, 任职已终止."""

    grant: Grant
    state: str
    tone: str
    bound: str

    @property
    def is_open(self) -> bool:
        """Whether it can still be withdrawn."""
        return self.state != "已结束"


def granted_words(users: Sequence[User]) -> dict[UUID, str]:
    """The grants that count today of each user, in words; one query."""
    rows = Grant.objects.filter(user__in=[user.pk for user in users])
    words: dict[UUID, list[str]] = {}
    for grant in rows.counting(timezone.localdate()).select_related(*_PLACES):
        words.setdefault(grant.user_id, []).append(str(grant))
    return {user: "、".join(parts) for user, parts in words.items()}


def grant_lines(user: User, day: date) -> list[GrantLine]:
    """All grants of a user, those that count first; two queries."""
    grants = Grant.objects.filter(user=user)
    counting = set(grants.counting(day).values_list("pk", flat=True))
    rows = grants.select_related(*_PLACES).order_by("-ends_on", "-starts_on", "role")
    lines = [_line(grant, grant.pk in counting, day) for grant in rows]
    return sorted(lines, key=lambda line: line.state != "有效")


def _line(grant: Grant, counts: bool, day: date) -> GrantLine:
    bound = "随书记任职终止" if grant.person else "随聘期终止" if grant.instructor_id else ""
    if counts:
        return GrantLine(grant, "有效", "ok", bound)
    if grant.ends_on <= day:
        return GrantLine(grant, "已结束", "", bound)
    if grant.starts_on > day:
        return GrantLine(grant, "未开始", "info", bound)
    return GrantLine(grant, "任职已终止", "warn", bound)
