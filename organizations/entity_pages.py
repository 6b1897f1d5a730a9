"""What organizations add to the pages of entities: coverage in the list; why an entity counts as
covered, whom to turn to, and since when, on its page."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import django_filters
from django.db.models import Case, IntegerField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import JSONObject
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils import timezone

from common.additions import CONTEXT, RECORD, ListPart, add_to_list, panel, track
from common.tables import Column
from common.timelines import Bar, Track
from enterprises.models import Entity
from organizations.choices import MODE_RANK, CoverageState
from organizations.coverage import serving_assignments, valid_links, with_coverage
from organizations.explain import explain
from organizations.models import (
    Appointment,
    Assignment,
    CoverageLink,
    Instructor,
    PartyOrganization,
    Post,
)

ENTITY = "enterprises.Entity"
STATE_TONES = {
    CoverageState.SINGLE: "own",
    CoverageState.JOINT: "joint",
    CoverageState.ATTACHED: "attach",
    CoverageState.WORK_ONLY: "work",
    CoverageState.NONE: "none",
    CoverageState.NOT_COUNTED: "out",
}
TONES = {state.label: tone for state, tone in STATE_TONES.items()}


# --- The list -----------------------------------------------------------------------------------


def with_contacts(entities: QuerySet, day: date) -> QuerySet:
    """Annotate ``coverage``; and as JSON of id and names the organization of the best valid link
    (``covering``) and the instructor (``instructing``), asked of the rows of a page only."""
    own = OuterRef("pk")
    rank = Case(
        *(When(mode=mode, then=rank) for mode, rank in MODE_RANK.items()),
        output_field=IntegerField(),
    )
    links = valid_links(day).filter(entity=own).order_by(rank, "starts_on", "pk")
    assignments = serving_assignments(day).filter(entity=own).order_by("starts_on", "pk")
    covering = JSONObject(
        id="organization", name="organization__name", short_name="organization__short_name"
    )
    instructing = JSONObject(id="instructor", name="instructor__name")
    return with_coverage(entities, day).annotate(
        covering=Subquery(links.values(found=covering)[:1]),
        instructing=Subquery(assignments.values(found=instructing)[:1]),
    )


def set_contacts(rows: list[Any], scope: Any, _day: date) -> None:
    """Set ``contact`` of listed entities: the organization of the best valid link, else the
    instructor, else why the entity does not count. ``contact_url``: its page, if one may see it."""
    organizations = {r.pk: _read(PartyOrganization, r.covering) for r in rows if r.covering}
    instructors = {r.pk: _read(Instructor, r.instructing) for r in rows if r.instructing}
    visible = visible_ids(organizations.values(), scope) | visible_ids(instructors.values(), scope)
    for row in rows:
        record = organizations.get(row.pk) or instructors.get(row.pk)
        if row.coverage == CoverageState.NOT_COUNTED:
            record, row.contact = None, row.status_words
        else:
            row.contact = _called(record)
        row.contact_url = address_of(record) if record and record.pk in visible else None


def _read(model: type[Any], found: Mapping[str, str]) -> Any:
    return model(**{**found, "id": UUID(found["id"])})


def _called(record: PartyOrganization | Instructor | None) -> str:
    return f"指导员 {record}" if isinstance(record, Instructor) else str(record or "")


def visible_ids(records: Iterable[Any], scope: Any) -> set[Any]:
    """Ids of those of ``records`` (of one model) that the user may see: one query at most."""
    found = list(records)
    if not found or scope.everything:
        return {record.pk for record in found}
    rows = type(found[0])._default_manager.within(scope)
    return set(rows.filter(pk__in={x.pk for x in found}).values_list("pk", flat=True))


def address_of(record: Any) -> str:
    """The page of a record; "" where this installation has none."""
    try:
        return record.get_absolute_url() if record else ""
    except NoReverseMatch:
        return ""


add_to_list(
    ENTITY,
    ListPart(
        order=20,
        columns=(
            Column(
                "coverage",
                "覆盖状态",
                value=lambda row: CoverageState(row.coverage).label,
                kind="cov",
                tones=TONES,
                up=True,
            ),
            Column("contact", "党组织或联系人", up=True, link=lambda row: row.contact_url),
        ),
        filters={
            "coverage": django_filters.ChoiceFilter(label="覆盖状态", choices=CoverageState),
        },
        annotate=with_contacts,
        prepare=set_contacts,
    ),
)


# --- The page -----------------------------------------------------------------------------------


@panel(ENTITY, slot=RECORD, order=10, template="organizations/why.html")
def why(_request: HttpRequest, entity: Entity, day: date) -> Mapping[str, Any]:
    """为何算 / 不算组织覆盖."""
    found = explain(entity, day)
    if not found.is_counted:
        verdict = "不纳入覆盖统计"
    else:
        verdict = "算组织覆盖" if found.is_covered else "不算组织覆盖"
    return {
        "found": found,
        "verdict": verdict,
        "tone": STATE_TONES[found.state],
        "day": day,
        "is_today": day == timezone.localdate(),
        "reasons": [
            {
                "tone": reason.sign.value,
                "text": reason.sentence,
                "proof": reason.detail,
                "url": "" if reason.record == entity else address_of(reason.record),
            }
            for reason in found.reasons
        ],
    }


@panel(ENTITY, slot=CONTEXT, order=10, template="organizations/contacts.html")
def contacts(request: HttpRequest, entity: Entity, day: date) -> Mapping[str, Any]:
    """党建联系: organizations with their secretaries, instructors with their terms."""
    links = sorted(
        valid_links(day).filter(entity=entity).select_related("organization"),
        key=lambda link: (MODE_RANK[link.mode], link.starts_on),
    )
    organizations = [link.organization for link in links]
    held = Post.objects.at(day).filter(organization__in=organizations)
    posts = {post.organization_id: post for post in held}
    assigned = serving_assignments(day).filter(entity=entity).select_related("instructor")
    instructors = [assignment.instructor for assignment in assigned.order_by("starts_on")]
    terms = Appointment.objects.at(day).filter(instructor__in=instructors)
    ends = {term.instructor_id: term.ends_on - timedelta(days=1) for term in terms}
    visible = visible_ids(organizations, request.scope) | visible_ids(instructors, request.scope)
    return {
        "links": [
            {
                "link": link,
                "post": posts.get(link.organization_id),
                "url": address_of(link.organization) if link.organization_id in visible else "",
            }
            for link in links
        ],
        "instructors": [
            {
                "instructor": one,
                "last": ends.get(one.pk),
                "url": address_of(one) if one.pk in visible else "",
            }
            for one in instructors
        ],
    }


# --- The time line ------------------------------------------------------------------------------


@track(ENTITY, order=30)
def organization_track(request: HttpRequest, entity: Entity) -> list[Track]:
    """党组织: those that ever covered the entity."""
    links = list(CoverageLink.objects.filter(entity=entity).select_related("organization"))
    visible = visible_ids((link.organization for link in links), request.scope)
    return stacked(
        "党组织",
        (
            Bar(
                link.starts_on,
                link.ends_on,
                str(link.organization),
                address_of(link.organization) if link.organization_id in visible else "",
                link.get_mode_display(),
            )
            for link in links
        ),
    )


@track(ENTITY, order=40)
def instructor_track(request: HttpRequest, entity: Entity) -> list[Track]:
    """指导员: those assigned, as long as they were."""
    assigned = list(Assignment.objects.filter(entity=entity).select_related("instructor"))
    visible = visible_ids((one.instructor for one in assigned), request.scope)
    return stacked(
        "指导员",
        (
            Bar(
                one.starts_on,
                one.ends_on,
                str(one.instructor),
                address_of(one.instructor) if one.instructor_id in visible else "",
            )
            for one in assigned
        ),
    )


def stacked(label: str, bars: Iterable[Bar]) -> list[Track]:
    """As few lines as hold all periods without overlap; the first carries the label."""
    lines: list[list[Bar]] = []
    for bar in sorted(bars, key=lambda bar: (bar.starts_on, bar.text)):
        free = next((line for line in lines if line[-1].ends_on <= bar.starts_on), None)
        if free is None:
            lines.append([bar])
        else:
            free.append(bar)
    return [Track(label if at == 0 else "", bars) for at, bars in enumerate(lines)]
