"""58,271 self-employed shops (个体工商户), of which some hundred employ members."""

from datetime import date, timedelta
from random import Random

from districts.mingchuan import named, names
from districts.mingchuan.codes import Numbers
from districts.mingchuan.organizations import ASSOCIATION_BRANCHES, Network
from districts.mingchuan.records import (
    CIRCLE,
    CLOSED,
    FALLBACK,
    MOVED,
    REVOKED,
    SHOP,
    SUSPENDED,
    Entity,
    Organization,
)
from districts.mingchuan.timeline import Timeline, between
from districts.mingchuan.towns import BY_NAME, PLACE_GRIDS, TOWNS, Town

SELF_EMPLOYED = 58_271
MEMBER_SHOPS, MODEL_SHOPS = 660, 648  # shops that employ members; of them 三亮经营户
PAIRS = 47  # covered shops that employ two members
OUTSIDE_SHOPS = 24  # shops that employ members and have no organization; one employs two
EXTRA_COVERED = 0.35  # covered shops without members, per member of the branch
HARDWARE_BRANCH, HARDWARE_EMPLOYEES, HARDWARE_EXTRA = "青石", 656, 68
SHARE_NOT_COUNTED = 0.026
STATUSES = ((CLOSED, 62), (SUSPENDED, 24), (REVOKED, 10), (MOVED, 4))
EMPLOYEES = ((1, 34), (2, 30), (3, 16), (4, 9), (5, 5), (6, 3), (8, 2), (12, 1))
ROADS = ("正街", "老街", "新街", "横街", "人民路", "建设路", "滨河路", "市场路", "车站路", "学府路")
OLDEST_DAYS = 7_600
LEAST_SHOPS = 1_200  # below this the shops with members and a believable rest do not fit


