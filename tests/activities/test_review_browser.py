"""The review in Chromium: keys, marks, the next one; the office's pages pass axe at both widths."""

from datetime import date

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from accounts.choices import Role
from activities.choices import LogState
from activities.models import ActivityLog, LogRound
from activities.opening import open_month
from tests import factories as make
from tests.activities.logs import content, log_of, session, submit
from tests.browser_checks import check, check_both, complaints_of, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def logs(cast, time_machine):
    """Three submitted logs of 甲镇, in the order of the queue."""
    time_machine.move_to("2026-11-03 10:00+08:00")
    found = [submit(log_of(cast.organization_a), cast.secretary_a)]
    for name in ("甲二支部", "甲三支部"):
        branch = make.make_organization(name=name, town=cast.town_a)
        secretary = make.make_user(role=Role.SECRETARY, organization=branch)
        what = content(session(), session(topic="走进车间听意见"), need="路灯坏了")
        found.append(submit(log_of(branch), secretary, what))
    return found


def place(log):
    return reverse("activities:log_review", args=[log.pk])


def test_keys_lead_and_decide(page, live_server, cast, logs):
    first, second, third = logs
    complaints = complaints_of(page, live_server)
    sign_in(page, live_server, cast.town_a_staff)
    page.goto(live_server.url + place(first))
    page.keyboard.press("j")
    page.wait_for_url(f"**{place(second)}")
    page.keyboard.press("k")
    page.wait_for_url(f"**{place(first)}")
    page.keyboard.press("a")
    page.wait_for_url(f"**{place(second)}")

    # Nothing is marked: R leads to where the reason is written, and typing presses nothing.
    page.keyboard.press("r")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("jkar")
    expect(page.locator("#note")).to_have_value("jkar")
    page.fill("#note", "")
    topic = "activities-1-topic"
    expect(page.locator(f"#note-{topic}")).to_be_hidden()
    page.check(f"[data-flag='{topic}']")
    expect(page.locator("[data-marked]")).to_have_text("已标记 1 项请修改：第 2 次活动主题")
    expect(page.locator("[data-return]")).to_have_class("btn btn-primary")
    expect(page.locator(f"#note-{topic}")).to_be_focused()
    page.keyboard.type("写明是哪个车间")
    page.locator("h1").click()
    check(page)
    page.keyboard.press("r")
    page.wait_for_url(f"**{place(third)}")
    expect(page.locator(".message")).to_have_text("已退回：甲二支部 10月日志")
    assert complaints == []

    states = [ActivityLog.objects.get(pk=log.pk).state for log in logs]
    assert states == [LogState.ACCEPTED, LogState.RETURNED, LogState.SUBMITTED]
    assert LogRound.objects.get(log=second).comments == {"activities.1.topic": "写明是哪个车间"}


def test_the_pages_of_the_office(page, live_server, cast, logs):
    open_month(date(2026, 11, 1))
    owed = log_of(cast.organization_joint)
    complaints = complaints_of(page, live_server)
    sign_in(page, live_server, cast.town_a_staff)
    for path in (
        "/", "/logs/", "/logs/matrix/", "/logs/exemptions/", "/logs/reopenings/", place(logs[1]),
        place(owed), reverse("activities:log_exempt", args=[owed.pk]),
    ):
        page.goto(live_server.url + path)
        check_both(page)
    assert complaints == []
