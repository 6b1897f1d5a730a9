"""Sizes and elections of Party organizations."""

from datetime import date

import pytest

from organizations.choices import OrganizationCategory as Category
from organizations.rules import (
    OVERDUE,
    OrganizationSize,
    SizeLimits,
    election_due,
    reminder_sentence,
    reminder_stage,
    size_problems,
)

LIMITS = SizeLimits(
    full_members_of_branch=3,
    members_for_general_branch=50,
    members_for_committee=100,
    full_members_for_branch_committee=7,
    units_of_joint_branch=5,
)
MONTHS = (6, 3, 1)


def problems(category, full, members=None, **known):
    size = OrganizationSize(category, full, full if members is None else members, **known)
    return " ".join(size_problems(size, LIMITS))


@pytest.mark.parametrize("category", [Category.BRANCH, Category.JOINT_BRANCH])
def test_branch_needs_three_full_members(category):
    assert "不足 3 名" in problems(category, 2, 9)
    assert problems(category, 3) == ""


@pytest.mark.parametrize("category", [Category.FUNCTIONAL_BRANCH, Category.COMMITTEE])
def test_other_organizations_may_have_fewer(category):
    assert problems(category, 0) == ""


def test_large_branch_should_become_general_branch_then_committee():
    assert problems(Category.BRANCH, 49) == ""
    assert "可改设党总支" in problems(Category.BRANCH, 40, 50)
    assert "可改设党委" in problems(Category.BRANCH, 40, 100)
    assert problems(Category.GENERAL_BRANCH, 99) == ""
    assert "可改设党委" in problems(Category.GENERAL_BRANCH, 100)
    assert problems(Category.COMMITTEE, 300) == ""


def test_seven_full_members_need_a_branch_committee_if_it_is_known():
    assert "支部委员会" in problems(Category.BRANCH, 7, has_branch_committee=False)
    assert problems(Category.BRANCH, 7, has_branch_committee=None) == ""
    assert problems(Category.BRANCH, 7, has_branch_committee=True) == ""
    assert problems(Category.BRANCH, 6, has_branch_committee=False) == ""


def test_vacant_post_of_secretary():
    assert problems(Category.BRANCH, 5, has_secretary=False) == "书记空缺，请尽快配备。"
    assert problems(Category.BRANCH, 5, has_secretary=None) == ""


def test_joint_branch_of_many_units():
    assert problems(Category.JOINT_BRANCH, 5, units=5) == ""
    assert "6 家" in problems(Category.JOINT_BRANCH, 5, units=6)
    assert problems(Category.BRANCH, 5, units=6) == ""


@pytest.mark.parametrize(
    ("starts_on", "years", "due"),
    [
        (date(2023, 5, 10), 3, date(2026, 5, 10)),
        (date(2024, 2, 29), 3, date(2027, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2023, 12, 31), 5, date(2028, 12, 31)),
    ],
)
def test_election_due(starts_on, years, due):
    assert election_due(starts_on, years) == due


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2026, 2, 27), None),
        (date(2026, 2, 28), 6),
        (date(2026, 5, 30), 6),
        (date(2026, 5, 31), 3),
        (date(2026, 7, 30), 3),
        (date(2026, 7, 31), 1),
        (date(2026, 8, 30), 1),
        (date(2026, 8, 31), OVERDUE),
        (date(2027, 1, 1), OVERDUE),
    ],
)
def test_reminder_stage(today, stage):
    assert reminder_stage(date(2026, 8, 31), today, MONTHS) == stage


def test_reminder_sentence():
    due = date(2026, 8, 31)
    assert reminder_sentence(due, date(2026, 1, 1), MONTHS) is None
    assert reminder_sentence(due, date(2026, 8, 1), MONTHS) == (
        "应于 2026年8月31日换届，还有 30 天，请做准备。"
    )
    assert "已超过 1 天" in reminder_sentence(due, date(2026, 9, 1), MONTHS)
