"""三会一课 of one branch: the rule on its own, a year of a branch, the block on its page."""

from datetime import date

import pytest

from activities.choices import ActivityType, LogState
from activities.meetings import (
    COMMITTEE,
    GENERAL,
    GROUP,
    LECTURE,
    RULES,
    Mark,
    check,
    checks,
    is_complete,
    missing,
)
from activities.models import Activity, ActivityLog
from activities.opening import open_month
from common import parameters
from common.periods import Span, period_of
from organizations.choices import OrganizationCategory
from organizations.models import PartyOrganization
from tests import factories as make

pytest_plugins = ["tests.cast"]
OCTOBER = period_of("month", date(2026, 10, 1))
YEAR = period_of("year", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("days", "needed", "today", "mark"),
    [
        ([], 0, "2026-11-23", Mark.FREE),
        (["2026-10-01"], 1, "2026-11-23", Mark.HELD),
        (["2026-10-31"], 1, "2026-10-31", Mark.HELD),
        (["2026-09-30", "2026-11-01"], 1, "2026-11-23", Mark.MISSING),
        (["2026-10-09"], 2, "2026-11-01", Mark.MISSING),
        (["2026-10-09"], 2, "2026-10-31", Mark.RUNNING),
        (["2026-10-09", "2026-10-09"], 2, "2026-10-31", Mark.HELD),
    ],
)
def test_a_rule_in_one_month(days, needed, today, mark):
    held = [([ActivityType.COMMITTEE_MEETING], date.fromisoformat(day)) for day in days]
    held.append(([ActivityType.THEME_DAY], date(2026, 10, 2)))
    found = check(COMMITTEE, OCTOBER, held, needed=needed)
    assert found.mark(date.fromisoformat(today)) is mark
    assert found.lacking == max(needed - found.held, 0)


@pytest.fixture
def branch(db):
    """A branch with groups and so many members that it must have a committee, from May on."""
    branch = make.make_organization(group_count=2)
    for _ in range(7):
        make.make_member(branch, joined_on="2020-07-01", full_member_on="2026-04-02")
    return branch


def hold(branch, day, *types, log=None):
    return Activity.objects.create(
        organization=branch, types=list(types), topic="会议", held_on=day, log=log
    )


def marks(branch, today=date(2026, 11, 23)):
    return {
        rule: "".join(one.mark(today).name[0] for one in rows)
        for rule, rows in checks(branch, YEAR).items()
    }


def test_a_year_of_a_branch(branch):
    hold(branch, date(2026, 3, 31), ActivityType.GENERAL_MEETING, ActivityType.LECTURE)
    hold(branch, date(2026, 4, 1), ActivityType.GENERAL_MEETING)
    hold(branch, date(2026, 5, 31), ActivityType.COMMITTEE_MEETING)
    hold(branch, date(2026, 2, 28), ActivityType.GROUP_MEETING)
    assert marks(branch) == {
        GENERAL: "HHMR", COMMITTEE: "FFFFHMMMMMRR", GROUP: "MHMMMMMMMMRR", LECTURE: "HMMR",
    }


def test_founding_and_end_free_the_periods_they_cut(branch):
    branch.founded_on, branch.dissolved_on = date(2026, 2, 2), date(2026, 9, 30)
    assert marks(branch) == {
        GENERAL: "FMFF", COMMITTEE: "FFFFMMMMFFFF", GROUP: "FFMMMMMMFFFF", LECTURE: "FMFF",
    }


def test_activities_of_logs_count_once_they_are_filed(branch):
    open_month(date(2026, 10, 1))
    log = ActivityLog.objects.get(organization=branch)
    hold(branch, date(2026, 10, 9), ActivityType.GENERAL_MEETING, log=log)
    assert checks(branch, YEAR)[GENERAL][3].held == 0
    ActivityLog.objects.update(state=LogState.SUBMITTED)
    assert checks(branch, YEAR)[GENERAL][3].held == 1


def test_what_is_missing_this_quarter(branch):
    hold(branch, date(2026, 10, 9), ActivityType.COMMITTEE_MEETING, ActivityType.LECTURE)
    found = [(one.rule, one.part.first.month) for one in missing(checks(branch, YEAR),
                                                                 date(2026, 11, 23))]
    assert found == [(GENERAL, 10), (COMMITTEE, 11), (GROUP, 10), (GROUP, 11)]


def test_dated_settings_say_how_often(branch):
    for key, number in (("meetings.general_per_quarter", 0), ("meetings.lecture_per_quarter", 2)):
        parameters.set_from(key=key, value=number, on=date(2026, 7, 1), by=None)
    hold(branch, date(2026, 8, 1), ActivityType.LECTURE)
    found = checks(branch, YEAR)
    assert [one.needed for one in found[GENERAL]] == [1, 1, 0, 0]
    assert [one.lacking for one in found[LECTURE]] == [1, 1, 1, 2]


def test_one_branch_and_all_branches_agree(branch):
    """What the page calls complete is what the indicator counts."""
    quarter = Span(date(2026, 1, 1), date(2026, 3, 31))
    for day in (date(2026, 1, 5), date(2026, 2, 5), date(2026, 3, 5)):
        hold(branch, day, *(rule.kind for rule in RULES))
        one = PartyOrganization.objects.filter(is_complete(quarter), pk=branch.pk).exists()
        assert one is not any(
            check.lacking for rows in checks(branch, YEAR).values() for check in rows
            if check.part.first in quarter
        )
    assert one


# --- The page -----------------------------------------------------------------------------------


def test_the_block_on_the_page(client, cast):
    branch = make.make_organization(town=cast.town_a, group_count=1)
    hold(branch, date(2026, 10, 9), ActivityType.GROUP_MEETING)
    client.force_login(cast.town_a_staff)
    page = client.get(branch.get_absolute_url(), {"as_of": "2026-11-23"}).content.decode()
    assert "2026年10月：已开" in page
    assert "2026年第三季度：缺 1 次" in page
    assert "2026年12月" not in page
    assert (
        "2026年第四季度：本季度支部党员大会待开 1 次，11月党小组会待开 1 次，本季度党课待开 1 次。"
        in page
    )


def test_no_block_for_committees_and_for_what_has_ended(client, cast):
    client.force_login(cast.town_a_staff)
    for values in (
        {"category": OrganizationCategory.COMMITTEE}, {"dissolved_on": "2026-06-30"},
    ):
        one = make.make_organization(town=cast.town_a, **values)
        page = client.get(one.get_absolute_url(), {"as_of": "2026-11-23"}).content.decode()
        assert "三会一课" not in page


def test_queries_of_a_year(branch, django_assert_num_queries):
    hold(branch, date(2026, 10, 9), ActivityType.GROUP_MEETING)
    with parameters.remembered(), django_assert_num_queries(3):
        checks(branch, YEAR)
