"""Two years of organization life, simulated month by month: who files when, what the town does
with it, what happened. The same for the same branch, month and day of loading.

What a branch is comes as :class:`Branch`, made from the ledgers or from the database alike. A few
branches of the first half year kept lists instead of logs: those lists are the activities ledger.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random

from districts.mingchuan import names, topics
from districts.mingchuan.records import District, Organization

MONTHS = 24  # before the current one
LISTED_MONTHS = 6  # of them, at their beginning, a few branches kept lists
_SHORT_OF_HANDS = ((0.14, 0.68), (0.45, 0.93), (1.0, 0.99))  # share of branches up to, diligence
COMMITTEE_FROM = 7  # members


@dataclass(frozen=True, slots=True)
class Branch:
    """What matters here of a Party organization."""

    name: str
    members: int
    groups: int
    secretary: str


@dataclass(frozen=True, slots=True)
class Session:
    """An activity, in the words of the activities ledger."""

    types: tuple[str, ...]
    day: date
    topic: str
    place: str
    host: str
    recorder: str
    expected: int
    attended: int
    absentees: str
    content: str
    agenda: str = ""
    decisions: str = ""
    extras: tuple[str, ...] = ()  # 微党课, 教育片, 实践活动, 书记讲党课

    @property
    def absent(self) -> int:
        return self.expected - self.attended


@dataclass(frozen=True, slots=True)
class Filing:
    """The log was submitted, and returned with a comment (field, sentence) unless it was good."""

    at: datetime
    returned_at: datetime | None = None
    comment: tuple[str, str] = ("", "")


@dataclass(slots=True)
class Month:
    """What became of a branch's month. Moments are wall-clock times of the district."""

    first: date
    sessions: list[Session] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)
    accepted_at: datetime | None = None
    confirmed_at: datetime | None = None
    is_zero: bool = False
    is_exempt: bool = False
    is_listed: bool = False
    is_draft: bool = False
    reason: str = ""
    need: tuple[str, str] = ("", "")


def months_before(today: date, count: int = MONTHS) -> list[date]:
    """The first days of the last full months, earliest first."""
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - count, number)]


