"""What is coverage (ledgers.md §3, design.md §6), as of a day, as conditions for queries.

Every entity has exactly one state on a day: the best of its valid links, else covered by work
only, else not covered; 不纳入 when it does not count. organizations/explain.py says why.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from common.dated import holding
from enterprises.models import counts_on
from organizations.choices import CoverageState, SetUpMode
from organizations.models import Appointment, Assignment, CoverageLink, active_on

# The modes that make each state; from the best to the least.
STATE_MODES: Mapping[CoverageState, tuple[SetUpMode, ...]] = {
    CoverageState.SINGLE: (SetUpMode.SINGLE,),
    CoverageState.JOINT: (SetUpMode.JOINT,),
    CoverageState.ATTACHED: (
        SetUpMode.ATTACHED,
        SetUpMode.AREA_FALLBACK,
        SetUpMode.MARKET_CIRCLE,
        SetUpMode.INDUSTRY,
    ),
}
COVERED_STATES = frozenset(STATE_MODES)
STATE_OF_MODE: Mapping[str, CoverageState] = {
    mode: state for state, modes in STATE_MODES.items() for mode in modes
}


def is_valid(day: date, link: str = "") -> Q:
    """The condition "this link is valid on ``day``": begun, not ended, its organization active;
    ``link``: the name under which it is joined, as in ``links__``."""
    return holding(day, link) & active_on(day, f"{link}organization__")


def valid_links(day: date) -> QuerySet[CoverageLink]:
    """Links that are valid on ``day``."""
    return CoverageLink.objects.filter(is_valid(day))


def serving_assignments(day: date) -> QuerySet[Assignment]:
    """Assignments of ``day`` whose instructor serves on ``day``."""
    serving = Appointment.objects.at(day).values("instructor")
    return Assignment.objects.at(day).filter(instructor__in=serving)


@dataclass(frozen=True)
class VisitRule:
    """That an assignment counts as work only with a visit. Visits belong to a higher app, which
    says here what they are (:func:`ask_for_visits`).

    days: how many days back a visit counts on a day; 0: none is asked for, an assignment is enough
    (ledgers.md §3). visits: rows up to a day with instructor, entity, visited_on.
    """

    days: Callable[[date], int]
    visits: Callable[[date], QuerySet]


_VISIT_RULE: list[VisitRule] = []


def ask_for_visits(rule: VisitRule) -> None:
    """Register the rule (in AppConfig.ready)."""
    _VISIT_RULE[:] = [rule]


def visit_days(day: date) -> int:
    """How many days back the instructor must have visited; 0: an assignment is enough."""
    return _VISIT_RULE[0].days(day) if _VISIT_RULE else 0


def visit_asked(day: date) -> str:
    """What the rule adds to the sentence "有在任指导员联系"; "" when nothing."""
    days = visit_days(day)
    return f"且其 {days} 天内走访过" if days else ""


def with_last_visit(assignments: QuerySet[Assignment], day: date) -> QuerySet[Assignment]:
    """Annotate ``last_visit``: when the instructor last visited the entity up to ``day``."""
    last = _own_visits(day).order_by("-visited_on")
    return assignments.annotate(last_visit=Subquery(last.values("visited_on")[:1]))


def working_assignments(day: date) -> QuerySet[Assignment]:
    """Assignments that make work coverage on ``day``: the instructor serves and, where the rule
    asks for it, has visited the entity lately."""
    rows = serving_assignments(day)
    days = visit_days(day)
    if not days:
        return rows
    return rows.filter(Exists(_own_visits(day).filter(visited_on__gte=first_day(day, days))))


def first_day(day: date, days: int) -> date:
    """The first day that is no more than so many days before ``day``."""
    return day - timedelta(days=min(days, day.toordinal() - 1))


def _own_visits(day: date) -> QuerySet:
    """Visits of the outer assignment's instructor to its entity."""
    visits = _VISIT_RULE[0].visits(day)
    return visits.filter(instructor=OuterRef("instructor"), entity=OuterRef("entity"))


def is_covered(day: date, *modes: SetUpMode) -> Q:
    """The condition "this entity has a valid link" (of one of ``modes``, if given)."""
    links = valid_links(day)
    if modes:
        links = links.filter(mode__in=modes)
    return Q(pk__in=links.values("entity"))


def is_reached_by_work(day: date) -> Q:
    """The condition "a serving instructor is assigned (and came lately, where that is asked), or
    there is 工会 / 共青团 / 妇联", for entities with their ``state`` of ``day``; whether they are
    covered besides is not asked."""
    assigned = working_assignments(day).filter(entity__isnull=False)
    return (
        Q(pk__in=assigned.values("entity"))
        | Q(state__has_union=True)
        | Q(state__has_youth_league=True)
        | Q(state__has_womens_federation=True)
    )


def with_coverage(entities: QuerySet, day: date) -> QuerySet:
    """Annotate ``coverage`` (a CoverageState) to entities with their ``state`` of ``day``
    (``Entity.objects.at(day)``); it can be filtered, sorted and counted."""
    best = Case(
        *(
            When(is_covered(day, *modes), then=Value(state))
            for state, modes in STATE_MODES.items()
        ),
        When(is_reached_by_work(day), then=Value(CoverageState.WORK_ONLY)),
        default=Value(CoverageState.NONE),
    )
    return entities.annotate(
        coverage=Case(
            When(counts_on(day), then=best), default=Value(CoverageState.NOT_COUNTED)
        )
    )


def coverage_counts(entities: QuerySet, day: date) -> dict[CoverageState, int]:
    """How many of ``entities`` (with ``state`` of ``day``) are in each state; one query."""
    rows = with_coverage(entities, day).order_by().values("coverage").annotate(n=Count("pk"))
    found = {row["coverage"]: row["n"] for row in rows}
    return {state: found.get(state, 0) for state in CoverageState}
