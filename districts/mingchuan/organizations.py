"""Party organizations: the committees above, the branches below, and who heads them."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from districts.mingchuan import names
from districts.mingchuan.codes import Numbers
from districts.mingchuan.records import (
    CIRCLE,
    FALLBACK,
    JOINT,
    SINGLE,
    UNIFIED,
    Entity,
    Organization,
)
from districts.mingchuan.timeline import Timeline, between, years_before
from districts.mingchuan.towns import BY_NAME, ECONOMIC_ZONE, HARDWARE_PARK, TOWNS, Town

COMMITTEE, GENERAL, BRANCH = "党委", "党总支", "党支部"
JOINT_BRANCH, FUNCTIONAL = "联合党支部", "功能型党支部"

# Joint branches of each town, in the order of Town.joint: short name, industries.
JOINT_NAMES = {
    "城中街道": (("城中商贸", "51 52"), ("城中文化创意", "87 72")),
    "东湖街道": (("东湖建材产业", "30 50 48"),),
    "北苑街道": (("北苑电商", "52 64 65"),),
    "南门街道": (("南门餐饮服务", "62 61"),),
    "西河街道": (("西河家居产业", "21 20"),),
    "朝晖街道": (("朝晖装备制造", "34 35 38"),),
    "临江街道": (("临江物流", "54 59"),),
    "和平街道": (("和平商贸", "51 52"),),
    "向阳街道": (("向阳服饰产业", "18 17"),),
    "青石镇": (("五金产业", "33 34"),),
    "柳溪镇": (("柳溪食品产业", "13 14"),),
    "云台镇": (("云台茶产业", "15"),),
    "石桥镇": (("石桥建筑业", "48 50"),),
    "白鹭镇": (("白鹭水产", "04 13"),),
    "松岭镇": (("松岭竹木产业", "20 21"),),
    "桃林镇": (("桃林果蔬", "01 13"),),
    "泉口镇": (("泉口加工业", "29 33"),),
    "丰乐镇": (("丰乐粮油", "13"),),
}
TWO_BRANCH_TOWNS = 13  # towns with this many enterprises or more have two community branches

# 个私协 branches: first name, towns, members managed, of them affiliated, secretary's age and
# standing.
ASSOCIATION_BRANCHES = (
    ("城中", ("城中街道",), 78, 2, 36, "企业主"),
    ("东湖", ("东湖街道",), 70, 3, 53, "企业主"),
    ("北苑", ("北苑街道",), 62, 1, 28, "员工"),
    ("南门", ("南门街道", "西河街道"), 58, 0, 58, "第一书记"),
    ("朝晖", ("朝晖街道", "向阳街道"), 52, 0, 61, "退休"),
    ("临江", ("临江街道", "和平街道"), 49, 2, 55, "企业主"),
    ("青石", ("青石镇",), 80, 0, 67, "企业主"),
    ("柳溪", ("柳溪镇", "红土镇", "大塘镇"), 46, 0, 57, "企业主"),
    ("云台", ("云台镇", "安平镇", "梅岭镇"), 43, 0, 62, "退休"),
    ("石桥", ("石桥镇", "永兴镇", "古井镇"), 41, 1, 38, "企业主"),
    ("白鹭", ("白鹭镇", "松岭镇", "沙洲镇"), 38, 0, 54, "企业主"),
    ("桃林", ("桃林镇", "泉口镇"), 36, 3, 33, "企业主"),
    ("双河", ("双河镇", "丰乐镇", "长坪镇"), 30, 30, 59, "企业主"),
)
SECRETARY_AGES = ((31, 40, 10), (41, 50, 22), (51, 60, 48), (61, 67, 20))  # from, to, weight
TERM_STAGES = (  # days from today until the election is due, weight
    (-240, -1, 7),
    (3, 29, 5),
    (31, 89, 8),
    (92, 179, 11),
    (185, 1000, 69),
)
VACANT = ("江岸社区党支部", "松岭社区党支部")  # the secretary has left, no successor yet
BRANDS = (
    "红链先锋", "匠心红", "茶乡红韵", "红色引擎", "先锋驿站", "党建红·物流快", "红心向企",
    "暖心红帮办", "同心市场", "锤炼先锋", "红色订单", "党旗红·产业兴",
)  # fmt: skip


@dataclass(slots=True)
class Network:
    """The committees and community branches that stand before any firm has a branch."""

    district: Organization  # 区委两新工委
    regulator: Organization  # 市场监管局非公党委
    association: Organization  # 个私协党委
    parks: dict[str, Organization]
    towns: dict[str, Organization]
    communities: dict[str, list[Organization]]
    sub_associations: dict[str, Organization]  # first name -> branch
    functional: dict[str, Organization]  # 组建方式 -> branch

    def all(self) -> list[Organization]:
        """Every organization of the network, superiors first."""
        return [
            self.district,
            self.regulator,
            self.association,
            *self.parks.values(),
            *self.towns.values(),
            *(branch for branches in self.communities.values() for branch in branches),
            *self.sub_associations.values(),
            *self.functional.values(),
        ]


def _seat() -> Town:
    return BY_NAME["城中街道"]


def _towns(rng: Random, district: Organization) -> dict[str, Organization]:
    return {
        town.name: Organization(
            f"中共明川区{town.name}综合委员会",
            f"{town.name}综合党委",
            COMMITTEE,
            FALLBACK,
            town,
            between(rng, date(2013, 3, 1), date(2016, 12, 1)),
            parent=district,
            term_years=5,
        )
        for town in TOWNS
    }


def _communities(rng: Random, towns: dict[str, Organization]) -> dict[str, list[Organization]]:
    return {
        town.name: [
            Organization(
                f"中共{town.name}{community}支部委员会",
                f"{community}党支部",
                BRANCH,
                SINGLE,
                town,
                between(rng, date(1998, 1, 1), date(2011, 12, 1)),
                parent=towns[town.name],
            )
            for community in town.community_names[: 2 if town.firms >= TWO_BRANCH_TOWNS else 1]
        ]
        for town in TOWNS
    }


def _sub_associations(rng: Random, association: Organization) -> dict[str, Organization]:
    return {
        first: Organization(
            f"中共明川区个体私营经济协会{first}分会支部委员会",
            f"个私协{first}分会党支部",
            BRANCH,
            FALLBACK,
            BY_NAME[towns[0]],
            between(rng, date(2014, 1, 1), date(2021, 6, 1)),
            parent=association,
            names_hosts=False,
            secretary_standing=standing,
        )
        for first, towns, _, _, _, standing in ASSOCIATION_BRANCHES
    }


def _parks(district: Organization, towns: dict[str, Organization]) -> dict[str, Organization]:
    zone = Organization(
        f"中共{ECONOMIC_ZONE}综合委员会",
        "经开区综合党委",
        COMMITTEE,
        FALLBACK,
        BY_NAME["东湖街道"],
        date(2012, 6, 28),
        parent=district,
        park=ECONOMIC_ZONE,
        term_years=5,
    )
    hardware = Organization(
        f"中共{HARDWARE_PARK}总支部委员会",
        "五金产业园党总支",
        GENERAL,
        FALLBACK,
        BY_NAME["青石镇"],
        date(2018, 5, 16),
        parent=towns["青石镇"],
        park=HARDWARE_PARK,
    )
    return {ECONOMIC_ZONE: zone, HARDWARE_PARK: hardware}


def _functional(towns: dict[str, Organization]) -> dict[str, Organization]:
    circle = Organization(
        "中共城中商圈功能型支部委员会",
        "城中商圈功能型党支部",
        FUNCTIONAL,
        CIRCLE,
        _seat(),
        date(2021, 4, 20),
        parent=towns["城中街道"],
    )
    chain = Organization(
        "中共明川区家装产业链功能型支部委员会",
        "家装产业链功能型党支部",
        FUNCTIONAL,
        UNIFIED,
        BY_NAME["东湖街道"],
        date(2022, 9, 15),
        parent=towns["东湖街道"],
        industry="50",
    )
    return {CIRCLE: circle, UNIFIED: chain}


def build_network(rng: Random) -> Network:
    """Create the committees, community branches and branches of the association."""
    district = Organization(
        "中共明川区委非公有制经济组织和社会组织工作委员会",
        "区委两新工委",
        COMMITTEE,
        UNIFIED,
        _seat(),
        date(2012, 4, 18),
        term_years=5,
    )
    regulator = Organization(
        "中共明川区市场监督管理局非公有制经济组织委员会",
        "市监局非公党委",
        COMMITTEE,
        UNIFIED,
        _seat(),
        date(2014, 9, 25),
        parent=district,
        term_years=5,
    )
    association = Organization(
        "中共明川区个体私营经济协会委员会",
        "个私协党委",
        COMMITTEE,
        UNIFIED,
        _seat(),
        date(2013, 11, 8),
        parent=regulator,
        term_years=5,
    )
    towns = _towns(rng, district)
    return Network(
        district,
        regulator,
        association,
        _parks(district, towns),
        towns,
        _communities(rng, towns),
        _sub_associations(rng, association),
        _functional(towns),
    )


def own_branch(host: Entity, short: str, founded: date, parent: Organization) -> Organization:
    """Branch of one enterprise or market (单独组建), which becomes its valid organization."""
    branch = Organization(
        f"中共{host.name}支部委员会",
        f"{short}党支部",
        BRANCH,
        SINGLE,
        host.town,
        founded,
        parent=parent,
        park=host.park,
        industry=host.industry,
        hosts=[host],
    )
    host.organization, host.mode, host.link_start = branch, SINGLE, founded
    return branch


def joint_branch(town: Town, first: str, founded: date, parent: Organization) -> Organization:
    """Joint branch of several enterprises of a town (联合组建)."""
    place = "" if first.startswith(town.short) else town.name
    return Organization(
        f"中共{place}{first}联合支部委员会",
        f"{first}联合党支部",
        JOINT_BRANCH,
        JOINT,
        town,
        founded,
        parent=parent,
    )


def _weighted(rng: Random, stages: tuple[tuple[int, int, int], ...]) -> int:
    first, last, _ = rng.choices(stages, [weight for *_, weight in stages])[0]
    return rng.randint(first, last)


def secretary_birth(rng: Random, today: date, age: int | None = None) -> date:
    """Birth date of a secretary: most are over 50, none over 67."""
    years = age if age is not None else _weighted(rng, SECRETARY_AGES)
    # 40 days off the birthday: the age holds for some weeks after the day of loading.
    return years_before(today, years) - timedelta(days=rng.randint(40, 320))


def _set_term(rng: Random, organization: Organization, today: date) -> None:
    """Spread the elections over overdue, within 1, 3, 6 months, and later."""
    if organization.term_start is not None:
        return
    if organization.dissolved is not None:
        organization.term_start = max(organization.founded, years_before(organization.dissolved, 2))
        return
    due = today + timedelta(days=_weighted(rng, TERM_STAGES))
    if organization.term_years == 5:
        due += timedelta(days=rng.choice((0, 0, 300, 500)))
    start = years_before(due, organization.term_years)
    organization.term_start = max(start, organization.founded)


def _appoint(rng: Random, numbers: Numbers, organization: Organization, today: date) -> None:
    """Secretary from outside the roster: officials, retired people, community staff."""
    if organization.secretary:
        return
    if organization.short in VACANT:
        organization.note = "原书记已调离，正在推选"
        return
    organization.secretary = names.person(rng, names.sex_of(rng, 0.7))
    organization.secretary_born = secretary_birth(rng, today)
    organization.secretary_phone = numbers.phone()
    if organization.category != COMMITTEE and not organization.secretary_standing:
        organization.secretary_standing = rng.choice(("第一书记", "退休", "员工"))


def _furnish(rng: Random, organization: Organization) -> None:
    if organization.category == COMMITTEE:
        return
    organization.groups = rng.choice((None, None, 1, 2, 3))
    organization.room = rng.choice((None, 20, 24, 30, 36, 45, 60, 80, 120))
    if rng.random() < 0.15:
        organization.brand = rng.choice(BRANDS)


def complete(
    rng: Random, numbers: Numbers, organizations: list[Organization], timeline: Timeline
) -> None:
    """Give every organization its code, term, secretary and rooms; leave two without secretary."""
    serials: Counter[str] = Counter()
    for organization in organizations:
        serials[organization.category] += 1
        if rng.random() < 0.85:
            kind = 1 + [COMMITTEE, GENERAL, BRANCH, JOINT_BRANCH, FUNCTIONAL].index(
                organization.category
            )
            organization.code = f"990101{kind}{serials[organization.category]:04d}"
        _set_term(rng, organization, timeline.today)
        _appoint(rng, numbers, organization, timeline.today)
        _furnish(rng, organization)
