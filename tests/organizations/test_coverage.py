"""Coverage states and their reasons, edge by edge (ledgers.md §3); all sums: tests/reports."""

import pytest

from enterprises.choices import BusinessStatus
from enterprises.models import Entity
from organizations.choices import CoverageState, OrganizationStatus, SetUpMode
from organizations.coverage import STATE_OF_MODE, coverage_counts, with_coverage
from organizations.explain import Sign, explain
from tests import factories as make
from tests.factories import on
from tests.reports.districts import random_district

pytestmark = pytest.mark.django_db
DAY = on("2026-06-30")


def state_of(entity, day=DAY):
    """The state by query, after it was compared with the explained one."""
    found = with_coverage(Entity.objects.at(day), day).get(pk=entity.pk).coverage
    assert explain(entity, day).state == found
    return found


def lines(entity, day=DAY):
    return [(r.sign, r.sentence, r.detail) for r in explain(entity, day).reasons]


# --- Links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "state"),
    [
        (SetUpMode.SINGLE, CoverageState.SINGLE),
        (SetUpMode.JOINT, CoverageState.JOINT),
        (SetUpMode.ATTACHED, CoverageState.ATTACHED),
        (SetUpMode.AREA_FALLBACK, CoverageState.ATTACHED),
        (SetUpMode.MARKET_CIRCLE, CoverageState.ATTACHED),
        (SetUpMode.INDUSTRY, CoverageState.ATTACHED),
    ],
)
def test_state_of_each_mode(mode, state):
    entity = make.make_entity()
    make.cover(entity, make.make_organization(), mode)
    assert state_of(entity) == state


def test_every_mode_makes_a_state():
    assert set(STATE_OF_MODE) == set(SetUpMode)


def test_best_of_two_links():
    entity = make.make_entity()
    make.cover(entity, make.make_organization(), SetUpMode.AREA_FALLBACK)
    assert state_of(entity) == CoverageState.ATTACHED
    make.cover(entity, make.make_organization(), SetUpMode.SINGLE)
    assert state_of(entity) == CoverageState.SINGLE


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "state"),
    [
        ("2026-06-30", "2026-07-01", CoverageState.SINGLE),
        ("2026-07-01", "2026-08-01", CoverageState.NONE),
        ("2026-01-01", "2026-06-30", CoverageState.NONE),
    ],
)
def test_link_holds_from_its_start_to_the_day_before_its_end(starts_on, ends_on, state):
    entity = make.make_entity()
    make.cover(entity, make.make_organization(), starts_on=starts_on, ends_on=ends_on)
    assert state_of(entity) == state


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"founded_on": "2026-06-30"}, CoverageState.SINGLE),
        ({"founded_on": "2026-07-01"}, CoverageState.NONE),
        ({"dissolved_on": "2026-07-01"}, CoverageState.SINGLE),
        ({"dissolved_on": "2026-06-30"}, CoverageState.NONE),
        ({"status": OrganizationStatus.DISSOLVED}, CoverageState.NONE),
        # The date decides, whatever the status says.
        (
            {"status": OrganizationStatus.DISSOLVED, "dissolved_on": "2026-07-01"},
            CoverageState.SINGLE,
        ),
        ({"status": OrganizationStatus.IN_USE, "dissolved_on": "2026-06-30"}, CoverageState.NONE),
    ],
)
def test_organization_must_be_active(values, state):
    entity = make.make_entity()
    make.cover(entity, make.make_organization(**values))
    assert state_of(entity) == state


def test_dissolved_organization_leaves_the_fallback():
    entity = make.make_entity()
    make.cover(entity, make.make_organization(dissolved_on="2026-06-30"), SetUpMode.SINGLE)
    make.cover(entity, make.make_organization(), SetUpMode.AREA_FALLBACK)
    assert state_of(entity, on("2026-06-29")) == CoverageState.SINGLE
    assert state_of(entity) == CoverageState.ATTACHED


# --- Work ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "state"),
    [
        ("2026-06-30", "2026-06-30", CoverageState.WORK_ONLY),
        ("2026-07-01", "2026-12-31", CoverageState.NONE),
        ("2025-01-01", "2026-06-29", CoverageState.NONE),
    ],
)
def test_instructor_serves_on_both_edges_of_the_term(first, last, state):
    entity = make.make_entity()
    make.assign(make.make_instructor(first, last), entity)
    assert state_of(entity) == state