class Life:
    """The two years up to ``today`` of one district."""

    def __init__(self, seed: int, today: date, due_day: int = 6) -> None:
        self.seed, self.today, self.due_day = seed, today, due_day
        self.months = months_before(today)

    def _chance(self, *parts: object) -> Random:
        return Random("/".join(map(str, (self.seed, "life", *parts))))  # noqa: S311 -- invented

    def is_listed(self, branch: Branch, month: date) -> bool:
        """Whether the branch kept a list for the month."""
        in_time = month in self.months[:LISTED_MONTHS]
        return in_time and self._chance("lists", branch.name).random() < 0.13

    def month(self, branch: Branch, first: date, outcome: str = "") -> Month:
        """What became of a month. ``outcome``: submitted, returned or owed, where that is wanted
        instead of what chance brings."""
        found = Month(first)
        style, rng = self._chance(branch.name), self._chance(branch.name, first)
        if outcome == "owed":
            return found
        if self.is_listed(branch, first):
            found.is_listed = True
            found.sessions = self.sessions(branch, first)
            return found
        if not outcome and self._is_exempt(style, first):
            found.is_exempt, found.reason = True, rng.choice(topics.EXEMPT_REASONS)
            return found
        if not outcome and rng.random() > self._diligence(style, first):
            found.is_draft = first == self.months[-1] and rng.random() < 0.4
            found.sessions = self.sessions(branch, first)[:1] if found.is_draft else []
            return found
        if not outcome and rng.random() < (0.11 if first.month == 2 else 0.03):
            found.is_zero, found.reason = True, rng.choice(topics.ZERO_REASONS)
        else:
            found.sessions = self.sessions(branch, first)
        if rng.random() < 0.04:
            found.need = rng.choice(topics.NEEDS)
        self._file(found, rng, outcome)
        return found

    def draft(self, branch: Branch) -> list[Session]:
        """What has been typed of the current month: nothing by most, and nothing yet to come."""
        current = self.today.replace(day=1)
        if self._chance(branch.name, "draft").random() > 0.2:
            return []
        return [one for one in self.sessions(branch, current) if one.day < self.today][:1]

    def _diligence(self, style: Random, first: date) -> float:
        share = style.random()
        found = next(value for limit, value in _SHORT_OF_HANDS if share <= limit)
        age = len(self.months) - self.months.index(first)
        return found - (0.05 if age > 15 else 0)

    def _is_exempt(self, style: Random, first: date) -> bool:
        """A few branches had two months of standstill."""
        at, share = style.randrange(len(self.months)), style.random()
        return share < 0.09 and first in self.months[at : at + 2]

    # --- Filing and judging ---------------------------------------------------------------------

    def _file(self, found: Month, rng: Random, outcome: str) -> None:
        due = _next_month(found.first) + timedelta(days=self.due_day - 1)
        late = rng.random() < 0.09
        delay = rng.randint(1, 9) if late else -rng.randint(0, 5)
        day = due + timedelta(days=delay)
        if outcome:
            day = min(day, self.today - timedelta(days=2))
        if day >= self.today:
            found.sessions, found.need = [], ("", "")
            found.is_zero, found.reason = False, ""
            return
        at = _moment(rng, day)
        is_returned = outcome == "returned" or (not outcome and rng.random() < 0.07)
        if is_returned and not found.is_zero:
            at = self._return(found, rng, at, outcome)
        else:
            found.filings.append(Filing(at))
        if at is not None and outcome != "submitted":
            self._judge(found, rng, at)

    def _return(
        self, found: Month, rng: Random, at: datetime, outcome: str
    ) -> datetime | None:
        """The town sent it back; when it came again, or None when it has not."""
        day = min(at.date() + timedelta(days=rng.randint(1, 3)), self._yesterday)
        # One that is to be seen as returned came back just now, so that it can still be mended.
        back = _moment(rng, self._yesterday if outcome == "returned" else day)
        back = max(back, at + timedelta(minutes=40))
        found.filings.append(Filing(at, back, rng.choice(topics.COMMENTS)))
        again = _moment(rng, back.date() + timedelta(days=rng.randint(1, 3)))
        if outcome == "returned" or again.date() >= self.today:
            return None
        found.filings.append(Filing(again))
        return again

    def _judge(self, found: Month, rng: Random, at: datetime) -> None:
        accepted = _moment(rng, at.date() + timedelta(days=rng.randint(1, 4)))
        confirmed = _moment(rng, accepted.date() + timedelta(days=rng.randint(4, 20)))
        if accepted.date() < self.today:
            found.accepted_at = accepted
            found.confirmed_at = confirmed if confirmed.date() < self.today else None

    @property
    def _yesterday(self) -> date:
        return self.today - timedelta(days=1)

    # --- What happened --------------------------------------------------------------------------

    def sessions(self, branch: Branch, first: date) -> list[Session]:
        """The activities of a month, in the order of their days."""
        rng = self._chance(branch.name, first, "sessions")
        found = [self._theme_day(branch, first, rng)]
        place_in_quarter = (first.month - 1) % 3
        general, lecture = self._quarter(branch, first)
        if place_in_quarter == general:
            topic, agenda, decisions = rng.choice(topics.GENERAL)
            found.append(self._session(branch, first, rng, ("支部党员大会",), topic, agenda,
                                       decisions=decisions))
        if branch.members >= COMMITTEE_FROM and rng.random() < 0.98:
            topic, agenda, decisions = rng.choice(topics.COMMITTEE)
            found.append(self._session(branch, first, rng, ("支委会",), topic, agenda,
                                       decisions=decisions, people=5))
        if branch.groups and rng.random() < 0.98:
            topic, agenda = rng.choice(topics.GROUP)
            people = max(branch.members // branch.groups, 3)
            found.append(self._session(branch, first, rng, ("党小组会",), topic, agenda,
                                       people=people))
        if place_in_quarter == lecture:
            topic = rng.choice(topics.LECTURES)
            extras = ("书记讲党课",) if rng.random() < 0.4 else ()
            found.append(self._session(branch, first, rng, ("党课",), topic, "党课和讨论",
                                       extras=extras))
        if first.month == 12:
            found.append(self._session(branch, first, rng, ("组织生活会", "民主评议"),
                                       "年度组织生活会和民主评议党员", "对照检查，互相评议",
                                       decisions="评议结果报上级党组织"))
        return sorted(found, key=lambda one: (one.day, one.topic))

    def _quarter(self, branch: Branch, first: date) -> tuple[int, int]:
        """In which month of the quarter the general meeting and the lecture are held; 3: not."""
        rng = self._chance(branch.name, first.year, (first.month - 1) // 3)
        general, lecture = rng.randrange(3), rng.randrange(3)
        return general if rng.random() < 0.97 else 3, lecture if rng.random() < 0.96 else 3

    def _theme_day(self, branch: Branch, first: date, rng: Random) -> Session:
        topic, done = rng.choice(topics.THEMES[first.month])
        extras = tuple(
            name for name, share in (("微党课", 0.35), ("教育片", 0.3), ("实践活动", 0.45))
            if rng.random() < share
        )
        types = ("主题党日", "志愿服务") if "实践活动" in extras else ("主题党日",)
        return self._session(branch, first, rng, types, topic, rng.choice(done), extras=extras)

    def _session(
        self, branch: Branch, first: date, rng: Random, types: tuple[str, ...], topic: str,
        done: str, *, decisions: str = "", people: int = 0, extras: tuple[str, ...] = (),
    ) -> Session:
        expected = people or branch.members or rng.randint(5, 9)
        if branch.members:
            expected = min(expected, branch.members)
        away = min(rng.choice((0, 0, 0, 1, 1, 2)), max(expected - 2, 0))
        absentees = "、".join(
            f"{names.person(rng, names.sex_of(rng))}{rng.choice(topics.ABSENCES)}"
            for _ in range(away)
        )
        day = first + timedelta(days=rng.randint(2, 26))
        recorder = names.person(rng, names.sex_of(rng))
        return Session(
            types, day, topic, rng.choice(topics.PLACES), branch.secretary or recorder, recorder,
            expected, expected - away, absentees, topics.content(rng, done),
            agenda=topics.filled(rng, done) if decisions else "", decisions=decisions,
            extras=extras,
        )


def listed_activities(
    district: District, seed: int
) -> list[tuple[Organization, Session]]:
    """What the branches that kept lists wrote down, branch by branch."""
    life = Life(seed, district.today)
    members = Counter(
        id(one.management or one.affiliation) for one in district.members if one.status == "正常"
    )
    return [
        (one, session)
        for one in district.organizations
        if one.is_active
        for month in life.months
        if one.founded < month
        for branch in (Branch(one.name, members[id(one)], one.groups or 0, one.secretary),)
        if life.is_listed(branch, month)
        for session in life.sessions(branch, month)
    ]


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)


def _moment(rng: Random, day: date) -> datetime:
    return datetime.combine(day, time(rng.randint(8, 20), rng.randint(0, 59)))
