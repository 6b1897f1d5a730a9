"""``export --as-of D``, then ``import --effective D``, changes nothing (ledgers.md §1): for every
ledger, on days before, between and after the changes of a district in which everything happens."""

import pytest

from tests.acceptance.office import counted, id_number, uscc
from tests.ledgers.desk import entity, instructor, member, organization

KINDS = ("areas", "organizations", "enterprises", "members", "instructors")
# Before everything, on the days of the changes and the days beside them, after everything.
DAYS = (
    "1990-01-01", "2020-01-01", "2025-01-01", "2026-02-01", "2026-03-30", "2026-03-31",
    "2026-05-01", "2026-06-30", "2026-09-30", "2027-01-01",
)


@pytest.fixture
def busy(office):
    """The district after imports of 31 March, 30 June and 30 September."""
    _spring(office)
    _summer(office)
    _autumn(office)
    return office


def _spring(office):
    day = ("--effective", "2026-03-31")
    office.bring("organizations", [
        organization("街道党委", 所属镇街="乙街道", 类别="党委", 依托单位="远方公司、未来公司"),
        organization(
            "甲支部", 党组织代码="D1", 上级党组织="甲党委", 书记姓名="周一", 书记身份="员工",
            书记联系电话="13800000011", 本届起始日期="2023-03-01", 任期年限=3,
        ),
        organization("甲党委", 类别="党委", 本届起始日期="2022-05-01", 任期年限=5),
        organization("旧支部", 成立日期="2018-01-01", 撤销日期="2026-05-01", 状态="撤销"),
        organization("久撤支部", 状态="撤销"),
        organization("新支部", 成立日期="2026-06-30", 书记姓名="吴新"),
    ], *day)
    office.bring("enterprises", [
        entity("一厂", uscc(1), 覆盖党组织="甲支部", 组建方式="单独组建", 园区="高新园",
               成立日期="2016-01-01", 营业收入=1234.5678, 资质标签="专精特新、高新技术"),
        entity("二厂", uscc(2), 覆盖党组织="旧支部", 组建方式="联合组建",
               覆盖起始日期="2024-12-31"),
        entity("三店", 所属镇街="乙街道", 从业人员数=0),
        entity("四厂", uscc(4), 网格="甲一网格", 经营状态="停业"),
        entity("关门厂", uscc(5), 成立日期="2015-03-01", 经营状态="注销", 注销日期="2026-05-01"),
        entity("旧货市场", "", 主体类型="专业市场"),
        entity("张三、李四副食店", 覆盖党组织="甲支部", 组建方式="联合组建"),
        entity("甲，乙修理铺"),
    ], *day)
    office.bring("members", [
        member("周甲", id_number(1), "甲支部", 工作单位="一厂", 岗位层级="员工"),
        member("周乙", id_number(2), "旧支部", 工作单位="未来公司"),
        member("周丙", id_number(3), "甲支部", 党籍状态="已转出", 党籍变动日期="2026-02-01"),
        member("周丁", id_number(4), "甲支部", 人员类别="预备党员", 转正日期="",
               加入党组织日期="2025-01-01"),
        member("周戊", id_number(5), "甲支部", 管理党组织="街道党委", 工作单位="张三、李四副食店"),
        member("周己", id_number(6), "甲支部", 党籍状态="停止党籍"),
    ], *day)
    office.bring("instructors", [
        instructor("王导", 联系主体="一厂、未来公司", 联系党组织="甲支部", 所属镇街="甲镇"),
        instructor("李导", 所属镇街="甲镇", 联系主体="三店、二厂", 聘期起="2026-02-01",
                   聘期止="2026-09-30"),
    ], *day)


def _summer(office):
    """Values changed, coverage replaced, a transfer, terms, a dropped and a new assignment."""
    day = ("--effective", "2026-06-30")
    office.bring("organizations", [
        organization(
            "甲支部", 党组织代码="D1", 上级党组织="街道党委", 书记姓名="李二", 类别="联合党支部",
            本届起始日期="2026-03-01", 任期年限=3, 依托单位="四厂",
        ),
        organization("甲党委", 类别="党委", 所属镇街="乙街道"),
    ], *day)
    office.bring("enterprises", [
        entity("一厂", uscc(1), 覆盖党组织="甲党委", 组建方式="挂靠组建", 从业人员数=60,
               所属镇街="乙街道", 园区="", 工会="是"),
        entity("二厂", uscc(2), 覆盖党组织="甲支部", 组建方式="联合组建"),
        entity("未来公司", uscc(6), 成立日期="2026-05-01"),
        entity("三店", uscc(3), 所属镇街="乙街道", 主体类型="个体工商户", 经营状态="注销"),
    ], *day)
    office.bring("members", [
        member("周甲", id_number(1), "街道党委", 组织关系转入日期="2026-05-01", 工作单位="二厂"),
        member("周乙", id_number(2), "甲支部", 工作单位="一厂", 岗位层级="管理层"),
        member("周丁", id_number(4), "甲支部", 加入党组织日期="2025-01-01", 转正日期="2026-01-31"),
        member("周戊", id_number(5), "甲支部", 党籍状态="死亡", 党籍变动日期="2026-07-01"),
    ], *day)
    office.bring("instructors", [
        instructor("王导", 联系主体="未来公司、四厂", 所属镇街="乙街道"),
        instructor("李导", 联系主体="三店、二厂", 聘期起="2026-10-01", 聘期止="2027-12-31"),
    ], *day)


