"""三会一课: what a branch has to hold by month and quarter, and whether it has.

The rules are asked of one branch (its page) and of all at once (the indicator): both take what was
held from Activity.counting() and how often from the dated settings meetings.*.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from django.db.models import Count, DateField, Q, QuerySet, Value

from activities.choices import ActivityType
from activities.models import Activity
from common import parameters
from common.periods import Span, parts_of, period_of
from members.models import Affiliation, Member
from organizations.choices import OrganizationCategory
from organizations.models import OrganizationState, PartyOrganization
from organizations.queries import status_words

# The regulations on branches bind branches; a Party committee above them holds no 支部党员大会.
BRANCHES = (
    OrganizationCategory.BRANCH,
    OrganizationCategory.JOINT_BRANCH,
    OrganizationCategory.FUNCTIONAL_BRANCH,
)
COMMITTEE_MEMBERS = "committee_required.full_members"


@dataclass(frozen=True)
class Rule:
    """A meeting that is to be held so often in each month or quarter."""

    kind: ActivityType
    period: str
    setting: str

    @property
    def label(self) -> str:
        return str(self.kind.label)

    def needed(self, part: Span) -> int:
        """How often in ``part``; 0: not asked for."""
        return parameters.value(self.setting, on=part.last)


GENERAL = Rule(ActivityType.GENERAL_MEETING, "quarter", "meetings.general_per_quarter")
COMMITTEE = Rule(ActivityType.COMMITTEE_MEETING, "month", "meetings.committee_per_month")
GROUP = Rule(ActivityType.GROUP_MEETING, "month", "meetings.group_per_month")
LECTURE = Rule(ActivityType.LECTURE, "quarter", "meetings.lecture_per_quarter")
RULES = (GENERAL, COMMITTEE, GROUP, LECTURE)


# --- All branches at once -----------------------------------------------------------------------


def branches_throughout(span: Span) -> QuerySet:
    """Branches that were active from the first to the last day, with their state of the last."""
    active = PartyOrganization.objects.active(span.first).active(span.last)
    return active.at(span.last).filter(state__category__in=BRANCHES)


def is_complete(span: Span) -> Q:
    """The condition "this branch held all it had to in the quarters of ``span``"."""
    condition = Q()
    for rule in RULES:
        for part in parts_of(rule.period, span):
            if needed := rule.needed(part):
                condition &= _is_free(rule, part) | Q(pk__in=_holding(rule.kind, part, needed))
    return condition


def _is_free(rule: Rule, part: Span) -> Q:
    """The condition "the rule does not bind this branch": no committee, no groups."""
    if rule is COMMITTEE:
        return ~Q(pk__in=_with_committee(part.first).values("organization"))
    if rule is GROUP:
        return Q(group_count__isnull=True) | Q(group_count=0)
    return Q(pk__in=[])


def _holding(kind: ActivityType, part: Span, needed: int) -> QuerySet:
    """Ids of the organizations that held it so often."""
    held = Activity.objects.counting().filter(
        types__contains=[kind], held_on__range=(part.first, part.last)
    )
    counted = held.order_by().values("organization").annotate(n=Count("pk"))
    return counted.filter(n__gte=needed).values("organization")


def _with_committee(day: date) -> QuerySet:
    """Organizations that must have a committee: by full members affiliated on ``day``."""
    full = Affiliation.objects.at(day).filter(member__in=Member.objects.full(day).values("pk"))
    counted = full.order_by().values("organization").annotate(n=Count("pk"))
    return counted.filter(n__gte=parameters.value(COMMITTEE_MEMBERS, on=day))


# --- One branch ---------------------------------------------------------------------------------


class Mark(Enum):
    """How a rule stands in a period: (word, icon)."""

    HELD = ("已开", "yes")
    MISSING = ("缺", "no")
    RUNNING = ("待开", "info")
    FREE = ("不查", "dash")

    @property
    def word(self) -> str:
        return self.value[0]

    @property
    def icon(self) -> str:
        return self.value[1]


@dataclass(frozen=True)
class Check:
    """A rule in one period: so many held of so many needed (0: the rule does not bind here)."""

    rule: Rule
    part: Span
    needed: int
    held: int

    def mark(self, today: date) -> Mark:
        """A period that is still running can still be put right."""
        if not self.needed:
            return Mark.FREE
        if self.held >= self.needed:
            return Mark.HELD
        return Mark.MISSING if self.part.last < today else Mark.RUNNING

    @property
    def lacking(self) -> int:
        return max(self.needed - self.held, 0)


def check(
    rule: Rule, part: Span, held: Iterable[tuple[Sequence[str], date]], *, needed: int
) -> Check:
    """The rule in one period. ``held``: types and day of each activity; those of other kinds and
    days do not count."""
    count = sum(rule.kind in types and day in part for types, day in held)
    return Check(rule, part, needed, count)


def is_branch(organization: PartyOrganization, day: date) -> bool:
    """Whether the rules bind the organization on ``day``: a branch in use."""
    state = OrganizationState.objects.at(day).get(organization=organization)
    return state.category in BRANCHES and status_words(organization, day) == "在用"


def checks(organization: PartyOrganization, year: Span) -> dict[Rule, list[Check]]:
    """Every rule in the months or quarters of ``year`` for one branch; three queries and the
    settings. Periods in which it was not active from first to last day are free."""
    held = list(
        Activity.objects.counting()
        .filter(organization=organization, held_on__range=(year.first, year.last))
        .values_list("types", "held_on")
    )
    lives = _periods_alive(organization, year)
    with_committee = _months_with_committee(organization, year)
    groups = organization.group_count or 0

    def needed(rule: Rule, part: Span) -> int:
        is_bound = part in lives and (rule is not GROUP or groups > 0)
        if rule is COMMITTEE:
            is_bound = is_bound and part.first in with_committee
        return rule.needed(part) if is_bound else 0

    return {
        rule: [
            check(rule, part, held, needed=needed(rule, part))
            for part in parts_of(rule.period, year)
        ]
        for rule in RULES
    }


def _periods_alive(organization: PartyOrganization, year: Span) -> set[Span]:
    """The months and quarters in which the organization was active from first to last day."""
    return {
        part
        for unit in ("month", "quarter")
        for part in parts_of(unit, year)
        if organization.founded_on <= part.first
        and status_words(organization, part.last) == "在用"
    }


def _months_with_committee(organization: PartyOrganization, year: Span) -> set[date]:
    """The first days of the months in which the organization must have a committee; one query."""
    first, *rest = (
        _with_committee(part.first)
        .filter(organization=organization)
        .values(month=Value(part.first, output_field=DateField()))
        for part in parts_of("month", year)
    )
    return {row["month"] for row in first.union(*rest, all=True)}


def missing(found: dict[Rule, list[Check]], day: date) -> Iterator[Check]:
    """What is missing in the quarter of ``day``, in the order of the rules."""
    quarter: Any = period_of("quarter", day)
    for checks_of_rule in found.values():
        for one in checks_of_rule:
            if one.part.first in quarter and one.part.first <= day and one.lacking:
                yield one
