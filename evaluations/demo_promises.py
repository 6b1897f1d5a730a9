"""What the organizations of the fictional district promised and were honoured for."""

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from accounts.models import User
from activities.demo import People
from common import changes
from common.changes import Change
from common.models import FlowStep
from common.periods import month_end
from districts.mingchuan import pledges
from evaluations.choices import (
    Appraised,
    Appraiser,
    CommitmentState,
    HonourKind,
    HonourLevel,
    NominationState,
    Side,
)
from evaluations.models import (
    Commitment,
    CommitmentAppraisal,
    CommitmentItem,
    Honour,
    Nomination,
)
from organizations.coverage import valid_links
from organizations.models import OrganizationState, PartyOrganization, Post


def rating_year(today: date) -> int:
    """The year that is being rated: the one before has long been decided."""
    return today.year if today.month > 4 else today.year - 1


def _moment(day: date, hour: int = 10) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, 20)))


@dataclass(frozen=True)
class Steps:
    """The steps of one row, a few days apart."""

    table: str
    row: uuid.UUID

    def made(self, verbs: Iterable[tuple], first: date, last: date) -> Iterator[FlowStep]:
        """``verbs``: (verb, before, after, by, note)."""
        for number, (verb, before, after, by, note) in enumerate(verbs):
            at = _moment(min(first + timedelta(days=6 * number), last))
            yield FlowStep(
                table=self.table, row=self.row, verb=verb, before=before, after=after, by=by,
                at=at, note=note,
            )


