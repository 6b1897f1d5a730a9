"""What visits add to the pages of entities, organizations, instructors and grids, and to the lists
of entities and organizations."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from activities.load import grids_listed, set_gaps
from activities.models import Visit
from activities.visit_filters import AssignedOrganizationFilter, CareFilter, VisitedFilter
from activities.visit_forms import since_words
from areas.choices import AreaLevel
from areas.models import Area
from common.additions import RECORD, Figure, ListPart, add_to_list, figures, panel
from common.history_words import UNSEEN
from organizations.entity_pages import visible_ids
from organizations.models import Appointment

ENTITY, ORGANIZATION = "enterprises.Entity", "organizations.PartyOrganization"
INSTRUCTOR = "organizations.Instructor"
_SHOWN = 3
_TEMPLATE = "activities/visits_of.html"

add_to_list(
    ENTITY,
    ListPart(
        order=40,
        filters={
            "care": CareFilter(),
            "visited_from": VisitedFilter("走访过，从", is_first=True),
            "visited_until": VisitedFilter("走访过，至", is_first=False),
        },
    ),
)
add_to_list(
    ORGANIZATION,
    ListPart(
        order=30,
        filters={
            "instructor": AssignedOrganizationFilter(),
            "visited_from": VisitedFilter("走访过，从", is_first=True, whom="organization"),
            "visited_until": VisitedFilter("走访过，至", is_first=False, whom="organization"),
        },
    ),
)


def _visits(
    request: HttpRequest, day: date, *, may_record: bool, **condition: Any
) -> Mapping[str, Any] | None:
    """The latest visits up to ``day`` under one condition, how many there are, the last."""
    if not request.scope.may("read_visits"):
        return None
    ((name, record),) = condition.items()
    rows = Visit.objects.within(request.scope).filter(visited_on__lte=day, **condition)
    latest = list(
        rows.select_related("instructor", "entity", "organization").order_by("-visited_on", "pk")[
            :_SHOWN
        ]
    )
    name_whom(latest, request.scope)
    is_own = name == "instructor"
    others = [row.whom_name if is_own else str(row.instructor) for row in latest]
    query = {name: str(record.pk)}
    if day != timezone.localdate():
        query["days_before"] = day.isoformat()
    return {
        "lines": [
            {"visit": row, "other": other, "is_person": not is_own}
            for row, other in zip(latest, others, strict=True)
        ],
        "number": rows.count() if len(latest) == _SHOWN else len(latest),
        "last": latest[0].visited_on if latest else None,
        "since": since_words(latest[0].visited_on, day) if latest else "",
        "list_url": f"{reverse('activities:visit_list')}?{urlencode(query)}",
        "record_url": (
            f"{reverse('activities:visit_create')}?{name}={record.pk}" if may_record else ""
        ),
    }


def _may_record(request: HttpRequest, day: date) -> bool:
    return day == timezone.localdate() and request.scope.may("record_visits")


@panel(ENTITY, slot=RECORD, order=30, template=_TEMPLATE)
def visits_to_entity(request: HttpRequest, entity: Any, day: date) -> Mapping[str, Any] | None:
    """走访: who came, when."""
    return _visits(request, day, may_record=_may_record(request, day), entity=entity)


@panel(ORGANIZATION, slot=RECORD, order=30, template=_TEMPLATE)
def visits_to_organization(
    request: HttpRequest, organization: Any, day: date
) -> Mapping[str, Any] | None:
    """走访: who came, when."""
    return _visits(request, day, may_record=_may_record(request, day), organization=organization)


@panel(INSTRUCTOR, slot=RECORD, order=30, template=_TEMPLATE)
def visits_of_instructor(
    request: HttpRequest, instructor: Any, day: date
) -> Mapping[str, Any] | None:
    """走访: whom, when."""
    may_record = _may_record(request, day) and _serves(instructor, day)
    return _visits(request, day, may_record=may_record, instructor=instructor)


def _serves(instructor: Any, day: date) -> bool:
    return Appointment.objects.at(day).filter(instructor=instructor).exists()


@figures("areas.Area", order=30)
def instructors_of_grid(request: HttpRequest, area: Area, day: date) -> Sequence[Figure]:
    """专职, 兼职 of a grid, as in the list of gaps."""
    if area.level != AreaLevel.GRID or not request.scope.may("read_load"):
        return []
    rows = list(grids_listed(Area.objects.within(request.scope).filter(pk=area.pk), day))
    set_gaps(rows, request.scope, day, {})
    return [
        figure
        for row in rows
        for figure in (
            Figure("专职指导员", row.full_time, "名", row.full_url or ""),
            Figure("兼职指导员", row.part_time, "名", row.part_url or ""),
        )
    ]


def name_whom(visits: Collection[Visit], scope: Any) -> None:
    """Give each visit ``whom_name``: a town sees the visits of its instructors wherever they went,
    but not the names of those who are none of its own. Who made the visit knows."""
    seen: set[Any] = set()
    for kind in ("entity", "organization"):
        whoms = [visit.whom for visit in visits if getattr(visit, f"{kind}_id") == visit.whom.pk]
        seen |= visible_ids(whoms, scope)
    for visit in visits:
        own = visit.instructor_id in scope.instructors
        visit.whom_name = str(visit.whom) if own or visit.whom.pk in seen else UNSEEN
