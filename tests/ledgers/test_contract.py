"""ledgers.md, sentence by sentence: what an import does to dated values and links."""

from datetime import date

import pytest

from enterprises.models import Entity
from members.models import Affiliation, Member
from organizations.models import Assignment, CoverageLink, Instructor, PartyOrganization, Post, Term
from tests.ledgers import desk
from tests.ledgers.desk import (
    CODES,
    DAY,
    PEOPLE,
    counts,
    entity,
    instructor,
    load,
    member,
    messages,
    organization,
    printed,
    undo,
)

pytestmark = pytest.mark.django_db

EARLIER, LATER = date(2026, 3, 31), date(2026, 9, 30)


@pytest.fixture(autouse=True)
def areas():
    """The areas of the desk."""
    assert counts(load("areas", desk.AREAS)) == (7, 0, 0, 0)


def links():
    """(organization, mode, start, end) of all coverage links."""
    return [
        (link.organization.name, link.mode, link.starts_on.isoformat(), link.ends_on.isoformat())
        for link in CoverageLink.objects.select_related("organization").order_by(
            "starts_on", "mode"
        )
    ]


# --- dated values -----------------------------------------------------------------------------


def test_first_values_hold_backwards_without_bound():
    load("enterprises", [entity("一厂", CODES[0], 成立日期="2024-01-01")])
    assert printed("enterprises", Entity.objects.get(), date(1990, 1, 1))["从业人员数"] == "12"


def test_a_change_begins_at_the_effective_day():
    load("enterprises", [entity("一厂", CODES[0])])
    batch = load("enterprises", [entity("一厂", CODES[0], 从业人员数=20)])
    assert counts(batch) == (0, 1, 0, 0)
    one = Entity.objects.get()
    assert printed("enterprises", one, date(2026, 6, 29))["从业人员数"] == "12"
    assert printed("enterprises", one, DAY)["从业人员数"] == "20"


def test_a_correction_takes_the_whole_period():
    load("enterprises", [entity("一厂", CODES[0])])
    load("enterprises", [entity("一厂", CODES[0], 从业人员数=20)])
    load("enterprises", [entity("一厂", CODES[0], 从业人员数=21)], day=LATER, is_correction=True)
    one = Entity.objects.get()
    assert printed("enterprises", one, DAY)["从业人员数"] == "21"
    assert printed("enterprises", one, EARLIER)["从业人员数"] == "12"


def test_a_change_holds_until_the_next_known_one():
    load("enterprises", [entity("一厂", CODES[0])])
    load("enterprises", [entity("一厂", CODES[0], 从业人员数=30)], day=LATER)
    load("enterprises", [entity("一厂", CODES[0], 从业人员数=20)], day=DAY)
    one = Entity.objects.get()
    days = [EARLIER, DAY, LATER]
    assert [printed("enterprises", one, d)["从业人员数"] for d in days] == ["12", "20", "30"]


def test_values_are_compared_at_the_day_of_the_change():
    load("enterprises", [entity("一厂", CODES[0])])
    load("enterprises", [entity("一厂", CODES[0], 从业人员数=30)], day=LATER)
    assert counts(load("enterprises", [entity("一厂", CODES[0])], day=DAY)) == (0, 0, 1, 0)
    assert printed("enterprises", Entity.objects.get(), LATER)["从业人员数"] == "30"


def test_empty_cells_keep_and_clear():
    load("enterprises", [entity("一厂", CODES[0], 营业收入=100)])
    assert counts(load("enterprises", [entity("一厂", CODES[0], 营业收入="")])) == (0, 0, 1, 0)
    load("enterprises", [entity("一厂", CODES[0], 营业收入="")], empty_clears=True)
    assert printed("enterprises", Entity.objects.get(), DAY)["营业收入"] == ""


