"""Which needs a scope reaches; logs, activities and visits follow their organization or instructor
(``scope_parent``)."""

from datetime import date

from django.db.models import Q

from accounts.scope import Scope
from common.scoping import reaches
from enterprises.models import Entity
from organizations.models import PartyOrganization


@reaches("activities.Need")
def needs_of_records(scope: Scope, day: date) -> Q | None:
    """Needs of the entities and organizations in scope."""
    entities = Entity.objects.within(scope, day).values("pk")
    organizations = PartyOrganization.objects.within(scope, day).values("pk")
    return Q(entity__in=entities) | Q(organization__in=organizations)
