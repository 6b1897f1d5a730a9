"""Area tree of 明川区 and how its 438 small enterprises lie in it.

The table is the published coverage table by town: enterprises, members and coverage states of each
town add up to the district's figures (checked in tests/districts).
"""

from dataclasses import dataclass
from datetime import date
from functools import cache

DISTRICT_CODE = "990101"
DISTRICT_NAME = "明川区"


@dataclass(frozen=True, slots=True)
class Town:
    """One town or subdistrict (镇街) with its share of the district's figures."""

    name: str
    own: int  # enterprises 单独组建
    joint: tuple[int, ...]  # enterprises of each joint branch of the town
    attached: int  # enterprises 挂靠 / 兜底 / 商圈 / 统建
    work_only: int
    uncovered: int
    members: int  # members employed by the town's small enterprises
    member_firms: int  # of them, enterprises without an organization that employ members
    shops: int  # weight of the town among self-employed shops
    communities: str

    @property
    def covered(self) -> int:
        """Enterprises of the town with a valid coverage link."""
        return self.own + sum(self.joint) + self.attached

    @property
    def firms(self) -> int:
        """Small enterprises of the town that count."""
        return self.covered + self.work_only + self.uncovered

    @property
    def is_subdistrict(self) -> bool:
        """A 街道 rather than a 镇."""
        return self.name.endswith("街道")

    @property
    def short(self) -> str:
        """The name without 街道 / 镇, as people say it."""
        return self.name.removesuffix("街道").removesuffix("镇")

    @property
    def community_names(self) -> list[str]:
        """Communities and villages, each name once in the district."""
        return [name if name.endswith("村") else name + "社区" for name in self.communities.split()]


TOWNS = (
    Town("城中街道", 4, (3, 3), 1, 25, 2, 44, 7, 90, "鼓楼 文昌 钟楼 县前 府前"),
    Town("东湖街道", 3, (5,), 1, 23, 1, 38, 6, 78, "湖滨 东风 莲花 学府 金桂"),
    Town("北苑街道", 3, (3,), 1, 19, 3, 31, 5, 70, "春晖 北门 电商园 兴业 丽景"),
    Town("南门街道", 2, (3,), 1, 20, 0, 27, 4, 62, "南桥 瓦窑 菜市 新华 广场"),
    Town("西河街道", 2, (3,), 1, 16, 2, 25, 4, 58, "滨河 河西 渡口 竹园"),
    Town("朝晖街道", 2, (3,), 0, 16, 1, 22, 4, 52, "朝阳 和顺 双塔 星光"),
    Town("临江街道", 2, (2,), 1, 15, 0, 20, 3, 48, "码头 江岸 仓前 望江"),
    Town("和平街道", 1, (3,), 0, 11, 4, 17, 4, 46, "解放 团结 胜利 友谊"),
    Town("向阳街道", 2, (2,), 0, 13, 0, 15, 2, 40, "向荣 光明 铁路 九如"),
    Town("青石镇", 3, (5,), 1, 20, 2, 36, 3, 52, "青石 石湾村 柳林村 打铁巷 凤山村"),
    Town("柳溪镇", 2, (2,), 1, 16, 0, 20, 3, 36, "柳溪 溪口村 杨桥村 上坝村"),
    Town("云台镇", 1, (3,), 0, 11, 3, 17, 2, 32, "新街 茶山村 云雾村 龙井坪村"),
    Town("石桥镇", 2, (2,), 0, 12, 0, 15, 1, 30, "石桥 桥头村 金竹村 白沙村"),
    Town("白鹭镇", 1, (2,), 0, 11, 1, 14, 2, 28, "白鹭 湖心村 芦苇村 渔家村"),
    Town("松岭镇", 1, (2,), 0, 11, 0, 13, 2, 26, "松岭 松林村 马鞍村 大湾村"),
    Town("桃林镇", 1, (2,), 0, 8, 2, 12, 1, 26, "桃林 桃花村 李子坝村 花园村"),
    Town("泉口镇", 0, (2,), 0, 10, 0, 11, 3, 24, "泉口 清泉村 井坎村"),
    Town("红土镇", 1, (), 1, 8, 1, 10, 1, 22, "红土 红岩村 坪上村"),
    Town("安平镇", 1, (), 1, 6, 2, 9, 1, 20, "安平 太平村 沙坝村"),
    Town("丰乐镇", 0, (2,), 0, 7, 0, 8, 2, 20, "丰乐 丰收村 麦田村"),
    Town("大塘镇", 1, (), 1, 5, 1, 7, 0, 18, "大塘 荷塘村 塘坎村"),
    Town("双河镇", 1, (), 0, 6, 0, 5, 0, 18, "双河 河口村 两岔村"),
    Town("永兴镇", 1, (), 1, 5, 0, 6, 0, 16, "永兴 兴隆村 枣子村"),
    Town("古井镇", 0, (), 1, 4, 1, 4, 1, 16, "古井 井边村 槐树村"),
    Town("长坪镇", 0, (), 1, 4, 0, 3, 1, 14, "长坪 高坪村 坪坝村"),
    Town("沙洲镇", 1, (), 0, 3, 0, 3, 0, 14, "沙洲 洲头村 柑园村"),
    Town("梅岭镇", 0, (), 0, 3, 0, 1, 1, 12, "梅岭 梅花村 岭下村"),
)
BY_NAME = {town.name: town for town in TOWNS}

