"""Which visits a scope reaches; logs and activities follow their organization
(``scope_parent``). Figures count a log where it was when its month began."""

from datetime import date

from django.db.models import Q

from accounts.scope import Scope
from common.scoping import reaches
from enterprises.models import Entity
from organizations.models import Instructor, PartyOrganization
from organizations.reach import own_organizations


@reaches("activities.Visit")
def visits_of_instructors(scope: Scope, day: date) -> Q | None:
    """Visits of the instructors in scope, wherever they went."""
    return Q(instructor__in=Instructor.objects.within(scope, day).values("pk"))


@reaches("activities.Visit")
def visits_to_records(scope: Scope, day: date) -> Q | None:
    """Visits to the entities and organizations in scope, whoever came."""
    entities = Entity.objects.within(scope, day).values("pk")
    organizations = PartyOrganization.objects.within(scope, day).values("pk")
    return Q(entity__in=entities) | Q(organization__in=organizations)


def logs_where_they_were(scope: Scope, day: date) -> Q:
    """The condition "this log counts in ``scope``": by the town and park that its row keeps, or as
    one of a committee's or a secretary's organizations of ``day``. Whether its page opens is asked
    of today's scope."""
    if scope.everything:
        return Q()
    own = own_organizations(scope, day)
    condition = Q(organization__in=own) if own else Q(pk__in=[])
    return condition | (scope.in_areas("town", "park") or Q(pk__in=[]))
