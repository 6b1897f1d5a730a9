"""Which tickets a scope reaches: by the enterprise, by the town where it lies, and for a department
what was assigned to it."""

from datetime import date

from django.db.models import Q

from accounts.scope import RIGHTS, Scope
from common.scoping import reaches
from enterprises.models import Entity
from organizations.models import PartyOrganization
from services.models import TicketSupport


@reaches("services.Ticket")
def tickets_of_records(scope: Scope, day: date) -> Q | None:
    """Tickets of the entities and organizations in scope."""
    entities = Entity.objects.within(scope, day).values("pk")
    organizations = PartyOrganization.objects.within(scope, day).values("pk")
    return Q(entity__in=entities) | Q(organization__in=organizations)


@reaches("services.Ticket")
def tickets_of_towns(scope: Scope, _day: date) -> Q | None:
    """Tickets that came from a town in scope, wherever the enterprise is today."""
    return scope.in_areas("town")


@reaches("services.Ticket")
def tickets_of_departments(scope: Scope, _day: date) -> Q | None:
    """What is assigned to the department: as the one in charge, or to help."""
    if not scope.departments:
        return None
    helping = TicketSupport.objects.filter(department__in=scope.departments).values("ticket")
    return Q(department__in=scope.departments) | Q(pk__in=helping)


@reaches("services.ServiceItem")
def items_of_everybody(scope: Scope, _day: date) -> Q | None:
    """The menu is the same for all who have to do with enterprises."""
    return Q(pk__isnull=False) if scope.roles & RIGHTS["read_menu"] else None


@reaches("services.TicketCategory")
def categories_of_everybody(scope: Scope, _day: date) -> Q | None:
    """The tree of categories is the same for all who read tickets."""
    return Q(pk__isnull=False) if scope.roles & RIGHTS["read_tickets"] else None