class _Names:
    """Shop names, none twice: brands times trades of a section, walked in large steps."""

    def __init__(self) -> None:
        self._brands = names.shop_brands()
        self._trades = {section: words.split() for section, (_, words) in names.SHOP_TRADES.items()}
        self._used = dict.fromkeys(self._trades, 0)

    def take(self, section: str) -> str:
        trades, brands = self._trades[section], self._brands
        self._used[section] += 1
        # 7919 is a prime that divides no number of names, so every name comes once.
        number = self._used[section] * 7_919 % (len(brands) * len(trades))
        return brands[number % len(brands)] + trades[number // len(brands)]


class ShopBuilder:
    """Makes shops one by one; everything a shop needs is drawn here."""

    def __init__(self, rng: Random, numbers: Numbers, timeline: Timeline) -> None:
        self.rng = rng
        self.numbers = numbers
        self.timeline = timeline
        self._names = _Names()
        self._sections = list(names.SHOP_TRADES)
        self._section_weights = [weight for weight, _ in names.SHOP_TRADES.values()]
        self._sizes = [size for size, _ in EMPLOYEES]
        self._size_weights = [weight for _, weight in EMPLOYEES]
        self._communities = {town.name: town.community_names for town in TOWNS}

    def shop(self, town: Town, *, coded: bool = False) -> Entity:
        """One shop in business; `coded` gives it a credit code in any case."""
        rng = self.rng
        section = rng.choices(self._sections, self._section_weights)[0]
        community = rng.choice(self._communities[town.name])
        shop = Entity(
            SHOP,
            self._names.take(section),
            town,
            code=self._code(coded),
            community=community,
            address=f"{town.name}{community}{rng.choice(ROADS)}{rng.randint(1, 320)}号",
            industry=section,
            founded=self.timeline.today - timedelta(days=self._age()),
            employees=rng.choices(self._sizes, self._size_weights)[0],
            owner=names.person(rng, "男" if rng.random() < 0.58 else "女"),
            politics="",
        )
        if community in PLACE_GRIDS and rng.random() < 0.4:
            shop.grid = f"{community}{rng.randint(1, PLACE_GRIDS[community]):02d}网格"
        if rng.random() < 0.7:
            shop.phone = self.numbers.phone()
        return shop

    def _age(self) -> int:
        """Days since the foundation: many young shops, few old ones."""
        return 20 + int(OLDEST_DAYS * self.rng.random() ** 1.7)

    def _code(self, coded: bool) -> str:
        draw = 0.0 if coded else self.rng.random()
        if draw > 0.985:
            return ""
        return self.numbers.licence() if draw > 0.965 else self.numbers.credit_code("92")

    def cover(self, shop: Entity, branch: Organization) -> None:
        """Put the shop under a branch of the association."""
        rng = self.rng
        shop.organization = branch
        shop.mode = CIRCLE if rng.random() < 0.08 else FALLBACK
        earliest = max(branch.founded, shop.founded or date.min)
        shop.prints_start = rng.random() < 0.5
        shop.link_start = earliest
        if shop.prints_start:
            shop.link_start = between(rng, earliest, self.timeline.today - timedelta(days=10))


def _pairs(managed: list[int]) -> list[int]:
    """How many shops of each branch employ two members, in proportion, 47 in all."""
    total = sum(managed)
    shares = [PAIRS * count // total for count in managed]
    for position in range(PAIRS - sum(shares)):
        shares[position] += 1
    return shares


def _named_shops(builder: ShopBuilder, branch: Organization) -> list[Entity]:
    shops = []
    for name, code, section, community, grid, employees, members in named.SHOPS:
        shop = builder.shop(BY_NAME["青石镇"], coded=True)
        shop.name, shop.code, shop.industry = name, code, section
        shop.community, shop.grid, shop.employees = community, grid, employees
        shop.address = f"青石镇{community}正街{employees * 7}号"
        shop.wanted_full = members
        if members:
            builder.cover(shop, branch)
        shops.append(shop)
    return shops


def _branch_shops(
    builder: ShopBuilder, branch: Organization, towns: tuple[str, ...], sizes: list[int]
) -> list[Entity]:
    """Covered shops of a branch; `sizes` holds the number of members of each."""
    weights = [BY_NAME[town].shops for town in towns]
    shops = []
    for size in sizes:
        town = BY_NAME[builder.rng.choices(towns, weights)[0]]
        shop = builder.shop(town, coded=True)
        shop.wanted_full = size
        shop.employees = max(shop.employees, size)
        builder.cover(shop, branch)
        shops.append(shop)
    return shops


def _set_employees(rng: Random, shops: list[Entity], total: int) -> None:
    """Let the shops of one branch have exactly `total` employees."""
    fixed = {name for name, *_ in named.SHOPS}
    free = [shop for shop in shops if shop.name not in fixed]
    for shop in free:
        shop.employees = 2
    for _ in range(total - sum(shop.employees for shop in shops)):
        rng.choice(free).employees += 1


def _covered_shops(builder: ShopBuilder, network: Network) -> list[Entity]:
    managed = [count for _, _, count, *_ in ASSOCIATION_BRANCHES]
    shops: list[Entity] = []
    for (first, towns, count, *_), pairs in zip(ASSOCIATION_BRANCHES, _pairs(managed), strict=True):
        branch = network.sub_associations[first]
        is_hardware = first == HARDWARE_BRANCH
        own = _named_shops(builder, branch) if is_hardware else []
        present = sum(shop.wanted_full for shop in own)
        extra = HARDWARE_EXTRA if is_hardware else int(count * EXTRA_COVERED)
        sizes = [2] * pairs + [1] * (count - 2 * pairs - present) + [0] * extra
        own += _branch_shops(builder, branch, towns, sizes)
        if is_hardware:
            covered = [shop for shop in own if shop.organization is branch]
            _set_employees(builder.rng, covered, HARDWARE_EMPLOYEES)
        shops += own
    return shops


def _outside_shops(builder: ShopBuilder) -> list[Entity]:
    shops = []
    for position in range(OUTSIDE_SHOPS):
        town = builder.rng.choice(TOWNS)
        shop = builder.shop(town, coded=True)
        shop.wanted_full = 2 if position == 0 else 1
        shop.employees = max(shop.employees, 2)
        shops.append(shop)
    return shops


def _end(builder: ShopBuilder, shop: Entity) -> None:
    rng = builder.rng
    statuses, weights = zip(*STATUSES, strict=True)
    shop.status = rng.choices(statuses, weights)[0]
    if shop.status == CLOSED and rng.random() < 0.7 and shop.founded is not None:
        last = builder.timeline.today - timedelta(days=8)
        shop.closed = between(rng, shop.founded + timedelta(days=10), last)


def build_shops(
    rng: Random,
    numbers: Numbers,
    timeline: Timeline,
    network: Network,
    self_employed: int = SELF_EMPLOYED,
) -> list[Entity]:
    """`self_employed` shops that count, some more that do not; fewer only cuts plain shops."""
    if self_employed < LEAST_SHOPS:
        raise ValueError(f"the members need at least {LEAST_SHOPS} shops")
    builder = ShopBuilder(rng, numbers, timeline)
    shops = _covered_shops(builder, network) + _outside_shops(builder)
    with_members = [shop for shop in shops if shop.wanted_full]
    for shop in with_members[:2] + with_members[-(MODEL_SHOPS - 2) :]:
        shop.model_shop = True
    ended = round(self_employed * SHARE_NOT_COUNTED)
    plain = self_employed - len(shops)
    towns = rng.choices(TOWNS, [town.shops for town in TOWNS], k=plain + ended)
    rest = [builder.shop(town) for town in towns]
    for shop in rest[plain:]:
        _end(builder, shop)
    order = {town.name: position for position, town in enumerate(TOWNS)}
    shops += rest
    rng.shuffle(shops)
    return sorted(shops, key=lambda shop: order[shop.town.name])
