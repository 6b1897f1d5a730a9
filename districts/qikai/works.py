"""What 轮川区 has done in 2021: sites, campaigns, events, titles, help given, tickets. Last year's,
other kinds and what is still open stand beside it on purpose."""

from datetime import date
from itertools import cycle, islice

from districts import qikai
from districts.books import Books

STUDIOS = 24
AREAS_OF_WORK = (
    # Area, its tasks with the number of measures of each.
    ("组织覆盖", (("摸清底数", 1), ("应建尽建", 2), ("联合共建", 1))),
    ("队伍建设", (("选优书记", 1), ("发展党员", 1), ("指导员进企", 2))),
    ("作用发挥", (("亮诺践诺", 1), ("技术攻关", 1), ("关爱职工", 1))),
    ("服务保障", (("工作室联系", 1), ("经费场地", 2))),
)
INCENTIVES = ("政治激励", "荣誉激励", "项目激励", "金融激励", "人才激励", "服务激励")
# Category of help, name, quantities of its rows.
QUANTITIES = (
    ("建议征集", "金点子", (60, 50, 26)),
    ("无偿献血", "党员职工献血", (90, 77, 70)),
    ("人才引进", "引进人才", (80, 73, 60)),
    ("直播带货", "带货直播", (6, 7, 5)),
    ("消费券", "优惠券", (2500, 1500)),
    ("夜市展销", "夜市", (1, 1, 1, 1)),
)
DONATIONS = (180, 146, 100)
RELIEF = 272
POLICIES = 236
# Channel, kind, how hard, what it was about, how many.
TICKETS = (
    ("车间恳谈会", "求助", "一般", "职工难题", 92),
    ("企业自报", "咨询", "一般", "政策咨询", 23),
    ("走访", "求助", "复杂", "企业难题", 36),
    ("商会", "求助", "一般", "商会转来问题", 76),
)
CHAMBER_FIRMS = 68


def add(made: Books, placed: "qikai.Placed") -> None:
    """Add all of it to the ledgers."""
    _sites(made, placed)
    _campaigns(made)
    _events(made, placed)
    _titles(made, placed)
    _help(made, placed)
    _tickets(made, placed)


def _day(made: Books) -> date:
    return made.between(qikai.YEAR, qikai.DAY)


def _sites(made: Books, placed: "qikai.Placed") -> None:
    """24 studios of veteran secretaries with a group of 1+2+5 each, a group 1+1+5 for each town, 8
    alliances; what has closed or is of another kind beside."""
    towns = placed.towns

    def five(at: int) -> str:
        return "、".join(islice(cycle(placed.firms), at * 5, at * 5 + 5))

    for at in range(STUDIOS):
        name = f"第{at + 1}老书记工作室"
        made.add("sites", 类别="老书记工作室", 名称=name, 所属镇街=towns[at % 4],
                 启用日期=date(2019, 9, 1))
        made.add(
            "contacts", 类别="老书记工作室联系组", 名称=f"{name}联系组", 所属镇街=towns[at % 4],
            工作室=name, 老书记=made.person(), 指导员=f"{made.person()}、{made.person()}",
            起始日期=date(2021, 1, 4), 联系企业=five(at),
        )
    for at, town in enumerate(towns):
        made.add(
            "contacts", 类别="1+1+5联系组", 名称=f"{town}联系组", 所属镇街=town,
            联系干部=made.person(), 招商部门人员=made.person(), 起始日期=date(2021, 1, 4),
            联系企业=five(STUDIOS + at),
        )
    made.add("sites", 类别="老书记工作室", 名称="原东轮老书记工作室", 所属镇街=towns[0],
             启用日期=date(2018, 9, 1), 停用日期=date(2021, 5, 1))
    for at in range(3):
        made.add("sites", 类别="驿站", 名称=f"货车司机驿站{at + 1}号", 所属镇街=towns[at],
                 启用日期=date(2020, 9, 1))
    for at in range(8):
        made.add("alliances", 类别="党建联盟", 名称=f"红旗党建联盟第{at + 1}组",
                 成立日期=date(2021, 3, 1), 牵头党组织=placed.industries[at],
                 成员党组织="、".join(placed.own[at * 3:at * 3 + 3]))
    made.add("alliances", 类别="党建联盟", 名称="原零部件党建联盟", 成立日期=date(2018, 3, 1),
             结束日期=date(2020, 12, 1))
    made.add("alliances", 类别="结对共建", 名称="村企结对", 成立日期=date(2021, 3, 1))


