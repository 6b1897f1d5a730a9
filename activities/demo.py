"""Two years of logs and visits for the fictional district, as if they had been filed and judged
day by day: the rows that the verbs would have left, written set-based in one recorded transaction.
"""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from accounts.models import User
from accounts.scope import district_scope
from activities import rules
from activities.choices import ActivityType, LogState, VisitWay
from activities.contents import EXTRAS, Content, Session
from activities.models import Activity, ActivityLog, LogDraft, LogReopening, LogRound, Visit
from activities.opening import open_month
from common import changes, workdays
from common.changes import Change
from common.models import FlowStep, Via
from common.periods import month_of
from common.trace import recording
from districts.mingchuan import life, topics
from members.queries import counts_by_organization
from organizations.models import Appointment, Assignment, PartyOrganization, Post

_TYPES = {str(label): value for value, label in ActivityType.choices}
_EXTRAS = {label: name for name, label in EXTRAS.items()}
RETURN_DAYS = 5  # working days to put a returned log right, past the lock day
VISITS_A_MONTH = (0, 1, 1, 2, 2, 3)


@dataclass(frozen=True)
class People:
    """Who did what there was to do: by organization, by town, for the district. None: somebody
    without an account."""

    secretaries: Mapping[uuid.UUID, User] = field(default_factory=dict)
    reviewers: Mapping[uuid.UUID, User] = field(default_factory=dict)
    district: User | None = None


@dataclass
class Rows:
    """What is to be written."""

    changes: list[Change] = field(default_factory=list)
    rounds: list[LogRound] = field(default_factory=list)
    steps: list[FlowStep] = field(default_factory=list)
    drafts: list[LogDraft] = field(default_factory=list)


def load(*, seed: int, today: date, people: People) -> int:
    """Open the months and fill them in; the number of logs. Where logs have been filed already,
    nothing is done."""
    if LogRound.objects.exists():
        return 0
    story = life.Life(seed, today)
    for month in (*story.months, month_of(today)):
        open_month(month, via=Via.COMMAND)
    rows = _Teller(story, people).tell()
    with recording(by=None, via=Via.COMMAND):
        changes.lock_writes()
        changes.write([*rows.changes, *_visits(seed, story, today)])
        LogRound.objects.bulk_create(rows.rounds, batch_size=1000)
        FlowStep.objects.bulk_create(rows.steps, batch_size=1000)
        LogDraft.objects.bulk_create(rows.drafts)
    return ActivityLog.objects.count()


