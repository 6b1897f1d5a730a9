"""催报 in one press: the secretaries of organizations that have not filed are reminded."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Grant, User
from common import digests
from common.models import Digest
from organizations.models import PartyOrganization

_NAMED = 5


@dataclass
class Outcome:
    """What became of the organizations: reminded now, reminded today already, and the names of
    those whose secretary has no account."""

    reminded: int = 0
    already: int = 0
    unreachable: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """已催 7 个，2 个今天已经提醒过。"""
        parts = [f"已催 {self.reminded} 个"] if self.reminded or not self.already else []
        if self.already:
            parts.append(f"{self.already} 个今天已经提醒过")
        if self.unreachable:
            names = "、".join(self.unreachable[:_NAMED])
            more = "等" if len(self.unreachable) > _NAMED else ""
            parts.append(
                f"{len(self.unreachable)} 个的书记还没有账号，请另外通知：{names}{more}"
            )
        return "，".join(parts) + "。"


def remind(*, organizations: Iterable[PartyOrganization], by: User) -> Outcome:
    """Remind the secretaries of ``organizations``, each person at most once a day. Raises Refused
    on a day that is not worked."""
    today = timezone.localdate()
    digests.refuse_days_off(today)
    chosen = list(organizations)
    people = secretaries(one.pk for one in chosen)
    told = set(Digest.objects.filter(day=today).values_list("user_id", flat=True))
    outcome = Outcome()
    sent: dict[UUID, bool] = {}
    for organization in chosen:
        users = people.get(organization.pk, [])
        for user in users:
            if user.pk not in sent:
                sent[user.pk] = digests.send(user=user, by=by) is not None
        if not users:
            outcome.unreachable.append(str(organization))
        elif any(sent[user.pk] for user in users):
            outcome.reminded += 1
        elif any(user.pk in told for user in users):
            outcome.already += 1
    return outcome


def secretaries(organizations: Iterable[UUID]) -> dict[UUID, list[User]]:
    """Organization id → the users who file for it today."""
    found: dict[UUID, list[User]] = {}
    for grant in _grants().filter(organization__in=list(organizations)).select_related("user"):
        found.setdefault(grant.organization_id, []).append(grant.user)
    return found


def told_today(organizations: QuerySet) -> int:
    """How many of the organizations have been reminded today."""
    people = Digest.objects.filter(day=timezone.localdate()).values("user")
    grants = _grants().filter(organization__in=organizations, user__in=people)
    return grants.values("organization").distinct().count()


def _grants() -> QuerySet[Grant]:
    grants = Grant.objects.counting(timezone.localdate())
    return grants.filter(role=Role.SECRETARY, user__is_active=True).order_by("user__name", "pk")
