"""天元's published figures (“三有”, start-ups, shared equipment), told by an invented 云台区."""

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

from districts.books import Books, Row

CODE = "990203"
TITLE = "2023 年园区企业党建工作数据"
DAY = date(2023, 12, 31)
YEAR, LAST_YEAR = date(2023, 1, 1), date(2022, 6, 1)
SETTINGS = {"district.name": "云台区"}
TOWNS = ("云台街道", "白鹭街道", "杏花镇", "竹溪镇")


def books(*, self_employed: int | None = None) -> Books:
    """The district's ledgers. It has no great number of self-employed to scale down."""
    made = Books(code=CODE, name="云台区", day=DAY, seed=990203)
    towns = [made.town(name) for name in TOWNS]
    park = made.park("云台动力产业园")
    branches = _organizations(made, towns)
    firms = _firms(made, towns, park, branches)
    _people(made, towns, branches, firms)
    _titles(made, branches, firms)
    _help(made)
    made.publish(TITLE, lines())
    return made


def lines() -> Iterator[Row]:
    """The published figures in the district's order (lines.csv)."""
    with files(__package__).joinpath("lines.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _organizations(made: Books, towns: list[str]) -> list[str]:
    """5 branches and 10 joint branches of this year; of before, and dissolved, beside."""
    branches = [
        made.organization(f"云台区第{at + 1}企业党支部", towns[at % 4],
                          founded=made.between(YEAR, date(2023, 10, 1)))
        for at in range(5)
    ]
    branches += [
        made.organization(
            f"云台区第{at + 1}联合党支部", towns[at % 4], 类别="联合党支部", 组建方式="联合组建",
            founded=made.between(YEAR, date(2023, 10, 1)) if at < 10 else date(2020, 6, 1),
        )
        for at in range(14)
    ]
    made.organization("云台区原模具厂党支部", towns[0], founded=date(2023, 2, 1), 状态="撤销",
                      撤销日期=date(2023, 11, 1))
    return branches


def _firms(made: Books, towns: list[str], park: str, branches: list[str]) -> list[str]:
    """55 covered start-ups, 20 that are not, 80 firms that have grown; a closed one beside."""
    joint = branches[5:]
    firms = [
        made.entity("小微企业", towns[at % 4], covered_by=joint[at % len(joint)] if at < 55 else "",
                    园区=park, 发展阶段="初创期", 固定场所="是")
        for at in range(75)
    ]
    firms += [
        made.entity("其他非公企业", towns[at % 4], covered_by=branches[at] if at < 5 else "",
                    园区=park, 发展阶段="成长期", 固定场所="是", 从业人员数=60)
        for at in range(80)
    ]
    made.entity("小微企业", towns[0], covered_by=joint[0], 园区=park, 发展阶段="初创期",
                经营状态="停业")
    return firms


def _people(made: Books, towns: list[str], branches: list[str], firms: list[str]) -> None:
    """83 instructors of the park, 68 members developed at work there, 45 of them managers; others
    beside."""
    for at in range(83):
        made.instructor("园区人员", 所属镇街=towns[at % 4])
    for at in range(9):
        made.instructor("社区", 所属镇街=towns[at % 4])
    for at in range(68):
        level = "管理层" if at % 3 == 0 else "出资人" if at < 33 else "业务骨干"
        made.member(
            branches[at % 19], joined=made.between(YEAR, DAY), 工作单位=firms[at], 岗位层级=level
        )
    made.member(branches[0], joined=LAST_YEAR, 工作单位=firms[0], 岗位层级="管理层")
    made.member(branches[1], joined=date(2023, 5, 1))


def _titles(made: Books, branches: list[str], firms: list[str]) -> None:
    """73 newly recognized by the province this year, others longer; benchmarks; partners."""
    for at in range(90):
        made.add(
            "enterprise_years", 市场主体=firms[at + 60], 年度=2023, 资质="省级专精特新",
            当年新认定="省级专精特新" if at < 73 else "",
        )
    made.add("enterprise_years", 市场主体=firms[0], 年度=2022, 资质="省级专精特新",
             当年新认定="省级专精特新")
    for at in range(9):
        year = 2023 if at < 4 else 2021
        made.add("honours", 年度=year, 级别="省级" if at == 8 else "市级", 荣誉类别="标杆党组织",
                 荣誉名称="两新组织党建标杆", 党组织=branches[at], 表彰日期=date(year, 7, 1))
    made.add("honours", 年度=2023, 级别="区级", 荣誉类别="标杆党组织", 荣誉名称="区级党建标杆",
             党组织=branches[10], 表彰日期=date(2023, 7, 1))
    for at in range(3):
        made.add("alliances", 类别="高校直通车", 名称=f"高校直通车{at + 1}号", 区外单位="某大学",
                 成立日期=date(2022, 9, 1))
    made.add("alliances", 类别="党建联盟", 名称="动力产业链党建联盟", 成立日期=date(2022, 9, 1))


def _help(made: Books) -> None:
    """Shared equipment and jobs for who finds them hard to get; last year's beside."""
    for at in range(103):
        made.add("help", 类别="共享设备", 名称=f"共享设备服务第{at + 1}次", 数量=1, 单位="次",
                 日期=made.between(YEAR, DAY), 第二数量=47 + at % 5, 第二单位="%降本")
    for name, counts in (("就业脱贫", (40, 51)), ("残疾人就业", (6, 5))):
        for count in counts:
            made.add("help", 类别="困难群体就业", 名称=name, 数量=count, 单位="名",
                     日期=made.between(YEAR, DAY))
    made.add("help", 类别="共享设备", 名称="去年的共享设备服务", 数量=1, 单位="次", 日期=LAST_YEAR)
