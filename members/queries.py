"""Questions to members: what lists show of them, how they stand to an organization."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, FilteredRelation, Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.scope import RIGHTS
from common.dated import holding
from members.choices import MembershipStatus, Mobility
from members.models import Affiliation, Management, Member, MemberQuerySet, managed_in
from organizations.models import PartyOrganization

# How a member may stand to an organization (domain.md §4.4).
AFFILIATED, MANAGED, OUTSIDE, AWAY = "affiliated", "managed", "outside", "away"
LINK_CHOICES = (
    (AFFILIATED, "组织关系在本组织"),
    (MANAGED, "在本组织参加活动"),
    (OUTSIDE, "参加活动，组织关系在外"),
    (AWAY, "组织关系在，到外面参加活动"),
)
TO_COME = "to_come"
STATUS_CHOICES = (*MembershipStatus.choices, (TO_COME, "尚未加入"))


def listed(members: MemberQuerySet, day: date) -> MemberQuerySet:
    """Members with the values of ``day`` that lists show, as attributes of the rows."""
    return members.at(day).annotate(
        affiliation=FilteredRelation("affiliations", condition=holding(day, "affiliations__")),
        management=FilteredRelation("managements", condition=holding(day, "managements__")),
        affiliated_with=F("affiliation__organization"),
        managed_by=Coalesce("management__organization", "affiliation__organization"),
        affiliated_name=F("affiliation__organization__name"),
        managed_name=F("management__organization__name"),
        status=F("state__status"),
        category=F("state__category"),
        position_level=F("state__position_level"),
        workplace_name=F("state__workplace__name"),
        workplace_text=F("state__workplace_text"),
    )


def status_words(status: str, joined_on: date, day: date) -> str:
    """党籍状态 on a day; before 加入党组织日期 there is none yet."""
    return "尚未加入" if day < joined_on else MembershipStatus(status).label


def of_status(members: QuerySet, status: str, day: date) -> QuerySet:
    """Listed members of a status of STATUS_CHOICES; 正常 are those that count."""
    if status == TO_COME:
        return members.filter(joined_on__gt=day)
    return members.filter(joined_on__lte=day, state__status=status)


def linked(members: QuerySet, link: str, ids: Collection[uuid.UUID] | None) -> QuerySet:
    """Listed members who stand so to one of the organizations; without ids those who stand so to
    any, which leaves out nobody who is affiliated or managed."""
    here, managed = Q(affiliated_with__isnull=False), Q(managed_by__isnull=False)
    if ids is not None:
        here, managed = Q(affiliated_with__in=ids), Q(managed_by__in=ids)
    if link == AFFILIATED:
        return members.filter(here)
    if link == MANAGED:
        return members.filter(managed)
    apart = Q(affiliated_with=F("managed_by"))
    rows = members.filter(managed if link == OUTSIDE else here)
    if ids is None:
        return rows.exclude(apart)
    return rows.exclude(here if link == OUTSIDE else managed)


@dataclass(frozen=True)
class Numbers:
    """The four numbers of an organization, and 正式党员 of those affiliated."""

    affiliated: int = 0
    managed: int = 0
    outside: int = 0
    flowing_in: int = 0
    flowing_out: int = 0
    full: int = 0


def numbers(members: MemberQuerySet, ids: Collection[uuid.UUID], day: date) -> Numbers:
    """The numbers of members that count for the organizations ``ids`` together, in one query:
    在册 are affiliated, 管理 take part, 流入 take part and 流出 are affiliated while away."""
    here, managed = Q(affiliated_with__in=ids), Q(managed_by__in=ids)
    is_full = Q(pk__in=Member.objects.full(day).values("pk"))
    counting = of_status(listed(members, day), MembershipStatus.NORMAL, day)
    found = counting.filter(here | managed).order_by().aggregate(
        affiliated=Count("pk", filter=here),
        managed=Count("pk", filter=managed),
        outside=Count("pk", filter=managed & ~here),
        flowing_in=Count("pk", filter=managed & Q(mobility=Mobility.IN)),
        flowing_out=Count("pk", filter=here & Q(mobility=Mobility.OUT)),
        full=Count("pk", filter=here & is_full),
    )
    return Numbers(**found)


def counts_by_organization(
    ids: Iterable[uuid.UUID], scope: Any, day: date
) -> tuple[dict[uuid.UUID, int], dict[uuid.UUID, int]]:
    """How many members in scope count on ``day`` as affiliated with, and as managed by, each."""
    wanted = list(ids)
    counting = Member.objects.counting(day).values("pk")
    visible = Member.objects.within(scope).values("pk")
    rows = Affiliation.objects.at(day).filter(
        organization__in=wanted, member__in=counting, member_id__in=visible
    )
    affiliated = dict(
        rows.order_by().values("organization").annotate(n=Count("pk")).values_list(
            "organization", "n"
        )
    )
    elsewhere = Management.objects.at(day).values("member")
    managed = dict(
        rows.exclude(member__in=elsewhere).order_by().values("organization")
        .annotate(n=Count("pk")).values_list("organization", "n")
    )
    explicit = Management.objects.at(day).filter(
        organization__in=wanted, member__in=counting, member_id__in=visible
    )
    counted = explicit.order_by().values("organization").annotate(n=Count("pk"))
    for pk, number in counted.values_list("organization", "n"):
        managed[pk] = managed.get(pk, 0) + number
    return affiliated, managed


def may_edit(member: Member, scope: Any, day: date) -> bool:
    """Whether the user keeps this member's record: by right, and where the member takes part. Who
    merely has the membership on the roll sees the record."""
    if not scope.may("edit_members"):
        return False
    editors = scope.only(RIGHTS["edit_members"])
    kept = managed_in(PartyOrganization.objects.within(editors).values("pk"), day)
    return editors.everything or Member.objects.filter(kept, pk=member.pk).exists()
