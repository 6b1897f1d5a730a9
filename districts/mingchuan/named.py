"""Enterprises, markets and shops that have a fixed name: those of the screens and the report.

Everything that is not given here is made up like that of the others.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

OWN, JOINT, ATTACHED, WORK, UNCOVERED = "own", "joint", "attached", "work", "uncovered"


@dataclass(frozen=True, slots=True)
class Named:
    """An enterprise with a fixed place in a town: `slot` says how it is covered."""

    town: str
    slot: str
    name: str
    members: tuple[int, int] | None = None  # full, probationary
    values: dict[str, Any] = field(default_factory=dict)


def _place(community: str, grid: str, industry: str, employees: int, **more: Any) -> dict[str, Any]:
    return {
        "community": community,
        "grid": grid,
        "industry": industry,
        "employees": employees,
        **more,
    }


HARDWARE_GRID_5, HARDWARE_GRID_6 = "青石五金产业园05网格", "青石五金产业园06网格"

NAMED = (
    Named(
        "青石镇",
        JOINT,
        "宏达五金制品有限公司",
        (2, 0),
        _place(
            "青石社区",
            "青石社区02网格",
            "33",
            41,
            code="91990101MAAY4CL12M",
            founded=date(2022, 5, 10),
            revenue=1260,
            chain="五金与装备",
            owner="吴永康",
            politics="中共党员",
            union=True,
            address="青石镇工业路18号3栋",
        ),
    ),
    Named(
        "青石镇",
        JOINT,
        "立新纸塑包装有限公司",
        (1, 0),
        _place("青石社区", "青石社区03网格", "22", 28, code="91990101MAJJC171XG"),
    ),
    Named(
        "青石镇",
        JOINT,
        "永昌紧固件有限公司",
        (2, 0),
        _place(
            "青石社区",
            HARDWARE_GRID_5,
            "33",
            24,
            code="91990101MAH3J9HT41",
            park="青石五金产业园",
            founded=date(2018, 6, 15),
        ),
    ),
    Named(
        "青石镇",
        OWN,
        "恒远精密铸件有限公司",
        (8, 1),
        _place(
            "青石社区",
            "青石社区02网格",
            "34",
            86,
            code="91990101MAD1TJ3Y96",
            founded=date(2009, 4, 2),
            revenue=4860,
            chain="五金与装备",
            tags="专精特新",
            stage="成熟期",
        ),
    ),
    Named(
        "青石镇",
        OWN,
        "百禾食品有限公司",
        (5, 0),
        _place(
            "柳林村",
            "柳林村01网格",
            "13",
            63,
            code="91990101MA7LLJY1XW",
            founded=date(2012, 9, 20),
            revenue=2480,
            chain="绿色食品",
            owner="何雨禾",
        ),
    ),
    Named(
        "青石镇",
        OWN,
        "金盾门业有限公司",
        None,
        _place("青石社区", "青石社区01网格", "21", 74, founded=date(2011, 3, 17)),
    ),
    Named(
        "青石镇",
        ATTACHED,
        "顺达汽车配件有限公司",
        (1, 0),
        _place(
            "青石社区",
            HARDWARE_GRID_5,
            "36",
            19,
            code="91990101MAHU49D47E",
            park="青石五金产业园",
            founded=date(2020, 8, 21),
        ),
    ),
    Named(
        "青石镇",
        WORK,
        "金穗农业机械有限公司",
        (1, 0),
        _place("石湾村", "石湾村01网格", "35", 22, code="91990101MAM53JJL25"),
    ),
    Named(
        "青石镇",
        WORK,
        "新程物流服务有限公司",
        (0, 0),
        _place(
            "青石社区",
            HARDWARE_GRID_5,
            "54",
            17,
            code="91990101MA6B3HN23P",
            park="青石五金产业园",
        ),
    ),
    Named(
        "青石镇",
        WORK,
        "德润木业有限公司",
        (0, 0),
        _place("柳林村", "柳林村02网格", "20", 15, code="91990101MAJ1K6FM3G"),
    ),
    Named(
        "青石镇",
        UNCOVERED,
        "云鹤电子元件有限公司",
        (0, 0),
        _place(
            "青石社区",
            HARDWARE_GRID_6,
            "39",
            34,
            code="91990101MA2TH3BJ3Y",
            park="青石五金产业园",
            founded=date(2022, 7, 4),
        ),
    ),
    Named(
        "青石镇",
        UNCOVERED,
        "老石匠石材加工厂",
        (0, 0),
        _place(
            "石湾村",
            "石湾村02网格",
            "30",
            12,
            code="91990101MA1XG6125B",
            founded=date(2016, 3, 22),
        ),
    ),
    Named(
        "北苑街道",
        ATTACHED,
        "云峰新材料有限公司",
        (4, 0),
        _place("春晖社区", "春晖社区01网格", "26", 38, founded=date(2015, 10, 12)),
    ),
    Named(
        "和平街道",
        WORK,
        "和润医药物流有限公司",
        (3, 0),
        _place("解放社区", "解放社区02网格", "51", 18, founded=date(2017, 1, 9)),
    ),
    Named(
        "云台镇",
        JOINT,
        "云台茶业有限公司",
        (3, 0),
        _place("新街社区", "云台茶产业链网格", "15", 46, chain="茶产业", park="云台茶文化产业园"),
    ),
    Named(
        "和平街道",
        UNCOVERED,
        "永利建材有限公司",
        (0, 0),
        _place("解放社区", "解放社区01网格", "30", 21, founded=date(2017, 8, 9)),
    ),
    Named(
        "城中街道",
        UNCOVERED,
        "山川旅行社有限公司",
        (1, 0),
        _place("鼓楼社区", "鼓楼社区03网格", "72", 8, founded=date(2018, 1, 15)),
    ),
    Named(
        "北苑街道",
        UNCOVERED,
        "安康家政服务有限公司",
        (2, 0),
        _place("春晖社区", "春晖社区02网格", "80", 33, founded=date(2018, 11, 30)),
    ),
    Named(
        "白鹭镇",
        UNCOVERED,
        "白鹭湖水产有限公司",
        (0, 0),
        _place("湖心村", "湖心村01网格", "04", 14, founded=date(2019, 4, 18), revenue=320),
    ),
    Named(
        "云台镇",
        UNCOVERED,
        "恒信塑业有限公司",
        (0, 0),
        _place("新街社区", "新街社区01网格", "29", 26, founded=date(2019, 9, 5)),
    ),
    Named(
        "和平街道",
        UNCOVERED,
        "晨曦文化传媒有限公司",
        (1, 0),
        _place("解放社区", "解放社区04网格", "87", 9, founded=date(2020, 6, 12)),
    ),
    Named(
        "桃林镇",
        UNCOVERED,
        "桃林果蔬专业加工厂",
        (0, 0),
        _place("桃花村", "桃花村02网格", "13", 17, founded=date(2021, 2, 26)),
    ),
    Named(
        "西河街道",
        UNCOVERED,
        "西河环保科技有限公司",
        (0, 0),
        _place("滨河社区", "滨河社区02网格", "77", 19, founded=date(2021, 10, 19)),
    ),
)
HARDWARE_JOINT_FOUNDED = date(2024, 3, 18)  # 五金产业联合党支部
HARDWARE_JOINT_SECRETARY = "陈国栋"

NOT_COUNTED = ("青石镇", "广源再生资源有限公司", "91990101MAQHJRWT8Y", "柳林村", "42", "停业")

MARKET = ("青石镇", "泰和五金市场", "91990101MADD272H49", "青石社区", "青石社区01网格", 214, (7, 0))

# name, code, section, community, grid, employees, members
SHOPS = (
    ("青石镇美华服装店", "92990101MAHDQAEJ31", "F", "青石社区", "青石社区01网格", 3, 1),
    ("诚信五金经营部", "92990101MA5NQ72J6D", "F", "青石社区", "青石社区01网格", 2, 1),
    ("山泉豆制品作坊", "92990101MAD5QA4XXN", "C", "石湾村", "石湾村02网格", 5, 1),
    ("聚福园餐饮店", "92990101MAXEB97RX2", "H", "青石社区", "青石社区03网格", 6, 0),
    ("小雨点文具店", "92990101MA9GFWAP58", "F", "柳林村", "柳林村01网格", 1, 0),
    ("阿强汽车维修部", "92990101MAE9K23G59", "O", "青石社区", HARDWARE_GRID_5, 4, 0),
    ("同心药房", "92990101MAFD1YM201", "F", "青石社区", "青石社区03网格", 3, 0),
)
# Instructors of 青石镇: name, sex, source, title, what they look after.
INSTRUCTORS = (
    (
        "李桂芳",
        "女",
        "机关干部",
        "经济发展办副主任",
        ("金穗农业机械有限公司", "宏达五金制品有限公司"),
    ),
    ("孙立强", "男", "园区人员", "园区服务中心主任", ("新程物流服务有限公司", "德润木业有限公司")),
)
LIAISON = ("吴春梅", "女", "市监所", "联络员")
FORMER = ("赵文博", "男", "机关干部", "组织委员")  # before 李桂芳
