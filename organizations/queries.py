"""Questions to organizations and instructors: what lists show of them, who stands above and below,
when the next election is due."""

import calendar
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Case,
    Count,
    DateField,
    DurationField,
    F,
    FilteredRelation,
    Func,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from common import parameters
from common.dated import BEGINNING, holding
from enterprises.models import Entity
from organizations.choices import OrganizationStatus
from organizations.coverage import valid_links
from organizations.models import (
    Appointment,
    Assignment,
    InstructorQuerySet,
    OrganizationQuerySet,
    ParentLink,
    PartyOrganization,
    Term,
)
from organizations.rules import (
    OVERDUE,
    SizeLimits,
    election_due,
    reminder_sentence,
    reminder_stage,
)

IN_USE, DISSOLVED, TO_COME = "in_use", "dissolved", "to_come"
STATUS_CHOICES = ((IN_USE, "在用"), (DISSOLVED, "撤销"), (TO_COME, "尚未成立"))
SERVING, ENDING, ENDED, NOT_BEGUN = "serving", "ending", "ended", "not_begun"
ENDING_MONTHS = 3
SERVING_CHOICES = (
    (SERVING, "在聘"), (ENDING, f"{ENDING_MONTHS} 个月内到期"), (ENDED, "已到期"),
    (NOT_BEGUN, "尚未开始"),
)


# --- Organizations ------------------------------------------------------------------------------


def listed(organizations: OrganizationQuerySet, day: date) -> OrganizationQuerySet:
    """Organizations with the values of ``day`` that lists show, as attributes of the rows."""
    return organizations.at(day).annotate(
        post=FilteredRelation("posts", condition=holding(day, "posts__")),
        link_up=FilteredRelation("parent_links", condition=holding(day, "parent_links__")),
        category=F("state__category"),
        mode=F("state__mode"),
        town_name=F("state__town__name"),
        park_name=F("state__park__name"),
        secretary=F("post__person"),
        secretary_phone=F("post__phone"),
        superior=F("link_up__parent__name"),
        due_on=Subquery(latest_term(day).values("due_on")[:1]),
    )


def latest_term(day: date) -> QuerySet[Term]:
    """Terms of the outer organization that have begun by ``day``, the latest first, with the day
    on which the next election is due (null without a 任期年限)."""
    begun = Term.objects.filter(
        organization=OuterRef("pk"), starts_on__lte=day, starts_on__gt=BEGINNING
    )
    return with_due(begun).order_by("-starts_on")


def due_on(organization: PartyOrganization, day: date) -> date | None:
    """The day on which the next election is due, as known on ``day``; None when it is not."""
    begun = Term.objects.filter(
        organization=organization, starts_on__lte=day, starts_on__gt=BEGINNING
    )
    term = begun.order_by("-starts_on").first()
    return election_due(term.starts_on, term.years) if term and term.years else None


def with_due(terms: QuerySet[Term]) -> QuerySet[Term]:
    """Terms with ``due_on``, as organizations.rules.election_due() says (a test compares): SQL
    turns 29 February into 28 February where the rule says 1 March."""
    return terms.annotate(_later=_later("starts_on", "years", F("years"))).annotate(
        due_on=Case(
            When(
                starts_on__month=2, starts_on__day=29, _later__day=28,
                then=_later("_later", "days", Value(1)),
            ),
            default=F("_later"),
            output_field=DateField(),
        )
    )


def _later(field: str, unit: str, number: Any) -> Cast:
    """The day so many years, months or days after a date."""
    span = Func(
        number, function="make_interval", template=f"%(function)s({unit} => %(expressions)s)",
        output_field=DurationField(),
    )
    return Cast(F(field) + span, DateField())


def of_stage(organizations: QuerySet, stage: str, day: date) -> QuerySet:
    """Listed, active organizations whose election is overdue ("overdue"), due within so many
    months ("6"), or whose term is not known ("unknown")."""
    active = organizations.active(day)
    if stage == "unknown":
        return active.filter(due_on__isnull=True)
    if stage == "overdue":
        return active.filter(due_on__lte=day)
    reminded = active.alias(_reminded=_later("due_on", "months", Value(-int(stage))))
    return reminded.filter(due_on__gt=day, _reminded__lte=day)