class Teller:
    """What the organizations promised and were honoured for."""

    def __init__(self, rng: Random, today: date, people: People) -> None:
        self.rng, self.today, self.people = rng, today, people
        self.year = rating_year(today)
        self.changes: list[Change] = []
        self.steps: list[FlowStep] = []
        states = OrganizationState.objects.at(today)
        self.towns = dict(states.values_list("organization_id", "town_id"))
        active = PartyOrganization.objects.active(today).order_by("name", "pk")
        self.organizations = list(active)
        self.secretaries = dict(Post.objects.at(today).values_list("organization_id", "person"))
        self.units: dict[uuid.UUID, list[uuid.UUID]] = {}
        links = valid_links(today).order_by("entity__name", "entity_id")
        for organization, entity in links.values_list("organization_id", "entity_id"):
            self.units.setdefault(organization, []).append(entity)

    def who(self, organization: uuid.UUID) -> tuple[User | None, User | None, User | None]:
        """Secretary, town and district, as far as they have accounts."""
        reviewer = self.people.reviewers.get(self.towns.get(organization))
        return self.people.secretaries.get(organization), reviewer, self.people.district

    def _some(self, number: int) -> list[PartyOrganization]:
        return self.rng.sample(self.organizations, min(number, len(self.organizations)))

    # --- Commitments ----------------------------------------------------------------------------

    def commitments(self) -> None:
        """Last year's were appraised; of this year's most are being kept."""
        waiting = [
            CommitmentState.PROPOSED, CommitmentState.BRANCH, CommitmentState.BRANCH,
            CommitmentState.TOWN, CommitmentState.REGISTERED,
        ]
        committed = [one for one in self.organizations if one.pk in self.units]
        for number, organization in enumerate(committed):
            units = self.units[organization.pk]
            is_shown = organization.pk in self.people.secretaries
            for entity in units[: self.rng.choice((1, 1, 2))]:
                hollow = number == len(committed) // 2
                last = CommitmentState.HOLLOW if hollow else CommitmentState.APPRAISED
                self._commitment(organization, entity, self.year - 1, last)
                state = CommitmentState.SHOWN
                if number % 7 == 3 and not is_shown:
                    state = self.rng.choice(waiting)
                self._commitment(organization, entity, self.year, state)
            if is_shown and len(units) > 2:
                self._commitment(organization, units[2], self.year, CommitmentState.PROPOSED, True)

    def _commitment(
        self, organization: PartyOrganization, entity: uuid.UUID, year: int, state: str,
        is_returned: bool = False,
    ) -> None:
        rng, row = self.rng, uuid.UUID(int=self.rng.getrandbits(128), version=4)
        signed = date(year, rng.choice((2, 3)), rng.randint(1, 28))
        self.changes.append(changes.insert(Commitment, {
            "organization_id": organization.pk, "entity_id": entity, "year": year,
            "signed_on": signed, "state": state,
        }, row))
        self._items(row, organization.pk, signed, state)
        appraised = {CommitmentState.APPRAISED, CommitmentState.HOLLOW}
        if state in appraised:
            grades = list(Appraised) if state == CommitmentState.HOLLOW else list(Appraised)[:3]
            for appraiser in Appraiser:
                self.changes.append(changes.insert(CommitmentAppraisal, {
                    "commitment_id": row, "appraiser": appraiser, "grade": rng.choice(grades),
                    "appraised_on": date(year, 12, 18),
                }))
        verbs = self._verbs(organization.pk, state, is_returned)
        steps = Steps(Commitment._meta.db_table, row).made(verbs, signed, self.today)
        self.steps.extend(steps)

    def _items(self, row: uuid.UUID, organization: uuid.UUID, signed: date, state: str) -> None:
        rng, runs = self.rng, state in {CommitmentState.SHOWN, CommitmentState.REGISTERED}
        banks = (
            (Side.ORGANIZATION, pledges.BY_ORGANIZATION, self.secretaries.get(organization, "")),
            (Side.ENTERPRISE, pledges.BY_ENTERPRISE, "企业负责人"),
        )
        for side, bank, owner in banks:
            for number, (text, proof) in enumerate(rng.sample(bank, rng.choice((2, 3))), start=1):
                due = month_end(date(signed.year, rng.choice((6, 9, 10, 12)), 1))
                is_kept = rng.random() < (0.85 if runs else 0.95)
                done = None
                if state == CommitmentState.APPRAISED or runs:
                    done = due - timedelta(days=rng.randint(1, 40)) if is_kept else None
                    done = done if done and done < self.today else None
                self.changes.append(changes.insert(CommitmentItem, {
                    "commitment_id": row, "side": side, "number": number, "text": text,
                    "owner": owner or "支部委员", "due_on": due, "done_on": done,
                    "evidence": proof if done else "",
                }))

    def _verbs(self, organization: uuid.UUID, state: str, is_returned: bool) -> list[tuple]:
        S = CommitmentState  # noqa: N806 -- a table of states
        secretary, town, district = self.who(organization)
        way = [
            ("approve", S.PROPOSED, S.BRANCH, secretary, ""),
            ("town_approve", S.BRANCH, S.TOWN, town, ""),
            ("register", S.TOWN, S.REGISTERED, district, ""),
            ("show", S.REGISTERED, S.SHOWN, secretary, ""),
            ("appraise", S.SHOWN, S.APPRAISED, town, ""),
        ]
        if is_returned:
            note = self.rng.choice(pledges.RETURNED)
            return [way[0], ("send_back", S.BRANCH, S.PROPOSED, town, note)]
        if state == S.HOLLOW:
            note = "佐证照片是同一场活动，事项没有办。"
            return [*way[:4], ("find_hollow", S.SHOWN, S.HOLLOW, town, note)]
        order = [S.PROPOSED, *(target for _verb, _source, target, _by, _note in way)]
        return way[: order.index(state)]

    # --- Honours --------------------------------------------------------------------------------

    def honours(self) -> None:
        """Honours of three years, and the three-good selection: decided for the last year, under
        way for this one."""
        for year in range(self.year - 2, self.year + 1):
            granted = date(year, 6, 28)
            if granted >= self.today:
                continue
            for organization in self._some(12):
                name, kind, level, by = self.rng.choice(pledges.HONOURS)
                person = ""
                if kind in {HonourKind.MEMBER, HonourKind.WORKER}:
                    person = self.secretaries.get(organization.pk, "")
                self._honour(organization, kind, name, level, granted, by, person)
        kinds = (HonourKind.GOOD_BRANCH, HonourKind.GOOD_SECRETARY)
        for organization in self._some(10):
            self._nomination(organization, self.rng.choice(kinds), NominationState.HONOURED)
        there = [one for one in self.organizations if self.who(one.pk)[1]]
        for organization in there[:3]:
            self._nomination(organization, self.rng.choice(kinds), NominationState.NOMINATED)
        for organization in self._some(4):
            if organization not in there[:3]:
                self._nomination(organization, HonourKind.GOOD_BRANCH, NominationState.REVIEWED)

    def _honour(
        self, organization: PartyOrganization, kind: str, name: str, level: str, granted: date,
        by: str, person: str,
    ) -> uuid.UUID:
        change = changes.insert(Honour, {
            "kind": kind, "name": name, "level": level, "year": granted.year,
            "granted_on": granted, "granted_by": by,
            "document": f"明委〔{granted.year}〕{self.rng.randint(5, 40)}号",
            "organization_id": organization.pk, "person": person,
        })
        self.changes.append(change)
        return change.id

    def _nomination(self, organization: PartyOrganization, kind: HonourKind, state: str) -> None:
        N = NominationState  # noqa: N806 -- a table of states
        is_done = state == N.HONOURED
        year = self.year - is_done
        person = ""
        if kind == HonourKind.GOOD_SECRETARY:
            person = self.secretaries.get(organization.pk, "") or "支部书记"
        honour = None
        if is_done:
            honour = self._honour(
                organization, kind, kind.label, HonourLevel.DISTRICT, date(year, 12, 25),
                "中共明川区委", person,
            )
        day = min(date(year, 11, 3), self.today - timedelta(days=12))
        secretary, town, district = self.who(organization.pk)
        change = changes.insert(Nomination, {
            "kind": kind, "year": year, "organization_id": organization.pk, "person": person,
            "deeds": self.rng.choice(pledges.DEEDS), "state": state, "nominated_on": day,
            "nominated_by_id": secretary.pk if secretary else None, "honour_id": honour,
        })
        self.changes.append(change)
        way = [
            ("review", N.NOMINATED, N.REVIEWED, town, ""),
            ("honour", N.REVIEWED, N.HONOURED, district, ""),
        ]
        made = way[: [N.NOMINATED, N.REVIEWED, N.HONOURED].index(state)]
        self.steps.extend(Steps(Nomination._meta.db_table, change.id).made(made, day, self.today))
