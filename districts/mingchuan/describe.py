"""Fills in what any enterprise has: name, place, industry, size, people."""

from collections.abc import Iterator
from random import Random

from districts.mingchuan import names
from districts.mingchuan.codes import Numbers
from districts.mingchuan.records import Entity
from districts.mingchuan.towns import ECONOMIC_ZONE, PARKS, ZONE_TOWNS, Town, grids_of

# Industries of a town beside the general ones; two-digit classes of GB/T 4754.
TOWN_INDUSTRIES = {
    "城中街道": "52 62 61 72 87",
    "东湖街道": "50 30 72 65",
    "北苑街道": "52 64 65 54",
    "朝晖街道": "34 36 38",
    "临江街道": "54 59 51",
    "青石镇": "33 33 34 36 22",
    "柳溪镇": "13 14 15",
    "云台镇": "15 15 14",
    "白鹭镇": "04 13",
    "桃林镇": "01 13",
    "松岭镇": "20 21",
}
GENERAL_INDUSTRIES = [
    "13", "17", "18", "20", "21", "22", "23", "26", "29", "30", "33", "34", "35", "36", "38", "39",
    "42", "48", "50", "51", "52", "54", "59", "62", "64", "65", "72", "73", "74", "75", "77", "80",
    "81", "85", "87", "01", "03", "04",
]  # fmt: skip
CHAINS = {
    "33": "五金与装备",
    "34": "五金与装备",
    "36": "五金与装备",
    "13": "绿色食品",
    "14": "绿色食品",
    "15": "茶产业",
    "39": "电子信息",
    "65": "电子信息",
    "54": "现代物流",
    "59": "现代物流",
    "30": "建材家居",
    "21": "建材家居",
    "50": "建材家居",
}
TAGS = ("专精特新", "高新技术", "专精特新、高新技术", "科技型中小企业")
ROADS = ("工业路", "兴业路", "建设路", "人民路", "滨江路", "创业大道", "育才路", "朝阳路", "文化路")
POLITICS = ("群众", "群众", "群众", "群众", "无党派", "共青团员", "民主党派")

# Upper limits under which an enterprise stays 小型 or 微型 (工信部联企业〔2011〕300号).
MOST_EMPLOYEES = {"52": 49, "54": 180}
MOST_EMPLOYEES_SERVICE = 95
MOST_EMPLOYEES_INDUSTRY = 280
MOST_REVENUE = {"01": 480, "03": 480, "04": 480, "48": 5500, "50": 5500, "51": 4800}


def is_industry(industry: str) -> bool:
    """Mining, manufacturing, energy: sections B, C, D."""
    return "06" <= industry <= "46"


def most_employees(industry: str) -> int:
    """The largest number of employees that keeps the enterprise below 中型."""
    if is_industry(industry):
        return MOST_EMPLOYEES_INDUSTRY
    return MOST_EMPLOYEES.get(industry, MOST_EMPLOYEES_SERVICE)


class Describer:
    """Describes enterprises one after the other, no name twice."""

    def __init__(self, rng: Random, numbers: Numbers, taken: list[str]) -> None:
        self.rng = rng
        self.numbers = numbers
        self._taken = {name[:2] for name in taken}
        self._brands: Iterator[str] = names.brands(rng)
        self._grids: dict[str, list[str]] = {}

    def brand(self) -> str:
        """The next brand that no named enterprise begins with."""
        return next(brand for brand in self._brands if brand not in self._taken)

    def industry(self, town: Town, *, industrial: bool = False) -> str:
        """An industry typical of the town; `industrial` limits it to manufacturing."""
        local = TOWN_INDUSTRIES.get(town.name, "").split()
        pool = local * 4 + GENERAL_INDUSTRIES
        if industrial:
            pool = [industry for industry in pool if is_industry(industry)]
        return self.rng.choice(pool)

    def place(self, entity: Entity) -> None:
        """Community, grid, park and address, all inside the town."""
        rng, town = self.rng, entity.town
        grids = self._grids.setdefault(town.name, grids_of(town))
        entity.community = entity.community or rng.choice(town.community_names)
        if not entity.grid and rng.random() < 0.75:
            near = [grid for grid in grids if grid.startswith(entity.community)]
            entity.grid = rng.choice(near or grids)
        if not entity.park:
            entity.park = self._park(entity)
        number = rng.randint(1, 260)
        where = entity.park or f"{town.name}{entity.community}"
        entity.address = entity.address or f"{where}{rng.choice(ROADS)}{number}号"

    def _park(self, entity: Entity) -> str:
        for park, parent in PARKS.items():
            if parent == entity.town.name and entity.grid.startswith(park[:4]):
                return park
        if entity.town.name in ZONE_TOWNS and is_industry(entity.industry):
            return ECONOMIC_ZONE if self.rng.random() < 0.55 else ""
        homes = [park for park, parent in PARKS.items() if parent == entity.town.name]
        return self.rng.choice(homes) if homes and self.rng.random() < 0.3 else ""

    def size(self, entity: Entity) -> None:
        """Revenue and assets that fit the employees and keep the enterprise 小型 or 微型."""
        rng, industry = self.rng, entity.industry
        entity.employees = min(entity.employees, most_employees(industry))
        most = MOST_REVENUE.get(industry, 1e9)
        if entity.revenue is None:
            each = rng.uniform(9, 58) if is_industry(industry) else rng.uniform(6, 32)
            entity.revenue = round(min(entity.employees * each, most) * rng.uniform(0.8, 1), 1)
        entity.assets = round(entity.revenue * rng.uniform(0.35, 1.3), 1)
        entity.above_scale = self._above_scale(entity)

    @staticmethod
    def _above_scale(entity: Entity) -> bool:
        floor = 500 if entity.industry == "52" else 2000
        scaled = is_industry(entity.industry) or entity.industry in ("51", "52")
        return scaled and (entity.revenue or 0) >= floor

    def people(self, entity: Entity) -> None:
        """Legal representative and phone."""
        if not entity.owner:
            entity.owner = names.person(self.rng, names.sex_of(self.rng, 0.72))
            entity.politics = self.rng.choice(POLITICS)
        entity.phone = entity.phone or self.numbers.phone()

    def describe(self, entity: Entity) -> None:
        """Fill in everything that is still empty."""
        rng = self.rng
        if not entity.name:
            trade = rng.choice(names.FIRM_TRADES[entity.industry])
            entity.name = f"{self.brand()}{trade}有限公司"
        entity.code = entity.code or self.numbers.credit_code("91")
        self.place(entity)
        self.size(entity)
        self.people(entity)
        entity.chain = entity.chain or CHAINS.get(entity.industry, "")
        if not entity.tags and is_industry(entity.industry) and rng.random() < 0.14:
            entity.tags = rng.choice(TAGS)
        entity.premises = rng.random() < 0.88
