"""Party organizations and instructors in the search of the whole portal."""

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.scope import RIGHTS, Scope
from common.search import Group, matching, register
from organizations.choices import OrganizationCategory
from organizations.models import Instructor, PartyOrganization


def find_organizations(scope: Scope, text: str) -> QuerySet:
    """Organizations within the scope by name, short name, code or pinyin initials."""
    rows = PartyOrganization.objects.within(scope).at(timezone.localdate())
    found = matching(rows, text, key="name_key", code="code", also="short_name")
    return found.annotate(category=F("state__category"), town_name=F("state__town__name"))


def organization_in_few_words(organization: PartyOrganization) -> str:
    """Category, code, town."""
    category = OrganizationCategory(organization.category).label
    return "　".join(x for x in (category, organization.code, organization.town_name) if x)


def find_instructors(scope: Scope, text: str) -> QuerySet:
    """Instructors within the scope by name or pinyin initials."""
    return matching(Instructor.objects.within(scope), text)


register(
    Group(
        "organizations",
        "党组织",
        find_organizations,
        organization_in_few_words,
        order=20,
        roles=RIGHTS["read_ledgers"],
        list_url="organizations:organization_list",
        unit="个",
    )
)
register(
    Group(
        "instructors",
        "指导员",
        find_instructors,
        lambda row: row.workplace,
        order=40,
        roles=RIGHTS["read_ledgers"],
        list_url="organizations:instructor_list",
        unit="名",
    )
)
