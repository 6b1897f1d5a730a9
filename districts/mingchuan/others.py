"""Markets, and the enterprises and societies that are in the ledger and do not count."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from districts.mingchuan.describe import Describer
from districts.mingchuan.named import MARKET as NAMED_MARKET
from districts.mingchuan.named import NOT_COUNTED as NAMED_NOT_COUNTED
from districts.mingchuan.organizations import Network, own_branch
from districts.mingchuan.records import (
    CIRCLE,
    CLOSED,
    MARKET,
    MOVED,
    REVOKED,
    SHELL,
    SMALL,
    SUSPENDED,
    Entity,
    Organization,
)
from districts.mingchuan.timeline import Timeline
from districts.mingchuan.towns import BY_NAME, TOWNS

OTHER_FIRM, SOCIETY, ASSOCIATION = "其他非公企业", "社会组织", "行业协会商会"

# name, town, covered by, full and probationary members, employees, whether it is municipal:
# the municipal ones carry the code of their one organizer
MARKETS = (
    (NAMED_MARKET[1], "青石镇", "own", (7, 0), 214, False),
    ("明川建材装饰市场", "东湖街道", "own", (9, 1), 460, False),
    ("城中农贸市场", "城中街道", "own", (8, 0), 320, True),
    ("临江冷链水产市场", "临江街道", "own", (6, 1), 185, False),
    ("北苑数码市场", "北苑街道", "own", (5, 0), 150, False),
    ("鼓楼服装批发市场", "城中街道", CIRCLE, (2, 1), 280, False),
    ("南门农贸市场", "南门街道", "", (2, 0), 240, True),
    ("西河家具市场", "西河街道", "", (2, 0), 130, False),
    ("朝晖汽配市场", "朝晖街道", "", (2, 0), 165, False),
    ("和平农贸市场", "和平街道", "", (2, 0), 190, True),
    ("向阳布料市场", "向阳街道", "", (2, 0), 95, False),
    ("柳溪农贸市场", "柳溪镇", "", (1, 0), 110, False),
    ("云台茶叶交易市场", "云台镇", "", (1, 0), 140, False),
    ("石桥建材市场", "石桥镇", "", (1, 0), 85, False),
    ("白鹭水产市场", "白鹭镇", "", (1, 0), 70, False),
    ("桃林果蔬批发市场", "桃林镇", "", (1, 0), 160, False),
)
WITHOUT_CODE = ("白鹭水产市场", "石桥建材市场")
MARKET_BRANCH_MONTH = {"北苑数码市场": 9}  # its branch was founded within the trend

NOT_COUNTED_FIRMS = ((SUSPENDED, 9), (REVOKED, 7), (SHELL, 5), (MOVED, 6))
CLOSED_BEFORE, CLOSED_UNDATED = 14, 4
OTHER_FIRMS = (
    ("明川水泥有限公司", "30", CLOSED),
    ("明川第二丝绸有限公司", "17", REVOKED),
    ("明川机床制造有限公司", "34", SUSPENDED),
    ("明川印染有限公司", "17", CLOSED),
    ("东湖置业投资有限公司", "50", SUSPENDED),
    ("朝晖汽车底盘有限公司", "36", MOVED),
    ("临江造船有限公司", "36", CLOSED),
    ("明川化肥有限公司", "26", SHELL),
    ("柳溪酒业有限公司", "15", SUSPENDED),
    ("明川长途客运有限公司", "54", MOVED),
    ("城中百货大楼有限公司", "52", CLOSED),
    ("明川陶瓷集团有限公司", "30", REVOKED),
)
SOCIETIES = (
    ("明川区晨光幼儿看护服务中心", "52", CLOSED),
    ("明川区银龄助老服务中心", "52", SUSPENDED),
    ("明川区小桔灯助学服务社", "52", CLOSED),
    ("明川区新苗职业培训学校", "52", SUSPENDED),
    ("明川区绿野环保志愿者协会", "51", SUSPENDED),
    ("明川区民间曲艺研究会", "51", CLOSED),
    ("明川区老年书画研究会", "51", SUSPENDED),
    ("明川区同行心理服务中心", "52", CLOSED),
)
ASSOCIATIONS = (
    ("明川区竹木制品行业协会", SUSPENDED),
    ("明川区餐饮行业协会", SUSPENDED),
    ("明川区汽车维修行业协会", CLOSED),
    ("明川区旧货行业商会", CLOSED),
    ("明川区印刷行业协会", SUSPENDED),
)


@dataclass(slots=True)
class Others:
    """What this module adds to the district."""

    markets: list[Entity]
    branches: list[Organization]
    not_counted: list[Entity]


def _markets(
    rng: Random, describer: Describer, timeline: Timeline, network: Network
) -> tuple[list[Entity], list[Organization]]:
    organizer = describer.numbers.credit_code("91")
    markets: list[Entity] = []
    branches: list[Organization] = []
    for name, town, covered, members, employees, municipal in MARKETS:
        market = Entity(MARKET, name, BY_NAME[town], industry="72", employees=employees)
        market.wanted_full, market.wanted_probationary = members
        market.founded = timeline.before_start(rng, 18, date(2003, 1, 1))
        if name == NAMED_MARKET[1]:
            market.code, market.community, market.grid = NAMED_MARKET[2:5]
        elif municipal:
            market.code = organizer
        describer.place(market)
        describer.people(market)
        market.revenue = round(employees * rng.uniform(8, 20), 1)
        market.assets = round(employees * rng.uniform(6, 14), 1)
        if name in WITHOUT_CODE:
            market.code = ""
        else:
            market.code = market.code or describer.numbers.credit_code("91")
        _cover_market(rng, market, covered, timeline, network, branches)
        markets.append(market)
    return markets, branches


def _cover_market(
    rng: Random,
    market: Entity,
    covered: str,
    timeline: Timeline,
    network: Network,
    branches: list[Organization],
) -> None:
    if covered == "own":
        day = timeline.before_start(rng, 7)
        if market.name in MARKET_BRANCH_MONTH:
            day = timeline.day_in(rng, MARKET_BRANCH_MONTH[market.name])
        market.founded = min(market.founded, day - timedelta(days=400))
        branches.append(own_branch(market, market.name, day, network.regulator))
        market.union = True
    elif covered:
        market.organization, market.mode = network.functional[covered], covered
        market.link_start = timeline.before_start(rng, 1.5, market.organization.founded)
        market.founded = min(market.founded, market.link_start - timedelta(days=400))


def _firm(rng: Random, describer: Describer, timeline: Timeline, status: str) -> Entity:
    town = rng.choice(TOWNS)
    firm = Entity(SMALL, "", town, status=status)
    firm.industry = describer.industry(town)
    firm.employees = 0 if status == SHELL else rng.randint(1, 20)
    firm.founded = timeline.before_start(rng, 14)
    return firm


def _small_not_counted(rng: Random, describer: Describer, timeline: Timeline) -> list[Entity]:
    firms = [
        _firm(rng, describer, timeline, status)
        for status, count in NOT_COUNTED_FIRMS
        for _ in range(count)
    ]
    town, name, code, community, industry, _ = NAMED_NOT_COUNTED
    firms[0].town, firms[0].name, firms[0].code = BY_NAME[town], name, code
    firms[0].community, firms[0].industry = community, industry
    for dated in [True] * CLOSED_BEFORE + [False] * CLOSED_UNDATED:
        firm = _firm(rng, describer, timeline, CLOSED)
        if dated:
            # Closed before the trend begins, so no month end of it counts them.
            firm.closed = timeline.before_start(rng, 4)
            firm.founded = min(firm.founded, firm.closed - timedelta(days=500))
        firms.append(firm)
    for firm in firms:
        describer.describe(firm)
        firm.note = "经市场监管部门核实" if rng.random() < 0.3 else ""
    return firms


def _closed_or_not(rng: Random, entity: Entity, timeline: Timeline) -> None:
    if entity.status == CLOSED:
        entity.closed = timeline.before_start(rng, 3)
        entity.founded = min(entity.founded, entity.closed - timedelta(days=800))


def _other_kinds(rng: Random, describer: Describer, timeline: Timeline) -> list[Entity]:
    rows = [(OTHER_FIRM, name, industry, "91", status) for name, industry, status in OTHER_FIRMS]
    rows += [
        (SOCIETY, name, "88" if prefix == "51" else "85", prefix, status)
        for name, prefix, status in SOCIETIES
    ]
    rows += [(ASSOCIATION, name, "95", "51", status) for name, status in ASSOCIATIONS]
    entities = []
    for kind, name, industry, prefix, status in rows:
        town = next((t for t in TOWNS if name.startswith(t.short)), rng.choice(TOWNS[:9]))
        entity = Entity(kind, name, town, status=status, industry=industry)
        entity.code = describer.numbers.credit_code(prefix)
        entity.employees = rng.randint(60, 380) if kind == OTHER_FIRM else rng.randint(2, 30)
        entity.founded = timeline.before_start(rng, 20, date(1998, 1, 1))
        _closed_or_not(rng, entity, timeline)
        describer.place(entity)
        describer.people(entity)
        entity.revenue = round(entity.employees * rng.uniform(2, 20), 1)
        entity.assets = round(entity.employees * rng.uniform(3, 15), 1)
        entities.append(entity)
    return entities


def _old_markets(rng: Random, describer: Describer, timeline: Timeline) -> list[Entity]:
    entities = []
    for name, town, status in (
        ("明川旧机电市场", "朝晖街道", CLOSED),
        ("河西旧货市场", "西河街道", SUSPENDED),
    ):
        entity = Entity(MARKET, name, BY_NAME[town], status=status, industry="72", employees=30)
        entity.founded = timeline.before_start(rng, 20)
        _closed_or_not(rng, entity, timeline)
        describer.place(entity)
        describer.people(entity)
        entities.append(entity)
    return entities


def _struck_off(entity: Entity, network: Network) -> Organization:
    """A branch marked 撤销 of which nobody knows since when: it counts at no date."""
    founded = (entity.founded or date(2010, 1, 1)) + timedelta(days=900)
    branch = own_branch(entity, entity.name, founded, network.regulator)
    branch.is_active = False
    branch.note = "撤销批复未存档"
    return branch


def build_others(rng: Random, describer: Describer, timeline: Timeline, network: Network) -> Others:
    """16 markets that count, and everything else that does not."""
    markets, branches = _markets(rng, describer, timeline, network)
    old_markets = _old_markets(rng, describer, timeline)
    branches.append(_struck_off(old_markets[-1], network))
    not_counted = [
        *_small_not_counted(rng, describer, timeline),
        *old_markets,
        *_other_kinds(rng, describer, timeline),
    ]
    return Others(markets, branches, not_counted)