def test_closing_with_a_date_leaves_the_state_before_it():
    load("enterprises", [entity("一厂", CODES[0], 经营状态="停业")])
    row = entity("一厂", CODES[0], 经营状态="注销", 注销日期="2026-05-01")
    load("enterprises", [row])
    one = Entity.objects.get()
    assert one.closed_on == date(2026, 5, 1)
    assert printed("enterprises", one, EARLIER)["经营状态"] == "停业"
    assert printed("enterprises", one, DAY)["经营状态"] == "注销"
    assert counts(load("enterprises", [row])) == (0, 0, 1, 0)


def test_a_closed_entity_that_is_new_was_normal_before():
    load("enterprises", [entity("一厂", CODES[0], 经营状态="注销", 注销日期="2026-05-01")])
    assert printed("enterprises", Entity.objects.get(), EARLIER)["经营状态"] == "正常"


# --- keys -------------------------------------------------------------------------------------


def test_a_code_that_matches_none_falls_back_to_the_name_and_fills_it():
    load("enterprises", [entity("老店")])
    batch = load("enterprises", [entity("老店", "92990101MA00TE5T2L", 主体类型="个体工商户")])
    assert counts(batch) == (0, 1, 0, 0)
    assert Entity.objects.get().uscc == "92990101MA00TE5T2L"


def test_a_market_goes_by_kind_name_and_town():
    rows = [
        entity("旧货市场", CODES[0], 主体类型="专业市场"),
        entity("花鸟市场", CODES[0], 主体类型="专业市场"),
    ]
    assert counts(load("enterprises", rows)) == (2, 0, 0, 0)
    assert counts(load("enterprises", rows)) == (0, 0, 2, 0)


def test_brackets_do_not_make_two_names():
    load("enterprises", [entity("一厂（甲）")])
    assert counts(load("enterprises", [entity("一厂(甲)")])) == (0, 1, 0, 0)


def test_a_repeated_key_names_the_first_row():
    batch = load("enterprises", [entity("一厂", CODES[0]), entity("二厂", CODES[0])])
    assert messages(batch) == [(3, "统一社会信用代码", "与第 2 行重复，请只留一行。")]


def test_record_number_comes_before_the_key():
    load("enterprises", [entity("一厂", CODES[0]), entity("二厂", CODES[1])])
    one = Entity.objects.get(name="一厂")
    row = entity("一厂新名", CODES[0], 记录号=str(one.pk))
    assert counts(load("enterprises", [row])) == (0, 1, 0, 0)
    stolen = entity("一厂新名", CODES[1], 记录号=str(one.pk))
    batch = load("enterprises", [stolen])
    assert messages(batch) == [(2, "统一社会信用代码", "这个代码已属于另一家主体，请核对。")]


def test_a_masked_key_without_record_number_is_unreadable():
    load("organizations", [organization("支部")])
    load("members", [member("周甲", PEOPLE[0], "支部")])
    masked = member("周甲", PEOPLE[0], "支部", 手机="138****0002")
    masked["公民身份号码"] = "990101********0019"
    assert counts(load("members", [masked]))[3] == 1
    masked["记录号"] = str(Member.objects.get().pk)
    assert counts(load("members", [masked])) == (0, 0, 1, 0)


# --- coverage ---------------------------------------------------------------------------------


@pytest.fixture
def branches():
    """Three organizations."""
    rows = [
        organization("甲支部"),
        organization("乙支部", 成立日期="2022-05-01"),
        organization("兜底党委"),
    ]
    load("organizations", rows)


def test_the_first_link_begins_at_the_later_founding(branches):
    load(
        "enterprises",
        [entity("一厂", CODES[0], 成立日期="2021-01-01", 覆盖党组织="乙支部", 组建方式="单独组建")],
    )
    assert links() == [("乙支部", "single", "2022-05-01", "9999-12-31")]


def test_a_link_that_exists_stays(branches):
    row = entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="单独组建")
    load("enterprises", [row])
    assert counts(load("enterprises", [row], day=LATER)) == (0, 0, 1, 0)


def test_another_start_corrects_the_start(branches):
    load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="单独组建")])
    row = entity(
        "一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="单独组建", 覆盖起始日期="2023-03-03"
    )
    assert counts(load("enterprises", [row])) == (0, 1, 0, 0)
    assert links() == [("甲支部", "single", "2023-03-03", "9999-12-31")]


