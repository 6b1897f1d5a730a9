"""三好评选: recommend, review, honour. What is honoured stands in the honours ledger."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.scope import Scope
from common.access import may_on
from common.models import Via
from common.refusals import Refused
from common.trace import recording
from evaluations.choices import THREE_GOOD, HonourKind, HonourLevel
from evaluations.flow import NOMINATION_FLOW
from evaluations.models import Honour, Nomination
from organizations.models import PartyOrganization


@dataclass(frozen=True)
class Recommended:
    """Who is recommended for what, and why."""

    kind: str
    year: int
    organization: PartyOrganization
    person: str
    deeds: str


@dataclass(frozen=True)
class Decision:
    """By which document honours are granted."""

    document: str
    granted_on: date
    granted_by: str = ""
    level: str = HonourLevel.DISTRICT


def nominate(*, said: Recommended, by: User, scope: Scope) -> Nomination:
    """推荐. Raises Refused when somebody is missing, or is recommended already."""
    if said.kind not in THREE_GOOD:
        raise Refused("请选择好支部、好支书或好党员。")
    if said.kind != HonourKind.GOOD_BRANCH and not said.person.strip():
        raise Refused("请填写推荐的是谁。")
    if not may_on(said.organization, scope, "nominate"):
        raise Refused("您没有推荐的权限。")
    person = "" if said.kind == HonourKind.GOOD_BRANCH else said.person.strip()
    try:
        with recording(by=by, via=Via.PAGE):
            return Nomination.objects.create(
                kind=said.kind, year=said.year, organization=said.organization, person=person,
                deeds=said.deeds.strip(), nominated_on=timezone.localdate(), nominated_by=by,
            )
    except IntegrityError as error:
        raise Refused("当年已经推荐过，请打开那条推荐。") from error


def step(*, nomination: Nomination, verb: str, by: User, scope: Scope, note: str = "") -> None:
    """Review, decline, refuse or renew a recommendation."""
    transition = NOMINATION_FLOW.transitions[verb]
    if transition.needs_note and not note.strip():
        raise Refused("请写明原因。")
    with recording(by=by, via=Via.PAGE):
        NOMINATION_FLOW.apply(nomination, verb, by=by, scope=scope, note=note)


def honour(
    *, nominations: Iterable[Nomination], decision: Decision, by: User, scope: Scope
) -> list[Honour]:
    """表彰: all of ``nominations`` by one document; each becomes an honour. All or none."""
    if not decision.document.strip():
        raise Refused("请填写表彰文件的文号。")
    if decision.granted_on > timezone.localdate():
        raise Refused("表彰日期不能晚于今天。")
    with recording(by=by, via=Via.PAGE), transaction.atomic():
        return [_honour(one, decision, by, scope) for one in nominations]


def _honour(nomination: Nomination, decision: Decision, by: User, scope: Scope) -> Honour:
    kind = HonourKind(nomination.kind)
    made = Honour.objects.create(
        kind=kind, name=kind.label, level=decision.level, year=nomination.year,
        granted_on=decision.granted_on, granted_by=decision.granted_by.strip(),
        document=decision.document.strip(), organization_id=nomination.organization_id,
        person=nomination.person,
    )
    NOMINATION_FLOW.apply(
        nomination, "honour", by=by, scope=scope, note=decision.document.strip(), honour=made
    )
    return made