ECONOMIC_ZONE = "明川经济开发区"
HARDWARE_PARK = "青石五金产业园"
PARKS = {  # park -> superior area
    ECONOMIC_ZONE: DISTRICT_NAME,
    HARDWARE_PARK: "青石镇",
    "北苑电子商务产业园": "北苑街道",
    "云台茶文化产业园": "云台镇",
}
ZONE_TOWNS = ("东湖街道", "朝晖街道", "临江街道")  # towns on whose land the economic zone lies

# Grids by place: community -> number of grids; other towns have one or two in the first community.
PLACE_GRIDS = {
    "青石社区": 3,
    "石湾村": 2,
    "柳林村": 2,
    "解放社区": 4,
    "鼓楼社区": 3,
    "春晖社区": 2,
    "滨河社区": 2,
    "新街社区": 2,
    "桃花村": 2,
    "湖心村": 1,
}
SPECIAL_GRIDS = (  # name, 网格类型, superior area
    ("青石五金产业园05网格", "产业链", HARDWARE_PARK),
    ("青石五金产业园06网格", "产业链", HARDWARE_PARK),
    ("云台茶产业链网格", "产业链", "云台镇"),
    ("柳溪绿色食品产业链网格", "产业链", "柳溪镇"),
    ("城中商圈行业网格", "行业", "城中街道"),
    ("北苑电商行业网格", "行业", "北苑街道"),
    ("东湖建材行业网格", "行业", "东湖街道"),
    ("临江物流行业网格", "行业", "临江街道"),
)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One row of the area ledger, superior first."""

    code: str
    name: str
    level: str
    parent: str
    grid_type: str = ""
    opened: date | None = None
    closed: date | None = None


def town_code(town: Town) -> str:
    """9-digit code: subdistricts from 001, towns from 101, in official order."""
    peers = [other for other in TOWNS if other.is_subdistrict == town.is_subdistrict]
    first = 1 if town.is_subdistrict else 101
    return f"{DISTRICT_CODE}{first + peers.index(town):03d}"


def _town_rows() -> list[AreaRow]:
    return [AreaRow(town_code(town), town.name, "镇街", DISTRICT_CODE) for town in TOWNS]


def _community_rows() -> list[AreaRow]:
    return [
        AreaRow(f"{town_code(town)}{number:03d}", name, "村社区", town_code(town))
        for town in TOWNS
        for number, name in enumerate(town.community_names, 1)
    ]


def _grid_rows(code_of: dict[str, str]) -> list[AreaRow]:
    counts = dict(PLACE_GRIDS)
    for town in TOWNS:
        if not counts.keys() & set(town.community_names):
            counts[town.community_names[0]] = 2 if town.firms >= 8 else 1
    places = [
        AreaRow(
            f"{code_of[community]}-{number:02d}",
            f"{community}{number:02d}网格",
            "网格",
            code_of[community],
            "地域",
        )
        for community, count in counts.items()
        for number in range(1, count + 1)
    ]
    special = [
        AreaRow(
            f"{DISTRICT_CODE}-W{number:02d}",
            name,
            "网格",
            code_of[parent],
            grid_type,
            opened=date(2023, 1, 1),
        )
        for number, (name, grid_type, parent) in enumerate(SPECIAL_GRIDS, 1)
    ]
    merged = AreaRow(
        f"{code_of['柳林村']}-03",
        "柳林村03网格",
        "网格",
        code_of["柳林村"],
        "地域",
        closed=date(2024, 1, 1),  # merged into 柳林村02网格, nothing refers to it
    )
    return [*places, merged, *special]


@cache
def area_rows() -> tuple[AreaRow, ...]:
    """Every area of the district: 1 district, 27 towns, 4 parks, communities, grids."""
    rows = [AreaRow(DISTRICT_CODE, DISTRICT_NAME, "区县", ""), *_town_rows()]
    code_of = {row.name: row.code for row in rows}
    rows += [
        AreaRow(f"{DISTRICT_CODE}-P{number:02d}", name, "园区", code_of[parent])
        for number, (name, parent) in enumerate(PARKS.items(), 1)
    ]
    rows += _community_rows()
    code_of = {row.name: row.code for row in rows}
    return (*rows, *_grid_rows(code_of))


def grids_of(town: Town) -> list[str]:
    """Names of the grids that lie in a town, those of its park included."""
    inside = {town.name, *town.community_names}
    inside |= {park for park, parent in PARKS.items() if parent == town.name}
    rows = area_rows()
    name_of = {row.code: row.name for row in rows}
    return [
        row.name
        for row in rows
        if row.level == "网格" and row.closed is None and name_of[row.parent] in inside
    ]
