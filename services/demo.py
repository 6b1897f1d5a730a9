"""Two years of tickets for the fictional district, as if each had gone its way step by step: the
rows that the verbs would have left, written set-based in one recorded transaction."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from django.utils import timezone

from accounts.models import Department, User
from activities.models import LogRound
from common import parameters
from common.models import FlowStep, Via
from common.trace import recording
from common.workdays import Calendar, calendar
from districts.mingchuan import asked as texts
from districts.mingchuan.topics import NEEDS
from enterprises.models import EntityState
from organizations.models import OrganizationState
from services import clocks
from services.actions import CLOCKS
from services.choices import (
    ENDED,
    ClockKind,
    RatingSource,
    ServiceKind,
    TicketChannel,
    TicketGrade,
    TicketKind,
    TicketOutcome,
    TicketSatisfaction,
    TicketState,
)
from services.flow import TICKET_FLOW
from services.models import (
    ServiceItem,
    Ticket,
    TicketCategory,
    TicketClock,
    TicketPause,
    TicketSupport,
)

DAYS = 730
RECENT, STUCK = 21, 0.16  # days; how many of the last weeks' steps nobody has made yet
A_WEEK = 7  # tickets of enterprises a week, beside those that logs tell of
_KINDS = {str(kind.label): kind for kind in TicketKind}
_CHANNELS = [
    *[TicketChannel.ENTERPRISE] * 6, *[TicketChannel.VISIT] * 4, *[TicketChannel.STATION] * 2,
    TicketChannel.HELP_DAY, TicketChannel.HELP_DAY, TicketChannel.WORKSHOP, TicketChannel.CHAMBER,
    TicketChannel.HOTLINE, TicketChannel.DELEGATE,
]
_SAID = [
    *[TicketSatisfaction.VERY_SATISFIED] * 5, *[TicketSatisfaction.SATISFIED] * 8,
    *[TicketSatisfaction.FAIRLY_SATISFIED] * 2, TicketSatisfaction.DISSATISFIED,
]
_OUTCOMES = [*[TicketOutcome.SOLVED] * 8, TicketOutcome.PARTLY, TicketOutcome.EXPLAINED]
_ORDER = (
    TicketCategory, ServiceItem, Ticket, TicketSupport, TicketClock, TicketPause, FlowStep,
)


@dataclass(frozen=True)
class People:
    """Who has an account where they would have acted: by town, by department, the district."""

    towns: Mapping[uuid.UUID, User] = field(default_factory=dict)
    departments: Mapping[str, User] = field(default_factory=dict)
    district: User | None = None


@dataclass(frozen=True)
class Told:
    """What one ticket is about: the words of the story, whose it is, from where it came."""

    words: Sequence[str]
    whose: Mapping[str, Any]
    at: datetime
    channel: str
    source: Mapping[str, Any] = field(default_factory=dict)


def load(*, seed: int, today: date, people: People) -> int:
    """Tell the tickets; how many there are. Where there are tickets already, nothing is done."""
    if Ticket.objects.exists():
        return 0
    teller = _Teller(Random(f"{seed}/tickets"), today, people)  # noqa: S311 -- invented data
    with recording(by=None, via=Via.COMMAND):
        teller.offer()
        for told in sorted(teller.told(), key=lambda one: one.at):
            teller.tell(told)
        for model in _ORDER:
            model.objects.bulk_create(teller.rows.get(model, ()), batch_size=1000)
    return len(teller.rows[Ticket])


class _Teller:
    """Turns the story of each ticket into rows."""

    def __init__(self, rng: Random, today: date, people: People) -> None:
        self.rng, self.people, self.today = rng, people, today
        self.now = _aware(datetime.combine(today, time(8, 30)))
        self.days: Calendar = calendar()
        self.hours, self.limits = clocks.office_hours(today), parameters.values(on=today)
        self.rows: dict[type, list] = {}
        self.numbers: dict[int, int] = {}
        self.categories = {one.name: one for one in TicketCategory.objects.all()}
        self.departments = {
            name: Department.objects.get_or_create(name=name)[0]
            for name in sorted({one[2] for one in texts.ASKED} - {""})
        }
        self.items: list[tuple[ServiceItem, int]] = []

    def add(self, row: Any) -> Any:
        self.rows.setdefault(type(row), []).append(row)
        return row

    def offer(self) -> None:
        """The menu."""
        kinds = {str(kind.label): kind for kind in ServiceKind}
        first = self.today - timedelta(days=DAYS)
        for kind, category, name, provider, summary, guide, days, saving in texts.OFFERED:
            item = ServiceItem(
                kind=kinds[kind], category=self.categories[category], name=name,
                provider=provider, summary=summary, guide=guide, days=days, starts_on=first,
            )
            self.items.append((self.add(item), saving))

    # --- What is told ---------------------------------------------------------------------------

    def told(self) -> Iterator[Told]:
        """Everything that comes: week by week, and from logs."""
        places = list(
            EntityState.objects.at(self.today).filter(entity__kind="small_micro")
            .order_by("entity__name", "entity").values_list("entity", "town")
        )
        day = self.today - timedelta(days=DAYS)
        while day < self.today:
            for _ in range(self.rng.randint(A_WEEK - 2, A_WEEK + 3)):
                entity, town = self.rng.choice(places)
                when = day + timedelta(days=self.rng.randint(0, 6))
                if when < self.today:
                    yield Told(
                        self.rng.choice(texts.ASKED), {"entity_id": entity, "town_id": town},
                        self._at(when), self.rng.choice(_CHANNELS),
                    )
            day += timedelta(days=7)
        yield from self._from_logs()

    def _from_logs(self) -> Iterator[Told]:
        """What logs say of difficulties, as they were submitted last."""
        towns = dict(
            OrganizationState.objects.at(self.today).values_list("organization", "town")
        )
        answers = dict(NEEDS)
        rounds = LogRound.objects.exclude(content__need="").order_by("log_id", "-number")
        for one in rounds.distinct("log_id").select_related("log"):
            organization, need = one.log.organization_id, one.content["need"]
            yield Told(
                (*texts.NEEDED.get(need, texts.OTHER), need[:40].rstrip("。"), need,
                 answers.get(need, texts.ANSWER)),
                {"organization_id": organization, "town_id": towns.get(organization)},
                one.submitted_at, TicketChannel.ENTERPRISE,
                {"log_id": one.log_id, "raised_by_id": one.submitted_by_id},
            )

    def _at(self, day: date) -> datetime:
        moment = time(self.rng.randint(8, 19), self.rng.choice((5, 12, 20, 35, 48)))
        return _aware(datetime.combine(day, moment))

    # --- One ticket -----------------------------------------------------------------------------

    def tell(self, told: Told) -> None:
        category, kind, department, title, text, answer = told.words
        day = timezone.localdate(told.at)
        number = self.numbers[day.year] = self.numbers.get(day.year, 0) + 1
        ticket = self.add(Ticket(
            number=f"GD-{day.year}-{number:04}", title=title, text=text, kind=_KINDS[kind],
            channel=told.channel, category=self.categories.get(category), registered_at=told.at,
            registered_on=day, **told.whose, **told.source,
            grade=self.rng.choices(list(TicketGrade), (14, 4, 1))[0],
        ))
        if category == "设备场地共享" or self.rng.random() < 0.06:
            ticket.item, saving = self.rng.choice(self.items)
            ticket.saved_amount = saving * self.rng.randint(1, 5) or None
        way = _Way(self, ticket, told.at)
        way.run(self.departments.get(department), answer)
        way.finish()


class _Way:
    """The way of one ticket, step by step, until it is over or today is reached."""

    def __init__(self, teller: _Teller, ticket: Ticket, at: datetime) -> None:
        self.teller, self.rng, self.ticket, self.at = teller, teller.rng, ticket, at
        self.clocks: list[TicketClock] = []
        self.pauses: list[TicketPause] = []
        self._start((ClockKind.ACCEPT,))
        self.is_recent = teller.now - at < timedelta(days=RECENT)

    def run(self, department: Department | None, answer: str) -> None:
        """Accept, assign, work, answer, rate; now and then something else on the way."""
        rng, people = self.rng, self.teller.people
        town = people.towns.get(self.ticket.town_id)
        if rng.random() < 0.04 and not self._step("send_back", town, 0, texts.RETURNED):
            return
        was_returned = self.ticket.state == TicketState.RETURNED
        if was_returned and not self._step("resubmit", None, 2, "已补"):
            return
        if not self._step("accept", town, rng.choice((0, 1, 1, 1, 2))):
            return
        self.ticket.accepted_on = timezone.localdate(self.at)
        if department is None:
            clerk = town
            going = self._step("take", town, 0)
        else:
            clerk = people.departments.get(department.name)
            self.ticket.department = department
            going = self._step("assign", town, rng.choice((0, 0, 1)), f"主办{department}")
            if going and rng.random() < 0.05:
                going = self._step("dispute", clerk, 1, texts.DISPUTED)
                going = going and self._step("assign", town, 1, f"维持由{department}主办")
            going = going and self._step("sign", clerk, rng.choice((0, 1, 1, 2)))
            if rng.random() < 0.15:
                other = rng.choice([d for d in self.teller.departments.values() if d != department])
                self.teller.add(TicketSupport(ticket=self.ticket, department=other))
        if going:
            self._work(clerk, answer)

    def _work(self, clerk: User | None, answer: str) -> None:
        rng = self.rng
        if rng.random() < 0.5 and not self._step(
            "progress", clerk, rng.choice((0, 1, 1, 2)), rng.choice(texts.PROGRESS)
        ):
            return
        if rng.random() < 0.1:
            reason = rng.choice(texts.SUSPENDED)
            if not self._step("suspend", clerk, 1, reason):
                return
            if not self._step("resume", clerk, rng.randint(1, 8)):
                return
        if not self._step("answer", clerk, self._taken(), answer):
            return
        self.ticket.answer, self.ticket.answered_on = answer, timezone.localdate(self.at)
        self._rate(clerk, answer)

    def _taken(self) -> int:
        """How many working days the work takes: mostly in time."""
        limit = next(c.limit for c in self.clocks if c.kind == ClockKind.WORK)
        return self.rng.randint(0, max(limit - 3, 1)) + (4 if self.rng.random() < 0.07 else 0)

    def _rate(self, clerk: User | None, answer: str) -> None:
        rng, ticket = self.rng, self.ticket
        if rng.random() < 0.08:
            if self._step("lapse", None, 6):
                ticket.closed_on = timezone.localdate(self.at)
                self._store()
            return
        said = rng.choice(_SAID)
        if said == TicketSatisfaction.DISSATISFIED and ticket.round == 1:
            if self._step("redo", None, rng.randint(0, 4), rng.choice(texts.DISSATISFIED)):
                ticket.round, ticket.first_satisfaction = 2, said
                ticket.satisfaction, ticket.outcome = said, TicketOutcome.UNSOLVED
                ticket.rating_source = RatingSource.ENTERPRISE
                if self._step("answer", clerk, rng.randint(1, 6), answer):
                    ticket.answered_on = timezone.localdate(self.at)
                    self._rate(clerk, answer)
            return
        said = rng.choice(_SAID[:-1]) if said == TicketSatisfaction.DISSATISFIED else said
        if self._step("rate", None, rng.randint(0, 4), TicketSatisfaction(said).label):
            ticket.satisfaction, ticket.outcome = said, rng.choice(_OUTCOMES)
            ticket.first_satisfaction = ticket.first_satisfaction or said
            ticket.rating_source = rng.choice((RatingSource.ENTERPRISE, RatingSource.CALL_BACK))
            ticket.closed_on = timezone.localdate(self.at)
            self._store()

    def _store(self) -> None:
        self._step("store", None, 11)

    # --- Steps and clocks -----------------------------------------------------------------------

    def _step(self, verb: str, by: User | None, days: int, note: str = "") -> bool:
        """The step some working days later; False when that is not over yet."""
        at = self._later(days)
        if at >= self.teller.now or (self.is_recent and self.rng.random() < STUCK):
            return False
        self.at, before = at, self.ticket.state
        self.ticket.state = str(TICKET_FLOW.transitions[verb].target or before)
        self.teller.add(FlowStep(
            table=Ticket._meta.db_table, row=self.ticket.pk, verb=verb, before=before,
            after=self.ticket.state, by=by, at=at, note=note,
        ))
        what = CLOCKS.get(verb)
        if what:
            self._tick(what, note)
        return True

    def _later(self, days: int) -> datetime:
        """Some working days on, in office hours."""
        day = timezone.localdate(self.at)
        while days or not self.teller.days.is_working(day):
            day += timedelta(days=1)
            days -= bool(days) and self.teller.days.is_working(day)
        moment = time(self.rng.randint(9, 16), self.rng.randint(0, 59))
        return max(_aware(datetime.combine(day, moment)), self.at + timedelta(minutes=20))

    def _tick(self, what: Any, note: str) -> None:
        if what.goes_on:
            for pause in self.pauses:
                pause.ends_at = pause.ends_at or self.at
        for clock in self.clocks:
            if clock.kind in what.stops and clock.stopped_at is None:
                clock.stopped_at = self.at
        self._start(what.starts)
        if what.pauses:
            self.pauses.append(
                self.teller.add(TicketPause(ticket=self.ticket, starts_at=self.at, reason=note))
            )

    def _start(self, kinds: Sequence[str]) -> None:
        for kind in kinds:
            number = 1 + sum(clock.kind == kind for clock in self.clocks)
            limit = self.teller.limits[clocks.limit_setting(kind, self.ticket)]
            self.clocks.append(self.teller.add(TicketClock(
                ticket=self.ticket, kind=kind, number=number, limit=limit, started_at=self.at,
            )))

    def finish(self) -> None:
        """What follows from the clocks; closed tickets keep what they saved."""
        ground = clocks.Ground(self.teller.days, self.teller.hours, self.teller.now)
        clocks.follow(self.ticket, self.clocks, self.pauses, ground)
        if self.ticket.state not in ENDED:
            self.ticket.saved_amount = None


def _aware(moment: datetime) -> datetime:
    return timezone.make_aware(moment)