def test_assignment_dropped():
    entity = make.make_entity()
    make.assign(make.make_instructor(), entity, ends_on="2026-06-30")
    assert state_of(entity, on("2026-06-29")) == CoverageState.WORK_ONLY
    assert state_of(entity) == CoverageState.NONE


def test_instructor_of_another_entity_or_of_an_organization():
    entity = make.make_entity()
    instructor = make.make_instructor()
    make.assign(instructor, make.make_entity())
    make.assign(instructor, organization=make.make_organization())
    assert state_of(entity) == CoverageState.NONE


@pytest.mark.parametrize("name", ["has_union", "has_youth_league", "has_womens_federation"])
def test_mass_organization(name):
    assert state_of(make.make_entity(**{name: True})) == CoverageState.WORK_ONLY
    assert state_of(make.make_entity(**{name: False})) == CoverageState.NONE


def test_covered_and_reached_by_work_is_covered():
    entity = make.make_entity(has_union=True)
    make.assign(make.make_instructor(), entity)
    make.cover(entity, make.make_organization(), SetUpMode.JOINT)
    assert state_of(entity) == CoverageState.JOINT


# --- Counting -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [s for s in BusinessStatus if s != BusinessStatus.NORMAL])
def test_only_normal_entities_count(status):
    entity = make.make_entity(status=status)
    make.cover(entity, make.make_organization())
    assert state_of(entity) == CoverageState.NOT_COUNTED


def test_status_changes_from_a_day():
    entity = make.make_entity(status=BusinessStatus.SUSPENDED)
    make.change(entity, "2026-06-30", status=BusinessStatus.NORMAL)
    assert state_of(entity, on("2026-06-29")) == CoverageState.NOT_COUNTED
    assert state_of(entity) == CoverageState.NONE


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({"founded_on": "2026-06-30"}, CoverageState.NONE),
        ({"founded_on": "2026-07-01"}, CoverageState.NOT_COUNTED),
        ({"founded_on": None}, CoverageState.NONE),
        ({"closed_on": "2026-07-01"}, CoverageState.NONE),
        ({"closed_on": "2026-06-30"}, CoverageState.NOT_COUNTED),
    ],
)
def test_entity_exists_from_founding_to_the_day_before_closing(values, state):
    assert state_of(make.make_entity(**values)) == state


def test_counts_name_every_state():
    make.make_entity()
    counts = coverage_counts(Entity.objects.at(DAY), DAY)
    assert counts == {state: int(state == CoverageState.NONE) for state in CoverageState}


# --- Reasons ------------------------------------------------------------------------------------


def test_reasons_of_a_covered_entity():
    entity = make.make_entity(founded_on="2022-05-10", has_union=True)
    committee = make.make_organization(name="青石镇综合党委")
    branch = make.make_organization(
        name="五金产业联合党支部", founded_on="2024-03-18", parent=committee
    )
    make.make_term(branch, "2024-03-18", 3)
    make.cover(entity, branch, SetUpMode.JOINT, "2024-03-18")
    fallback = make.make_organization(name="青石社区党支部")
    make.cover(entity, fallback, SetUpMode.AREA_FALLBACK, "2023-01-01", "2027-01-01")
    make.assign(make.make_instructor(name="李桂芳"), entity)
    assert lines(entity) == [
        (Sign.YES, "正常经营，计入分母", "成立日期 2022-05-10，当天没有注销"),
        (Sign.YES, "由五金产业联合党支部覆盖，计入分子", "联合组建，2024-03-18 起"),
        (
            Sign.YES, "该党组织当天在用",
            "2024-03-18 成立，本届至 2027-03-17，上级：青石镇综合党委",
        ),
        (
            Sign.DASH, "青石社区党支部也覆盖，不影响本项",
            "区域兜底，2023-01-01 至 2026-12-31，已按最优的一种计",
        ),
        (Sign.DASH, "指导员李桂芳联系，不影响本项", "已算组织覆盖，不再计入“仅工作覆盖”"),
        (Sign.DASH, "有工会，不影响本项", "已算组织覆盖，不再计入“仅工作覆盖”"),
    ]
    assert [r.record for r in explain(entity, DAY).reasons[:4]] == [
        entity, branch, branch, fallback,
    ]