def test_another_organization_replaces_the_printed_link_only(branches):
    load("organizations", [organization("兜底党委", 组建方式="区域兜底", 依托单位="一厂")])
    load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="单独组建")])
    load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="乙支部", 组建方式="联合组建")])
    assert links() == [
        ("兜底党委", "area_fallback", "2020-01-01", "9999-12-31"),
        ("甲支部", "single", "2020-01-01", "2026-06-30"),
        ("乙支部", "joint", "2026-06-30", "9999-12-31"),
    ]


def test_a_replaced_link_that_has_not_begun_is_removed(branches):
    load(
        "enterprises",
        [entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="单独组建")],
        day=EARLIER,
    )
    row = entity(
        "一厂", CODES[0], 覆盖党组织="乙支部", 组建方式="单独组建", 覆盖起始日期="2019-01-01"
    )
    load("enterprises", [row])
    assert links() == [("乙支部", "single", "2019-01-01", "9999-12-31")]


def test_a_corrected_link_takes_the_period(branches):
    load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="单独组建")])
    row = entity("一厂", CODES[0], 覆盖党组织="乙支部", 组建方式="单独组建")
    load("enterprises", [row], is_correction=True)
    assert links() == [("乙支部", "single", "2020-01-01", "9999-12-31")]


def test_a_corrected_mode_stays_one_link(branches):
    load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="单独组建")])
    row = entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="挂靠组建")
    load("enterprises", [row], is_correction=True)
    assert links() == [("甲支部", "attached", "2020-01-01", "9999-12-31")]


def test_a_cleared_coverage_ends(branches):
    load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="单独组建")])
    load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="", 组建方式="")], empty_clears=True)
    assert links() == [("甲支部", "single", "2020-01-01", "2026-06-30")]


def test_an_unknown_organization_names_the_nearest(branches):
    batch = load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="甲支步")])
    assert messages(batch) == [(2, "覆盖党组织", "没有这个党组织，是不是“甲支部”？")]


# --- units that are not there yet --------------------------------------------------------------


def test_units_wait_for_the_import_that_brings_them(branches):
    batch = load("organizations", [organization("甲支部", 依托单位="一厂、二厂")])
    assert counts(batch) == (0, 1, 0, 0)
    assert len(messages(batch, "warnings")) == 2
    bringing = load("enterprises", [entity("一厂", CODES[0], 成立日期="2023-01-01")])
    assert links() == [("甲支部", "single", "2023-01-01", "9999-12-31")]
    assert undo(bringing) == {"undone": 1, "kept": []}
    assert links() == []
    load("enterprises", [entity("一厂", CODES[0], 成立日期="2023-01-01")])
    assert len(links()) == 1


def test_units_never_end_or_change_a_link(branches):
    load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="挂靠组建")])
    load("organizations", [organization("甲支部", 依托单位="一厂")])
    load("organizations", [organization("甲支部", 依托单位="")], empty_clears=True)
    assert [link[1] for link in links()] == ["attached"]


def test_own_coverage_comes_before_waiting_units(branches):
    load("organizations", [organization("甲支部", 依托单位="一厂")])
    load("enterprises", [entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="联合组建")])
    assert [link[1] for link in links()] == ["joint"]


# --- organizations ------------------------------------------------------------------------------


def test_references_inside_a_file_resolve_in_any_order():
    rows = [organization("下级", 上级党组织="上级"), organization("上级", 类别="党委")]
    assert counts(load("organizations", rows)) == (2, 0, 0, 0)
    assert (
        printed("organizations", PartyOrganization.objects.get(name="下级"), DAY)["上级党组织"]
        == "上级"
    )


def test_circles_and_oneself_are_refused():
    rows = [
        organization("甲", 上级党组织="乙"),
        organization("乙", 上级党组织="甲"),
        organization("丙", 上级党组织="丙"),
    ]
    batch = load("organizations", rows)
    assert counts(batch) == (0, 0, 0, 3)


