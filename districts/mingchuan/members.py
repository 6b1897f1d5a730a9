"""Party members: 433 of small enterprises, 55 of markets, 708 of shops, and some who have left."""

from datetime import date, timedelta
from random import Random

from districts.mingchuan import names
from districts.mingchuan.codes import Numbers
from districts.mingchuan.organizations import (
    ASSOCIATION_BRANCHES,
    JOINT_BRANCH,
    Network,
    secretary_birth,
)
from districts.mingchuan.records import (
    FULL,
    JOINT,
    PROBATIONARY,
    SHOP,
    SINGLE,
    Entity,
    Member,
    Organization,
)
from districts.mingchuan.timeline import Timeline, between, years_before

# Half-years that the district has published: in the first half of 2022 the self-employed took in
# 16 members and granted one full membership. Nobody else joined then, or a year before.
PUBLISHED_HALF_YEAR = (date(2022, 1, 1), date(2022, 6, 30))
YEAR_BEFORE = (date(2021, 1, 1), date(2021, 6, 30))
JOINED_THEN, FULL_THEN = 16, 1

LEFT = (("已转出", 41), ("停止党籍", 4), ("出党", 6), ("死亡", 9))
LEFT_UNDATED = 3
NATIONS = ("汉族",) * 46 + ("土家族", "土家族", "苗族", "回族")
EDUCATION = (("研究生", 4), ("大学", 26), ("大专", 30), ("中专", 10), ("高中", 20), ("初中", 10))
JOBS = {
    "出资人": ("董事长", "总经理", "执行董事"),
    "管理层": ("副总经理", "生产主管", "财务负责人", "行政主管", "销售经理"),
    "业务骨干": ("技术员", "车间班长", "质检员", "业务员", "仓库主管"),
    "员工": ("操作工", "会计", "文员", "驾驶员", "仓管员", "客服"),
}
STANDINGS = (  # secretary of a branch of its own: 书记身份, 岗位层级, weight
    ("企业主", "出资人", 45),
    ("高管", "管理层", 33),
    ("中层", "管理层", 13),
    ("员工", "业务骨干", 9),
)
PEOPLE = {  # enterprise -> members known by name: name, sex, born, joined
    "宏达五金制品有限公司": (
        ("吴永康", "男", date(1979, 8, 14), date(2009, 7, 1)),
        ("罗小梅", "女", date(1988, 3, 2), date(2016, 12, 20)),
    ),
}
HOME_RATE = {SINGLE: 0.9, JOINT: 0.75}  # affiliated where they take part
OUT_RATE = 0.03


