"""When a month opens, each organization that owes a log has its row, and keeps it."""

from datetime import date

import pytest

from accounts.scope import scope_for
from activities import actions
from activities.choices import LogState
from activities.models import ActivityLog
from activities.opening import open_due_months, open_month
from common import parameters
from tests import factories as make
from tests.activities.logs import MONTH, log_of, submit

pytestmark = pytest.mark.django_db


def test_a_month_is_opened_once(cast):
    first = open_month(MONTH)
    assert first == ActivityLog.objects.count() > 0
    assert open_month(MONTH) == 0
    log = log_of(cast.organization_a)
    assert (log.state, log.town, log.due_on, log.lock_on) == (
        LogState.OWED, cast.town_a, date(2026, 11, 6), date(2026, 11, 20),
    )


def test_who_came_or_went_within_the_month_owes_nothing(cast):
    new = make.make_organization(founded_on="2026-10-02")
    gone = make.make_organization(founded_on="2020-01-01", dissolved_on="2026-10-31")
    stays = make.make_organization(founded_on="2020-01-01", dissolved_on="2026-11-01")
    open_month(MONTH)
    there = set(ActivityLog.objects.values_list("organization", flat=True))
    assert stays.pk in there
    assert {new.pk, gone.pk}.isdisjoint(there)


def test_the_row_stays_in_the_town_of_its_month(cast):
    log = log_of(cast.organization_a)
    make.change(cast.organization_a, "2026-10-15", town=cast.town_b)
    open_month(MONTH)
    log.refresh_from_db()
    assert log.town == cast.town_a
    assert log_of(cast.organization_a, date(2026, 11, 1)).town == cast.town_b


def test_a_new_due_day_holds_for_the_months_that_open_after_it(cast):
    old = log_of(cast.organization_a)
    parameters.set_from(
        key="log.due_day", value=10, on=date(2026, 11, 1), by=cast.district_staff
    )
    open_month(MONTH)
    old.refresh_from_db()
    assert old.due_on == date(2026, 11, 6)
    assert log_of(cast.organization_a, date(2026, 11, 1)).due_on == date(2026, 12, 10)


def test_dissolved_after_all_is_released_unless_it_has_filed(cast, time_machine):
    time_machine.move_to("2026-11-03 10:00+08:00")
    owed, filed = log_of(cast.organization_a), log_of(cast.organization_joint)
    submit(filed, cast.secretary_joint)
    for log in (owed, filed):
        log.organization.dissolved_on = date(2026, 10, 20)
        log.organization.save()
    open_month(MONTH)
    owed.refresh_from_db()
    filed.refresh_from_db()
    assert (owed.state, filed.state) == (LogState.RELEASED, LogState.SUBMITTED)
    owed.organization.dissolved_on = None
    owed.organization.save()
    open_month(MONTH)
    owed.refresh_from_db()
    assert owed.state == LogState.OWED


def test_every_night_looks_after_the_latest_months(cast):
    open_due_months(date(2027, 1, 15))
    months = set(ActivityLog.objects.values_list("month", flat=True))
    assert months == {date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)}


def test_the_exempt_stay_exempt(cast):
    log = log_of(cast.organization_a)
    actions.exempt(
        log=log, reason="企业停产", by=cast.town_a_staff, scope=scope_for(cast.town_a_staff)
    )
    open_month(MONTH)
    log.refresh_from_db()
    assert log.state == LogState.EXEMPT
