"""Which organizations, entities and instructors a scope reaches by area, post or assignment."""

from datetime import date

from django.db.models import Q

from accounts.scope import Scope
from common.scoping import reaches
from organizations.models import (
    Appointment,
    Assignment,
    CoverageLink,
    OrganizationState,
    ParentLink,
    PartyOrganization,
)


def own_organizations(scope: Scope, day: date) -> set:
    """Ids of a secretary's organization and of a sector committee's organizations with all that
    stand under them on ``day``."""
    found = set(scope.organizations)
    if scope.subtrees:
        found |= _subtree(scope, day)
    return found


def _subtree(scope: Scope, day: date) -> set:
    """Ids of a sector committee's organizations and of all that stand below them on ``day``.

    The links of all time are read once for a scope: a trend asks for two dozen days.
    """
    links = scope.memo.get("parent_links")
    if links is None:
        columns = ("organization_id", "parent_id", "starts_on", "ends_on")
        links = scope.memo["parent_links"] = list(ParentLink.objects.values_list(*columns))
    below: dict = {}
    for child, parent, starts_on, ends_on in links:
        if starts_on <= day < ends_on:
            below.setdefault(parent, []).append(child)
    roots = scope.subtrees
    found: set = set()
    waiting = list(roots)
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(below.get(pk, ()))
    return found


@reaches("organizations.PartyOrganization")
def organizations_in_areas(scope: Scope, day: date) -> Q | None:
    """Organizations whose 所属镇街 or 所属园区 on ``day`` is a granted area."""
    condition = scope.in_areas("town", "park")
    if condition is None:
        return None
    return Q(pk__in=OrganizationState.objects.at(day).filter(condition).values("organization"))


@reaches("organizations.PartyOrganization")
def organizations_of_posts(scope: Scope, day: date) -> Q | None:
    """A secretary's own organization, a sector committee's subtree."""
    own = own_organizations(scope, day)
    return Q(pk__in=own) if own else None


@reaches("organizations.PartyOrganization")
def organizations_assigned(scope: Scope, day: date) -> Q | None:
    """Organizations that an instructor is assigned to on ``day``."""
    if not scope.instructors:
        return None
    return Q(pk__in=_assigned(scope, day).exclude(organization=None).values("organization"))


@reaches("enterprises.Entity")
def entities_covered(scope: Scope, day: date) -> Q | None:
    """Entities that a secretary's or sector committee's organizations cover on ``day``."""
    own = own_organizations(scope, day)
    if not own:
        return None
    links = CoverageLink.objects.at(day).filter(organization__in=own)
    return Q(pk__in=links.values("entity"))


@reaches("enterprises.Entity")
def entities_assigned(scope: Scope, day: date) -> Q | None:
    """Entities that an instructor is assigned to on ``day``."""
    if not scope.instructors:
        return None
    return Q(pk__in=_assigned(scope, day).exclude(entity=None).values("entity"))


@reaches("organizations.Instructor")
def instructors_in_areas(scope: Scope, day: date) -> Q | None:
    """Instructors with an appointment for a granted town or grid, whether serving or not."""
    condition = scope.in_areas("town", "grid")
    if condition is None:
        return None
    return Q(pk__in=Appointment.objects.filter(condition).values("instructor"))


@reaches("organizations.Instructor")
def instructor_oneself(scope: Scope, _day: date) -> Q | None:
    """An instructor sees the own record."""
    return Q(pk__in=scope.instructors) if scope.instructors else None


def _assigned(scope: Scope, day: date):
    """Assignments of the scope's instructors who serve on ``day``."""
    serving = Appointment.objects.at(day).values("instructor")
    return Assignment.objects.at(day).filter(
        instructor__in=scope.instructors, instructor_id__in=serving
    )


def ancestors_of(scope: Scope, day: date) -> set:
    """Ids of the organizations above those in scope: they may be named as 上级党组织."""
    parents = dict(ParentLink.objects.at(day).values_list("organization_id", "parent_id"))
    found: set = set()
    for pk in PartyOrganization.objects.within(scope, day).values_list("pk", flat=True):
        while (pk := parents.get(pk)) and pk not in found:
            found.add(pk)
    return found
