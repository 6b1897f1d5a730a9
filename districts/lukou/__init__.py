"""渌口's published figures (domain: 小微企业党建 2024), told by an invented district 绿溪区."""

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files

from districts.books import Books, Row

CODE = "990201"
TITLE = "2024 年小微企业党建工作数据"
DAY = date(2024, 12, 31)
YEAR, LAST_YEAR = date(2024, 1, 1), date(2023, 6, 1)
TOWNS = ("河东镇", "河西镇", "松林镇", "石桥街道")
FIRMS, YOUTH, BACKED = 131, 34, 101
SETTINGS = {"district.name": "绿溪区"}


def books(*, self_employed: int | None = None) -> Books:
    """The district's ledgers. It has no great number of self-employed to scale down."""
    made = Books(code=CODE, name="绿溪区", day=DAY, seed=990201)
    towns = [made.town(name) for name in TOWNS]
    branches = _organizations(made, towns)
    firms = _firms(made, towns, branches)
    _members(made, branches)
    _instructors(made, towns, firms)
    _youth(made, towns, firms)
    _events(made, branches)
    _help(made, firms)
    made.publish(TITLE, lines())
    return made


def lines() -> Iterator[Row]:
    """The published figures in the district's order (lines.csv)."""
    with files(__package__).joinpath("lines.csv").open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _organizations(made: Books, towns: list[str]) -> list[str]:
    """12 branches of before, 3 of this year; one founded and dissolved within the year."""
    branches = [
        made.organization(f"{towns[at % 4]}第{at + 1}联合党支部", towns[at % 4],
                          founded=date(2018, 3, 1), 类别="联合党支部", 组建方式="联合组建")
        for at in range(12)
    ]
    for at in range(3):
        branches.append(
            made.organization(f"{towns[at]}新业党支部", towns[at], founded=date(2024, 2 + at, 6))
        )
    made.organization(
        "河东镇临时项目党支部", towns[0], founded=date(2024, 3, 1), 撤销日期=date(2024, 9, 1),
        状态="撤销",
    )
    made.organization("绿溪区机关第一党支部", towns[3], founded=date(2024, 5, 1))
    return branches


def _firms(made: Books, towns: list[str], branches: list[str]) -> list[str]:
    """131 small enterprises, 30 of them covered, the rest by an instructor; closed ones beside."""
    firms = [
        made.entity("小微企业", towns[at % 4], covered_by=_branch_of(at, branches))
        for at in range(FIRMS)
    ]
    for at in range(4):
        made.entity("小微企业", towns[at], 经营状态="注销", 注销日期=date(2024, 2, 1))
    made.entity("小微企业", towns[1], 经营状态="停业")
    return firms


def _branch_of(at: int, branches: list[str]) -> str:
    """Three firms have a branch of their own, 27 share one, the rest have none."""
    if at >= 30:
        return ""
    return branches[12 + at] if at < 3 else branches[at % 12]


def _members(made: Books, branches: list[str]) -> None:
    """11 developed this year; of before, after, and gone again beside."""
    for at in range(60):
        made.member(branches[at % 12], joined=date(2012, 7, 1), 转正日期=date(2013, 7, 1))
    for at in range(11):
        made.member(branches[at], joined=made.between(YEAR, DAY))
    made.member(branches[0], joined=LAST_YEAR, 转正日期=date(2024, 6, 1))
    made.member(
        branches[1], joined=date(2024, 3, 1), 党籍状态="已转出", 党籍变动日期=date(2024, 8, 1)
    )


def _instructors(made: Books, towns: list[str], firms: list[str]) -> None:
    """114 officials, who reach every firm without an organization; others, and one whose term has
    ended."""
    uncovered = firms[30:]
    for at in range(114):
        firm = uncovered[at] if at < len(uncovered) else ""
        made.instructor("机关干部", 所属镇街=towns[at % 4], 联系主体=firm)
    for at in range(6):
        made.instructor("社区", 所属镇街=towns[at % 4])
    made.instructor("机关干部", 聘期起=date(2022, 1, 1), 聘期止=date(2023, 12, 31))


