"""The coverage family by hand: a small district that a person can count, and every edge of
ledgers.md §3 on its own. D is 2026-06-30."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.scope import Scope
from areas.choices import AreaLevel
from common import parameters
from enterprises.choices import BusinessStatus, EntityKind
from members.choices import MemberCategory, MembershipStatus
from organizations.choices import SetUpMode
from organizations.rules import election_due
from reports.figures import Extent, Number, Share, cells, figures, percent, percent_text
from reports.indicators import FAMILY, INDICATORS
from tests import factories as make
from tests.factories import on

pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
DAY = on("2026-06-30")


def share(key, day=DAY, where=None):
    """(met, total)."""
    figure = INDICATORS[key].figure(WHOLE, day, where)
    return figure.met, figure.total


def value(key, day=DAY, where=None):
    return INDICATORS[key].figure(WHOLE, day, where).value


def covered(entity, mode=SetUpMode.SINGLE):
    make.cover(entity, make.make_organization(), mode)
    return entity


# --- Rounding -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("met", "total", "expected", "text"),
    [
        (104, 438, "23.7", "23.7%"),
        (6, 16, "37.5", "37.5%"),
        (1, 3, "33.3", "33.3%"),
        (2, 3, "66.7", "66.7%"),
        (1, 2000, "0.1", "0.1%"),  # 0.05 goes up
        (13, 58271, "0.0", "0.0%"),
        (1999, 2000, "100.0", "100.0%"),
        (0, 7, "0.0", "0.0%"),
        (7, 7, "100.0", "100.0%"),
    ],
)
def test_percent(met, total, expected, text):
    assert percent(met, total) == Decimal(expected)
    assert percent_text(met, total) == text
    assert Share(met, total).as_json() == {"met": met, "total": total, "percent": expected}


def test_percent_without_denominator():
    assert percent(0, 0) is None
    assert percent_text(0, 0) == "—"
    assert Share(0, 0).as_json() == {"met": 0, "total": 0, "percent": None}


# --- A district counted by hand -----------------------------------------------------------------


def hand_counted_district():
    """Two towns.

    甲镇, 7 entities that count: own branch with 3 full members, 规上, 60 employees, in the park;
    joint branch, 1 member; area fallback; instructor; 工会; none; association, own branch.
    乙街道, 2 that count: 3 full members and no branch; market without town in the park.
    Not counted: closed, suspended, founded later.
    """
    top = make.make_area(AreaLevel.DISTRICT)
    first = make.make_area(AreaLevel.TOWN, top, code="990101101", name="甲镇")
    second = make.make_area(AreaLevel.TOWN, top, code="990101001", name="乙街道")
    park = make.make_area(AreaLevel.PARK, top, code="P1", name="高新园")

    branch = make.make_organization(town=first)
    large = make.make_entity(
        town=first, park=park, employees=60, above_scale=True, fixed_premises=True
    )
    make.cover(large, branch)
    for _ in range(3):
        make.make_member(branch, workplace=large)

    joint = make.make_organization(town=first)
    small = make.make_entity(town=first, employees=9, fixed_premises=True)
    make.cover(small, joint, SetUpMode.JOINT)
    make.make_member(joint, workplace=small, category=MemberCategory.PROBATIONARY)

    fallback = make.make_organization(town=second)
    make.cover(make.make_entity(town=first), fallback, SetUpMode.AREA_FALLBACK)
    make.assign(make.make_instructor(), make.make_entity(town=first))
    make.make_entity(town=first, has_union=True)
    make.make_entity(town=first, fixed_premises=True, employees=10)
    association = make.make_entity(town=first, kind=EntityKind.ASSOCIATION, employees=None)
    make.cover(association, make.make_organization(town=first, dissolved_on="2026-12-31"))

    eligible = make.make_entity(town=second)
    for _ in range(3):
        make.make_member(joint, workplace=eligible, managed_by=fallback)
    make.make_entity(kind=EntityKind.MARKET, park=park)

    make.make_entity(town=first, closed_on="2026-06-30")
    make.make_entity(town=first, status=BusinessStatus.SUSPENDED)
    make.make_entity(town=second, founded_on="2026-07-01")
    make.make_organization(town=first, dissolved_on="2026-06-30")

    make.make_post(branch)
    make.make_term(branch, "2024-01-01", 3)
    make.make_term(joint, "2023-06-30", 3)
    make.make_term(fallback, "2023-06-30", None)


EXPECTED = {
    "entities": 9,
    "organizations": 4,
    "members": 7,
    "org_coverage": (4, 9),
    "own_organization": (2, 9),
    "eligible_organized": (1, 2),
    "with_members_coverage": (2, 3),
    "above_scale_coverage": (1, 1),
    "staff50_coverage": (1, 1),
    "three_conditions_coverage": (1, 2),
    "park_coverage": (1, 2),
    "association_coverage": (1, 1),
    "work_coverage_of_uncovered": (2, 5),
    "work_coverage": (6, 9),
    "affiliated_members": (4, 7),
    "secretary_filled": (1, 4),
    "election_on_time": (1, 2),
}


def test_hand_counted_district():
    hand_counted_district()
    found = figures(FAMILY, WHOLE, DAY)
    assert {
        key: figure.value if isinstance(figure, Number) else (figure.met, figure.total)
        for key, figure in found.items()
    } == EXPECTED


def test_hand_counted_towns():
    hand_counted_district()
    found = cells(FAMILY, "town", WHOLE, DAY)
    keys = {
        "org_coverage": [("990101001", 0, 1), ("990101101", 4, 7), ("", 0, 1)],
        "work_coverage_of_uncovered": [("990101001", 0, 1), ("990101101", 2, 3), ("", 0, 1)],
        "eligible_organized": [("990101001", 0, 1), ("990101101", 1, 1)],
        # Three members of 甲镇's joint branch take part in 乙街道.
        "affiliated_members": [("990101001", 0, 3), ("990101101", 4, 4)],
        "secretary_filled": [("990101001", 0, 1), ("990101101", 1, 3)],
    }
    for key, expected in keys.items():
        assert [(c.key, c.figure.met, c.figure.total) for c in found[key]] == expected, key
    assert [(c.label, c.figure.value) for c in found["members"]] == [("乙街道", 3), ("甲镇", 4)]


def test_one_query_per_population(django_assert_num_queries):
    hand_counted_district()
    # Three populations; three dated settings, read once in a request or job.
    with django_assert_num_queries(4), parameters.remembered():
        figures(FAMILY, WHOLE, DAY)
    with django_assert_num_queries(4), parameters.remembered():
        cells(FAMILY, "town", WHOLE, DAY)
    with django_assert_num_queries(1):
        INDICATORS["org_coverage"].by("kind", WHOLE, DAY)


# --- Entities -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "counted"),
    [
        ({"founded_on": "2026-06-30"}, 1),
        ({"founded_on": "2026-07-01"}, 0),
        ({"founded_on": None}, 1),
        ({"closed_on": "2026-06-30"}, 0),
        ({"closed_on": "2026-07-01"}, 1),
        ({"status": BusinessStatus.CLOSED}, 0),
        ({"status": BusinessStatus.MOVED_OUT}, 0),
    ],
)
def test_entity_counts(values, counted):
    make.make_entity(**values)
    assert value("entities") == counted


def test_suspended_on_the_day_and_normal_later():
    entity = make.make_entity(status=BusinessStatus.SUSPENDED)
    make.change(entity, "2026-07-01", status=BusinessStatus.NORMAL)
    assert value("entities") == 0
    assert value("entities", on("2026-07-01")) == 1


def test_two_links_count_one_entity():
    entity = covered(make.make_entity(), SetUpMode.AREA_FALLBACK)
    covered(entity, SetUpMode.JOINT)
    assert share("org_coverage") == (1, 1)
    assert share("own_organization") == (0, 1)
    covered(entity, SetUpMode.SINGLE)
    assert share("org_coverage") == share("own_organization") == (1, 1)


def test_town_of_the_day():
    top = make.make_area(AreaLevel.DISTRICT)
    first, second = (make.make_area(AreaLevel.TOWN, top) for _ in range(2))
    make.change(make.make_entity(town=first), "2026-06-30", town=second)
    for day, town in ((on("2026-06-29"), first), (DAY, second)):
        (cell,) = INDICATORS["entities"].by("town", WHOLE, day)
        assert (cell.key, cell.label) == (town.code, town.name)


def test_park_without_town():
    park = make.make_area(AreaLevel.PARK, code="P1")
    covered(make.make_entity(park=park, town=None))
    make.make_entity(park=None)
    assert share("park_coverage") == (1, 1)
    assert share("park_coverage", where={"town": ""}) == (1, 1)
    assert share("org_coverage", where={"park": "P1"}) == (1, 1)
    assert share("org_coverage", where={"park": ""}) == (0, 1)
    assert value("entities", where={"park": "P2"}) == 0


@pytest.mark.parametrize(
    ("values", "three", "fifty"),
    [
        ({"employees": 50, "fixed_premises": True}, 1, 1),
        ({"employees": 49, "fixed_premises": True}, 1, 0),
        ({"employees": 10, "fixed_premises": True}, 1, 0),
        ({"employees": 9, "fixed_premises": True}, 0, 0),
        ({"employees": 50, "fixed_premises": False}, 0, 1),
        ({"employees": 50, "fixed_premises": None}, 0, 1),
        ({"employees": None, "fixed_premises": True}, 0, 0),
    ],
)
def test_size_thresholds(values, three, fifty):
    make.make_entity(**values)
    assert share("three_conditions_coverage") == (0, three)
    assert share("staff50_coverage") == (0, fifty)


def test_threshold_of_the_day():
    make.make_entity(employees=60)
    parameters.set_from(key="staff_threshold", value=80, on=DAY, by=None)
    staff = INDICATORS["staff50_coverage"]
    assert share("staff50_coverage", on("2026-06-29")) == (0, 1)
    assert share("staff50_coverage", DAY) == (0, 0)
    assert staff.label_on(on("2026-06-29")) == "50 人以上主体覆盖率"
    assert staff.label_on(DAY) == "80 人以上主体覆盖率"
    assert staff.basis_on(DAY) == "有在用党组织覆盖的主体 ÷ 正常经营且从业人员 80 人以上的主体"


def test_unknown_above_scale_is_not_above_scale():
    for above_scale in (True, False, None):
        make.make_entity(above_scale=above_scale)
    assert share("above_scale_coverage") == (0, 1)


# --- Work ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "last", "reached"),
    [
        ("2026-06-30", "2026-12-31", 1),
        ("2026-07-01", "2026-12-31", 0),
        ("2026-01-01", "2026-06-30", 1),
        ("2026-01-01", "2026-06-29", 0),
    ],
)
def test_instructor_serves_both_days_inclusive(first, last, reached):
    make.assign(make.make_instructor(first, last), make.make_entity())
    assert share("work_coverage") == share("work_coverage_of_uncovered") == (reached, 1)


def test_between_two_terms_an_instructor_does_not_serve():
    instructor = make.make_instructor("2025-01-01", "2026-06-29")
    make.appoint(instructor, "2026-07-01", "2027-06-30")
    make.assign(instructor, make.make_entity())
    assert share("work_coverage", on("2026-06-29")) == (1, 1)
    assert share("work_coverage", DAY) == (0, 1)
    assert share("work_coverage", on("2026-07-01")) == (1, 1)


def test_dropped_assignment():
    make.assign(make.make_instructor(), make.make_entity(), ends_on=DAY)
    assert share("work_coverage", on("2026-06-29")) == (1, 1)
    assert share("work_coverage", DAY) == (0, 1)


def test_covered_entity_is_not_among_the_uncovered():
    make.assign(make.make_instructor(), covered(make.make_entity()))
    assert share("work_coverage") == (1, 1)
    assert share("work_coverage_of_uncovered") == (0, 0)


def test_mass_organization_of_the_day():
    make.change(make.make_entity(), DAY, has_womens_federation=True)
    assert share("work_coverage", on("2026-06-29")) == (0, 1)
    assert share("work_coverage", DAY) == (1, 1)


# --- Members ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "counted", "full"),
    [
        ({}, 1, 1),
        ({"joined_on": "2026-06-30", "full_member_on": "2026-06-30"}, 1, 1),
        ({"joined_on": "2026-07-01"}, 0, 0),
        ({"full_member_on": "2026-07-01"}, 1, 0),
        ({"full_member_on": None}, 1, 0),
        ({"category": MemberCategory.PROBATIONARY}, 1, 0),
        ({"status": MembershipStatus.SUSPENDED}, 0, 0),
        ({"status": MembershipStatus.DECEASED}, 0, 0),
    ],
)
def test_member_counts_and_is_full(values, counted, full):
    entity = make.make_entity()
    for _ in range(2):
        make.make_member(workplace=entity)
    make.make_member(workplace=entity, **values)
    assert value("members") == 2 + counted
    assert share("eligible_organized") == (0, full)
    assert share("with_members_coverage") == (0, 1)


def test_transferred_from_a_day():
    """党籍变动日期: before it the member counts."""
    member = make.make_member(workplace=make.make_entity())
    make.change(member, DAY, status=MembershipStatus.TRANSFERRED)
    assert value("members", on("2026-06-29")) == 1
    assert share("with_members_coverage", on("2026-06-29")) == (0, 1)
    assert value("members") == 0
    assert share("with_members_coverage") == (0, 0)


def test_workplace_moved():
    first, second = make.make_entity(), covered(make.make_entity())
    make.change(make.make_member(workplace=first), DAY, workplace=second)
    assert share("with_members_coverage", on("2026-06-29")) == (0, 1)
    assert share("with_members_coverage") == (1, 1)


def test_eligible_needs_an_organization_of_its_own():
    entity = covered(make.make_entity(), SetUpMode.JOINT)
    for _ in range(3):
        make.make_member(workplace=entity)
    assert share("eligible_organized") == (0, 1)
    covered(entity)
    assert share("eligible_organized") == (1, 1)


def test_managed_elsewhere_from_a_day():
    home, host = make.make_organization(), make.make_organization()
    make.manage(make.make_member(home), host, DAY, "2026-07-31")
    assert share("affiliated_members", on("2026-06-29")) == (1, 1)
    assert share("affiliated_members") == (0, 1)
    assert share("affiliated_members", on("2026-07-31")) == (1, 1)


def test_managed_where_affiliated_by_an_explicit_row():
    home = make.make_organization()
    make.manage(make.make_member(home), home)
    assert share("affiliated_members") == (1, 1)


def test_member_follows_the_affiliation_into_another_town():
    top = make.make_area(AreaLevel.DISTRICT)
    towns = [make.make_area(AreaLevel.TOWN, top) for _ in range(2)]
    first, second = (make.make_organization(town=town) for town in towns)
    member = make.make_member()
    make.affiliate(member, first, ends_on=DAY)
    make.affiliate(member, second, DAY)
    for day, town in ((on("2026-06-29"), towns[0]), (DAY, towns[1])):
        assert value("members", day, {"town": town.code}) == 1
        assert INDICATORS["members"].figure(Extent.of(WHOLE.scope, town), day) == Number(1)


def test_member_of_a_dissolved_organization_still_counts():
    make.make_member(make.make_organization(dissolved_on="2020-06-01"))
    assert share("affiliated_members") == (1, 1)


def test_members_by_kind_of_their_workplace():
    market = make.make_entity(kind=EntityKind.MARKET)
    closed = make.make_entity(kind=EntityKind.MARKET, closed_on="2026-01-01")
    for workplace in (market, market, closed, make.make_entity(), None):
        make.make_member(workplace=workplace)
    assert value("members", where={"works_at_kind": "专业市场"}) == 2
    assert value("members", where={"works_at_kind": "个体工商户"}) == 0
    assert value("members", where={"works_at_kind": "没有这一类"}) == 0


# --- Organizations ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "active"),
    [
        ({"founded_on": "2026-06-30"}, 1),
        ({"founded_on": "2026-07-01"}, 0),
        ({"dissolved_on": "2026-07-01", "status": "dissolved"}, 1),
        ({"dissolved_on": "2026-06-30", "status": "dissolved"}, 0),
        ({"status": "dissolved"}, 0),
    ],
)
def test_organization_is_active(values, active):
    make.make_organization(**values)
    assert value("organizations") == active
    assert share("secretary_filled") == (0, active)


def test_organizations_by_kind_they_cover():
    organization = make.make_organization()
    for kind in (EntityKind.SELF_EMPLOYED, EntityKind.SELF_EMPLOYED, EntityKind.MARKET):
        make.cover(make.make_entity(kind=kind), organization, SetUpMode.MARKET_CIRCLE)
    covered(make.make_entity(kind=EntityKind.MARKET, status=BusinessStatus.SHELL))
    assert value("organizations", where={"covers_kind": "个体工商户"}) == 1
    assert value("organizations", where={"covers_kind": "专业市场"}) == 1
    assert value("organizations", where={"covers_kind": "小微企业"}) == 0


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "filled"),
    [("2026-06-30", "2026-07-01", 1), ("2026-07-01", "2027-01-01", 0), ("2020-01-01", DAY, 0)],
)
def test_secretary_in_post(starts_on, ends_on, filled):
    make.make_post(make.make_organization(), starts_on, ends_on)
    assert share("secretary_filled") == (filled, 1)


@pytest.mark.parametrize(
    ("starts_on", "years", "day", "expected"),
    [
        ("2023-06-30", 3, "2026-06-29", (1, 1)),
        ("2023-06-30", 3, "2026-06-30", (0, 1)),
        ("2026-06-30", 3, "2026-06-30", (1, 1)),
        ("2026-07-01", 3, "2026-06-30", (0, 0)),
        ("2023-06-30", None, "2026-06-29", (0, 0)),
        ("2024-02-29", 3, "2027-02-28", (1, 1)),
        ("2024-02-29", 3, "2027-03-01", (0, 1)),
        ("2024-02-29", 4, "2028-02-28", (1, 1)),
        ("2024-02-29", 4, "2028-02-29", (0, 1)),
    ],
)
def test_election(starts_on, years, day, expected):
    make.make_term(make.make_organization(founded_on="2015-01-01"), starts_on, years)
    assert share("election_on_time", on(day)) == expected


def test_latest_term_that_has_begun_decides():
    organization = make.make_organization()
    make.make_term(organization, "2020-06-30", 3, ends_on="2023-08-01")
    make.make_term(organization, "2023-08-01", 3, ends_on="2026-07-01")
    make.make_term(organization, "2026-07-01", 3)
    assert share("election_on_time", on("2023-07-31")) == (0, 1)
    assert share("election_on_time", DAY) == (1, 1)


def test_latest_term_without_years_hides_the_one_before():
    organization = make.make_organization()
    make.make_term(organization, "2023-01-01", 5, ends_on="2026-01-01")
    make.make_term(organization, "2026-01-01", None)
    assert share("election_on_time") == (0, 0)


def test_term_of_unknown_beginning_is_in_no_figure():
    make.make_term(make.make_organization(), date.min, 3)
    assert share("election_on_time") == (0, 0)


def test_election_agrees_with_the_rule():
    """Around every end of a term that begins near 29 February, of leap years and others."""
    for number, start in enumerate(("2020-02-28", "2020-02-29", "2020-03-01", "2023-02-28")):
        for years in (1, 3, 4, 5, 80):
            organization = make.make_organization(founded_on="2015-01-01", code=f"{number}-{years}")
            make.make_term(organization, start, years)
            due = election_due(on(start), years)
            for day in (date.fromordinal(due.toordinal() + n) for n in (-1, 0, 1)):
                met = INDICATORS["election_on_time"].met_rows(WHOLE, day)
                assert met.filter(pk=organization.pk).exists() == (day < due)
