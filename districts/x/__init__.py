"""X district's published figures (小个专 2024-02), told by an invented district 明沙区: 438 small
enterprises, 16 markets, 58,271 self-employed."""

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

from districts.books import Books, Row

CODE = "990204"
TITLE = "小微企业、个体工商户和专业市场党建工作数据"
DAY = date(2024, 2, 28)
SETTINGS = {"district.name": "明沙区"}
SELF_EMPLOYED = 58_271
TOWNS = (
    "青岗街道", "沙溪街道", "桥东街道", "桥西镇", "石坪镇", "柳亭镇", "松顶镇", "溪口镇", "谷前镇",
    "梁坝镇",
)
BRANCH = "明沙区个私协会青水分会党支部"
VISITED = 2_714
# The fortress index and the three-good selection: the source names them without numbers.
FORTRESS = (("A", 36), ("B", 58), ("C", 21), ("D", 5))
THREE_GOOD = (("好支部", 6), ("好支书", 6), ("好党员", 20))
# Planned branches of special trades: “6+2”.
TRADES = (
    ("特色产业支部规划", ("五金", "汽摩配件", "雕刻", "花木", "食品", "文旅")),
    ("新兴产业支部规划", ("电商", "物流")),
)


def books(*, self_employed: int | None = None) -> Books:
    """The district's ledgers; a smaller ``self_employed`` leaves out shops that nobody visits or
    works at."""
    made = Books(code=CODE, name="明沙区", day=DAY, seed=990204)
    towns = [made.town(name) for name in TOWNS]
    made.park("明沙高新园")
    small, branches = _small(made, towns)
    _markets(made, towns)
    shops = _shops(made, towns, self_employed or SELF_EMPLOYED)
    _instructors(made, towns, [*small, *shops])
    _association(made, towns, shops)
    _others(made, towns, branches, small)
    made.publish(TITLE, lines())
    return made