class Roster:
    """Makes members and decides where they are affiliated and where they take part."""

    def __init__(self, rng: Random, numbers: Numbers, timeline: Timeline, network: Network) -> None:
        self.rng = rng
        self.numbers = numbers
        self.today = timeline.today
        self.timeline = timeline
        self.network = network
        self.members: list[Member] = []

    # -- one member ----------------------------------------------------------------------------

    def _joined(self, first: date, last: date) -> date:
        while True:
            day = between(self.rng, first, last)
            if not any(low <= day <= high for low, high in (PUBLISHED_HALF_YEAR, YEAR_BEFORE)):
                return day

    def _joined_since_youth(self, born: date, latest: date) -> date:
        """A day between 20 and 45 years of age, not after `latest` unless age demands it."""
        grown = years_before(born, -20)
        return self._joined(grown, max(grown, min(latest, years_before(born, -45))))

    def add(
        self,
        employer: Entity | None,
        affiliation: Organization,
        category: str,
        *,
        born: date | None = None,
        named: tuple[str, str] | None = None,
    ) -> Member:
        """One member of an entity; the day of joining fits the age and the category."""
        rng, today = self.rng, self.today
        name, sex = named or ("", names.sex_of(rng, 0.62))
        if born is None:
            born = years_before(today, rng.randint(23, 62)) - timedelta(days=rng.randint(1, 360))
        if category == PROBATIONARY:
            joined = between(rng, today - timedelta(days=330), today - timedelta(days=25))
        else:
            joined = self._joined_since_youth(born, today - timedelta(days=500))
        member = Member(
            name or names.person(rng, sex),
            sex,
            born,
            self.numbers.identity(born, sex),
            joined,
            affiliation,
            self.numbers.phone(),
            employer=employer,
            full_since=None if category == PROBATIONARY else years_before(joined, -1),
            nation=rng.choice(NATIONS),
            education=rng.choices(*zip(*EDUCATION, strict=True))[0],
        )
        self._employ(member)
        self._dues(member)
        if employer is not None:
            employer.members.append(member)
        self.members.append(member)
        return member

    def _employ(self, member: Member) -> None:
        draw = self.rng.random()
        levels = ("出资人", "管理层", "业务骨干", "员工")
        member.level = levels[(draw > 0.1) + (draw > 0.3) + (draw > 0.62)]
        member.job = self.rng.choice(JOBS[member.level])

    def _dues(self, member: Member) -> None:
        behind = self.rng.choice((1, 1, 1, 1, 2, 3))
        months = self.today.year * 12 + self.today.month - 1 - behind
        member.dues_until = f"{months // 12}年{months % 12 + 1}月"
        member.dues = round(self.rng.uniform(3, 62), 1)

    # -- where -----------------------------------------------------------------------------------

    def community(self, entity: Entity) -> Organization:
        """Community branch near the entity, where most affiliations of others lie."""
        return self.rng.choice(self.network.communities[entity.town.name])

    def place(self, member: Member, home: Organization, near: Entity, rate: float) -> None:
        """Let the member take part in `home`, being affiliated there at the given rate."""
        if self.rng.random() < rate:
            member.affiliation = home
            if member.joined < home.founded and self.rng.random() < 0.7:
                first = home.founded + timedelta(days=3)
                last = max(first, min(self.today, first + timedelta(days=90)))
                member.moved_in = min(between(self.rng, first, last), self.today)
            member.mobile = "流出" if self.rng.random() < OUT_RATE else "否"
            return
        member.affiliation = self.community(near)
        member.management = home
        member.mobile = "流入" if self.rng.random() < 0.45 else "否"

    # -- entities --------------------------------------------------------------------------------

    def staff(self, entity: Entity) -> None:
        """Members of a small enterprise or a market, the secretary of its own branch first."""
        categories = [FULL] * entity.wanted_full + [PROBATIONARY] * entity.wanted_probationary
        home = self._valid(entity)
        people = iter(PEOPLE.get(entity.name, ()))
        for position, category in enumerate(categories):
            person = next(people, None)
            leads = home is not None and home.mode == SINGLE and position == 0
            if person is not None:
                member = self._known(entity, person)
            else:
                born = secretary_birth(self.rng, self.today) if leads else None
                member = self.add(entity, self.community(entity), category, born=born)
            if home is not None:
                rate = 1.0 if leads else HOME_RATE.get(entity.mode, 0.25)
                self.place(member, home, entity, rate)
            if leads and home is not None:
                standing, level, _ = self.rng.choices(STANDINGS, [row[2] for row in STANDINGS])[0]
                self.lead(member, home, standing, level)

    def _known(self, entity: Entity, person: tuple[str, str, date, date]) -> Member:
        name, sex, born, joined = person
        affiliation = self.community(entity)
        member = self.add(entity, affiliation, FULL, born=born, named=(name, sex))
        member.joined, member.full_since = joined, years_before(joined, -1)
        return member

    def _valid(self, entity: Entity) -> Organization | None:
        organization = entity.organization
        return organization if organization is not None and organization.is_active else None

    def lead(self, member: Member, home: Organization, standing: str, level: str) -> None:
        """Make the member secretary of the organization."""
        member.office, member.level = "书记", level
        member.job = self.rng.choice(JOBS[level])
        home.secretary, home.secretary_born = member.name, member.born
        home.secretary_phone, home.secretary_standing = member.phone, standing
        if standing == "企业主" and member.employer is not None:
            member.employer.owner, member.employer.politics = member.name, "中共党员"
            member.employer.phone = member.phone
            member.job = "经营者" if member.employer.kind == SHOP else "总经理"

    def lead_joint(self, branch: Organization) -> None:
        """Choose the secretary of a joint branch among the members of its second enterprise."""
        member = next(one for one in branch.hosts[1].members if one.full_since is not None)
        if branch.secretary:
            member.name, member.sex = branch.secretary, "男"
        self._rebirth(member, secretary_birth(self.rng, self.today))
        member.affiliation, member.management, member.moved_in = branch, None, None
        self.lead(member, branch, self.rng.choice(("企业主", "高管", "中层")), "管理层")

    def _rebirth(self, member: Member, born: date) -> None:
        """Give a member the age of a secretary, with the ID number and dates that follow."""
        member.born, member.identity = born, self.numbers.identity(born, member.sex)
        member.joined = self._joined_since_youth(born, self.today - timedelta(days=900))
        member.full_since = years_before(member.joined, -1)

    # -- shops -----------------------------------------------------------------------------------

    def shopkeepers(self, shops: list[Entity]) -> None:
        """Members of the shops: the first of a shop is its owner."""
        for shop in shops:
            for position in range(shop.wanted_full):
                member = self.add(shop, self.community(shop), FULL)
                member.level, member.job = (
                    ("出资人", "经营者") if position == 0 else ("员工", "店员")
                )
                if position == 0:
                    shop.owner, shop.politics = member.name, "中共党员"
                    shop.phone = member.phone
                if shop.organization is not None:
                    member.management = shop.organization
        for first, _, _, affiliated, age, standing in ASSOCIATION_BRANCHES:
            self._association_branch(
                self.network.sub_associations[first], affiliated, age, standing
            )
        self._published_half_year()
        self._new_shopkeepers()

    def _association_branch(
        self, branch: Organization, affiliated: int, age: int, standing: str
    ) -> None:
        managed = [member for member in self.members if member.management is branch]
        for member in managed[:affiliated]:
            member.affiliation, member.management = branch, None
        for member in managed[affiliated:]:
            member.mobile = "流入" if self.rng.random() < 0.3 else "否"
        born = secretary_birth(self.rng, self.today, age)
        if standing not in ("企业主", "员工"):
            branch.secretary = names.person(self.rng, "男")
            branch.secretary_born, branch.secretary_phone = born, self.numbers.phone()
            return
        member = next(one for one in managed if (one.level == "出资人") == (standing == "企业主"))
        self._rebirth(member, born)
        self.lead(member, branch, standing, member.level)

    def _published_half_year(self) -> None:
        """16 shop members who joined in the published half-year, one who became full in it."""
        limit = years_before(PUBLISHED_HALF_YEAR[0], 24)
        young = [
            member
            for member in self.members
            if member.employer is not None
            and member.employer.kind == SHOP
            and not member.office
            and member.born < limit
        ]
        chosen = self.rng.sample(young, JOINED_THEN + FULL_THEN)
        for position, member in enumerate(chosen):
            low, high = PUBLISHED_HALF_YEAR if position < JOINED_THEN else YEAR_BEFORE
            member.joined = between(self.rng, low, high)
            member.full_since = years_before(member.joined, -1)

    def _new_shopkeepers(self) -> None:
        """A few probationary members among the shops, none of them a secretary."""
        published = (PUBLISHED_HALF_YEAR, YEAR_BEFORE)
        plain = [
            member
            for member in self.members
            if member.employer is not None
            and member.employer.kind == SHOP
            and not member.office
            and not any(low <= member.joined <= high for low, high in published)
        ]
        for member in self.rng.sample(plain, 19):
            member.joined = between(
                self.rng, self.today - timedelta(days=330), self.today - timedelta(days=25)
            )
            member.full_since = None

    # -- those who have left -----------------------------------------------------------------------

    def leavers(self, entities: list[Entity]) -> None:
        """Members who no longer count: moved, suspended, expelled, dead."""
        for status, count in LEFT:
            for position in range(count):
                employer = self.rng.choice(entities)
                home = self._valid(employer) or self.community(employer)
                member = self.add(employer, home, FULL)
                member.status = status
                undated = status == "已转出" and position < LEFT_UNDATED
                if not undated:
                    first = max(
                        member.full_since or member.joined, self.today - timedelta(days=1100)
                    )
                    member.status_since = between(self.rng, first, self.today - timedelta(days=35))
                employer.members.remove(member)


def build_members(
    rng: Random,
    numbers: Numbers,
    timeline: Timeline,
    network: Network,
    branches: list[Organization],
    entities: list[Entity],
    shops: list[Entity],
) -> list[Member]:
    """The roster; sets secretaries, owners and 党员总数 of the entities on the way."""
    roster = Roster(rng, numbers, timeline, network)
    counting = [entity for entity in entities if entity.counts]
    for entity in counting:
        roster.staff(entity)
    for branch in branches:
        if branch.category == JOINT_BRANCH and branch.is_active:
            roster.lead_joint(branch)
    roster.shopkeepers([shop for shop in shops if shop.wanted_full])
    roster.leavers([entity for entity in counting if entity.founded and entity.founded.year < 2020])
    for entity in counting:
        entity.member_total = len(entity.members)
    for shop in shops:
        if shop.wanted_full:
            shop.member_total = len(shop.members)
    return roster.members
