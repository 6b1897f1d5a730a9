"""What waits for people in commitments (common/inbox.py)."""

from datetime import timedelta

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from common.inbox import SHOWN, Asker, Box, Line, Matter, waiting
from common.models import FlowStep
from evaluations.choices import CommitmentState
from evaluations.commitment_actions import RUNNING
from evaluations.commitment_lists import late_items
from evaluations.models import Commitment

SECRETARY, TOWN, DISTRICT = ({role} for role in (Role.SECRETARY, Role.TOWN, Role.DISTRICT))
SOON = timedelta(days=14)
_RETURNS = frozenset({"send_back", "return_town"})


def _own(person: Asker, roles: set[str], state: str) -> QuerySet[Commitment]:
    last = FlowStep.objects.filter(
        table=Commitment._meta.db_table, row=OuterRef("pk")
    ).order_by("-id")
    rows = Commitment.objects.within(person.scope.only(roles)).filter(state=state)
    return rows.annotate(
        last_verb=Subquery(last.values("verb")[:1]), last_note=Subquery(last.values("note")[:1])
    ).select_related("organization", "entity").order_by("signed_on", "pk")


def _matter(rows: QuerySet[Commitment], label: str, verb: str, state: str) -> Matter:
    lines = [
        Line(str(one.entity), one.get_absolute_url(), note=str(one.organization), verb=verb)
        for one in rows[:SHOWN]
    ]
    url = f"{reverse('commitments:commitment_list')}?state={state}"
    return Matter(label, rows.count(), "份", lines, url=url, mailed=True)


def _returned(rows: QuerySet[Commitment]) -> Matter:
    found = [one for one in rows if one.last_verb in _RETURNS]
    lines = [
        Line(str(one.entity), one.get_absolute_url(),
             note=f"{one.organization}　{one.last_note}", verb="修改")
        for one in found
    ]
    return Matter("双向承诺", len(lines), "份", lines)


@waiting(Box.TODO, order=90, roles=SECRETARY)
def to_propose(person: Asker) -> Matter:
    """Drafts that the branch has not approved yet, returned ones aside."""
    rows = _own(person, SECRETARY, CommitmentState.PROPOSED)
    found = [one for one in rows if one.last_verb not in _RETURNS]
    lines = [
        Line(str(one.entity), one.get_absolute_url(), note=str(one.organization), verb="审定")
        for one in found
    ]
    return Matter("双向承诺待审定", len(lines), "份", lines, mailed=True)


@waiting(Box.TODO, order=91, roles=SECRETARY)
def to_show(person: Asker) -> Matter:
    """On file with the district, not shown yet."""
    rows = _own(person, SECRETARY, CommitmentState.REGISTERED)
    return _matter(rows, "双向承诺待亮诺", "亮诺", CommitmentState.REGISTERED)


@waiting(Box.TODO, order=92, roles=TOWN)
def to_approve(person: Asker) -> Matter:
    """Approved by the branch; the town is next."""
    rows = _own(person, TOWN, CommitmentState.BRANCH)
    return _matter(rows, "双向承诺待审", "审定", CommitmentState.BRANCH)


@waiting(Box.TODO, order=93, roles=DISTRICT)
def to_register(person: Asker) -> Matter:
    """Approved by the town; the district puts it on file."""
    rows = _own(person, DISTRICT, CommitmentState.TOWN)
    return _matter(rows, "双向承诺待备案", "备案", CommitmentState.TOWN)


@waiting(Box.RETURNED, order=90, roles=SECRETARY)
def returned_drafts(person: Asker) -> Matter:
    """Came back from the town."""
    return _returned(_own(person, SECRETARY, CommitmentState.PROPOSED))


@waiting(Box.DUE, order=90, roles=SECRETARY)
def items_due(person: Asker) -> Matter:
    """Promises that are due within two weeks or late."""
    today = timezone.localdate()
    rows = Commitment.objects.within(person.scope.only(SECRETARY)).filter(state__in=RUNNING)
    items = list(late_items(rows).filter(due_on__lte=today + SOON))
    lines = [
        Line(
            one.text, one.commitment.get_absolute_url(), note=str(one.commitment.entity),
            when=f"逾期 {(today - one.due_on).days} 天" if one.due_on < today
            else f"{one.due_on:%m-%d} 到期",
            tone="bad" if one.due_on < today else "warn", verb="销号",
        )
        for one in items
    ]
    return Matter("承诺事项到期", len(lines), "项", lines)
