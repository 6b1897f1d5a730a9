"""帮扶成果: the published figures of domain.md §8 come back, by category and period."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from accounts.scope import district_scope, scope_for
from common.periods import Span
from services.help_figures import summary
from services.help_models import Help, HelpCategory
from tests.counting import queries_of
from tests.registers.samples import ROWS, prepare, write

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))
# Category, name, number, second number, money in 万元: 8.1 #14-22, 8.2 #15 #21, 8.3 #10 #18-19,
# 8.4 #14-31, 8.5 #5 #10. Rounded ones ("50余") stand as they are printed.
PUBLISHED = (
    ("招聘会", "人才招聘活动", 9, None, None),
    ("线上招聘", "线上招聘公告", 21, None, None),
    ("就业岗位", "提供就业岗位", 5000, None, None),
    ("返乡创业", "新增返乡创业主体", 176, None, None),
    ("人才认定", "认定高层次人才", 12, None, None),
    ("人才补贴", "自培博士补贴", 1, None, None),
    ("金融产品", "收集金融产品", 37, None, None),
    ("担保", "涉农主体担保服务", 101, None, None),
    ("办事便利", "区直部门线上事项", 38, 755, None),
    ("质量提升", "导入卓越绩效", 10, None, None),
    ("问卷调研", "发放问卷", 12000, None, None),
    ("技能培训", "技能培训", 20, 2000, None),
    ("授信", "授信党建示范企业", 15, None, 23000),
    ("技术合作", "技术合作项目", 35, None, None),
    ("重大项目参与", "重大项目参与", 26, None, None),
    ("建议征集", "金点子", 136, None, None),
    ("捐款捐物", "捐款捐物", None, None, 400),
    ("无偿献血", "献血党员职工", 237, None, None),
    ("政策惠企", "政策惠及企业", 236, None, None),
    ("政策宣传", "税务宣传", 36, None, None),
    ("人才引进", "引进人才", 200, None, None),
    ("融资对接", "银企对接会", 8, 50, 5000),
    ("税费减免", "减免补贴企业", 272, None, 1100),
    ("直播带货", "带货直播", 18, None, None),
    ("消费券", "优惠券", 4000, None, None),
    ("夜市展销", "夜市", 4, None, None),
    ("共享设备", "共享设备服务", 103, 50, None),
    ("困难群体就业", "就业脱贫", 91, None, None),
    ("困难群体就业", "残疾人就业", 11, None, None),
)


def row(category, name, number=None, second=None, money=None, **cells):
    return {
        "类别": category, "名称": name, "日期": "2026-06-30", "数量": number, "第二数量": second,
        "金额（万元）": money, **cells,
    }


def figures(scope=None, span=YEAR, town=None):
    found = summary(scope or district_scope(), span, town)
    return {one.category.name: one for lines in found.groups.values() for one in lines}


def test_the_published_figures(cast):
    write("help", *(row(*line) for line in PUBLISHED))
    found = figures()
    for category in {line[0] for line in PUBLISHED}:
        lines = [line for line in PUBLISHED if line[0] == category]
        one = found[category]
        assert one.times == len(lines)
        assert one.amount == sum(line[4] or 0 for line in lines)
        wanted = [
            (sum(line[at] or 0 for line in lines), unit)
            for at, unit in ((2, one.category.unit_1), (3, one.category.unit_2))
            if any(line[at] for line in lines)
        ]
        assert one.quantities == wanted, category
    assert found["授信"].amount == Decimal(23000)
    assert found["办事便利"].quantities == [(38, "家单位"), (755, "个事项")]


def test_enterprises_count_once_and_periods_are_kept(cast):
    firms = "甲一五金有限公司、乙二物流有限公司"
    write(
        "help",
        row("授信", "一", 2, 受益主体=firms), row("授信", "二", 1, 受益主体="甲一五金有限公司"),
        row("担保", "三", 1, 受益主体="甲一五金有限公司", 日期="2025-12-31"),
        row("授信", "四", 5, 单位="笔"),
    )
    [one] = figures().values()
    assert (one.times, one.entities) == (3, 2)
    assert sorted(one.quantities) == [(3, "家"), (5, "笔")]
    assert summary(district_scope(), YEAR).entities == 2
    assert figures(span=Span(date(2025, 1, 1), date(2025, 12, 31))).keys() == {"担保"}


def test_a_town_counts_its_own(cast):
    write("help", row("授信", "一", 2, 所属镇街="甲镇"), row("授信", "二", 3, 所属镇街="乙街道"))
    assert figures(scope_for(cast.town_a_staff))["授信"].quantities == [(2, "家")]
    assert figures(town=cast.town_b)["授信"].quantities == [(3, "家")]
    assert figures(scope_for(cast.no_grant)) == {}


def test_numbers_open_the_rows_that_make_them(cast):
    write("help", *(row(*line) for line in PUBLISHED))
    write("help", row("授信", "去年", 7, 日期="2025-06-30"))
    client = Client()
    client.force_login(cast.district_staff)
    page = client.get("/help/?since=2026-01-01&until=2026-12-31")
    lines = [line for _group, lines in page.context["groups"] for line in lines]
    assert len(lines) == len({line[0] for line in PUBLISHED})
    for one, url in lines[:5]:
        assert client.get(url).context["page"].total == one.times, url
    assert client.get(page.context["list_url"]).context["page"].total == len(PUBLISHED)
    town = client.get(f"/help/?town={cast.town_a.pk}&since=2026-01-01&until=2026-12-31")
    assert town.context["found"].times == 0
    assert client.get("/help/?town=x&since=y").status_code == 200
    assert queries_of(client, "/help/?since=2025-01-01&until=2026-12-31") <= 5


def test_a_host_is_one_of_four(cast):
    prepare("help")
    write("teams")
    for name, field in (
        ("甲一五金团支部", "host_mass_organization"), ("市场监督管理局", "host_department"),
        ("队伍：甲镇党的创新理论宣讲团", "host_team"), ("中共甲一支部委员会", "host_organization"),
    ):
        write("help", {**ROWS["help"], "名称": name, "主办单位": name})
        one = Help.objects.get(name=name)
        assert one.hosted_by == getattr(one, field) is not None


def test_shipped_categories_are_editable_rows(cast):
    assert HelpCategory.objects.count() >= 25
    client = Client()
    client.force_login(cast.town_a_staff)
    assert client.get("/registers/help_categories/").context["page"].total >= 25
    assert client.get("/registers/help_categories/new/").status_code == 403
    client.force_login(cast.district_staff)
    sent = {"name": "送医上门", "group": "公益和民生", "unit_1": "次"}
    assert client.post("/registers/help_categories/new/", sent).status_code == 302
    assert HelpCategory.objects.get(name="送医上门").order == 900