def test_a_row_that_refers_to_a_held_row_is_held():
    rows = [organization("下级", 上级党组织="上级"), organization("上级", 所属镇街="没有的镇")]
    batch = load("organizations", rows, valid_rows_only=True)
    assert counts(batch) == (0, 0, 0, 2)
    assert not PartyOrganization.objects.exists()


def test_another_secretary_is_another_post():
    load("organizations", [organization("甲支部", 书记姓名="周一", 书记联系电话="13800000009")])
    load("organizations", [organization("甲支部", 书记姓名="李二")])
    posts = [(p.person, p.starts_on, p.ends_on) for p in Post.objects.order_by("starts_on")]
    assert posts == [("周一", date(2020, 1, 1), DAY), ("李二", DAY, date.max)]


def test_each_beginning_is_a_term_of_its_own():
    load("organizations", [organization("甲支部", 本届起始日期="2020-03-01", 任期年限=3)])
    load("organizations", [organization("甲支部", 本届起始日期="2023-03-01", 任期年限=3)])
    terms = [(t.starts_on, t.ends_on) for t in Term.objects.order_by("starts_on")]
    assert terms == [(date(2020, 3, 1), date(2023, 3, 1)), (date(2023, 3, 1), date.max)]
    one = PartyOrganization.objects.get()
    assert printed("organizations", one, date(2022, 1, 1))["本届起始日期"] == "2020-03-01"


def test_dissolved_before_founded_is_refused():
    batch = load("organizations", [organization("甲支部", 撤销日期="2019-01-01")])
    assert messages(batch) == [(2, "撤销日期", "撤销日期应晚于成立日期。")]


# --- members ------------------------------------------------------------------------------------


@pytest.fixture
def roster(branches):
    """One member of 甲支部."""
    load("members", [member("周甲", PEOPLE[0], "甲支部")])


def test_affiliation_begins_with_membership(roster):
    assert Affiliation.objects.get().starts_on == date(2010, 7, 1)


def test_a_transfer_begins_at_its_date(roster):
    load("members", [member("周甲", PEOPLE[0], "乙支部", 组织关系转入日期="2026-02-01")])
    found = [(a.organization.name, a.starts_on) for a in Affiliation.objects.order_by("starts_on")]
    assert found == [("甲支部", date(2010, 7, 1)), ("乙支部", date(2026, 2, 1))]


def test_a_transfer_date_of_the_first_affiliation_moves_nothing(branches):
    load("members", [member("周甲", PEOPLE[0], "甲支部", 组织关系转入日期="2015-01-01")])
    assert Affiliation.objects.get().starts_on == date(2010, 7, 1)


def test_a_member_counts_before_the_state_changed(branches):
    load(
        "members",
        [member("周甲", PEOPLE[0], "甲支部", 党籍状态="已转出", 党籍变动日期="2026-05-01")],
    )
    one = Member.objects.get()
    assert printed("members", one, date(2026, 4, 30))["党籍状态"] == "正常"
    assert printed("members", one, DAY)["党籍状态"] == "已转出"
    assert printed("members", one, DAY)["党籍变动日期"] == "2026-05-01"


def test_another_date_corrects_when_the_state_changed(branches):
    load(
        "members",
        [member("周甲", PEOPLE[0], "甲支部", 党籍状态="已转出", 党籍变动日期="2026-05-01")],
    )
    for since in ("2026-06-01", "2026-03-01"):
        row = member("周甲", PEOPLE[0], "甲支部", 党籍状态="已转出", 党籍变动日期=since)
        assert counts(load("members", [row])) == (0, 1, 0, 0)
        assert counts(load("members", [row])) == (0, 0, 1, 0)
        assert printed("members", Member.objects.get(), DAY)["党籍变动日期"] == since