def test_reasons_of_work_coverage_before_the_first_link():
    entity = make.make_entity()
    make.cover(entity, make.make_organization(), starts_on="2026-07-01")
    make.assign(make.make_instructor("2022-08-01", "2026-07-31", name="赵文博"), entity)
    make.assign(make.make_instructor("2020-01-01", "2021-12-31", name="周敏"), entity)
    assert lines(entity)[1:] == [
        (Sign.NO, "当天没有党组织覆盖", "第一条覆盖关系 2026-07-01 才开始"),
        (Sign.YES, "指导员赵文博在任，计入工作覆盖", "聘期 2022-08-01 至 2026-07-31"),
        (Sign.NO, "指导员周敏当天不在聘期内，不计入工作覆盖", ""),
    ]


def test_reasons_of_an_uncovered_entity():
    entity = make.make_entity(no_organization_reason="没有党员")
    assert lines(entity)[1:] == [
        (Sign.NO, "当天没有党组织覆盖", "没有覆盖关系，未建原因：没有党员"),
        (
            Sign.NO, "没有在任指导员联系，也没有工会、共青团、妇联", "因此也不计入工作覆盖",
        ),
    ]


@pytest.mark.parametrize(
    ("values", "sentence", "detail"),
    [
        (
            {"dissolved_on": "2026-06-30"}, "甲支部当天已经撤销，覆盖关系不算",
            "撤销日期 2026-06-30",
        ),
        (
            {"status": OrganizationStatus.DISSOLVED}, "甲支部当天已经撤销，覆盖关系不算",
            "状态为撤销，没有填撤销日期",
        ),
        (
            {"founded_on": "2026-07-01"}, "甲支部当天还没有成立，覆盖关系不算",
            "成立日期 2026-07-01",
        ),
    ],
)
def test_reason_when_the_organization_is_not_active(values, sentence, detail):
    entity = make.make_entity()
    make.cover(entity, make.make_organization(name="甲支部", **values))
    assert lines(entity)[1] == (Sign.NO, sentence, detail)


def test_reason_after_the_last_link():
    entity = make.make_entity()
    make.cover(entity, make.make_organization(name="甲支部"), ends_on="2026-06-30")
    assert lines(entity)[1] == (
        Sign.NO, "当天没有党组织覆盖", "甲支部的覆盖关系到 2026-06-29 为止",
    )


@pytest.mark.parametrize(
    ("values", "sentence", "detail"),
    [
        ({"founded_on": "2026-07-01"}, "当天还没有成立，不计入", "成立日期 2026-07-01"),
        ({"closed_on": "2026-06-30"}, "当天已经注销，不计入", "注销日期 2026-06-30"),
        ({"status": BusinessStatus.SUSPENDED}, "经营状态为停业，不计入", ""),
    ],
)
def test_reason_when_not_counted(values, sentence, detail):
    assert lines(make.make_entity(**values)) == [(Sign.NO, sentence, detail)]


def test_reason_names_when_the_business_stopped():
    entity = make.make_entity()
    make.change(entity, "2026-03-01", status=BusinessStatus.SHELL)
    make.change(entity, "2026-05-01", employees=0)
    assert lines(entity) == [(Sign.NO, "经营状态为空壳，不计入", "2026-03-01 起")]


def test_queries_of_an_explanation(django_assert_max_num_queries):
    entity = make.make_entity(has_union=True)
    for _ in range(3):
        make.cover(entity, make.make_organization(), SetUpMode.JOINT)
        make.assign(make.make_instructor(), entity)
    with django_assert_max_num_queries(8):
        explain(entity, DAY)


def test_explained_state_equals_the_counted_one():
    for day in random_district(7)[:3]:
        states = dict(with_coverage(Entity.objects.at(day), day).values_list("pk", "coverage"))
        for entity in Entity.objects.all():
            found = explain(entity, day)
            assert found.state == states[entity.pk]
            assert found.is_counted == (found.state != CoverageState.NOT_COUNTED)
            assert found.reasons