def _campaigns(made: Books) -> None:
    """The list of incentives in 6 aspects, the list of tasks in 4 areas with 11 tasks and 14
    measures; last year's list and another campaign beside."""
    start = date(2021, 3, 1)
    made.add("campaigns", 类别="其他行动", 名称="激励清单", 开始日期=start, 内容="六方面激励")
    for name in INCENTIVES:
        made.add("campaign_claims", 行动或项目="激励清单", 任务=name, 认领日期=start, 目标数=1)
    for area, tasks in AREAS_OF_WORK:
        made.add("campaigns", 类别="项目认领", 名称=area, 开始日期=start, 计量单位="条措施")
        for task, measures in tasks:
            made.add("campaign_claims", 行动或项目=area, 任务=task, 认领日期=start,
                     目标数=measures, 完成数=measures, 进度截至=qikai.DAY)
    made.add("campaigns", 类别="项目认领", 名称="去年的任务清单", 开始日期=qikai.LAST_YEAR)
    made.add("campaign_claims", 行动或项目="去年的任务清单", 任务="去年的任务", 目标数=5,
             认领日期=qikai.LAST_YEAR)
    made.add("campaigns", 类别="百日攻坚", 名称="组建百日攻坚", 开始日期=date(2021, 8, 2),
             总目标=20, 计量单位="个")
    made.add("campaign_claims", 行动或项目="组建百日攻坚", 任务="新组建党支部", 目标数=20,
             认领日期=date(2021, 8, 2))


def _events(made: Books, placed: "qikai.Placed") -> None:
    """6 talks, 100 micro lectures, 29 teams in a contest, 3 trainings on policies, 6 model sites;
    last year's beside."""
    branches = placed.branches

    def held(at: int, kind: str, topic: str, day: date, **more: object) -> None:
        made.add("activities", 党组织=branches[at % len(branches)], 活动类型=kind, 主题=topic,
                 日期=day, **more)

    for at in range(6):
        held(at, "宣讲", f"党史学习教育专题报告会第{at + 1}场", _day(made))
    for at in range(4):
        held(at, "宣讲", f"政策宣讲第{at + 1}场", _day(made))
    held(0, "宣讲", "去年的专题报告会", qikai.LAST_YEAR)
    for at in range(100):
        held(at, "党课", f"百个微党课第{at + 1}讲", _day(made), 微党课="是")
    for at in range(15):
        held(at, "党课", f"书记讲党课第{at + 1}讲", _day(made))
    held(1, "党课", "去年的微党课", qikai.LAST_YEAR, 微党课="是")
    for at in range(29):
        made.add("teams", 类别="参赛队", 名称=f"党史知识竞赛第{at + 1}代表队",
                 所属党组织=branches[at], 成立日期=date(2021, 5, 10), 解散日期=date(2021, 7, 1))
    for at in range(8):
        made.add("teams", 类别="参赛队", 名称=f"去年技能竞赛第{at + 1}代表队",
                 成立日期=qikai.LAST_YEAR, 解散日期=date(2020, 9, 1))
    made.add("teams", 类别="志愿服务队", 名称="轮川区党员志愿服务队", 成立日期=date(2021, 3, 5))
    for at in range(3):
        made.add("trainings", 类别="政策培训", 期名=f"税收政策专场培训第{at + 1}期", 级别="区级",
                 开始日期=_day(made), 参训人次=80)
    made.add("trainings", 类别="书记培训", 期名="党组织书记培训班", 级别="区级",
             开始日期=_day(made), 参训人次=60)
    made.add("trainings", 类别="政策培训", 期名="去年的专场培训", 级别="区级",
             开始日期=qikai.LAST_YEAR, 参训人次=70)
    for at in range(8):
        level = "区级" if at < 6 else "镇街级"
        made.add("honours", 年度=2021, 级别=level, 荣誉类别="示范点", 荣誉名称="非公党建示范点",
                 党组织=branches[at], 表彰日期=date(2021, 7, 1))
    made.add("honours", 年度=2021, 级别="区级", 荣誉类别="先进基层党组织",
             荣誉名称="区先进基层党组织", 党组织=branches[9], 表彰日期=date(2021, 7, 1))


