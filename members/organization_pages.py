"""What members add to the pages of organizations: how many there are, and whether the numbers fit
the kind of organization."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from accounts.scope import RIGHTS
from common.additions import RECORD, TOP, ListPart, add_to_list, panel
from common.tables import Column
from members.choices import MembershipStatus, Mobility
from members.models import Member
from members.queries import AFFILIATED, MANAGED, OUTSIDE, counts_by_organization, numbers
from organizations.coverage import valid_links
from organizations.models import OrganizationState, PartyOrganization, Post
from organizations.queries import due_on, due_sentence, size_limits, status_words, tree_on
from organizations.rules import OrganizationSize, size_problems

ORGANIZATION = "organizations.PartyOrganization"


def members_url(organization: Any, day: date, **query: str) -> str:
    """The list of members that count on ``day`` with a relation to the organization."""
    query = {"organization": str(organization), "status": MembershipStatus.NORMAL.value, **query}
    if day != timezone.localdate():
        query["as_of"] = day.isoformat()
    return f"{reverse('members:member_list')}?{urlencode(query)}"


# --- The list -----------------------------------------------------------------------------------


def set_member_counts(rows: list[Any], scope: Any, day: date) -> None:
    """Set ``affiliated`` and ``managed`` with their lists; None for who may not see members."""
    may_see = scope.may("read_members")
    affiliated, managed = (
        counts_by_organization([row.pk for row in rows], scope, day) if may_see else ({}, {})
    )
    for row in rows:
        row.affiliated = affiliated.get(row.pk, 0) if may_see else None
        row.managed = managed.get(row.pk, 0) if may_see else None
        row.affiliated_url = members_url(row.pk, day, link=AFFILIATED) if row.affiliated else None
        row.managed_url = members_url(row.pk, day, link=MANAGED) if row.managed else None


add_to_list(
    ORGANIZATION,
    ListPart(
        order=10,
        columns=(
            Column("affiliated", "在册党员", kind="number", short="在册",
                   link=lambda row: row.affiliated_url),
            Column("managed", "管理党员", kind="number", short="管理",
                   link=lambda row: row.managed_url),
        ),
        prepare=set_member_counts,
    ),
)


# --- The page -----------------------------------------------------------------------------------


@panel(ORGANIZATION, slot=TOP, order=10, template="members/checks.html")
def checks(
    _request: HttpRequest, organization: PartyOrganization, day: date
) -> Mapping[str, Any] | None:
    """要办的事: what looks wrong with an organization in use, and the next election."""
    if status_words(organization, day) != "在用":
        return None
    state = OrganizationState.objects.at(day).get(organization=organization)
    found = numbers(Member.objects.all(), tree_on(day).below([organization.pk]), day)
    size = OrganizationSize(
        category=state.category,
        full_members=found.full,
        members=found.affiliated,
        units=valid_links(day).filter(organization=organization).count(),
        has_secretary=Post.objects.at(day).filter(organization=organization).exists(),
    )
    limits = size_limits(day)
    reasons = [{"tone": "warn", "text": text} for text in size_problems(size, limits)]
    if reasons and found.full < limits.full_members_of_branch and found.outside:
        reasons[0]["proof"] = (
            f"按组织关系计。另有 {found.outside} 名在本组织参加活动，组织关系在外"
        )
    if election := due_sentence(due_on(organization, day), day):
        reasons.append({"tone": "warn", "text": election})
    return {"reasons": reasons} if reasons else None


@panel(ORGANIZATION, slot=RECORD, order=10, template="members/of_organization.html")
def member_numbers(
    request: HttpRequest, organization: PartyOrganization, day: date
) -> Mapping[str, Any] | None:
    """在册, 管理, 流入, 流出: what the user may see opens the list that makes it."""
    if not request.scope.may("read_members"):
        return None
    scope = request.scope.only(RIGHTS["read_members"])
    own = [organization.pk]
    everyone = numbers(Member.objects.all(), own, day)
    seen = everyone
    if not scope.everything:
        seen = numbers(Member.objects.within(scope), own, day)
    below = tree_on(day).below(own)
    figures = [
        _figure("在册", everyone.affiliated, seen.affiliated, "组织关系在本组织",
                members_url(organization.pk, day, link=AFFILIATED)),
        _figure("管理", everyone.managed, seen.managed,
                f"在本组织参加活动，其中组织关系在外 {everyone.outside} 名",
                members_url(organization.pk, day, link=MANAGED)),
        _figure("流入", everyone.flowing_in, seen.flowing_in, "流动党员，在本组织参加活动",
                members_url(organization.pk, day, link=MANAGED, mobility=Mobility.IN.value)),
        _figure("流出", everyone.flowing_out, seen.flowing_out, "流动党员，组织关系在本组织",
                members_url(organization.pk, day, link=AFFILIATED, mobility=Mobility.OUT.value)),
    ]
    with_below = numbers(Member.objects.within(scope), below, day)
    return {
        "figures": figures, "full": everyone.full, "outside": everyone.outside,
        "outside_url": members_url(organization.pk, day, link=OUTSIDE),
        "has_below": len(below) > 1, "with_below": with_below,
        "below_url": members_url(organization.pk, day, link=AFFILIATED, below="with"),
    }


def _figure(name: str, total: int, seen: int, basis: str, url: str) -> dict[str, Any]:
    """A number that opens its list; where the user sees fewer, the seen ones are named."""
    return {
        "name": name, "value": total, "basis": basis, "url": url if seen else "",
        "seen": seen if seen < total else None,
    }
