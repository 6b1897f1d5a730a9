"""A small random district in which branches file logs and hold meetings, on the edges of months,
quarters and years; and its figures once more in plain Python."""

import random
from datetime import date, timedelta

from activities.choices import ActivityType, LogState
from activities.models import Activity, ActivityLog
from activities.opening import open_month
from areas.choices import AreaLevel
from common import parameters
from common.periods import add_months, month_end, months_between
from members.models import Member
from organizations.choices import OrganizationCategory
from organizations.models import PartyOrganization
from tests import factories as make
from tests.reports.plain import (
    affiliation,
    member_is_full,
    organization_is_active,
    state,
)

FIRST, LAST = date(2023, 12, 1), date(2024, 4, 1)  # months, with a leap day and a turn of year
EDGES = [
    day
    for month in months_between(FIRST, LAST)
    for day in (month, month + timedelta(days=14), month_end(month))
]
COMMITTEE_FROM = 3  # full members, the least that the setting takes
NOT_FILED = [LogState.OWED, LogState.RETURNED, LogState.EXEMPT, LogState.RELEASED]
FILED = [LogState.SUBMITTED, LogState.ACCEPTED, LogState.CONFIRMED]
NEEDED = [
    (ActivityType.GENERAL_MEETING, "quarter"), (ActivityType.COMMITTEE_MEETING, "month"),
    (ActivityType.GROUP_MEETING, "month"), (ActivityType.LECTURE, "quarter"),
]


def random_life(seed, size=18):
    """Build it; returns its towns."""
    rng = random.Random(seed)
    parameters.set_from(
        key="committee_required.full_members", value=COMMITTEE_FROM, on=date(2020, 1, 1), by=None
    )
    towns = [make.make_area(AreaLevel.TOWN, make.make_area(AreaLevel.DISTRICT)) for _ in range(3)]
    branches = [_branch(rng, towns) for _ in range(size)]
    for month in months_between(FIRST, LAST):
        open_month(month)
    for log in ActivityLog.objects.all():
        _file(rng, log)
    for branch in branches:
        _hold(rng, branch)
    return towns


def _branch(rng, towns):
    branch = make.make_organization(
        founded_on=rng.choice([date(2010, 1, 1)] * 30 + EDGES),
        dissolved_on=rng.choice([None] * 30 + EDGES), group_count=rng.choice([None, 0, 1, 3]),
        status=rng.choice(["in_use"] * 4 + ["dissolved"]), town=rng.choice(towns),
        category=rng.choice([OrganizationCategory.BRANCH] * 4 + list(OrganizationCategory)),
    )
    if rng.random() < 0.5:
        make.change(branch, rng.choice(EDGES), town=rng.choice([*towns, None]))
    for _ in range(rng.randrange(5)):
        make.make_member(branch, joined_on=rng.choice([date(2015, 7, 1), *EDGES]))
    return branch


def _file(rng, log):
    state_of = rng.choice(FILED * 3 + NOT_FILED)
    submitted = log.due_on + timedelta(days=rng.choice([-3, 0, 0, 1, 4]))
    log.state, log.is_zero = state_of, rng.random() < 0.2
    if state_of in FILED or state_of == LogState.RETURNED:
        log.submitted_on = submitted
    log.save()


def _hold(rng, branch):
    """Most meetings of most months, some on the edges, some twice, some in logs not filed."""
    logs = {log.month: log for log in branch.logs.all()}
    diligence = rng.choice([0.6, 0.95, 1])
    for month in months_between(FIRST, LAST):
        days = [day for day in EDGES if day.replace(day=1) == month]
        for kind, _period in NEEDED:
            if rng.random() < diligence:
                types = {kind, rng.choice(list(ActivityType))}
                Activity.objects.create(
                    organization=branch, types=sorted(types), topic="会议",
                    held_on=rng.choice(days), log=rng.choice([None, None, logs.get(month)]),
                )


# --- In plain Python ----------------------------------------------------------------------------


def logs_of(months):
    return [
        log for log in ActivityLog.objects.all()
        if log.month in months and log.state != LogState.RELEASED
    ]


def log_family(months):
    """Key → (rows met, rows) as sets of ids, for the whole district."""
    logs = logs_of(months)
    owed = [log for log in logs if log.state != LogState.EXEMPT]

    def split(met):
        return {log.pk for log in owed if met(log)}, {log.pk for log in owed}

    filed = {log.pk for log in logs if log.state in FILED}
    zero = {log.pk for log in logs if log.pk in filed and log.is_zero}
    return {
        "log_submitted": split(lambda log: log.pk in filed),
        "log_on_time": split(lambda log: log.pk in filed and log.submitted_on <= log.due_on),
        "log_accepted": split(lambda log: log.pk in filed and log.state != LogState.SUBMITTED),
        "log_zero": (set(), zero),
        "log_exempt": (set(), {log.pk for log in logs if log.state == LogState.EXEMPT}),
    }


def meetings(first_months):
    """(complete, all) as sets of ids, over quarters given by their first months."""
    first, last = first_months[0], month_end(add_months(first_months[-1], 2))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    branches = [
        branch
        for branch in PartyOrganization.objects.all()
        if all(organization_is_active(branch, day) for day in days)
        and "branch" in state(branch, last).category and state(branch, last).category
        != OrganizationCategory.GENERAL_BRANCH
    ]
    everybody = list(Member.objects.all())
    complete = {
        branch.pk for branch in branches
        if all(_held_all(branch, quarter, everybody) for quarter in first_months)
    }
    return complete, {branch.pk for branch in branches}


def _held_all(branch, quarter, everybody):
    return all(
        _count(branch, kind, start, length) >= 1 or not _is_bound(branch, kind, start, everybody)
        for kind, period in NEEDED
        for start, length in (
            [(quarter, 3)] if period == "quarter"
            else [(add_months(quarter, n), 1) for n in range(3)]
        )
    )


def _is_bound(branch, kind, month, everybody):
    if kind == ActivityType.GROUP_MEETING:
        return bool(branch.group_count)
    if kind == ActivityType.COMMITTEE_MEETING:
        own = [member for member in everybody if affiliation(member, month) == branch]
        return sum(member_is_full(member, month) for member in own) >= COMMITTEE_FROM
    return True


def _count(branch, kind, start, length):
    end = add_months(start, length)
    return sum(
        kind in one.types and start <= one.held_on < end
        and (one.log is None or one.log.state in FILED)
        for one in branch.activities.select_related("log")
    )
