"""Members in the search of the whole portal."""

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.scope import RIGHTS, Scope
from common.search import Group, matching, register
from members.models import Affiliation, Member


def find_members(scope: Scope, text: str) -> QuerySet:
    """Members within the scope by name or pinyin initials; never by a number."""
    day = timezone.localdate()
    places = Affiliation.objects.at(day).filter(member=OuterRef("pk"))
    found = matching(Member.objects.within(scope).at(day), text)
    return found.annotate(
        workplace_name=F("state__workplace__name"),
        organization_name=Subquery(places.values("organization__name")[:1]),
    )


def in_few_words(member: Member) -> str:
    """Where the membership lies, and the workplace."""
    return "　".join(x for x in (member.organization_name, member.workplace_name) if x)


register(
    Group(
        "members",
        "党员",
        find_members,
        in_few_words,
        order=30,
        roles=RIGHTS["read_ledgers"],
        list_url="members:member_list",
        unit="名",
    )
)
