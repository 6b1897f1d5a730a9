"""Rules about Party organizations: sizes and elections. Pure functions.

Sources: 《中国共产党支部工作条例（试行）》, 《中国共产党基层组织选举工作条例》. The thresholds are
dated settings (organizations/parameters.py) and come in as arguments.
"""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from organizations.choices import OrganizationCategory

_BRANCHES = frozenset({OrganizationCategory.BRANCH, OrganizationCategory.JOINT_BRANCH})
_BELOW_COMMITTEE = frozenset(OrganizationCategory) - {OrganizationCategory.COMMITTEE}
OVERDUE = 0


@dataclass(frozen=True)
class SizeLimits:
    """The settings that size checks depend on, as of one date."""

    full_members_of_branch: int
    members_for_general_branch: int
    members_for_committee: int
    full_members_for_branch_committee: int
    units_of_joint_branch: int


@dataclass(frozen=True)
class OrganizationSize:
    """An organization as size checks see it; None is what is not known.

    members counts full and probationary members, units the entities that it covers.
    """

    category: str
    full_members: int
    members: int
    units: int | None = None
    has_branch_committee: bool | None = None
    has_secretary: bool | None = None


def size_problems(size: OrganizationSize, limits: SizeLimits) -> list[str]:
    """Return a sentence for each thing that looks wrong, the gravest first."""
    problems = [
        _too_few_members(size, limits),
        _too_many_members(size, limits),
        _no_branch_committee(size, limits),
        "书记空缺，请尽快配备。" if size.has_secretary is False else None,
        _too_many_units(size, limits),
    ]
    return [problem for problem in problems if problem]


def _too_few_members(size: OrganizationSize, limits: SizeLimits) -> str | None:
    least = limits.full_members_of_branch
    if size.category not in _BRANCHES or size.full_members >= least:
        return None
    return f"正式党员 {size.full_members} 名，不足 {least} 名，请调整或并入联合党支部。"


def _too_many_members(size: OrganizationSize, limits: SizeLimits) -> str | None:
    if size.category in _BELOW_COMMITTEE and size.members >= limits.members_for_committee:
        return f"党员 {size.members} 名，达到 {limits.members_for_committee} 名，可改设党委。"
    is_branch = size.category in _BELOW_COMMITTEE - {OrganizationCategory.GENERAL_BRANCH}
    if is_branch and size.members >= limits.members_for_general_branch:
        return (
            f"党员 {size.members} 名，达到 {limits.members_for_general_branch} 名，可改设党总支。"
        )
    return None


def _no_branch_committee(size: OrganizationSize, limits: SizeLimits) -> str | None:
    least = limits.full_members_for_branch_committee
    if size.category not in _BRANCHES or size.has_branch_committee is not False:
        return None
    if size.full_members < least:
        return None
    return f"正式党员 {size.full_members} 名，达到 {least} 名，请设立支部委员会。"


def _too_many_units(size: OrganizationSize, limits: SizeLimits) -> str | None:
    most = limits.units_of_joint_branch
    if size.category != OrganizationCategory.JOINT_BRANCH or (size.units or 0) <= most:
        return None
    return f"联合党支部覆盖 {size.units} 家单位，一般不超过 {most} 家，可考虑拆分。"


def election_due(starts_on: date, years: int) -> date:
    """Return the day on which a term ends: the same day `years` later, 29 February -> 1 March."""
    year = starts_on.year + years
    if (starts_on.month, starts_on.day) == (2, 29) and not calendar.isleap(year):
        return date(year, 3, 1)
    return starts_on.replace(year=year)


def reminder_stage(due: date, today: date, months: Sequence[int]) -> int | None:
    """Return OVERDUE (0) from the due day on, else the nearest of `months` that has begun.

    With months (6, 3, 1): 6 from six months before, then 3, then 1; None before that.
    """
    if today >= due:
        return OVERDUE
    begun = [month for month in months if today >= _months_before(due, month)]
    return min(begun, default=None)


def reminder_sentence(due: date, today: date, months: Sequence[int]) -> str | None:
    """Return the reminder of an election, None if it is not yet time."""
    stage = reminder_stage(due, today, months)
    if stage is None:
        return None
    day = f"{due.year}年{due.month}月{due.day}日"
    if stage == OVERDUE:
        return f"应于 {day}换届，已超过 {(today - due).days} 天，请换届或报批延期。"
    return f"应于 {day}换届，还有 {(due - today).days} 天，请做准备。"


def _months_before(day: date, months: int) -> date:
    """Return the same day of an earlier month, the last of that month if it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))