def _youth(made: Books, towns: list[str], firms: list[str]) -> None:
    """34 youth leagues in firms, unions beside; the district's league and its lecturers."""
    for at in range(YOUTH):
        made.add(
            "mass_organizations", 类别="共青团", 名称=f"{firms[at]}团支部", 所在单位=firms[at],
            所属镇街=towns[at % 4], 成立日期=date(2022, 5, 4),
        )
    for at in range(5):
        made.add(
            "mass_organizations", 类别="工会", 名称=f"{firms[at]}工会", 所在单位=firms[at],
            所属镇街=towns[at % 4], 成立日期=date(2021, 5, 1),
        )
    made.add(
        "mass_organizations", 类别="共青团", 名称="原河东镇纸厂团支部", 所属镇街=towns[0],
        成立日期=date(2010, 5, 4), 撤销日期=date(2023, 5, 4),
    )
    made.add("teams", 名称="绿溪区党的创新理论宣讲团", 类别="宣讲团", 级别="区级")
    made.add("teams", 名称="河东镇宣讲小分队", 类别="宣讲团", 级别="镇街级", 所属镇街=towns[0])


def _events(made: Books, branches: list[str]) -> None:
    """14 talks of the league, 7 of the district's lecturers; a town's, a branch's own and last
    year's beside. Trainings, honours, funds."""
    league = made.rows["mass_organizations"][0]["名称"]
    hosts = [(league, 14), ("绿溪区党的创新理论宣讲团", 7), ("河东镇宣讲小分队", 3), ("", 5)]
    at = 0
    for host, count in hosts:
        for _ in range(count):
            at += 1
            made.add(
                "activities", 党组织=branches[at % 12], 活动类型="宣讲", 主办单位=host,
                主题=f"创新理论宣讲第{at}讲", 日期=made.between(YEAR, DAY),
            )
    made.add(
        "activities", 党组织=branches[0], 活动类型="宣讲", 主题="去年的宣讲", 日期=LAST_YEAR,
        主办单位=league,
    )
    for at, (name, level, day) in enumerate((
        ("党组织书记培训班第一期", "区级", date(2024, 4, 8)),
        ("党组织书记培训班第二期", "区级", date(2024, 9, 9)),
        ("市级书记示范培训班", "市级", date(2024, 5, 20)),
        ("去年的书记培训班", "区级", LAST_YEAR),
    )):
        made.add(
            "trainings", 类别="书记培训", 期名=name, 级别=level, 开始日期=day, 参训人次=30 + at
        )
    for at, (course, role) in enumerate((
        *(("市级书记示范培训班", "书记"),) * 3,
        ("市级书记示范培训班", "党员"), ("党组织书记培训班第一期", "书记"),
    )):
        made.add(
            "attendances", 培训=course, 姓名=made.person(), 所在党组织=branches[at], 身份=role
        )
    _honours(made, branches)


def _honours(made: Books, branches: list[str]) -> None:
    """“两优一先” of the city: two members, one organization; the district's and last year's too."""
    for kind, name, level, year, at in (
        ("优秀共产党员", "市优秀共产党员", "市级", 2024, 0),
        ("优秀党务工作者", "市优秀党务工作者", "市级", 2024, 1),
        ("先进基层党组织", "市先进基层党组织", "市级", 2024, 2),
        ("先进基层党组织", "区先进基层党组织", "区级", 2024, 3),
        ("优秀共产党员", "市优秀共产党员", "市级", 2023, 4),
    ):
        made.add(
            "honours", 年度=year, 级别=level, 荣誉类别=kind, 荣誉名称=name, 党组织=branches[at],
            个人="" if kind == "先进基层党组织" else made.person(),
            表彰日期=date(year, 7, 1),
        )


def _help(made: Books, firms: list[str]) -> None:
    """What was done for enterprises and people; last year's beside."""

    def done(category: str, name: str, **more: object) -> None:
        made.add("help", 类别=category, 名称=name, 日期=made.between(YEAR, DAY), **more)

    for at in range(9):
        done("招聘会", f"专场招聘会第{at + 1}场", 数量=1, 单位="场")
    for at in range(21):
        done("线上招聘", f"线上招聘公告第{at + 1}期", 数量=1, 单位="期")
    for count in (1800, 1700, 1512):
        done("就业岗位", f"提供岗位 {count} 个", 数量=count, 单位="个")
    for count in (80, 60, 36):
        done("返乡创业", f"返乡创业主体 {count} 个", 数量=count, 单位="个")
    done("人才认定", "高层次人才认定", 数量=12, 单位="人")
    done("人才补贴", "自培博士补贴", 数量=1, 单位="名")
    done("金融产品", "金融产品汇编", 数量=37, 单位="类")
    done("担保", "涉农担保第一批", 受益企业="、".join(firms[:60]))
    done("担保", "涉农担保第二批", 受益企业="、".join(firms[50:BACKED]))
    made.add("help", 类别="招聘会", 名称="去年的招聘会", 日期=LAST_YEAR, 数量=1, 单位="场")
