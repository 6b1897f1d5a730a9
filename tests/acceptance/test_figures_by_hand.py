"""``indicators`` over a tiny district that comes in through the ledgers, counted by hand from
ledgers.md §3. Every line of a fixture says what it is there for."""

from datetime import date, timedelta

import pytest

from tests.acceptance.office import id_number, measured, uscc
from tests.ledgers.desk import entity, instructor, member, organization

DAY = "2026-06-30"
KEYS = {
    "entities", "organizations", "members", "org_coverage", "own_organization",
    "eligible_organized", "with_members_coverage", "above_scale_coverage", "staff50_coverage",
    "three_conditions_coverage", "park_coverage", "association_coverage",
    "work_coverage_of_uncovered", "work_coverage", "affiliated_members", "secretary_filled",
    "election_on_time",
}


@pytest.fixture
def district(office):
    """Twelve entities (ten exist, eight count), six organizations (four active)."""
    since = ("--effective", "2026-01-01")
    office.bring("organizations", [
        # Its term ends the day after; that day: late.
        organization("甲支部", 书记姓名="周一", 本届起始日期="2023-07-01", 任期年限=3),
        organization("联合支部", 组建方式="联合组建", 书记姓名="吴二", 本届起始日期="2023-06-30",
                     任期年限=3),
        # No 任期年限; a 本届 that is still to come; dissolved that day; founded the day after.
        organization("兜底党委", 类别="党委", 所属镇街="乙街道", 本届起始日期="2024-01-01"),
        organization("功能支部", 类别="功能型党支部", 本届起始日期="2026-07-01", 任期年限=3),
        organization("撤销支部", 撤销日期="2026-06-30", 状态="撤销", 书记姓名="郑三"),
        organization("未来支部", 成立日期="2026-07-01", 书记姓名="王四"),
    ], *since)
    office.bring("enterprises", [
        # Single and fallback: the best counts once. 50 staff, three full members, three conditions.
        entity("一厂", uscc(1), 覆盖党组织="甲支部", 组建方式="单独组建", 从业人员数=50,
               是否规模以上="是", 固定场所="是", 园区="高新园", 成立日期="2021-01-01"),
        # Joint; 49 staff; two full members, one 转正 the day after.
        entity("二厂", uscc(2), 覆盖党组织="联合支部", 组建方式="联合组建", 从业人员数=49,
               是否规模以上="是", 固定场所="是"),
        # Its organization is dissolved that day: not covered. 10 staff, premises.
        entity("三厂", uscc(3), 覆盖党组织="撤销支部", 组建方式="单独组建", 从业人员数=10,
               固定场所="是", 园区="高新园"),
        # The link begins with the organization, tomorrow: not covered; a union.
        entity("四厂", uscc(4), 覆盖党组织="未来支部", 组建方式="挂靠组建", 工会="是", 从业人员数=9,
               固定场所="是", 所属镇街="乙街道"),
        # An association with an instructor whose term ends that day: work coverage.
        entity("协会", uscc(5), 主体类型="行业协会商会", 从业人员数=3),
        # The instructor's term ended the day before: nothing.
        entity("小店", 从业人员数=2, 所属镇街="乙街道", 所属行业="F"),
        # Founded that day: exists. Fallback by 依托单位.
        entity("新厂", uscc(7), 成立日期=DAY, 所属镇街="乙街道", 产业链="装备链"),
        # Ceases the day after: still there.
        entity("将关厂", uscc(8), 经营状态="注销", 注销日期="2026-07-01"),
        # Ceased that day; not operating; not yet founded; 迁出.
        entity("已关厂", uscc(9), 经营状态="注销", 注销日期=DAY, 覆盖党组织="甲支部",
               组建方式="联合组建"),
        entity("停业厂", uscc(10), 经营状态="停业", 覆盖党组织="联合支部", 组建方式="联合组建"),
        entity("明日厂", uscc(11), 成立日期="2026-07-01", 覆盖党组织="联合支部",
               组建方式="联合组建"),
        entity("迁出厂", uscc(12), 经营状态="迁出"),
    ], *since)
    office.bring("organizations", [
        organization("兜底党委", 类别="党委", 所属镇街="乙街道", 组建方式="区域兜底",
                     依托单位="一厂、新厂"),
    ], *since)
    office.bring("members", [
        member("甲一", id_number(1), "甲支部", 工作单位="一厂"),
        member("甲二", id_number(2), "甲支部", 工作单位="一厂", 转正日期=DAY),
        member("甲三", id_number(3), "甲支部", 工作单位="一厂", 管理党组织="联合支部"),
        member("乙一", id_number(4), "联合支部", 工作单位="二厂"),
        member("乙二", id_number(5), "联合支部", 工作单位="二厂"),
        # Not yet full; not full.
        member("乙三", id_number(6), "联合支部", 工作单位="二厂", 转正日期="2026-07-01"),
        member("丙一", id_number(7), "兜底党委", 工作单位="三厂", 人员类别="预备党员", 转正日期="",
               加入党组织日期=DAY),
        # Left that day; dies the day after; joins the day after.
        member("丁一", id_number(8), "甲支部", 工作单位="四厂", 党籍状态="已转出",
               党籍变动日期=DAY),
        member("戊一", id_number(9), "甲支部", 工作单位="小店", 党籍状态="死亡",
               党籍变动日期="2026-07-01"),
        member("己一", id_number(10), "甲支部", 工作单位="协会", 加入党组织日期="2026-07-01",
               转正日期="2027-07-01"),
    ], *since)
    office.bring("instructors", [
        instructor("王导", 联系主体="协会", 聘期起="2026-01-01", 聘期止=DAY),
        instructor("李导", 联系主体="小店", 聘期起="2025-01-01", 聘期止="2026-06-29"),
        instructor("张导", 联系主体="三厂", 聘期起="2026-07-01", 聘期止="2027-06-29"),
    ], *since)
    return office