def stage_choices() -> list[tuple[str, str]]:
    """Stages of the reminder of elections, by the setting of today."""
    months = parameters.value("election.reminder_months")
    within = [(str(month), f"{month} 个月内到期") for month in sorted(months)]
    return [("overdue", "已逾期"), *within, ("unknown", "届次未填")]


def stage_words(due: date | None, day: date) -> str:
    """已逾期 · 3 个月内 · "" when it is not yet time."""
    months = parameters.value("election.reminder_months", on=day)
    stage = reminder_stage(due, day, months) if due else None
    if stage is None:
        return ""
    return "已逾期" if stage == OVERDUE else f"{stage} 个月内"


def due_sentence(due: date | None, day: date) -> str | None:
    """What is to be said of an election on ``day``; None when it is not yet time."""
    months = parameters.value("election.reminder_months", on=day)
    return reminder_sentence(due, day, months) if due else None


def status_words(organization: Any, day: date) -> str:
    """在用 · 撤销 · 尚未成立, as ledgers.md §3 has it of an active organization."""
    if day < organization.founded_on:
        return "尚未成立"
    ended = organization.dissolved_on
    in_use = day < ended if ended else organization.status == OrganizationStatus.IN_USE
    return "在用" if in_use else "撤销"


def of_status(organizations: OrganizationQuerySet, status: str, day: date) -> QuerySet:
    """Organizations of a status of STATUS_CHOICES."""
    if status == TO_COME:
        return organizations.filter(founded_on__gt=day)
    if status == IN_USE:
        return organizations.active(day)
    there = organizations.filter(founded_on__lte=day)
    return there.exclude(pk__in=organizations.model.objects.active(day).values("pk"))


def covered_counts(ids: Collection[uuid.UUID], scope: Any, day: date) -> dict[uuid.UUID, int]:
    """How many entities in scope each organization covers on ``day``."""
    links = valid_links(day).filter(organization__in=ids)
    if not scope.everything:
        links = links.filter(entity__in=Entity.objects.within(scope).values("pk"))
    counted = links.order_by().values("organization").annotate(n=Count("pk"))
    return dict(counted.values_list("organization", "n"))


def entities_url(day: date, **condition: uuid.UUID) -> str:
    """The list of entities of an organization or an instructor on ``day``."""
    query = {name: str(pk) for name, pk in condition.items()}
    if day != timezone.localdate():
        query["as_of"] = day.isoformat()
    return f"{reverse('enterprises:entity_list')}?{urlencode(query)}"


def set_computed(rows: list[Any], scope: Any, day: date) -> None:
    """Set what lists show of organizations beside their own values."""
    counts = covered_counts([row.pk for row in rows], scope, day)
    for row in rows:
        row.covered = counts.get(row.pk, 0)
        row.covered_url = entities_url(day, organization=row.pk) if row.covered else None
        row.status_words = status_words(row, day)
        row.stage = stage_words(row.due_on, day) if row.status_words == "在用" else ""


def size_limits(day: date) -> SizeLimits:
    """The settings of size checks on ``day``."""
    known = parameters.values(on=day)
    return SizeLimits(
        full_members_of_branch=known["eligible.full_members"],
        members_for_general_branch=known["branch.max_members"],
        members_for_committee=known["general_branch.max_members"],
        full_members_for_branch_committee=known["committee_required.full_members"],
        units_of_joint_branch=known["joint_branch.max_units"],
    )


@dataclass(frozen=True)
class Tree:
    """Who stood under whom on one day: 上级 by id of each organization that has one."""

    parents: dict[uuid.UUID, uuid.UUID]

    def above(self, pk: uuid.UUID) -> list[uuid.UUID]:
        """The superiors of ``pk``, the root first."""
        found: list[uuid.UUID] = []
        while (pk := self.parents.get(pk)) and pk not in found:
            found.append(pk)
        return found[::-1]

    def children(self, pk: uuid.UUID) -> list[uuid.UUID]:
        """The organizations directly under ``pk``."""
        return [child for child, parent in self.parents.items() if parent == pk]

    def below(self, roots: Iterable[uuid.UUID]) -> set[uuid.UUID]:
        """``roots`` and everything under them."""
        children: dict[uuid.UUID, list[uuid.UUID]] = {}
        for child, parent in self.parents.items():
            children.setdefault(parent, []).append(child)
        found: set[uuid.UUID] = set()
        waiting = list(roots)
        while waiting:
            pk = waiting.pop()
            if pk not in found:
                found.add(pk)
                waiting.extend(children.get(pk, ()))
        return found


