"""Which members a scope reaches: those of the organizations in its area or in its hands."""

from datetime import date

from django.db.models import Q

from accounts.scope import Scope
from common.scoping import reaches
from members.models import Affiliation, managed_in
from organizations.models import OrganizationState
from organizations.reach import own_organizations


@reaches("members.Member")
def members_in_areas(scope: Scope, day: date) -> Q | None:
    """A member stands in the area of the managing organization (ledgers.md §3)."""
    condition = scope.in_areas("town", "park")
    if condition is None:
        return None
    places = OrganizationState.objects.at(day).filter(condition).values("organization")
    return managed_in(places, day)


@reaches("members.Member")
def members_of_posts(scope: Scope, day: date) -> Q | None:
    """Members managed by or affiliated with a secretary's or sector committee's organizations."""
    own = own_organizations(scope, day)
    if not own:
        return None
    affiliated = Affiliation.objects.at(day).filter(organization__in=own).values("member")
    return managed_in(own, day) | Q(pk__in=affiliated)
