"""Further sections of the coverage report: elections due, secretaries, members, instructors.
Each returns plain values for the frozen payload."""

from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from areas.models import Area
from common import parameters
from common.dated import BEGINNING
from common.periods import Span
from members.choices import MemberCategory, Mobility, Sex
from organizations.choices import Commitment, InstructorSource
from organizations.coverage import serving_assignments
from organizations.models import Instructor, Post, Term
from organizations.rules import OVERDUE, election_due, reminder_stage
from reports.drill import ALL, UNMET, due_url, rows_url
from reports.figures import Extent, percent
from reports.named import without_instructor
from reports.people import GRIDS
from reports.populations import MEMBERS, ORGANIZATIONS

AGE_BANDS = (
    ("30岁及以下", 0, 30),
    ("31至40岁", 31, 40),
    ("41至50岁", 41, 50),
    ("51至60岁", 51, 60),
    ("60岁以上", 61, 200),
)


def elections(extent: Extent, day: date, area: Area | None = None) -> dict[str, Any]:
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
    return {
        "rows": rows, "overdue": overdue, "soon": len(rows) - overdue,
        "urls": {
            "overdue": rows_url("election_on_time", UNMET, day, area),
            "soon": due_url("elections", day, area),
        },
    }


def secretaries(extent: Extent, day: date, area: Area | None = None) -> dict[str, Any]:
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
            {"label": label, "value": sum(low <= age <= high for age in ages),
             "url": rows_url("secretaries", ALL, day, area, {"age": f"{low}-{high}"})}
            for label, low, high in AGE_BANDS
        ],
        "oldest": max(ages, default=None),
        "oldest_url": rows_url("secretary_oldest", ALL, day, area),
    }


def members(extent: Extent, day: date, area: Area | None = None) -> dict[str, Any]:
    """Members that count, by category, sex, mobility and where their affiliation lies."""
    rows, year = MEMBERS.rows(extent, day), Span(day.replace(month=1, day=1), day)
    found = rows.aggregate(
        total=Count("pk"),
        full=Count("pk", filter=Q(state__category=MemberCategory.FULL)),
        women=Count("pk", filter=Q(sex="女")),
        moving_in=Count("pk", filter=Q(mobility=Mobility.IN)),
        moving_out=Count("pk", filter=Q(mobility=Mobility.OUT)),
        joined_this_year=Count("pk", filter=Q(joined_on__range=(year.first, year.last))),
        affiliated=Count("pk", filter=Q(affiliated_with=F("managed_by"))),
    )
    share = percent(found["affiliated"], found["total"])
    return {
        **found,
        "probationary": found["total"] - found["full"],
        "affiliated_percent": None if share is None else str(share),
        "urls": {
            name: rows_url("members", ALL, day, area, where) for name, where in _MEMBERS.items()
        } | {"joined_this_year": rows_url("members_joined", ALL, day, area, None, year)},
    }


# Parts of the members, as conditions of their list.
_MEMBERS = {
    "full": {"member_category": MemberCategory.FULL.label},
    "probationary": {"member_category": MemberCategory.PROBATIONARY.label},
    "women": {"sex": Sex.FEMALE.label},
    "moving_in": {"mobility": Mobility.IN.label},
    "moving_out": {"mobility": Mobility.OUT.label},
}


def _serving(extent: Extent, day: date) -> QuerySet[Instructor]:
    return extent.limit(Instructor.objects.serving(day), day)


def instructors(extent: Extent, day: date, area: Area | None = None) -> dict[str, Any]:
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
    grids = GRIDS.rows(extent, day).aggregate(
        total=Count("pk"), without=Count("pk", filter=without_instructor(day))
    )

    def url(**where: str) -> str:
        return rows_url("instructors", ALL, day, area, where)

    return {
        "total": found["total"],
        "full_time": found["full_time"],
        "part_time": found["total"] - found["full_time"],
        "sources": [
            {"label": source.label, "value": found[source.value], "url": url(source=source.label)}
            for source in InstructorSource
            if found[source.value]
        ],
        "entities": firms.aggregate(n=Count("entity", distinct=True))["n"],
        "most": (most.first() or {"n": 0})["n"],
        "grids": grids["total"],
        "grids_without": grids["without"],
        "urls": {
            "total": url(), "full_time": url(commitment=Commitment.FULL_TIME.label),
            "part_time": url(commitment=Commitment.PART_TIME.label),
            "entities": due_url("assigned_entities", day, area),
            "grids": rows_url("grids", ALL, day, area),
            "grids_without": due_url("grids_without", day, area),
        },
    }
