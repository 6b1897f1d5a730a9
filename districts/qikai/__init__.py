"""汽开's published figures (1+1+5, 商街, stars, two-way commitments, help), told by an invented
district 轮川区."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files

from districts.books import Books, Row

CODE = "990205"
TITLE = "2021 年非公企业党建工作数据"
DAY = date(2021, 12, 31)
YEAR, LAST_YEAR = date(2021, 1, 1), date(2020, 6, 1)
# What the published numbers call 1+1+5, and how many firms a studio of veterans looks after.
SETTINGS = {"district.name": "轮川区", "contact.group_firms": 5, "contact.studio_firms": 5}
TOWNS = ("东轮街道", "西轮街道", "锻坊街道", "双辐镇")
INDUSTRIES, STREETS, JOINTS, OWN = 17, 4, 5, 60
COVERED, UNCOVERED = 159, 121
STREET_MEMBERS = (45, 46, 45, 46)
COMMITMENTS = 153
YEARLY_FIRM = "轮川综合利用有限公司"
# Stars: rank, how many, who granted them.
STARS = (("五星", 3, "市"), ("四星", 11, "区"), ("三星", 29, "镇街"))


@dataclass(frozen=True)
class Placed:
    """The organizations in use, by what they are, and the firms that count."""

    towns: list[str]
    industries: list[str]
    streets: list[str]
    joints: list[str]
    own: list[str]
    firms: list[str]

    @property
    def branches(self) -> list[str]:
        """All organizations in use."""
        return [*self.industries, *self.streets, *self.joints, *self.own]


def books(*, self_employed: int | None = None) -> Books:
    """The district's ledgers. It has no great number of self-employed to scale down."""
    from districts.qikai import works  # noqa: PLC0415 -- works needs the constants of this module

    made = Books(code=CODE, name="轮川区", day=DAY, seed=990205)
    placed = _organizations(made)
    _members(made, placed)
    _stars(made, placed)
    _commitments(made, placed)
    works.add(made, placed)
    made.publish(TITLE, lines())
    return made