class _Teller:
    """Turns the story of each branch into rows."""

    def __init__(self, story: life.Life, people: People) -> None:
        self.story, self.people, self.rows = story, people, Rows()
        organizations = PartyOrganization.objects.order_by("name")
        self.organizations = {one.pk: one for one in organizations}
        self.secretaries = dict(
            Post.objects.at(story.today).values_list("organization_id", "person")
        )
        _affiliated, self.members = counts_by_organization(
            self.organizations, district_scope(), story.today
        )
        self.table = ActivityLog._meta.db_table

    def tell(self) -> Rows:
        logs: dict[uuid.UUID, list[ActivityLog]] = {}
        for log in ActivityLog.objects.exclude(state=LogState.RELEASED).order_by("month"):
            logs.setdefault(log.organization_id, []).append(log)
        wanted = self._wanted()
        for pk, organization in self.organizations.items():
            branch = life.Branch(
                organization.name, self.members.get(pk, 0), organization.group_count or 0,
                self.secretaries.get(pk, ""),
            )
            self._branch(branch, logs.get(pk, ()), wanted.get(pk, ""))
        return self.rows

    def _wanted(self) -> dict[uuid.UUID, str]:
        """Outcomes of the last full month that pages are shown with: in the towns that somebody
        reviews, and for the secretaries who have an account."""
        last = ActivityLog.objects.filter(month=self.story.months[-1])
        found: dict[uuid.UUID, str] = dict.fromkeys(self.people.secretaries, "returned")
        for town in self.people.reviewers:
            there = last.filter(town=town).exclude(organization__in=found)
            ids = there.order_by("organization__name").values_list("organization", flat=True)
            outcomes = ("submitted", "owed", "submitted", "returned", "submitted", "owed")
            found |= dict(zip(ids, outcomes, strict=False))
        return found

    def _branch(self, branch: life.Branch, logs: Iterable[ActivityLog], wanted: str) -> None:
        texts: list[str] = []
        for log in logs:
            if log.month > self.story.months[-1]:
                self._draft(log, self.story.draft(branch))
                continue
            outcome = wanted if log.month == self.story.months[-1] else ""
            month = self.story.month(branch, log.month, outcome)
            if month.is_exempt:
                self._exempt(log, month)
            elif month.filings:
                self._file(log, month, branch.members or None, texts)
            elif month.is_draft:
                self._draft(log, month.sessions)
            texts = [*texts, *(one.content for one in month.sessions)][-24:]

    # --- One log --------------------------------------------------------------------------------

    def _draft(self, log: ActivityLog, sessions: Iterable[life.Session]) -> None:
        typed = tuple(_session(one) for one in sessions)
        if typed:
            content = Content(activities=typed).as_json()
            by = self.people.secretaries.get(log.organization_id)
            yesterday = self.story.today - timedelta(days=1)
            saved_at = _aware(datetime.combine(yesterday, time(16, 20)))
            self.rows.drafts.append(
                LogDraft(log=log, content=content, revision=3, saved_at=saved_at, saved_by=by)
            )

    def _exempt(self, log: ActivityLog, month: life.Month) -> None:
        at = _aware(datetime.combine(log.month.replace(day=9), time(10, 5)))
        by = self.people.reviewers.get(log.town_id)
        self._step(log, "exempt", LogState.OWED, LogState.EXEMPT, by, at, month.reason)
        values = {"state": LogState.EXEMPT, "reason": month.reason}
        self.rows.changes.append(changes.update(ActivityLog, log.pk, values))

    def _file(
        self, log: ActivityLog, month: life.Month, roster: int | None, texts: list[str]
    ) -> None:
        content = Content(
            activities=tuple(_session(one) for one in month.sessions),
            need=month.need[0], is_zero=month.is_zero, reason=month.reason,
        )
        state = self._submissions(log, month, content)
        state = self._judged(log, month, state)
        earlier = texts if state == LogState.SUBMITTED else []  # nobody looks at the others again
        cautions = rules.cautions(content, log.month, roster, earlier)
        first = _aware(month.filings[0].at)
        values = {
            "state": state, "is_zero": month.is_zero, "reason": month.reason,
            "submitted_at": first, "submitted_on": first.date(), "rounds": len(month.filings),
            "cautions": [caution.value for caution in cautions],
        }
        self.rows.changes.append(changes.update(ActivityLog, log.pk, values))
        for session in content.activities:
            self.rows.changes.append(_activity(log, session))

    def _submissions(self, log: ActivityLog, month: life.Month, content: Content) -> LogState:
        """Each submission with what was said of it; the state after the last."""
        secretary = self.people.secretaries.get(log.organization_id)
        reviewer = self.people.reviewers.get(log.town_id)
        state = LogState.OWED
        for number, filing in enumerate(month.filings, start=1):
            at = _aware(filing.at)
            self._step(log, "submit", state, LogState.SUBMITTED, secretary, at)
            state = LogState.SUBMITTED
            path, sentence = filing.comment
            self.rows.rounds.append(
                LogRound(
                    log=log, number=number, content=content.as_json(), submitted_at=at,
                    submitted_by=secretary, comments={path: sentence} if sentence else {},
                )
            )
            if filing.returned_at:
                back = _aware(filing.returned_at)
                self._step(log, "send_back", state, LogState.RETURNED, reviewer, back, sentence)
                state = LogState.RETURNED
                self._leave_time(log, back, reviewer)
        return state

    def _leave_time(self, log: ActivityLog, back: datetime, by: User | None) -> None:
        until = workdays.add_working_days(back.date(), RETURN_DAYS)
        if until > log.lock_on:
            values = {
                "log_id": log.pk, "until": until, "reason": "退回修改", "at": back,
                "by_id": by.pk if by else None,
            }
            self.rows.changes.append(changes.insert(LogReopening, values))

    def _judged(self, log: ActivityLog, month: life.Month, state: LogState) -> LogState:
        if month.accepted_at:
            reviewer = self.people.reviewers.get(log.town_id)
            at = _aware(month.accepted_at)
            self._step(log, "accept", state, LogState.ACCEPTED, reviewer, at)
            state = LogState.ACCEPTED
        if month.confirmed_at:
            at = _aware(month.confirmed_at)
            self._step(log, "confirm", state, LogState.CONFIRMED, self.people.district, at)
            state = LogState.CONFIRMED
        return state

    def _step(self, log, verb, before, after, by, at, note="") -> None:
        self.rows.steps.append(
            FlowStep(
                table=self.table, row=log.pk, verb=verb, before=before, after=after, by=by, at=at,
                note=note,
            )
        )


