"""Questions to visits: when somebody was last there, who waits for a visit, who has nobody."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from activities.models import Visit
from common import parameters
from enterprises.models import EntityState, counts_on
from organizations.coverage import (
    VisitRule,
    first_day,
    is_covered,
    serving_assignments,
    with_last_visit,
)
from organizations.models import Assignment, OrganizationState


def visits_until(day: date) -> QuerySet[Visit]:
    """Visits up to ``day``."""
    return Visit.objects.filter(visited_on__lte=day)


def _asked(day: date) -> int:
    return parameters.value("work_coverage.visit_days", on=day)


VISIT_RULE = VisitRule(days=_asked, visits=visits_until)


class Care(StrEnum):
    """How entities that count stand with instructors; values of the filter of their list."""

    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    ALONE = "alone"
    NEVER = "never"
    DUE = "due"


CARE_CHOICES = (
    (Care.ASSIGNED.value, "有在任指导员联系"),
    (Care.UNASSIGNED.value, "没有在任指导员联系"),
    (Care.ALONE.value, "没有党组织覆盖，也没有指导员"),
    (Care.NEVER.value, "联系的指导员从没走访"),
    (Care.DUE.value, "该走访了"),
)


def in_care(care: str, day: date) -> Q:
    """The condition of a Care, for entities with their ``state`` of ``day``.

    NEVER: none of the serving instructors assigned has ever come. DUE: each of them is due
    (visit_rules.is_due).
    """
    assigned = Q(pk__in=_entities(serving_assignments(day)))
    conditions = {
        Care.ASSIGNED: lambda: assigned,
        Care.UNASSIGNED: lambda: ~assigned,
        Care.ALONE: lambda: ~assigned & ~is_covered(day),
        Care.NEVER: lambda: assigned & ~Q(pk__in=_entities(_visited(day))),
        Care.DUE: lambda: assigned & ~Q(pk__in=_entities(_not_due(day))),
    }
    return counts_on(day) & conditions[Care(care)]()


def _entities(assignments: QuerySet[Assignment]) -> QuerySet:
    return assignments.filter(entity__isnull=False).values("entity")


def _visited(day: date) -> QuerySet[Assignment]:
    """Serving assignments whose instructor has come."""
    return serving_assignments(day).filter(Exists(_own(day)))


def _not_due(day: date) -> QuerySet[Assignment]:
    """Serving assignments that wait for no visit: visit_rules.is_due() as a query, turned round."""
    days = parameters.value("visit.due_days", on=day)
    rows = serving_assignments(day)
    if not days:
        return rows
    since = first_day(day, days)
    return rows.filter(Q(starts_on__gte=since) | Exists(_own(day).filter(visited_on__gte=since)))


def _own(day: date) -> QuerySet[Visit]:
    return visits_until(day).filter(instructor=OuterRef("instructor"), entity=OuterRef("entity"))


def last_of_instructor(day: date) -> Subquery:
    """For instructors: when they last visited anybody up to ``day``."""
    last = visits_until(day).filter(instructor=OuterRef("pk")).order_by("-visited_on")
    return Subquery(last.values("visited_on")[:1])


def assigned_to(instructor: Any, day: date) -> QuerySet[Assignment]:
    """What a serving instructor is assigned to on ``day``, with ``last_visit`` to each entity."""
    rows = serving_assignments(day).filter(instructor=instructor)
    return with_last_visit(rows, day)


def visited_entities(visits: QuerySet[Visit]) -> QuerySet:
    """Ids of the entities that were visited, each once."""
    return visits.order_by().filter(entity__isnull=False).values("entity").distinct()


def in_town(town: Any, day: date) -> Q:
    """Visits to entities and organizations whose 所属镇街 on ``day`` it is."""
    entities = EntityState.objects.at(day).filter(town=town)
    organizations = OrganizationState.objects.at(day).filter(town=town)
    return Q(entity__in=entities.values("entity")) | Q(
        entity=None, organization__in=organizations.values("organization")
    )


def visited_between(first: date | None, last: date | None, whom: str = "entity") -> QuerySet:
    """Ids of the entities (or organizations) that were visited from ``first`` to ``last`` (both
    included)."""
    visits = Visit.objects.all()
    if first:
        visits = visits.filter(visited_on__gte=first)
    visits = visits.filter(visited_on__lte=last) if last else visits
    if whom == "entity":
        return visited_entities(visits)
    return visits.filter(entity=None).order_by().values("organization")


def assigned_among(instructors: Iterable[Any], whom: Any, day: date) -> set[Any]:
    """Ids of those of ``instructors`` who are assigned to an entity or organization."""
    link = "entity" if whom._meta.model_name == "entity" else "organization"
    rows = serving_assignments(day).filter(**{link: whom, "instructor__in": instructors})
    return set(rows.values_list("instructor", flat=True))
