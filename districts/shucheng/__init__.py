"""舒城's published figures (网格、园区、驿站、书记帮办日), told by an invented district 沙河县."""

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

from districts.books import Books, Row

CODE = "990202"
TITLE = "2024 年以来两新组织党建工作数据"
DAY = date(2024, 12, 31)
YEAR, LAST_YEAR = date(2024, 1, 1), date(2023, 6, 1)
SETTINGS = {"district.name": "沙河县"}
TOWNS = ("城关镇", "北滩镇", "南岗镇", "东桥镇", "西塘镇")
GRIDS, INSTRUCTORS, PARK_MEMBERS = 30, 220, 214


def books(*, self_employed: int | None = None) -> Books:
    """The district's ledgers. It has no great number of self-employed to scale down."""
    made = Books(code=CODE, name="沙河县", day=DAY, seed=990202)
    towns = [made.town(name) for name in TOWNS]
    park = made.park("沙河经济开发区")
    firms = _entities(made, towns, park)
    _grids(made, towns)
    _park_members(made, towns, firms)
    _new_employment(made, towns)
    _tickets(made, firms)
    _help(made, firms)
    made.publish(TITLE, lines())
    return made


def lines() -> Iterator[Row]:
    """The published figures in the district's order (lines.csv)."""
    with files(__package__).joinpath("lines.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _entities(made: Books, towns: list[str], park: str) -> list[str]:
    """62 firms and 18 social organizations organized this year, 40 firms in the park of which 33
    are covered, 20 associations of which 17 are; organized before, and dissolved, beside."""
    firms = []
    for at in range(62):
        town = towns[at % 5]
        branch = made.organization(
            f"沙河县第{at + 1}非公企业党支部", town, founded=made.between(YEAR, DAY)
        )
        more = {"园区": park} if at < 20 else {}
        firms.append(made.entity("其他非公企业", town, covered_by=branch, **more))
    for at in range(18):
        branch = made.organization(
            f"沙河县第{at + 1}社会组织党支部", towns[at % 5], founded=made.between(YEAR, DAY)
        )
        made.entity("社会组织", towns[at % 5], covered_by=branch)
    for at in range(20):
        old = at < 13
        branch = made.organization(
            f"沙河县第{at + 1}园区党支部", towns[0], founded=date(2019, 5, 1)
        ) if old else ""
        firms.append(made.entity("其他非公企业", towns[0], covered_by=branch, 园区=park))
    for at in range(20):
        branch = made.organization(
            f"沙河县第{at + 1}行业协会党支部", towns[at % 5], founded=date(2020, 5, 1)
        ) if at < 17 else ""
        made.entity("行业协会商会", towns[at % 5], covered_by=branch)
    gone = made.organization(
        "沙河县原塑料厂党支部", towns[1], founded=date(2024, 2, 1), 撤销日期=date(2024, 10, 1),
        状态="撤销",
    )
    made.entity("其他非公企业", towns[1], covered_by=gone, 经营状态="停业", 园区=park)
    return firms


def _grids(made: Books, towns: list[str]) -> None:
    """30 grids in use with at least 1 full-time and 2 part-time instructors each; one given up."""
    grids = [made.grid(f"{towns[at % 5]}第{at // 5 + 1}党建网格", towns[at % 5])
             for at in range(GRIDS)]
    made.grid("城关镇老党建网格", towns[0], 停用日期=date(2024, 1, 1))
    for at in range(INSTRUCTORS):
        made.instructor(
            "机关干部" if at % 2 else "社区", 所属镇街=towns[at % 5], 所属网格=grids[at % GRIDS],
            专职兼职="专职" if at < GRIDS else "兼职",
        )
    made.instructor("社区", 聘期起=date(2022, 1, 1), 聘期止=date(2023, 12, 31))


def _park_members(made: Books, towns: list[str], firms: list[str]) -> None:
    """214 members at work in the park, others elsewhere, and who has left."""
    branches = [row["党组织全称"] for row in made.rows["organizations"]]
    for at in range(PARK_MEMBERS):
        made.member(branches[at % 20], joined=date(2015, 7, 1), 转正日期=date(2016, 7, 1),
                    工作单位=firms[at % 20])
    for at in range(40):
        made.member(branches[30 + at % 20], joined=date(2016, 7, 1), 转正日期=date(2017, 7, 1),
                    工作单位=firms[30 + at % 20])
    made.member(branches[0], joined=date(2015, 7, 1), 转正日期=date(2016, 7, 1), 工作单位=firms[0],
                党籍状态="已转出", 党籍变动日期=date(2024, 3, 1))


def _new_employment(made: Books, towns: list[str]) -> None:
    """263 who reported to communities, 30 of them part-time grid workers, 10 food inspectors; who
    reports next year beside. 25 rest stops, one closed."""
    communities = [made.community(f"{town}一社区", town) for town in towns]
    for at in range(263):
        duty = "兼职网格员" if at < 30 else "食品安全监督员" if at < 40 else ""
        made.add(
            "new_employment", 姓名=made.person(), 手机=made.phone(),
            职业="外卖骑手" if at % 2 else "快递员", 所属镇街=towns[at % 5],
            报到社区=communities[at % 5], 报到日期=made.between(date(2023, 1, 1), DAY), 兼任=duty,
        )
    made.add(
        "new_employment", 姓名=made.person(), 手机=made.phone(), 职业="外卖骑手",
        所属镇街=towns[0], 报到日期=date(2025, 1, 6),
    )
    for at in range(25):
        made.add("sites", 类别="驿站", 名称=f"暖心驿站{at + 1}号", 所属镇街=towns[at % 5],
                 启用日期=date(2023, 9, 1))
    made.add("sites", 类别="驿站", 名称="老车站驿站", 所属镇街=towns[0], 启用日期=date(2020, 9, 1),
             停用日期=date(2024, 6, 1))
    made.add("sites", 类别="指导站", 名称="城关镇党建指导站", 所属镇街=towns[0],
             启用日期=date(2023, 9, 1))


def _tickets(made: Books, firms: list[str]) -> None:
    """63 labour matters, 87 by the stations, 84 on secretaries' days, all closed this year; open
    ones and last year's beside."""
    groups = (
        ("企业自报", "劳动权益", "劳动权益问题", 63), ("指导站", "用地审批", "用地环评问题", 87),
        ("书记帮办日", "用工招聘", "帮办事项", 84),
    )
    for channel, category, title, count in groups:
        for at in range(count):
            day = made.between(YEAR, date(2024, 11, 1))
            made.add(
                "tickets", 登记日期=day, 市场主体=firms[at % len(firms)], 渠道=channel, 类型="求助",
                类别=category, 标题=f"{title}第{at + 1}件", 受理日期=day, 反馈日期=day,
                办结日期=day, 是否解决="已解决", 满意度="满意", 办理结果="已协调解决",
            )
        made.add(
            "tickets", 登记日期=date(2024, 12, 20), 市场主体=firms[0], 渠道=channel, 类型="求助",
            类别=category, 标题=f"{title}（未办结）",
        )
        made.add(
            "tickets", 登记日期=LAST_YEAR, 市场主体=firms[0], 渠道=channel, 类型="求助",
            类别=category, 标题=f"{title}（去年）", 受理日期=LAST_YEAR, 反馈日期=LAST_YEAR,
            办结日期=LAST_YEAR, 是否解决="已解决", 满意度="满意", 办理结果="已解决",
        )


def _help(made: Books, firms: list[str]) -> None:
    """Trainings, credit lines, projects of this year; last year's beside."""
    for at in range(20):
        made.add(
            "help", 类别="技能培训", 名称=f"技能培训第{at + 1}场", 日期=made.between(YEAR, DAY),
            数量=1, 单位="场", 第二数量=101 if at < 10 else 103, 第二单位="人次",
        )
    for at in range(15):
        made.add(
            "help", 类别="授信", 名称=f"党建示范企业授信{at + 1}", 日期=made.between(YEAR, DAY),
            受益企业=firms[at], **{"金额（万元）": 1500 if at < 14 else 2000},
        )
    for at in range(35):
        made.add("help", 类别="技术合作", 名称=f"校企技术合作项目{at + 1}", 数量=1, 单位="个",
                 日期=made.between(YEAR, DAY))
    made.add("help", 类别="授信", 名称="去年的授信", 日期=LAST_YEAR, 受益企业=firms[20],
             **{"金额（万元）": 900})
