"""覆盖情况: the same numbers as the report, honest words, few queries whatever the size."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.scope import scope_for
from activities.opening import open_month
from areas.models import Area
from enterprises.choices import BusinessStatus, EntityKind
from reports import payload
from reports.figures import Extent
from tests import factories as make
from tests.browser_checks import check_both, complaints_of, sign_in
from tests.extent import few
from tests.factories import on
from tests.reports.districts import random_district

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
COVERAGE = "/coverage/"
READERS = ("district_staff", "sector_staff", "town_a_staff")


def board_of(client, user, **query):
    """The page for a user: its board."""
    client.force_login(user)
    answer = client.get(COVERAGE, query)
    assert answer.status_code == 200
    return answer.context["board"]


# --- the same as the report -------------------------------------------------------------------


@pytest.fixture
def frozen():
    """A random district: its root, two days, and the frozen figures of a report over it."""
    days = sorted(random_district(seed=11, size=40))
    area = Area.objects.get(level="district")
    user = make.make_user(role=Role.DISTRICT, area=area)
    extent = Extent.of(scope_for(user), area)
    return user, days[1], days[-1], payload.build(extent, area, days[-1], days[1])


def test_figures_are_those_of_the_report(client, frozen):
    user, start, end, figures = frozen
    board = board_of(client, user, as_of=end.isoformat(), against=start.isoformat())
    family = {entry["key"]: entry for entry in figures["main_family"]}
    for head in board.heads:
        entry = family[head.key]
        assert (head.counted.figure.met, head.counted.figure.total) == (
            entry["met"], entry["total"]
        )
        assert (head.label, head.basis) == (entry["label"], entry["basis"])
    states = {line.state.value: line.count for line in board.states}
    for state in figures["states"]["shown"]:
        assert states[state["state"]] == state["count"]
    assert states["not_counted"] == figures["states"]["not_counted"]["count"]
    assert [point.figure.met for point, _lists in board.trend] == [
        point["met"] for point in figures["trend"]
    ]


def test_kinds_are_those_of_the_report(client, frozen):
    user, _start, end, figures = frozen
    board = board_of(client, user, as_of=end.isoformat())
    assert [
        (line.kind.value, line.entities, line.members, line.org.figure.met, line.reason)
        for line in board.kinds
    ] == [
        (row["kind"], row["entities"]["value"], row["members"]["value"],
         row["org_coverage"]["met"], row["reason"])
        for row in figures["kinds"]
    ]


@pytest.mark.parametrize(
    ("name", "dimension"), [("gaps", "town"), ("parks", "park"), ("industries", "industry")]
)
def test_tables_are_those_of_the_report_and_sum_up(client, frozen, name, dimension):
    user, _start, end, figures = frozen
    board = board_of(client, user, as_of=end.isoformat())
    table = getattr(board, name)
    rows = next(one for one in figures["tables"] if one["dimension"] == dimension)["rows"]
    assert {
        (line.key, line.none, line.work_only, line.eligible, line.org.figure.met)
        for line in table.lines
    } == {
        (row["key"], row["none"]["value"], row["work_only"]["value"],
         row["eligible_unorganized"]["value"], row["org_coverage"]["met"])
        for row in rows
    }
    for number in ("none", "work_only", "eligible"):
        assert sum(getattr(line, number) for line in table.lines) == getattr(table.total, number)
    assert [line.none for line in table.lines] == sorted(
        (line.none for line in table.lines), reverse=True
    )


def test_causes_sum_to_the_difference(client, frozen):
    user, start, end, _figures = frozen
    board = board_of(client, user, as_of=end.isoformat(), against=start.isoformat())
    before, after = board.before["org_coverage"], board.heads[0].counted.figure
    assert before.met + sum(line.met for line in board.causes) == after.met
    assert before.total + sum(line.total for line in board.causes) == after.total


# --- what stands on the page ------------------------------------------------------------------


def test_main_figures_with_numerator_denominator_change_and_basis(client, cast):
    make.cover(cast.entity_free, cast.organization_b, starts_on="2026-10-01")
    client.force_login(cast.district_staff)
    page = client.get(COVERAGE, {"as_of": "2026-10-31", "against": "2026-07-31"})
    text = page.content.decode()
    for words in ("100.0<small>%</small>", "比7月末 +20.0 个百分点", "80.0% → 100.0%。",
                  "口径：有在用党组织覆盖的主体 ÷ 正常经营的主体", "不作排名", "以表格查看",
                  "新建党组织、新纳入覆盖", "按当时区划"):
        assert words in text


def test_the_usual_comparison_is_the_third_month_end(client, cast):
    client.force_login(cast.district_staff)
    page = client.get(COVERAGE, {"as_of": "2026-10-31"})
    assert page.context["conditions"].against == on("2026-07-31")


def test_without_a_comparison_the_page_says_what_to_do(client, cast):
    client.force_login(cast.district_staff)
    text = client.get(COVERAGE, {"against": ""}).content.decode()
    assert "没有选对比日期" in text
    assert "个百分点" not in text


def test_a_comparison_must_be_earlier(client, cast):
    client.force_login(cast.district_staff)
    for day in ("2026-10-31", "2027-01-01"):
        page = client.get(COVERAGE, {"as_of": "2026-10-31", "against": day})
        assert "对比日期应早于时点，没有对比。" in page.content.decode()


def test_kinds_without_a_rate_say_why(client, cast):
    shop = make.make_entity(kind=EntityKind.SELF_EMPLOYED, town=cast.town_a)
    make.cover(shop, cast.organization_a)
    board = board_of(client, cast.district_staff)
    lines = {line.kind: line for line in board.kinds}
    assert lines[EntityKind.SELF_EMPLOYED].reason == "1 是党组织个数，不是户数，不能相除"
    assert (lines[EntityKind.SELF_EMPLOYED].organized, board.kind) == (1, EntityKind.SMALL_MICRO)
    text = client.get(COVERAGE, {"kind": "self_employed"}).content.decode()
    assert "个体工商户不计算覆盖率" in text
    assert "<small>%</small>" not in text
    assert 'class="plot wide"' in text  # the states are shown, the trend of rates is not
    assert "近 24 个月" not in text


def test_a_rate_without_denominator_is_a_dash(client, cast):
    client.force_login(cast.town_b_staff)
    text = client.get(COVERAGE).content.decode()
    assert '<span class="fig-none">—</span>' in text  # nobody in 乙街道 should be organized
    assert "None" not in text


def test_an_empty_scope_says_what_to_do(client, cast):
    client.force_login(cast.district_staff)
    page = client.get(COVERAGE, {"as_of": "1950-01-01"})
    assert "先导入台账" in page.content.decode()


def test_gaps_to_act_on_are_listed_with_their_lists(client, cast):
    make.make_post(cast.organization_a)
    make.make_term(cast.organization_b, "2020-01-01", 3)
    make.make_term(cast.organization_joint, "2024-01-01", 3)
    for _ in range(3):
        make.make_member(cast.organization_b, workplace=cast.entity_free)
    client.force_login(cast.district_staff)
    page = client.get(COVERAGE, {"as_of": "2026-11-20"})
    assert {matter.label: matter.count for matter in page.context["matters"]} == {
        "应建未建": 1, "书记空缺": 3, "换届已逾期": 1, "6 个月内换届": 1,
    }
    text = page.content.decode()
    assert cast.entity_free.get_absolute_url() in text
    assert "超期 1419 天" in text
    assert "剩 42 天" in text


# --- conditions, rights -----------------------------------------------------------------------


def test_a_town_sees_its_communities_and_only_its_numbers(client, cast):
    board = board_of(client, cast.town_a_staff)
    assert [line.label for line in board.gaps.lines] == ["甲一村", "未填村社区"]
    assert board.total == 2
    page = client.get(COVERAGE).content.decode()
    assert "乙街道" not in page
    assert "甲一村01网格" in page  # among the areas to choose from


def test_the_parts_of_a_chosen_area(client, cast):
    board = board_of(client, cast.district_staff, area="990101101001")
    assert [line.label for line in board.gaps.lines] == ["甲一村01网格"]
    assert board_of(client, cast.district_staff, area="990101101001-01").gaps is None
    lines = board_of(client, cast.district_staff).gaps.lines
    assert {line.label for line in lines} == {"甲镇", "乙街道"}


@pytest.mark.parametrize("area", ["990101001", "990101", "nothing"])
def test_areas_outside_the_scope_are_404(client, cast, area):
    client.force_login(cast.town_a_staff)
    assert client.get(COVERAGE, {"area": area}).status_code == 404


@pytest.mark.parametrize(
    "query",
    [{"as_of": "x"}, {"as_of": "2026-02-30"}, {"against": "x"}, {"kind": "x"}, {"area": ""},
     {"as_of": "9999-12-31"}, {"as_of": "0001-01-01"}, {"as_of": ["2026-01-01", "2025-01-01"]}],
)
def test_odd_values_give_a_page(client, cast, query):
    client.force_login(cast.district_staff)
    assert client.get(COVERAGE, query).status_code == 200


@pytest.mark.parametrize(
    "user", ["secretary_a", "instructor_a_user", "department_staff", "importer", "no_grant",
             "system_admin"]
)
def test_others_may_not_open_it(client, cast, user):
    client.force_login(cast.user(user))
    assert client.get(COVERAGE).status_code == 403


def test_a_sector_committee_is_told_what_its_scope_is(client, cast):
    board = board_of(client, cast.sector_staff)
    assert board.total == 1
    assert "覆盖率不反映全行业" in client.get(COVERAGE).content.decode()


def test_a_sector_without_the_main_kind_sees_a_kind_with_a_rate(client, cast):
    for kind in (EntityKind.SELF_EMPLOYED, EntityKind.MARKET):
        make.cover(make.make_entity(kind=kind), cast.organization_b)
    make.change(cast.entity_b, "2026-01-01", status=BusinessStatus.SHELL)
    assert board_of(client, cast.sector_staff).kind == EntityKind.MARKET
    assert board_of(client, cast.sector_staff, kind="small_micro").kind == EntityKind.SMALL_MICRO


def test_only_those_who_build_reports_are_offered_it(client, cast):
    for user, offered in (("district_staff", True), ("town_a_staff", True),
                          ("sector_staff", False)):
        client.force_login(cast.user(user))
        assert (reverse("reports:run_new") in client.get(COVERAGE).content.decode()) == offered


# --- queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize("user", few(READERS))
def test_queries_do_not_grow(client, cast, user, django_assert_max_num_queries,
                             django_assert_num_queries):
    for town, branch in ((cast.town_a, cast.organization_a), (cast.town_a, cast.organization_b)):
        make.cover(make.make_entity(kind=EntityKind.SELF_EMPLOYED, town=town), branch)
    client.force_login(cast.user(user))
    open_month(date(2026, 10, 1))
    query = {"as_of": "2026-10-31", "area": "990101101", "kind": "small_micro"}
    client.get(COVERAGE, query)
    with django_assert_max_num_queries(29) as few:
        client.get(COVERAGE, query)
    for kind in EntityKind:
        for _ in range(4):
            town = make.make_area(parent=cast.district)
            entity = make.make_entity(kind=kind, town=town, section="F")
            branch = make.make_organization(town=town, parent=cast.committee)
            make.cover(entity, branch)
            make.make_term(branch, "2021-01-01", 3)
            for _ in range(3):
                make.make_member(branch, workplace=entity)
    with django_assert_num_queries(len(few.captured_queries)):
        client.get(COVERAGE, query)


# --- browser ----------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_page_is_accessible_and_keeps_its_width(page, live_server, cast):
    complaints = complaints_of(page, live_server)
    sign_in(page, live_server, cast.district_staff)
    for path in few((COVERAGE, "/figures/org_coverage/?part=met", "/reports/new/", "/",
                     f"{COVERAGE}?kind=market", "/reports/"), most=3):
        page.goto(f"{live_server.url}{path}")
        check_both(page)
    page.goto(f"{live_server.url}/me/")
    page.click("main button:has-text('换成大字版')")
    for path in ("/", COVERAGE):
        page.goto(f"{live_server.url}{path}")
        check_both(page)
    assert complaints == []