def test_management_follows_the_affiliation_until_it_is_named(roster):
    one = Member.objects.get()
    assert printed("members", one, DAY)["管理党组织"] == ""
    load("members", [member("周甲", PEOPLE[0], "甲支部", 管理党组织="乙支部")])
    assert printed("members", one, DAY)["管理党组织"] == "乙支部"
    assert printed("members", one, EARLIER)["管理党组织"] == ""


def test_an_unknown_workplace_waits_and_is_linked(branches):
    batch = load("members", [member("周甲", PEOPLE[0], "甲支部", 工作单位="一厂")])
    assert [w[1] for w in messages(batch, "warnings")] == ["工作单位"]
    bringing = load("enterprises", [entity("一厂", CODES[0])])
    assert Member.objects.get().states.get().workplace.name == "一厂"
    undo(bringing)
    assert Member.objects.get().states.get().workplace_text == "一厂"


def test_a_full_member_needs_a_date(branches):
    batch = load("members", [member("周甲", PEOPLE[0], "甲支部", 转正日期="")])
    assert [m[1] for m in messages(batch)] == ["转正日期"]


# --- instructors --------------------------------------------------------------------------------


@pytest.fixture
def firms():
    """Two entities."""
    load("enterprises", [entity("一厂", CODES[0]), entity("二厂", CODES[1], 主体类型="小微企业")])


def assignments():
    """(entity, start, end) of all assignments."""
    return [
        (
            a.entity.name if a.entity else a.pending_text,
            a.starts_on.isoformat(),
            a.ends_on.isoformat(),
        )
        for a in Assignment.objects.order_by("entity__name", "starts_on")
    ]


def test_what_is_assigned_is_assigned_for_the_term(firms):
    load("instructors", [instructor("王导", 联系主体="一厂、二厂")])
    assert assignments() == [
        ("一厂", "2025-01-01", "2027-01-01"),
        ("二厂", "2025-01-01", "2027-01-01"),
    ]


def test_a_dropped_name_ends_and_a_new_one_begins(firms):
    load("instructors", [instructor("王导", 联系主体="一厂")])
    batch = load("instructors", [instructor("王导", 联系主体="二厂")])
    assert counts(batch) == (0, 1, 0, 0)
    assert assignments() == [
        ("一厂", "2025-01-01", "2026-06-30"),
        ("二厂", "2026-06-30", "2027-01-01"),
    ]
    assert counts(load("instructors", [instructor("王导", 联系主体="二厂")])) == (0, 0, 1, 0)


def test_a_longer_term_takes_its_assignments_along(firms):
    load("instructors", [instructor("王导", 联系主体="一厂")])
    load("instructors", [instructor("王导", 联系主体="一厂", 聘期止="2027-12-31")])
    assert assignments() == [("一厂", "2025-01-01", "2028-01-01")]
    assert Instructor.objects.get().appointments.count() == 1


def test_a_new_term_is_a_row_of_its_own(firms):
    load("instructors", [instructor("王导", 联系主体="一厂")])
    row = instructor("王导", 联系主体="二厂", 聘期起="2027-01-01", 聘期止="2028-12-31")
    assert counts(load("instructors", [row])) == (0, 1, 0, 0)
    assert Instructor.objects.get().appointments.count() == 2
    assert assignments() == [
        ("一厂", "2025-01-01", "2027-01-01"),
        ("二厂", "2027-01-01", "2029-01-01"),
    ]


def test_one_day_terms_are_allowed_and_backward_ones_not(firms):
    assert (
        counts(load("instructors", [instructor("王导", 聘期起="2026-01-01", 聘期止="2026-01-01")]))[
            0
        ]
        == 1
    )
    batch = load("instructors", [instructor("李导", 聘期起="2026-01-02", 聘期止="2026-01-01")])
    assert [m[1] for m in messages(batch)] == ["聘期止"]


# --- odd cells ----------------------------------------------------------------------------------


def test_control_characters_hold_the_row_and_break_nothing():
    strange = entity("一厂", CODES[0], 地址="一\x0b号\ufffe")
    batch = load("enterprises", [strange | {"奇\x0b怪": "x"}])
    assert [m[1] for m in messages(batch)] == ["地址"]