def _autumn(office):
    """A name added inside the term, a closing, a move back, corrections."""
    day = ("--effective", "2026-09-30")
    office.bring("instructors", [
        instructor("王导", 联系主体="未来公司、四厂、一厂"),
    ], *day)
    office.bring("enterprises", [
        entity("四厂", uscc(4), 经营状态="注销", 注销日期="2026-09-30"),
        entity("一厂", uscc(1), 覆盖党组织="甲支部", 组建方式="单独组建", 从业人员数=61),
    ], *day)
    office.bring("enterprises", [entity("二厂", uscc(2), 从业人员数=13)], *day, "--correct")
    office.bring("members", [
        member("周甲", id_number(1), "甲支部", 管理党组织="甲党委", 工作单位="四厂"),
        member("周丙", id_number(3), "甲支部"),
    ], *day)
    office.bring("organizations", [
        organization("甲支部", 党组织代码="D1", 状态="撤销", 撤销日期="2027-01-01"),
    ], *day)


def changes(office, day, *words, user=()):
    """What an import of an export of ``day`` would change, by ledger; nothing is to stand here."""
    found = {}
    for kind in KINDS:
        path = office.export(kind, "--as-of", day, *user)
        answer = office.load(kind, path, "--effective", day, "--check-only", *words, *user)
        assert answer["ignored_columns"] == []
        if answer["created"] or answer["updated"] or answer["errors"]:
            found[kind, day] = (counted(answer), answer["errors"])
    return found


def test_an_export_imports_without_a_change_on_any_day(busy):
    wrong = {}
    for day in DAYS:
        wrong |= changes(busy, day)
    assert wrong == {}
    assert changes(busy, "2026-03-31", "--correct") == {}


@pytest.mark.full
def test_a_towns_own_export_imports_without_a_change(busy):
    """Masked cells stand in it, and places and names that the town may not see."""
    busy.run("create_user", "town_a", "--role", "town", "--area", "990101001", "--password", "x")
    wrong = {}
    for day in ("1990-01-01", "2026-03-31", "2026-05-01", "2026-09-30"):
        wrong |= changes(busy, day, user=("--user", "town_a"))
    assert wrong == {}


def test_what_a_town_could_not_see_stays_text_when_the_district_exports(office):
    """A town names a workplace, a unit and an entity to visit that stand in another town."""
    office.run("create_user", "town_a", "--role", "town", "--area", "990101001", "--password", "x")
    office.bring("enterprises", [entity("远方公司", uscc(7), 所属镇街="乙街道")])
    words = ("--user", "town_a")
    office.bring("organizations", [organization("甲支部", 依托单位="远方公司")], *words)
    office.bring("members", [member("周甲", id_number(1), "甲支部", 工作单位="远方公司")], *words)
    office.bring("instructors", [instructor("王导", 联系主体="远方公司", 所属镇街="甲镇")], *words)
    for kind in ("organizations", "members", "instructors"):
        answer = office.load(kind, office.export(kind), "--check-only")
        assert (kind, counted(answer)) == (kind, (0, 0, 1))


def test_two_shops_that_once_shared_a_key_stay_two(office):
    """A shop moved away; another of its name opened where it was. First values hold backwards."""
    office.bring("enterprises", [entity("小吃店")], "--effective", "2026-03-31")
    number = office.exported("enterprises")[0]["记录号"]
    moved = entity("小吃店", 所属镇街="乙街道", 记录号=number)
    office.bring("enterprises", [moved], "--effective", "2026-06-30")
    office.bring("enterprises", [entity("小吃店")], "--effective", "2026-09-30")
    for day in ("2026-01-01", "2026-06-30", "2026-09-30"):
        path = office.export("enterprises", "--as-of", day)
        answer = office.load("enterprises", path, "--effective", day)
        assert (day, counted(answer), answer["errors"]) == (day, (0, 0, 2), [])


def test_a_full_membership_of_a_later_date_stays_as_it_is(office):
    """人员类别 is compared where it would begin, but what an export printed says nothing new."""
    office.bring("organizations", [organization("甲支部")])
    row = member("周甲", id_number(1), "甲支部", 转正日期="2026-12-01")
    office.bring("members", [row], "--effective", "2026-01-01")
    row = member("周甲", id_number(1), "甲支部", 人员类别="预备党员", 转正日期="")
    office.bring("members", [row], "--effective", "2026-06-30")
    for day in ("2026-01-01", "2026-06-30", "2026-12-31"):
        answer = office.load(
            "members", office.export("members", "--as-of", day), "--effective", day
        )
        assert (day, counted(answer)) == (day, (0, 0, 1))


def test_large_amounts_and_odd_texts_survive(office):
    office.bring("enterprises", [
        entity("=1+1 公司", uscc(1), 营业收入="999999999999.9999", 资产总额="-0.0001",
               备注="'+86 @x 第一行\n第二行", 地址="００７ 号", 产业链="1E5", 未建原因="TRUE"),
    ])
    path = office.export("enterprises")
    assert counted(office.load("enterprises", path)) == (0, 0, 1)
    assert office.exported("enterprises")[0]["名称"] == "=1+1 公司"
