"""Lines of the time lines of organizations and of instructors."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest

from common.additions import track
from common.dated import FOREVER
from common.timelines import Bar, Track
from organizations.choices import OrganizationStatus
from organizations.entity_pages import stacked
from organizations.models import (
    Appointment,
    Assignment,
    Instructor,
    OrganizationState,
    ParentLink,
    PartyOrganization,
    Post,
    Term,
)
from organizations.rules import election_due

ORGANIZATION, INSTRUCTOR = "organizations.PartyOrganization", "organizations.Instructor"
_MOST = 8  # lines of one relation; more would hide the others, the tables have them all


@track(ORGANIZATION, order=10)
def state_tracks(_request: HttpRequest, organization: PartyOrganization) -> list[Track]:
    """类别 with 组建方式, and 所在地, from founding to dissolution."""
    rows = list(
        OrganizationState.objects.filter(organization=organization)
        .select_related("town", "park")
        .order_by("starts_on")
    )
    kinds = [(row, f"{row.get_category_display()}　{row.get_mode_display()}") for row in rows]
    places = [(row, str(row.park or row.town or "未填")) for row in rows]
    return [
        Track("类别", _runs(kinds, organization)), Track("所在地", _runs(places, organization)),
    ]


def _runs(said: Iterable[tuple[Any, str]], organization: PartyOrganization) -> list[Bar]:
    """Neighbours that say the same as one bar, while the organization existed."""
    bars: list[Bar] = []
    for row, text in said:
        starts_on = max(row.starts_on, organization.founded_on)
        ends_on = min(row.ends_on, organization.dissolved_on or FOREVER)
        if starts_on >= ends_on:
            continue
        if bars and bars[-1].text == text and bars[-1].ends_on == starts_on:
            starts_on = bars.pop().starts_on
        is_faint = organization.status == OrganizationStatus.DISSOLVED and ends_on == FOREVER
        bars.append(Bar(starts_on, ends_on, text, is_faint=is_faint))
    return bars


@track(ORGANIZATION, order=20)
def superior_track(_request: HttpRequest, organization: PartyOrganization) -> Track:
    """上级党组织."""
    links = ParentLink.objects.filter(organization=organization).select_related("parent")
    said = [(link, str(link.parent)) for link in links.order_by("starts_on")]
    return Track("上级", _runs(said, organization))


@track(ORGANIZATION, order=30)
def secretary_track(_request: HttpRequest, organization: PartyOrganization) -> Track:
    """书记."""
    posts = Post.objects.filter(organization=organization).order_by("starts_on")
    return Track("书记", [Bar(post.starts_on, post.ends_on, post.person) for post in posts])


@track(ORGANIZATION, order=40)
def term_track(_request: HttpRequest, organization: PartyOrganization) -> Track:
    """届次: to the day on which the next election is due, or to the next term."""
    bars = []
    for term in Term.objects.filter(organization=organization).order_by("starts_on"):
        due = FOREVER
        if term.years and term.starts_on.year > 1:
            due = election_due(term.starts_on, term.years)
        text = f"任期 {term.years} 年" if term.years else "任期未填"
        bars.append(Bar(term.starts_on, min(due, term.ends_on), text))
    return Track("届次", bars)


@track(ORGANIZATION, order=50)
def instructor_track(_request: HttpRequest, organization: PartyOrganization) -> list[Track]:
    """指导员: those assigned, as long as they were."""
    assigned = Assignment.objects.filter(organization=organization).select_related("instructor")
    bars = [
        Bar(one.starts_on, one.ends_on, str(one.instructor))
        for one in assigned.order_by("starts_on")
    ]
    return stacked("指导员", bars)[:_MOST]


@track(INSTRUCTOR, order=10)
def appointment_track(_request: HttpRequest, instructor: Instructor) -> Track:
    """聘期."""
    terms = Appointment.objects.filter(instructor=instructor).select_related("town", "grid")
    return Track(
        "聘期",
        [
            Bar(term.starts_on, term.ends_on, str(term.grid or term.town or "聘期"))
            for term in terms.order_by("starts_on")
        ],
    )
