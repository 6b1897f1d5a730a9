"""What the district consists of, before it is written into ledgers.

Texts are those of the ledgers (ledgers.md §1); an empty text or None is an empty cell.
"""

from dataclasses import dataclass, field
from datetime import date

from districts.mingchuan.towns import Town

SMALL, SHOP, MARKET = "小微企业", "个体工商户", "专业市场"
SINGLE, JOINT, ATTACHED, FALLBACK = "单独组建", "联合组建", "挂靠组建", "区域兜底"
CIRCLE, UNIFIED = "商圈组建", "行业统建"
NORMAL, SUSPENDED, REVOKED = "正常", "停业", "吊销"
CLOSED, MOVED, SHELL = "注销", "迁出", "空壳"
FULL, PROBATIONARY = "正式党员", "预备党员"


@dataclass(slots=True, eq=False)
class Organization:
    """One Party organization (党组织)."""

    name: str
    short: str
    category: str
    mode: str
    town: Town
    founded: date
    parent: "Organization | None" = None
    code: str = ""
    park: str = ""
    industry: str = ""
    dissolved: date | None = None
    is_active: bool = True
    hosts: "list[Entity]" = field(default_factory=list)  # 依托单位
    names_hosts: bool = True  # whether the ledger prints them
    secretary: str = ""
    secretary_born: date | None = None
    secretary_phone: str = ""
    secretary_standing: str = ""
    term_start: date | None = None
    term_years: int = 3
    groups: int | None = None
    room: int | None = None
    brand: str = ""
    note: str = ""


@dataclass(slots=True, eq=False)
class Entity:
    """One market entity (市场主体)."""

    kind: str
    name: str
    town: Town
    code: str = ""
    community: str = ""
    park: str = ""
    grid: str = ""
    address: str = ""
    industry: str = ""
    chain: str = ""
    founded: date | None = None
    closed: date | None = None
    employees: int = 0
    revenue: float | None = None
    assets: float | None = None
    above_scale: bool = False
    tags: str = ""
    stage: str = ""
    premises: bool = True
    status: str = NORMAL
    owner: str = ""
    politics: str = "群众"
    phone: str = ""
    organization: Organization | None = None
    mode: str = ""
    link_start: date | None = None
    prints_start: bool = True  # False: the ledger leaves the start to the rule of first rows
    reason: str = ""
    union: bool = False
    youth: bool = False
    women: bool = False
    model_shop: bool = False  # 三亮经营户
    member_total: int | None = None
    note: str = ""
    members: "list[Member]" = field(default_factory=list)
    wanted_full: int = 0
    wanted_probationary: int = 0

    @property
    def counts(self) -> bool:
        """In business today: the entity stands in the denominators."""
        return self.status == NORMAL and self.closed is None

    @property
    def has_mass_organization(self) -> bool:
        """工会, 共青团 or 妇联: enough for work coverage."""
        return self.union or self.youth or self.women


@dataclass(slots=True, eq=False)
class Member:
    """One Party member (党员)."""

    name: str
    sex: str
    born: date
    identity: str
    joined: date
    affiliation: Organization
    phone: str
    employer: Entity | None = None
    full_since: date | None = None
    nation: str = "汉族"
    education: str = "大专"
    status: str = "正常"
    status_since: date | None = None
    moved_in: date | None = None
    management: Organization | None = None  # None: the same as the affiliation
    job: str = ""
    level: str = "员工"
    office: str = ""
    mobile: str = "否"
    dues_until: str = ""
    dues: float | None = None
    note: str = ""


@dataclass(slots=True, eq=False)
class Instructor:
    """One Party-building instructor (党建指导员) with one term."""

    name: str
    sex: str
    employer: str
    source: str
    starts: date
    ends: date
    phone: str
    title: str = ""
    is_full_time: bool = False
    town: Town | None = None
    grid: str = ""
    entities: list[Entity] = field(default_factory=list)
    organizations: list[Organization] = field(default_factory=list)
    note: str = ""


@dataclass(slots=True)
class District:
    """The whole district, ready to be written."""

    today: date
    organizations: list[Organization]
    entities: list[Entity]  # small enterprises, markets and the kinds that do not count
    shops: list[Entity]
    members: list[Member]
    instructors: list[Instructor]