def _aware(moment: datetime) -> datetime:
    return timezone.make_aware(moment)


def _session(one: life.Session) -> Session:
    """An activity of the story as a log says it."""
    return Session(
        types=tuple(_TYPES[label] for label in one.types), held_on=one.day, topic=one.topic,
        expected=one.expected, attended=one.attended, absent=one.absent, absentees=one.absentees,
        content=one.content, place=one.place, host=one.host, recorder=one.recorder,
        agenda=one.agenda, decisions=one.decisions,
        extras=tuple(_EXTRAS[label] for label in one.extras),
    )


def _activity(log: ActivityLog, session: Session) -> Change:
    values = session.as_json()
    extras = values.pop("extras")
    values |= dict.fromkeys(extras, True)
    values |= {"organization_id": log.organization_id, "log_id": log.pk}
    return changes.insert(Activity, values)


# --- Visits -------------------------------------------------------------------------------------


def _visits(seed: int, story: life.Life, today: date) -> Iterator[Change]:
    """What instructors who served did, month by month, with those that they were assigned."""
    terms: dict[uuid.UUID, list[tuple[date, date]]] = {}
    for instructor, *term in Appointment.objects.values_list(
        "instructor_id", "starts_on", "ends_on"
    ):
        terms.setdefault(instructor, []).append(tuple(term))
    assigned: dict[uuid.UUID, list[tuple[uuid.UUID, date, date]]] = {}
    for instructor, *link in Assignment.objects.filter(entity__isnull=False).order_by(
        "instructor__name", "entity__name", "entity"
    ).values_list("instructor_id", "entity_id", "starts_on", "ends_on"):
        assigned.setdefault(instructor, []).append(tuple(link))
    for number, (instructor, links) in enumerate(assigned.items()):
        rng = Random(f"{seed}/visits/{number}")  # noqa: S311 -- invented data
        done: set[tuple[date, uuid.UUID]] = set()
        for month in (*story.months, month_of(today)):
            for _ in range(rng.choice(VISITS_A_MONTH)):
                day = month + timedelta(days=rng.randint(0, 26))
                entity, starts_on, ends_on = rng.choice(links)
                serves = any(first <= day < last for first, last in terms.get(instructor, ()))
                fits = serves and starts_on <= day < ends_on and day < today
                if fits and (day, entity) not in done:
                    done.add((day, entity))
                    yield _visit(rng, instructor, entity, day)


def _visit(rng: Random, instructor: uuid.UUID, entity: uuid.UUID, day: date) -> Change:
    way = rng.choice([VisitWay.ON_SITE] * 6 + [VisitWay.PHONE, VisitWay.MESSAGE, VisitWay.MEETING])
    values = {
        "instructor_id": instructor, "entity_id": entity, "visited_on": day, "way": way,
        "met": rng.choice(topics.VISIT_MET), "matters": rng.choice(topics.VISIT_MATTERS),
    }
    return changes.insert(Visit, values)