def lines() -> Iterator[Row]:
    """The published figures in the district's order (lines.csv)."""
    with files(__package__).joinpath("lines.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _organizations(made: Books) -> Placed:
    """17 branches of industries, 4 of shopping streets, 5 joint ones, 60 of single firms; dissolved
    ones beside. 159 firms are covered, 121 are not; closed ones and other kinds beside."""
    towns = [made.town(name) for name in TOWNS]

    def several(count: int, name: str, **more: object) -> list[str]:
        return [
            made.organization(
                f"轮川区第{at + 1}{name}", towns[at % 4],
                **{"founded": made.between(date(2018, 1, 1), date(2019, 12, 1)), **more},
            )
            for at in range(count)
        ]

    industries = several(INDUSTRIES, "行业主管部门党支部", 组建方式="行业统建")
    streets = several(STREETS, "商街党支部", 组建方式="商圈组建")
    joints = several(JOINTS, "行业联合党支部", 类别="联合党支部", 组建方式="联合组建")
    own = several(OWN, "企业党支部", founded=date(2017, 5, 1))
    shared = [*industries, *streets, *joints]
    firms = [
        made.entity("其他非公企业", towns[at % 4], 从业人员数=30,
                    covered_by=own[at] if at < OWN else shared[at % len(shared)],
                    name=YEARLY_FIRM if at == 0 else "")
        for at in range(COVERED)
    ]
    firms += [made.entity("其他非公企业", towns[at % 4]) for at in range(UNCOVERED)]
    _beside(made, towns, shared)
    return Placed(towns, industries, streets, joints, own, firms)


def _beside(made: Books, towns: list[str], shared: list[str]) -> None:
    """What must not count: dissolved branches, closed firms, small enterprises and shops."""
    gone = {"founded": date(2019, 3, 1), "撤销日期": date(2021, 9, 1), "状态": "撤销"}
    made.organization("轮川区原锅炉行业党支部", towns[0], 组建方式="行业统建", **gone)
    made.organization("轮川区原南市商街党支部", towns[1], 组建方式="商圈组建", **gone)
    made.organization("轮川区原铸造行业联合党支部", towns[2], 类别="联合党支部",
                      组建方式="联合组建", **gone)
    for at in range(20):
        made.entity("小微企业", towns[at % 4], covered_by=shared[at])
    for at in range(12):
        made.entity("个体工商户", towns[at % 4], covered_by=shared[17 + at % 4])
    for at in range(4):
        made.entity("其他非公企业", towns[at], covered_by=shared[at], 经营状态="停业")
    made.entity("其他非公企业", towns[1], 经营状态="注销", 注销日期=date(2021, 3, 1))


def _members(made: Books, placed: Placed) -> None:
    """182 members whom the branches of shopping streets manage, 20 of them with the 组织关系 in a
    firm's branch; the reverse, others and one who left beside."""
    joined, full = date(2014, 7, 1), date(2015, 7, 1)
    for street, count in zip(placed.streets, STREET_MEMBERS, strict=True):
        for at in range(count):
            home = placed.own[at] if at < 5 else street
            made.member(home, joined=joined, 转正日期=full, 管理党组织=street)
    for at in range(9):
        made.member(placed.streets[at % 4], joined=joined, 转正日期=full,
                    管理党组织=placed.own[at])
    for branch in [*placed.industries, *placed.joints, *placed.own] * 3:
        made.member(branch, joined=joined, 转正日期=full)
    made.member(placed.streets[0], joined=joined, 转正日期=full, 党籍状态="已转出",
                党籍变动日期=date(2021, 4, 1))


def _stars(made: Books, placed: Placed) -> None:
    """3 organizations with five stars, 11 with four, 29 with three; stars of before that ended, one
    of a dissolved branch, and grades of the fortress index beside."""

    def granted(branch: str, star: str, level: str, day: date, **more: object) -> None:
        number = {"市": "市委组发", "区": "区委组发", "镇街": "街工委发"}[level]
        made.add("stars", 党组织=branch, 星级=star, 审定层级=level, 授予日期=day,
                 文号=f"{number}〔{day.year}〕7号", **more)

    ended = date(2021, 6, 28)
    at = 0
    for star, count, level in STARS:
        for _ in range(count):
            granted(placed.branches[at], star, level, ended)
            at += 1
    for branch in placed.branches[:6]:
        granted(branch, "三星", "镇街", date(2019, 12, 20), 终止日期=ended, 终止原因="复核升星")
    for branch in placed.branches[43:47]:
        granted(branch, "四星", "区", date(2019, 12, 20), 终止日期=ended, 终止原因="长期未开展活动")
    granted("轮川区原锅炉行业党支部", "五星", "市", date(2020, 12, 20))
    for place, branch in enumerate(placed.branches[:8]):
        granted(branch, "AB"[place % 2], "区", ended, 评定方案="堡垒指数")


def _commitments(made: Books, placed: Placed) -> None:
    """153 commitments on file, by every organization in use; of last year, not yet on file, and
    found hollow beside."""
    firms = placed.firms
    branches = placed.branches

    def signed(at: int, year: int, state: str) -> None:
        made.add(
            "commitments", 党组织=branches[at % len(branches)], 企业=firms[at % len(firms)],
            年度=year, 签订日期=made.between(date(year, 2, 1), date(year, 3, 31)), 进度=state,
            党组织承诺=f"每季度走访一次｜书记｜{year}-12-31｜{year}-11-30｜走访记录",
            企业承诺=f"支持支部活动场地和时间｜出资人｜{year}-12-31",
        )

    for at in range(COMMITMENTS):
        signed(at, 2021, ("区已备案", "已亮诺", "已评诺")[at % 3])
    for at, state in enumerate(("提诺", "镇街已审", "走过场"), start=COMMITMENTS):
        signed(at, 2021, state)
    for at in range(40):
        signed(at, 2020, "已评诺")
