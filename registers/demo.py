"""The small ledgers of the fictional district: rows as two years of work would have left them,
written set-based in one recorded transaction.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from accounts.models import Department
from areas.choices import AreaLevel
from areas.models import Area
from common import changes
from common.chance import new_id
from common.changes import Change
from common.models import Via
from common.secrets import conceal
from common.trace import recording
from districts.mingchuan import works
from districts.mingchuan.codes import Numbers
from districts.mingchuan.names import person, sex_of
from enterprises.choices import EntityKind
from enterprises.models import EntityState
from organizations.models import CoverageLink, OrganizationState
from registers import models
from registers.choices import MassKind, Occupation, Title

YEARS = 2


@dataclass(frozen=True)
class Place:
    """A record that small ledgers name: its id, name and town."""

    pk: uuid.UUID
    name: str
    town: uuid.UUID | None


def load(*, seed: int, today: date) -> int:
    """Fill the small ledgers; the number of rows. Where teams are there, nothing is done."""
    if models.Team.objects.exists():
        return 0
    rows = list(_Teller(seed, today).rows())
    with recording(by=None, via=Via.COMMAND):
        changes.lock_writes()
        changes.write(rows)
    return len(rows)


def firms_of(today: date) -> list[Place]:
    """The small enterprises of the day."""
    states = EntityState.objects.at(today).filter(entity__kind=EntityKind.SMALL_MICRO)
    rows = states.order_by("entity__name", "entity").values_list(
        "entity", "entity__name", "town"
    )
    return [Place(*row) for row in rows]


def branches_of(today: date) -> list[Place]:
    """The organizations of towns on the day."""
    states = OrganizationState.objects.at(today).filter(town__isnull=False)
    rows = states.order_by("organization__name").values_list(
        "organization", "organization__name", "town"
    )
    return [Place(*row) for row in rows]


def departments() -> list[uuid.UUID]:
    """The departments that host something; those that are missing are added."""
    for name in works.DEPARTMENTS:
        Department.objects.get_or_create(name=name)
    rows = Department.objects.filter(name__in=works.DEPARTMENTS).order_by("name")
    return list(rows.values_list("pk", flat=True))


class _Teller:
    """Makes up the rows."""

    def __init__(self, seed: int, today: date) -> None:
        self.rng = Random(f"{seed}/registers")  # noqa: S311 -- invented data
        self.today, self.numbers = today, Numbers()
        self.firms, self.branches = firms_of(today), branches_of(today)
        self.towns = list(Area.objects.filter(level=AreaLevel.TOWN).order_by("code"))
        communities = Area.objects.filter(level=AreaLevel.COMMUNITY).order_by("code")
        self.communities = {town.pk: [] for town in self.towns}
        for one in communities:
            self.communities.setdefault(one.parent_id, []).append(one.pk)
        self.covered = dict(CoverageLink.objects.at(today).values_list("organization", "entity"))
        self.departments = departments()

    def rows(self) -> Iterator[Change]:
        for told in (
            self._teams, self._mass, self._sites, self._alliances, self._contacts, self._posts,
            self._people, self._trainings, self._funds, self._campaigns, self._meetings,
            self._years, self._plans,
        ):
            yield from told()

    # --- Pieces ----------------------------------------------------------------------------------

    def _name(self) -> str:
        return person(self.rng, sex_of(self.rng))

    def _day(self, since: date | None = None) -> date:
        """A working day of the last two years, or since a day."""
        first = since or self.today - timedelta(days=365 * YEARS)
        day = first + timedelta(days=self.rng.randrange(max((self.today - first).days, 1)))
        return day - timedelta(days=max(day.weekday() - 4, 0))

    def _some(self, rows: list[Any], number: int) -> list[Any]:
        return self.rng.sample(rows, min(number, len(rows)))

    def _near(self, town: uuid.UUID | None, rows: list[Place], number: int) -> list[Place]:
        there = [row for row in rows if row.town == town]
        return self._some(there or rows, number)

    # --- People and groups -----------------------------------------------------------------------

    def _teams(self) -> Iterator[Change]:
        self.team = new_id()
        yield changes.insert(models.Team, {
            "name": "明川区党的创新理论宣讲团", "kind": "lecturers", "level": "district",
            "leader": self._name(), "people": [self._name() for _ in range(8)],
            "founded_on": date(2023, 3, 1),
        }, self.team)
        for town in self.towns:
            kind = self.rng.choice(("lecturers", "volunteers"))
            title = "百姓宣讲团" if kind == "lecturers" else "党员志愿服务队"
            yield changes.insert(models.Team, {
                "name": f"{town.name}{title}", "kind": kind, "level": "town", "town_id": town.pk,
                "leader": self._name(), "people": [self._name() for _ in range(4)],
                "founded_on": self._day(date(2022, 1, 1)),
            })

    def _mass(self) -> Iterator[Change]:
        titles = {
            MassKind.UNION: ("工会委员会", 60), MassKind.YOUTH: ("团支部", 34),
            MassKind.WOMEN: ("妇女联合会", 8),
        }
        self.leagues: list[uuid.UUID] = []
        for kind, (title, number) in titles.items():
            for firm in self._some(self.firms, number):
                pk = new_id()
                if kind == MassKind.YOUTH:
                    self.leagues.append(pk)
                yield changes.insert(models.MassOrganization, {
                    "kind": kind, "name": f"{firm.name}{title}", "entity_id": firm.pk,
                    "town_id": firm.town, "founded_on": self._day(date(2021, 1, 1)),
                    "leader": self._name(), "phone": conceal(self.numbers.phone()),
                    "people": self.rng.randint(6, 60),
                }, pk)

    def _people(self) -> Iterator[Change]:
        for number in range(266):
            town = self.rng.choice(self.towns)
            sex = sex_of(self.rng, 0.8)
            born = date(self.rng.randint(1975, 2004), self.rng.randint(1, 12), 15)
            duties = (["grid"] if number < 30 else []) + (["food"] if 25 <= number < 35 else [])
            yield changes.insert(models.NewEmployment, {
                "name": person(self.rng, sex), "phone": conceal(self.numbers.phone()),
                "id_number": conceal(self.numbers.identity(born, sex)),
                "occupation": self.rng.choice(Occupation.values), "duties": duties,
                "standing": "member" if number % 9 == 0 else "other", "town_id": town.pk,
                "community_id": self.rng.choice(self.communities[town.pk] or [None]),
                "reported_on": self._day() if number < 262 else None,
            })

    # --- Places ----------------------------------------------------------------------------------

    def _sites(self) -> Iterator[Change]:
        self.studios: list[tuple[uuid.UUID, Any]] = []
        yield self._site("rights", "电商消费维权服务站", self.towns[0])
        for at, town in enumerate(self.towns):
            yield self._site("service_center", f"{town.name}党群服务中心", town)
            if at < 25:
                yield self._site("rest_stop", f"{town.name}暖心驿站", town)
            if at < 24:
                studio = self._site("studio", f"{town.name}老书记工作室", town)
                self.studios.append((studio.id, town))
                yield studio
            if at < 8:
                yield self._site("guidance", f"{town.name}党建工作指导站", town)

    def _site(self, kind: str, name: str, town: Any) -> Change:
        return changes.insert(models.Site, {
            "kind": kind, "name": name, "town_id": town.pk,
            "community_id": self.rng.choice(self.communities[town.pk] or [None]),
            "opened_on": self._day(date(2022, 6, 1)), "manager": self._name(),
            "phone": conceal(self.numbers.phone()), "services": works.SERVICES,
        })

    def _alliances(self) -> Iterator[Change]:
        for name in works.ALLIANCES:
            pk, members = new_id(), self._some(self.branches, self.rng.randint(4, 9))
            yield changes.insert(models.Alliance, {
                "kind": "alliance", "name": name, "organization_id": members[0].pk,
                "starts_on": self._day(), "purpose": "共享设备和培训，联合过主题党日。",
            }, pk)
            for one in members:
                link = {"alliance_id": pk, "organization_id": one.pk}
                yield changes.insert(models.AllianceMember, link)
        for name in works.UNIVERSITIES:
            yield changes.insert(models.Alliance, {
                "kind": "university", "name": f"{name}直通车", "partners": [name],
                "starts_on": self._day(), "purpose": "定向实习，技术攻关。",
            })

    def _contacts(self) -> Iterator[Change]:
        for number in range(1, 166):
            town = self.towns[number % len(self.towns)]
            values = {
                "kind": "official", "name": f"{town.name}干部联系点{number:03}",
                "officials": [self._name()],
            }
            yield from self._contact(values, town, 2)
        for at, (studio, town) in enumerate(self.studios):
            values = {
                "kind": "studio", "name": f"{town.name}老书记联系组", "site_id": studio,
                "veterans": [self._name()],
                "instructors": [self._name() for _ in range(2 if at % 6 else 1)],
            }
            yield from self._contact(values, town, self.rng.randint(4, 7))
        for number in range(1, 6):
            values = {
                "kind": "one_one_five", "name": f"重点企业联系{number}组",
                "officials": [self._name()], "promoters": [self._name()],
            }
            yield from self._contact(values, self.towns[number], 5)

    def _contact(self, values: dict[str, Any], town: Any, firms: int) -> Iterator[Change]:
        pk = new_id()
        more = {"town_id": town.pk, "starts_on": self._day()}
        yield changes.insert(models.ContactGroup, values | more, pk)
        for firm in self._near(town.pk, self.firms, firms):
            yield changes.insert(models.ContactFirm, {"group_id": pk, "entity_id": firm.pk})

    def _posts(self) -> Iterator[Change]:
        for branch in self.branches:
            for kind, name, content in self._some(list(works.POSTS), self.rng.randint(0, 2)):
                yield changes.insert(models.ModelPost, {
                    "kind": kind, "name": name, "content": content, "person": self._name(),
                    "organization_id": branch.pk, "town_id": branch.town,
                    "entity_id": self.covered.get(branch.pk), "starts_on": self._day(),
                })

    # --- Work ------------------------------------------------------------------------------------

    def _trainings(self) -> Iterator[Change]:
        for year in (self.today.year - 1, self.today.year):
            for at, month in enumerate((3, 5, 7, 9)):
                name, kind = works.TRAININGS[at]
                day = date(year, month, 11)
                yield from self._training(f"{year}年明川区{name}班", kind, "district", day, None)
            yield from self._training(
                f"{year}年市级示范培训班", "secretary", "city", date(year, 10, 14), None, 3
            )
            for town in self.towns[::3]:
                name, kind = works.TRAININGS[self.rng.randint(3, 5)]
                day = self._day(date(year, 1, 5)).replace(year=year)
                yield from self._training(
                    f"{town.name}{year}年{name}", kind, "town", min(day, self.today), town
                )

    def _training(
        self, name: str, kind: str, level: str, day: date, town: Any, people: int = 8
    ) -> Iterator[Change]:
        pk = new_id()
        if day > self.today:
            return
        yield changes.insert(models.Training, {
            "name": name, "kind": kind, "level": level, "starts_on": day,
            "ends_on": day + timedelta(days=1), "hours": 16, "place": "区委党校",
            "town_id": town.pk if town else None, "people": people * self.rng.randint(3, 8),
            "host_department_id": None if town else self.rng.choice(self.departments),
        }, pk)
        if kind != "secretary":
            return
        for branch in self._some(self.branches, people):
            yield changes.insert(models.Attendance, {
                "training_id": pk, "name": self._name(), "organization_id": branch.pk,
                "role": "secretary", "hours": 16, "result": "结业",
            })

    def _funds(self) -> Iterator[Change]:
        for branch in self.branches:
            for kind, least, most, purpose in self._some(list(works.FUNDS), 3):
                day = self._day()
                yield changes.insert(models.Fund, {
                    "kind": kind, "granted_on": day, "amount": self.rng.randint(least, most),
                    "organization_id": branch.pk, "purpose": purpose,
                    "document": f"明两新〔{day.year}〕{self.rng.randint(2, 40)}号",
                })

    def _campaigns(self) -> Iterator[Change]:
        for kind, name, unit, start, days in works.CAMPAIGNS:
            pk, first = new_id(), date(*start)
            last = first + timedelta(days=days)
            targets = [self.rng.randint(2, 12) for _ in self.towns]
            yield changes.insert(models.Campaign, {
                "kind": kind, "name": name, "unit": unit, "starts_on": first, "ends_on": last,
                "target": sum(targets), "host_department_id": self.departments[0],
            }, pk)
            until = min(last, self.today)
            share = (until - first).days / days if until > first else 0
            for town, target in zip(self.towns, targets, strict=True):
                done = round(target * min(1, share * self.rng.uniform(0.7, 1.15)))
                yield changes.insert(models.CampaignClaim, {
                    "campaign_id": pk, "name": f"{town.name}认领任务", "town_id": town.pk,
                    "person": self._name(), "claimed_on": first + timedelta(days=3),
                    "target": target, "done": done, "progress_on": until,
                })

    def _meetings(self) -> Iterator[Change]:
        for town in self.towns:
            for kind, name, content, result in self._some(list(works.MEETINGS), 2):
                pk, day = new_id(), self._day()
                yield changes.insert(models.Meeting, {
                    "kind": kind, "name": f"{town.name}{name}", "held_on": day, "level": "town",
                    "town_id": town.pk, "people": [self._name() for _ in range(3)],
                    "content": content, "result": result,
                }, pk)
                for firm in self._near(town.pk, self.firms, 3):
                    link = {"meeting_id": pk, "entity_id": firm.pk}
                    yield changes.insert(models.MeetingFirm, link)

    # --- Enterprises -----------------------------------------------------------------------------

    def _years(self) -> Iterator[Change]:
        for at, firm in enumerate(self.firms):
            revenue = self.rng.randint(200, 4800)
            title = [Title.HIGH_TECH] if at % 29 == 0 else []
            title += [Title.GIANT_CITY] if at % 37 == 0 else []
            for year in (self.today.year - 2, self.today.year - 1):
                yield changes.insert(models.EnterpriseYear, {
                    "entity_id": firm.pk, "year": year, "revenue": revenue,
                    "profit": round(revenue * self.rng.uniform(-0.03, 0.12)),
                    "tax": round(revenue * 0.035), "employees": self.rng.randint(8, 90),
                    "titles": title, "new_titles": title if year == self.today.year - 1 else [],
                })
                revenue = round(revenue * self.rng.uniform(0.92, 1.15))

    def _plans(self) -> Iterator[Change]:
        for at, firm in enumerate(self._some(self.firms, 45)):
            name, problem, measures = works.PLANS[at % len(works.PLANS)]
            first = self._day()
            is_done = at % 3 == 0
            yield changes.insert(models.FirmPlan, {
                "entity_id": firm.pk, "name": name, "problem": problem, "measures": measures,
                "person": self._name(), "starts_on": first, "due_on": first + timedelta(days=180),
                "state": "done" if is_done else "running",
                "ends_on": min(first + timedelta(days=150), self.today) if is_done else None,
                "result": "已解决，企业满意。" if is_done else "",
            })
