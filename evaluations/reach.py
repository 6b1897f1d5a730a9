"""Which reviews, stars and honours a scope reaches: by the organization, or by the town."""

from datetime import date

from django.db.models import Q

from accounts.scope import Scope
from common.scoping import reaches
from enterprises.models import Entity
from organizations.models import PartyOrganization


def _of_subject(scope: Scope, day: date) -> Q:
    """Of organizations in scope, and of towns that a grant covers; departments are seen by those
    who see everything."""
    own = PartyOrganization.objects.within(scope, day).values("pk")
    towns = scope.areas.get("town", frozenset()) if not scope.organizations else frozenset()
    return Q(organization__in=own) | Q(town__in=towns)


@reaches("evaluations.Review")
def reviews(scope: Scope, day: date) -> Q | None:
    """Reviews of organizations and towns in scope."""
    return _of_subject(scope, day)


@reaches("evaluations.StarGrant")
def stars(scope: Scope, day: date) -> Q | None:
    """Stars of organizations and towns in scope."""
    return _of_subject(scope, day)


@reaches("evaluations.Honour")
def honours(scope: Scope, day: date) -> Q | None:
    """Honours of organizations and enterprises in scope."""
    own = PartyOrganization.objects.within(scope, day).values("pk")
    entities = Entity.objects.within(scope, day).values("pk")
    return Q(organization__in=own) | Q(entity__in=entities)