def _titles(made: Books, placed: "qikai.Placed") -> None:
    """Revenue and profit of one firm for 2020; 18, 12 and 15 firms with a title in 2021, some with
    two; what was so in 2020 only, and numbers of other firms, beside."""

    def year(at: int, of: int, **more: object) -> None:
        made.add("enterprise_years", 市场主体=placed.firms[at], 年度=of, **more)

    year(0, 2020, **{"营业收入（万元）": 152_200, "利润（万元）": 2_385})
    year(0, 2021, **{"营业收入（万元）": 148_700, "利润（万元）": 2_190})
    year(1, 2020, **{"营业收入（万元）": 9_800, "利润（万元）": 310}, 资质="省级小巨人")
    for at in range(18):
        year(20 + at, 2021, 资质="省级小巨人、高新技术企业" if at < 5 else "省级小巨人")
    for at in range(12):
        year(50 + at, 2021, 资质="市级小巨人")
    for at in range(10):
        year(70 + at, 2021, 资质="高新技术企业")
    for at in range(6):
        year(90 + at, 2020, 资质="市级小巨人、高新技术企业")


def _help(made: Books, placed: "qikai.Placed") -> None:
    """What was done for enterprises and people in the year; firms are named twice, and last year's
    stands beside."""
    firms = placed.firms

    def done(category: str, name: str, day: date | None = None, **more: object) -> None:
        made.add("help", 类别=category, 名称=name, 日期=day or _day(made), **more)

    for category, name, counts in QUANTITIES:
        for at, count in enumerate(counts):
            done(category, f"{name}第{at + 1}批", 数量=count)
        done(category, f"去年的{name}", qikai.LAST_YEAR, 数量=9)
    for at in range(26):
        done("重大项目参与", f"九院项目{at + 1}", 数量=1)
    done("重大项目参与", "去年的项目", qikai.LAST_YEAR, 数量=1)
    for at, amount in enumerate(DONATIONS):
        done("捐款捐物", f"捐款捐物第{at + 1}批", **{"金额（万元）": amount})
    done("捐款捐物", "去年的捐款", qikai.LAST_YEAR, **{"金额（万元）": 55})
    done("政策惠企", "政策兑现第一批", 受益企业="、".join(firms[:150]))
    done("政策惠企", "政策兑现第二批", 受益企业="、".join(firms[120:POLICIES]))
    done("政策惠企", "去年的政策", qikai.LAST_YEAR, 受益企业=firms[POLICIES])
    for at in range(36):
        done("政策宣传", "税务宣传", date(2021, 1 + at // 3, 5 + 7 * (at % 3)), 数量=1)
    for at in range(5):
        done("政策宣传", "环保宣传", date(2021, 4, 6 + at), 数量=1)
    done("融资对接", "银企对接会", 数量=8, 第二数量=53, 受益企业="、".join(firms[:53]),
         **{"金额（万元）": 5_280})
    done("融资对接", "去年的银企对接会", qikai.LAST_YEAR, 数量=4, 第二数量=20,
         受益企业="、".join(firms[60:80]), **{"金额（万元）": 1_500})
    done("税费减免", "减免补贴第一批", 受益企业="、".join(firms[:200]), **{"金额（万元）": 700})
    done("税费减免", "减免补贴第二批", 受益企业="、".join(firms[180:RELIEF]),
         **{"金额（万元）": 400})
    done("税费减免", "去年的减免", qikai.LAST_YEAR, 受益企业=firms[RELIEF],
         **{"金额（万元）": 30})


def _tickets(made: Books, placed: "qikai.Placed") -> None:
    """What was asked for and closed in the year, by channel; open, half solved and last year's
    beside. The 76 matters of the chamber came from 68 firms."""
    for channel, kind, grade, title, count in TICKETS:
        for at in range(count):
            firm = placed.firms[at % CHAMBER_FIRMS if channel == "商会" else at]
            _ticket(made, firm, channel, f"{title}第{at + 1}件", closed=True, 类型=kind, 难易=grade)
        common = {"类型": kind, "难易": grade}
        _ticket(made, placed.firms[0], channel, f"{title}（未办结）", **common)
        _ticket(made, placed.firms[100], channel, f"{title}（去年）", day=qikai.LAST_YEAR,
                closed=True, **common)
    for at in range(2):
        _ticket(made, placed.firms[at], "走访", f"企业难题（部分解决）{at + 1}", closed=True,
                类型="求助", 难易="复杂", 是否解决="部分解决")


def _ticket(
    made: Books, firm: str, channel: str, title: str, *, day: date | None = None,
    closed: bool = False, **more: object,
) -> None:
    """A ticket: closed on the day on which it came, or open since shortly before the end."""
    day = day or (made.between(qikai.YEAR, date(2021, 11, 1)) if closed else date(2021, 12, 20))
    done = {
        "受理日期": day, "反馈日期": day, "办结日期": day, "是否解决": "已解决", "满意度": "满意",
        "办理结果": "已答复和协调解决",
    } if closed else {}
    made.add("tickets", 登记日期=day, 市场主体=firm, 渠道=channel, 标题=title, **{**done, **more})
