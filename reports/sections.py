"""Further sections of the coverage report: elections due, secretaries, members, instructors,
data quality. Each returns plain values for the frozen payload."""

from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from accounts.scope import Scope
from areas.choices import AreaLevel
from areas.models import Area
from areas.queries import subtree_ids
from common import parameters
from common.dated import BEGINNING
from members.choices import MemberCategory, Mobility
from members.models import MemberState
from organizations.choices import Commitment, InstructorSource
from organizations.coverage import serving_assignments
from organizations.models import Appointment, Instructor, PendingUnit, Post, Term
from organizations.rules import OVERDUE, election_due, reminder_stage
from reports.figures import Extent, percent
from reports.populations import ENTITIES, MEMBERS, ORGANIZATIONS

AGE_BANDS = (
    ("30岁及以下", 0, 30),
    ("31至40岁", 31, 40),
    ("41至50岁", 41, 50),
    ("51至60岁", 51, 60),
    ("60岁以上", 61, 200),
)


def elections(extent: Extent, day: date) -> dict[str, Any]:
    """换届预警: organizations whose term has run out or runs out within the reminder months."""
    months = parameters.value("election.reminder_months", on=day)
    organizations = {
        row["id"]: row
        for row in ORGANIZATIONS.rows(extent, day).values("id", "name", "state__town__name")
    }
    secretary = dict(Post.objects.at(day).values_list("organization_id", "person"))
    begun = Term.objects.filter(starts_on__lte=day, starts_on__gt=BEGINNING)
    latest = begun.order_by("organization_id", "-starts_on").distinct("organization_id")
    rows = []
    for organization, starts_on, years in latest.values_list(
        "organization_id", "starts_on", "years"
    ):
        if organization not in organizations or not years:
            continue
        due = election_due(starts_on, years)
        stage = reminder_stage(due, day, months)
        if stage is None:
            continue
        known = organizations[organization]
        rows.append(
            {
                "id": str(organization),
                "name": known["name"],
                "town": known["state__town__name"] or "",
                "secretary": secretary.get(organization, ""),
                "starts_on": starts_on.isoformat(),
                "years": years,
                "due": due.isoformat(),
                "stage": "已逾期" if stage == OVERDUE else f"{stage}个月内",
            }
        )
    rows.sort(key=lambda row: (row["due"], row["name"]))
    overdue = sum(row["stage"] == "已逾期" for row in rows)
    return {"rows": rows, "overdue": overdue, "soon": len(rows) - overdue}


def secretaries(extent: Extent, day: date) -> dict[str, Any]:
    """Secretaries in post by age band (birth date known)."""
    organizations = ORGANIZATIONS.rows(extent, day).values("pk")
    posts = Post.objects.at(day).filter(organization__in=organizations)
    births = list(posts.values_list("born_on", flat=True))
    ages = [
        day.year - born.year - ((day.month, day.day) < (born.month, born.day))
        for born in births if born
    ]
    return {
        "in_post": len(births),
        "bands": [
            {"label": label, "value": sum(low <= age <= high for age in ages)}
            for label, low, high in AGE_BANDS
        ],
        "oldest": max(ages, default=None),
    }


def members(extent: Extent, day: date) -> dict[str, Any]:
    """Members that count, by category, sex, mobility and where their affiliation lies."""
    rows = MEMBERS.rows(extent, day)
    found = rows.aggregate(
        total=Count("pk"),
        full=Count("pk", filter=Q(state__category=MemberCategory.FULL)),
        women=Count("pk", filter=Q(sex="女")),
        moving_in=Count("pk", filter=Q(mobility=Mobility.IN)),
        moving_out=Count("pk", filter=Q(mobility=Mobility.OUT)),
        joined_this_year=Count("pk", filter=Q(joined_on__year=day.year)),
        affiliated=Count("pk", filter=Q(affiliated_with=F("managed_by"))),
    )
    share = percent(found["affiliated"], found["total"])
    return {
        **found,
        "probationary": found["total"] - found["full"],
        "affiliated_percent": None if share is None else str(share),
    }


def _serving(extent: Extent, day: date) -> QuerySet[Instructor]:
    return extent.limit(Instructor.objects.serving(day), day)


def instructors(extent: Extent, day: date) -> dict[str, Any]:
    """Instructors who serve, their sources, what they are assigned, grids without one."""
    serving = _serving(extent, day)
    found = serving.aggregate(
        total=Count("pk"),
        full_time=Count("pk", filter=Q(commitment=Commitment.FULL_TIME)),
        **{source.value: Count("pk", filter=Q(source=source)) for source in InstructorSource},
    )
    assigned = serving_assignments(day).filter(instructor__in=serving.values("pk"))
    firms = assigned.exclude(entity=None)
    most = firms.values("instructor").annotate(n=Count("entity", distinct=True)).order_by("-n")
    held = Exists(Appointment.objects.at(day).filter(grid=OuterRef("pk")))
    grids = _grids(extent.scope if extent.area is None else extent.area, day).aggregate(
        total=Count("pk"), without=Count("pk", filter=~held)
    )
    return {
        "total": found["total"],
        "full_time": found["full_time"],
        "part_time": found["total"] - found["full_time"],
        "sources": [
            {"label": source.label, "value": found[source.value]}
            for source in InstructorSource
            if found[source.value]
        ],
        "entities": firms.aggregate(n=Count("entity", distinct=True))["n"],
        "most": (most.first() or {"n": 0})["n"],
        "grids": grids["total"],
        "grids_without": grids["without"],
    }


def _grids(scope: Scope, day: date) -> QuerySet[Area]:
    grids = Area.objects.filter(level=AreaLevel.GRID).in_use(day)
    return grids if scope.everything else grids.filter(pk__in=subtree_ids(scope.roots))


def quality(extent: Extent, day: date) -> list[dict[str, Any]]:
    """What the ledgers leave open; named, never dropped from a figure."""
    entities = ENTITIES.rows(extent, day)
    at_work = (
        MEMBERS.rows(extent, day)
        .exclude(state__workplace=None)
        .values("state__workplace")
        .annotate(n=Count("pk"))
        .values_list("state__workplace", "n")
    )
    roster = dict(at_work.order_by())
    stated = entities.exclude(stated_member_count=None).values_list("pk", "stated_member_count")
    differing = sum(count != roster.get(pk, 0) for pk, count in stated)
    waiting = MemberState.objects.at(day).filter(workplace=None).exclude(workplace_text="")
    members_waiting = waiting.filter(member__in=MEMBERS.rows(extent, day).values("pk")).count()
    units = PendingUnit.objects.filter(
        organization__in=ORGANIZATIONS.rows(extent, day).values("pk")
    ).count()
    without = entities.aggregate(
        grid=Count("pk", filter=Q(state__grid=None)),
        division=Count("pk", filter=Q(state__division="")),
    )
    return [
        {"label": "未落网格的主体", "value": without["grid"], "unit": "家"},
        {"label": "行业只填到门类、不能划型的主体", "value": without["division"], "unit": "家"},
        {"label": "填报党员总数与花名册不一致的主体", "value": differing, "unit": "家"},
        {"label": "工作单位尚未匹配到主体的党员", "value": members_waiting, "unit": "名"},
        {"label": "党组织台账中尚未匹配的依托单位", "value": units, "unit": "处"},
    ]