def lines() -> Iterator[Row]:
    """The published figures in the district's order (lines.csv)."""
    with files(__package__).joinpath("lines.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _full(made: Books, branch: str, workplace: str, **more: object) -> None:
    """A full member of long standing."""
    made.member(
        branch, joined=date(2012, 7, 1), 转正日期=date(2013, 7, 1), 工作单位=workplace, **more
    )


def _born(at: int) -> date:
    """Birth of a secretary: the youngest 28, three of 30 to 40, the oldest 67, the others between
    51 and 60."""
    ages = {0: 28, 1: 31, 2: 35, 3: 40, 4: 67}
    return date(DAY.year - ages.get(at, 51 + at % 10), 1, 15)


def _small(made: Books, towns: list[str]) -> tuple[list[str], list[str]]:
    """438 small enterprises, 104 with a branch, 433 members at work in them; closed ones beside."""
    branches = [
        made.organization(
            f"明沙区第{at + 1}小微企业党支部", towns[at % 10], founded=date(2016, 5, 1),
            书记出生日期=_born(at),
        )
        for at in range(104)
    ]
    small = [
        made.entity("小微企业", towns[at % 10], covered_by=branches[at] if at < 104 else "")
        for at in range(438)
    ]
    for at in range(433):
        _full(made, branches[at % 104], small[at % 104])
    for at in range(6):
        made.entity("小微企业", towns[at], 经营状态="注销", 注销日期=date(2023, 6, 1))
    return small, branches


def _markets(made: Books, towns: list[str]) -> None:
    """16 markets, 6 with a branch: those have 3 or more full members each; 55 members in all."""
    for at in range(16):
        branch = made.organization(
            f"明沙区第{at + 1}专业市场党支部", towns[at % 10], founded=date(2017, 5, 1),
            书记出生日期=_born(50 + at),
        ) if at < 6 else ""
        market = made.entity("专业市场", towns[at % 10], covered_by=branch,
                             name=f"明沙第{at + 1}专业市场")
        home = branch or "明沙区第1小微企业党支部"
        for _ in range(7 if at < 5 else 8 if at == 5 else 2 if at < 8 else 1):
            _full(made, home, market)


def _shops(made: Books, towns: list[str], count: int) -> list[str]:
    """The self-employed, 648 of them 三亮经营户; who has closed beside."""
    shops = [
        made.entity("个体工商户", towns[at % 10], name=f"明沙{at + 1:05}号便民店", 从业人员数=2,
                    三亮经营户="是" if at < 648 else "")
        for at in range(count)
    ]
    for at in range(20):
        made.entity("个体工商户", towns[at % 10], name=f"明沙停业{at + 1}号店", 三亮经营户="是",
                    经营状态="注销", 注销日期=date(2023, 12, 1))
    return shops


def _instructors(made: Books, towns: list[str], reached: list[str]) -> None:
    """165 officials keep in touch with firms and shops; 2,714 of these were visited, some twice."""
    officials = [
        made.instructor("机关干部", 所属镇街=towns[at % 10], 聘期起=date(2023, 1, 1))
        for at in range(165)
    ]
    first, last = date(2023, 3, 1), date(2024, 2, 20)
    for at in range(min(VISITED, len(reached))):
        made.add(
            "visits", 指导员=officials[at % 165], 日期=made.between(first, last), 方式="上门走访",
            市场主体=reached[at],
        )
    for at in range(100):
        made.add("visits", 指导员=officials[at % 165], 日期=date(2024, 2, 21), 方式="上门走访",
                 市场主体=reached[at])


def _association(made: Books, towns: list[str], shops: list[str]) -> None:
    """13 organizations of the association of the self-employed, 708 members at work in shops. In
    one, membership and management agree, six have a few members of their own, six have none; 青水
    has 80 members, none of them its own, and 656 people work in what it covers."""
    names = [BRANCH, *(f"明沙区个私协会第{at}分会党支部" for at in range(2, 14))]
    for at, name in enumerate(names):
        made.organization(name, towns[at % 10], founded=date(2018, 5, 1), 组建方式="行业统建",
                          书记出生日期=_born(70 + at))
    for at in range(340):
        row = made.rows["enterprises"][-20 - len(shops) + at]
        branch = names[0] if at < 328 else names[at - 327]
        row |= {"覆盖党组织": branch, "组建方式": "行业统建"}
    home = "明沙区第1小微企业党支部"
    for at in range(708):
        if at < 80:
            _full(made, home, shops[at % 400], 管理党组织=BRANCH)
        elif at < 100:
            _full(made, names[1], shops[at % 400])
        else:
            place = 2 + at % 11
            is_own = place < 8 and at < 122  # two of each of six branches
            _full(made, names[place] if is_own else home, shops[at % 400],
                  管理党组织=names[place])
    _ratings(made)


def _ratings(made: Books) -> None:
    """The fortress index of 120 organizations and the three-good selection; grades that have ended
    and honours of the year before beside."""
    branches = [row["党组织全称"] for row in made.rows["organizations"]]
    grades = "".join(grade * count for grade, count in FORTRESS)
    for branch, grade in zip(branches, grades, strict=False):
        made.add("stars", 党组织=branch, 评定方案="堡垒指数", 星级=grade,
                 授予日期=date(2023, 12, 20), 文号="区委组发〔2023〕21号")
    for branch in branches[:7]:
        made.add("stars", 党组织=branch, 评定方案="堡垒指数", 星级="B", 终止原因="重新评定",
                 授予日期=date(2022, 12, 20), 终止日期=date(2023, 12, 20),
                 文号="区委组发〔2022〕19号")
    at = 0
    for year, scale in ((2023, 1), (2022, 2)):
        for kind, count in THREE_GOOD:
            for _ in range(count // scale):
                person = "" if kind == "好支部" else made.person()
                made.add("honours", 年度=year, 级别="区级", 荣誉类别=kind, 荣誉名称=kind,
                         个人=person, 党组织=branches[at % 100], 表彰日期=date(year, 7, 1))
                at += 1


def _others(made: Books, towns: list[str], branches: list[str], small: list[str]) -> None:
    """Model sites, quality, surveys; 16 developed and 1 converted in the first half of 2022."""
    for at in range(4):
        made.add("honours", 年度=2023, 级别="市级" if at == 0 else "区级", 荣誉类别="示范点",
                 荣誉名称="非公党建示范点", 党组织=branches[at], 表彰日期=date(2023, 7, 1))
    made.add("sites", 类别="维权站", 名称="电商消费维权服务站", 所属镇街=towns[0],
             启用日期=date(2023, 3, 15))
    made.add("help", 类别="质量提升", 名称="导入卓越绩效", 日期=date(2023, 5, 8),
             受益企业="、".join(small[:10]))
    made.add(
        "help", 类别="问卷调研", 名称="发放问卷", 日期=date(2023, 8, 8), 数量=12_000, 单位="份"
    )
    made.add(
        "help", 类别="政策惠企", 名称="纾困措施", 日期=date(2023, 4, 8), 第二数量=26, 第二单位="项"
    )
    for plan, trades in TRADES:
        made.add("campaigns", 类别="其他行动", 名称=plan, 开始日期=date(2023, 9, 1))
        for trade in trades:
            made.add("campaign_claims", 行动或项目=plan, 任务=f"{trade}产业党支部", 目标数=1,
                     认领日期=date(2023, 9, 1))
    made.add("campaigns", 类别="百日攻坚", 名称="组建百日攻坚", 开始日期=date(2023, 8, 1))
    made.add("campaign_claims", 行动或项目="组建百日攻坚", 任务="新组建党支部", 目标数=20,
             认领日期=date(2023, 8, 1))
    for at in range(16):
        made.member(branches[at], joined=made.between(date(2022, 1, 1), date(2022, 6, 30)),
                    转正日期=date(2023, 8, 1))
    made.member(branches[20], joined=date(2021, 4, 1), 转正日期=date(2022, 4, 1))
