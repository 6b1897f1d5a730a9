"""豁免 for one month or several, 取消豁免, 开放补报, and the lists of what is in force."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.scope import scope_for
from activities import actions
from activities.choices import LogState
from activities.models import ActivityLog, LogExemption, LogReopening
from activities.opening import open_due_months, open_month
from common.models import FlowStep
from common.refusals import Refused
from common.transitions import TransitionRefused
from tests.activities.logs import log_of, submit

pytestmark = pytest.mark.django_db
S = LogState
OCTOBER = date(2026, 10, 1)


@pytest.fixture(autouse=True)
def in_time(time_machine):
    time_machine.move_to("2026-11-03 10:00+08:00")
    return time_machine


@pytest.fixture
def log(cast):
    open_month(date(2026, 11, 1))
    return log_of(cast.organization_a)


def exempt(cast, log, until=None, by=None):
    by = by or cast.town_a_staff
    return actions.exempt(log=log, reason="停产检修", by=by, scope=scope_for(by), until=until)


def restore(cast, log):
    log.refresh_from_db()
    actions.restore(log=log, by=cast.town_a_staff, scope=scope_for(cast.town_a_staff))


def states(organization):
    rows = ActivityLog.objects.filter(organization=organization).order_by("month")
    return {log.month.month: log.state for log in rows}


def test_one_month(cast, log):
    row = exempt(cast, log)
    assert (row.starts_on, row.ends_on) == (OCTOBER, date(2026, 11, 1))
    assert states(cast.organization_a) == {10: S.EXEMPT, 11: S.OWED}


def test_months_that_are_open_are_exempt_at_once_and_later_ones_as_they_open(
    cast, log, in_time
):
    exempt(cast, log, until=date(2027, 1, 1))
    assert states(cast.organization_a) == {10: S.EXEMPT, 11: S.EXEMPT}
    in_time.move_to("2027-02-01 00:05+08:00")
    open_due_months()
    assert states(cast.organization_a) == {
        10: S.EXEMPT, 11: S.EXEMPT, 12: S.EXEMPT, 1: S.EXEMPT, 2: S.OWED,
    }
    december = ActivityLog.objects.get(organization=cast.organization_a, month="2026-12-01")
    step = FlowStep.objects.get(row=december.pk)
    assert (step.by, step.note, december.reason) == (cast.town_a_staff, "停产检修", "停产检修")
    assert states(cast.organization_joint)[12] == S.OWED


def test_opening_again_changes_nothing(cast, log):
    exempt(cast, log)
    count = FlowStep.objects.count()
    open_due_months()
    assert FlowStep.objects.count() == count


def test_a_month_that_is_filed_stays_filed(cast, log, in_time):
    november = log_of(cast.organization_a, date(2026, 11, 1))
    submit(november, cast.secretary_a)
    exempt(cast, log, until=date(2026, 12, 1))
    assert states(cast.organization_a) == {10: S.EXEMPT, 11: S.SUBMITTED}


def test_cancelling_ends_it_from_that_month_on(cast, log):
    exempt(cast, log, until=date(2027, 1, 1))
    restore(cast, log_of(cast.organization_a, date(2026, 11, 1)))
    row = LogExemption.objects.get()
    assert (row.starts_on, row.ends_on) == (OCTOBER, date(2026, 11, 1))
    assert states(cast.organization_a) == {10: S.EXEMPT, 11: S.OWED}
    open_month(date(2026, 11, 1))
    assert states(cast.organization_a) == {10: S.EXEMPT, 11: S.OWED}


def test_cancelling_the_first_month_takes_all_of_it_back(cast, log):
    exempt(cast, log, until=date(2027, 1, 1))
    restore(cast, log)
    assert not LogExemption.objects.exists()
    assert states(cast.organization_a) == {10: S.OWED, 11: S.OWED}


def test_two_exemptions_of_one_month_are_refused(cast, log):
    exempt(cast, log_of(cast.organization_a, date(2026, 11, 1)))
    with pytest.raises(Refused, match="有的月份已经豁免，请先取消原来的豁免"):
        exempt(cast, log, until=date(2026, 12, 1))
    assert states(cast.organization_a) == {10: S.OWED, 11: S.EXEMPT}


def test_only_the_office_exempts(cast, log):
    for user in (cast.secretary_a, cast.sector_staff, cast.importer):
        with pytest.raises(TransitionRefused):
            exempt(cast, log, by=user)
    assert not LogExemption.objects.exists()


# --- the pages --------------------------------------------------------------------------------


def url(name, log):
    return reverse(f"activities:{name}", args=[log.pk])


def test_the_form_exempts(cast, client, log):
    client.force_login(cast.town_a_staff)
    page = client.get(url("log_exempt", log)).content.decode()
    assert "2026年10月（只这一个月）" in page
    answer = client.post(url("log_exempt", log), {"until": "2026-11", "reason": "停产检修"})
    assert answer.url == url("log_review", log)
    assert states(cast.organization_a) == {10: S.EXEMPT, 11: S.EXEMPT}
    page = client.get(answer.url).content.decode()
    assert "这个月豁免：停产检修" in page
    client.post(url("log_restore", log))
    assert states(cast.organization_a) == {10: S.OWED, 11: S.OWED}


def test_the_form_says_what_is_missing_or_refused(cast, client, log):
    client.force_login(cast.town_a_staff)
    page = client.post(url("log_exempt", log), {"until": "2026-10"}).content.decode()
    assert "请填写原因。" in page
    submit(log, cast.secretary_a)
    page = client.post(url("log_exempt", log), {"until": "2026-10", "reason": "x"})
    assert "现在是“待审”，不能豁免。" in page.content.decode()


def test_a_locked_month_is_opened_again(cast, client, log, in_time):
    client.force_login(cast.town_a_staff)
    assert url("log_reopen", log) not in client.get(url("log_review", log)).content.decode()
    in_time.move_to("2026-11-23 10:00+08:00")
    client.force_login(cast.town_a_staff)
    assert url("log_reopen", log) in client.get(url("log_review", log)).content.decode()
    past = client.post(url("log_reopen", log), {"until": "2026-11-22", "reason": "住院"})
    assert "补报的最后一天不能早于今天。" in past.content.decode()
    client.post(url("log_reopen", log), {"until": "2026-11-30", "reason": "书记住院"})
    assert LogReopening.objects.get().until == date(2026, 11, 30)
    assert "已开放补报到 11月30日：书记住院" in client.get(url("log_review", log)).content.decode()
    submit(log, cast.secretary_a)
    assert log.state == S.SUBMITTED


@pytest.mark.parametrize("name", ["log_exempt", "log_reopen", "log_restore"])
@pytest.mark.parametrize(
    ("who", "status"), [("town_b_staff", 404), ("secretary_a", 403), ("importer", 403)]
)
def test_foreign_logs_and_lacking_rights(cast, client, log, name, who, status):
    client.force_login(cast.user(who))
    assert client.post(url(name, log)).status_code == status


# --- what is in force -------------------------------------------------------------------------


def listed(client, name):
    page = client.get(reverse(f"activities:{name}"))
    return [[cell.text for cell in row.cells[:4]] for row in page.context["table"]]


def test_exemptions_in_force(cast, client, log, in_time):
    exempt(cast, log, until=date(2026, 12, 1))
    client.force_login(cast.town_a_staff)
    assert listed(client, "exemption_list") == [
        ["中共甲一支部委员会", "2026年10月", "2026年12月", "停产检修"]
    ]
    client.force_login(cast.town_b_staff)
    assert listed(client, "exemption_list") == []
    in_time.move_to("2027-02-10 10:00+08:00")
    client.force_login(cast.town_a_staff)
    assert listed(client, "exemption_list") == []


def test_reopenings_in_force(cast, client, log, in_time):
    in_time.move_to("2026-11-23 10:00+08:00")
    scope = scope_for(cast.town_a_staff)
    actions.reopen(
        log=log, until=date(2026, 11, 25), reason="住院", by=cast.town_a_staff, scope=scope
    )
    client.force_login(cast.town_a_staff)
    [line] = listed(client, "reopening_list")
    assert line == ["中共甲一支部委员会", "2026年10月", "未报", "2026-11-25"]
    client.force_login(cast.town_b_staff)
    assert listed(client, "reopening_list") == []
    in_time.move_to("2026-11-26 10:00+08:00")
    client.force_login(cast.town_a_staff)
    assert listed(client, "reopening_list") == []