def test_every_definition_on_the_day(district):
    assert district.figures("--as-of", DAY, "--keys", *sorted(KEYS)) == {
        "entities": 8,
        "organizations": 4,
        "members": 8,
        "org_coverage": (3, 8),                # 一厂 二厂 新厂
        "own_organization": (1, 8),            # 一厂
        "eligible_organized": (1, 1),          # 一厂: three full; 二厂 has two
        "with_members_coverage": (2, 4),       # 一厂 二厂 of 一 二 三 小店
        "above_scale_coverage": (2, 2),
        "staff50_coverage": (1, 1),
        "three_conditions_coverage": (2, 3),   # 一 二 of 一 二 三
        "park_coverage": (1, 2),
        "association_coverage": (0, 1),
        "work_coverage_of_uncovered": (2, 5),  # 四厂 协会 of 三 四 协会 小店 将关
        "work_coverage": (5, 8),
        "affiliated_members": (7, 8),          # 甲三 is managed elsewhere
        "secretary_filled": (2, 4),
        "election_on_time": (1, 2),            # 甲; 联合 is due that day
    }


def test_the_day_after(district):
    found = district.figures("--as-of", "2026-07-01")
    expected = {
        "entities": 8,                     # 明日厂 came, 将关厂 ceased
        "organizations": 5,                # 未来支部
        "members": 8,                      # 己一 came, 戊一 died
        "org_coverage": (5, 8),            # 四厂 明日厂
        "eligible_organized": (1, 2),      # 二厂 has three full members, no branch of its own
        "work_coverage_of_uncovered": (1, 3),  # 三厂 by 张导; 协会 and 小店 no more
        "secretary_filled": (3, 5),
        "election_on_time": (1, 3),        # 功能支部 began; 甲 and 联合 late
    }
    assert {key: found[key] for key in expected} == expected


def test_the_day_before(district):
    found = district.figures("--as-of", "2026-06-29")
    expected = {
        "entities": 8,                     # 一 二 三 四 协会 小店 将关 已关
        "organizations": 5,                # 撤销支部
        "members": 8,                      # 丁一 yes, 丙一 not yet
        "org_coverage": (4, 8),
        "eligible_organized": (0, 0),      # 甲二 is not full yet
        "work_coverage_of_uncovered": (3, 4),
        "secretary_filled": (3, 5),
        "election_on_time": (2, 2),
    }
    assert {key: found[key] for key in expected} == expected


def test_the_shape_of_the_answer(district):
    code, answer = district.json("indicators", "--as-of", DAY, "--area", "990101")
    assert code == 0
    assert (answer["area"], answer["as_of"]) == ("990101", DAY)
    family = [one for one in answer["indicators"] if one["key"] in KEYS]
    assert [one["key"] for one in answer["indicators"][: len(KEYS)]] == [
        one["key"] for one in family
    ]
    assert {one["key"] for one in family} == KEYS
    for one in family:
        head = {"key", "label", "unit", "basis", "kind", "by"}
        is_count = one["key"] in ("entities", "organizations", "members")
        assert one.keys() == head | ({"value"} if is_count else {"met", "total", "percent"})
        assert one["by"] == []
    percents = {one["key"]: one.get("percent") for one in answer["indicators"]}
    assert (percents["org_coverage"], percents["association_coverage"]) == ("37.5", "0.0")
    assert percents["work_coverage"] == "62.5"
    empty = district.json("indicators", "--area", "G1", "--keys", "org_coverage")[1]
    assert empty["indicators"][0] | {"label": "", "basis": ""} == {
        "key": "org_coverage", "label": "", "unit": "家", "basis": "", "kind": "share",
        "met": 0, "total": 0, "percent": None, "by": [],
    }