def tree_on(day: date) -> Tree:
    """The tree of all organizations (a city has some 10^4), in one query."""
    links = ParentLink.objects.at(day).order_by()
    return Tree(dict(links.values_list("organization_id", "parent_id")))


# --- Instructors --------------------------------------------------------------------------------


def instructors_listed(instructors: InstructorQuerySet, day: date) -> InstructorQuerySet:
    """Instructors with the 聘期 that counts for ``day``: the one that holds, else the latest begun,
    else the first (as an export prints it)."""
    begun = Case(When(starts_on__lte=day, then=F("starts_on")), output_field=DateField())
    terms = (
        Appointment.objects.filter(instructor=OuterRef("pk"))
        .annotate(_begun=begun)
        .order_by(F("_begun").desc(nulls_last=True), "starts_on")
    )
    return instructors.annotate(
        term_id=Subquery(terms.values("pk")[:1]),
        term_starts_on=Subquery(terms.values("starts_on")[:1]),
        term_ends_on=Subquery(terms.values("ends_on")[:1]),
    )


def of_serving(instructors: InstructorQuerySet, serving: str, day: date) -> QuerySet:
    """Listed instructors of a state of SERVING_CHOICES."""
    if serving == NOT_BEGUN:
        return instructors.filter(term_starts_on__gt=day)
    if serving == ENDED:
        return instructors.filter(term_ends_on__lte=day)
    held = instructors.filter(term_starts_on__lte=day, term_ends_on__gt=day)
    if serving == SERVING:
        return held
    return held.filter(term_ends_on__lte=_ending_before(day))


def _ending_before(day: date) -> date:
    """Terms that end by then (聘期止 is the day before ends_on) are soon to end."""
    return months_later(day, ENDING_MONTHS) + timedelta(days=1)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, the last of that month if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def serving_words(starts_on: date | None, ends_on: date | None, day: date) -> str:
    """在聘 · 即将到期 · 已到期 · 尚未开始."""
    if starts_on is None or ends_on is None:
        return ""
    if day < starts_on:
        return "尚未开始"
    if ends_on <= day:
        return "已到期"
    return "即将到期" if ends_on <= _ending_before(day) else "在聘"


def set_terms(rows: list[Any], scope: Any, day: date) -> None:
    """Set what lists show of instructors: place and state of the 聘期, how much is assigned."""
    terms = Appointment.objects.select_related("town", "grid").in_bulk(
        [row.term_id for row in rows if row.term_id]
    )
    given = Assignment.objects.at(day).filter(instructor__in=[row.pk for row in rows]).order_by()
    visible = given
    if not scope.everything:
        visible = given.filter(entity__in=Entity.objects.within(scope).values("pk"))
    entities = _counted(visible.filter(entity__isnull=False))
    organizations = _counted(given.filter(organization__isnull=False))
    for row in rows:
        term = terms.get(row.term_id)
        row.town_name = term.town.name if term and term.town else ""
        row.grid_name = term.grid.name if term and term.grid else ""
        row.last_day = term.ends_on - timedelta(days=1) if term else None
        row.serving = serving_words(row.term_starts_on, row.term_ends_on, day)
        row.entities_assigned = entities.get(row.pk, 0)
        row.entities_url = (
            entities_url(day, instructor=row.pk) if row.entities_assigned else None
        )
        row.organizations_assigned = organizations.get(row.pk, 0)


def _counted(assignments: QuerySet) -> dict[uuid.UUID, int]:
    counted = assignments.values("instructor").annotate(n=Count("pk"))
    return dict(counted.values_list("instructor", "n"))