CELLS = {
    "town": {"990101001": (2, 5), "990101002": (1, 3)},
    "kind": {"小微企业": (3, 6), "行业协会商会": (0, 1), "个体工商户": (0, 1)},
    "industry": {"C": (3, 7), "F": (0, 1)},
    "chain": {"装备链": (1, 1), "": (2, 7)},
    "park": {"P1": (1, 2), "": (2, 6)},
    "grid": {"": (3, 8)},
}


def test_cells_of_entities(district):
    for dimension, expected in CELLS.items():
        words = ("--as-of", DAY, "--by", dimension, "--keys", "org_coverage")
        (one,) = district.json("indicators", *words)[1]["indicators"]
        found = {cell["key"]: measured(cell) for cell in one["by"] if cell["total"]}
        assert found == expected, dimension
        for cell in one["by"]:
            assert cell.keys() == {"key", "label", "met", "total", "percent"}
        assert sum(cell["total"] for cell in one["by"]) == one["total"]


def test_cells_of_organizations_and_members(district):
    words = ("--as-of", DAY, "--keys", "organizations", "members", "affiliated_members")
    by_town = district.json("indicators", *words, "--by", "town")[1]["indicators"]
    found = {
        one["key"]: {cell["key"]: measured(cell) for cell in one["by"]} for one in by_town
    }
    assert found == {
        "organizations": {"990101001": 3, "990101002": 1},
        "members": {"990101001": 7, "990101002": 1},
        "affiliated_members": {"990101001": (6, 7), "990101002": (1, 1)},
    }
    for dimension in ("kind", "industry", "chain", "park", "grid"):
        other = district.json("indicators", *words, "--by", dimension)[1]["indicators"]
        assert [one["by"] for one in other] == [[], [], []]


def test_a_users_scope_limits_the_population_not_the_proof(district):
    """新厂 in 乙街道 is covered by an organization there; 四厂's union counts for whoever asks."""
    district.run("create_user", "b", "--role", "town", "--area", "990101002", "--password", "x")
    district.run("create_user", "nobody", "--role", "audit_admin", "--password", "x")
    district.run("create_user", "s", "--role", "secretary", "--organization", "甲支部",
                 "--password", "x")
    words = ("--as-of", DAY, "--keys", "entities", "org_coverage", "work_coverage")
    town_b = {"entities": 3, "org_coverage": (1, 3), "work_coverage": (2, 3)}
    assert district.figures(*words, "--user", "b") == town_b
    assert district.figures(*words, "--area", "990101002") == town_b
    assert district.figures(*words, "--area", "990101001", "--user", "b") == {
        "entities": 0, "org_coverage": (0, 0), "work_coverage": (0, 0)}
    assert district.figures(*words, "--user", "nobody")["entities"] == 0
    assert district.figures(*words, "--user", "s")["entities"] == 1
    assert district.figures(*words, "--area", "P1") == {
        "entities": 2, "org_coverage": (1, 2), "work_coverage": (1, 2)}


def test_a_term_of_a_leap_day(office):
    row = organization("甲支部", 本届起始日期="2024-02-29", 任期年限=3)
    office.bring("organizations", [row])
    due = date(2027, 3, 1)
    for day, met in ((due - timedelta(days=1), 1), (due, 0)):
        found = office.figures("--as-of", day.isoformat(), "--keys", "election_on_time")
        assert found == {"election_on_time": (met, 1)}


def test_a_mode_of_the_entities_ledger_wins_over_the_organizations(office):
    """依托单位 alone takes the organization's mode; the row of the entity has its own."""
    office.bring("organizations", [organization("甲支部", 依托单位="一厂、二厂")])
    office.bring("enterprises", [
        entity("一厂", uscc(1)), entity("二厂", uscc(2), 覆盖党组织="甲支部", 组建方式="挂靠组建"),
    ])
    assert office.figures("--keys", "own_organization") == {"own_organization": (1, 2)}


def test_periods_of_flows_are_taken_without_a_complaint(office):
    assert office.json("indicators", "--from", "2026-01-01", "--to", "2026-03-31")[0] == 0
