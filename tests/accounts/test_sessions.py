"""How long a session lasts, and what ends it at once."""

from datetime import date, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import SignInEntry, User
from accounts.tasks import clear_sessions
from common import parameters
from tests.common.people import PASSWORD, make_user

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 11, 23, 9, 0, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def at(time_machine, client):
    """Ask for a page so many seconds after signing in at 9:00."""

    def ask(seconds: float) -> int:
        time_machine.move_to(BEGIN + timedelta(seconds=seconds), tick=False)
        return client.get("/me/").status_code

    time_machine.move_to(BEGIN, tick=False)
    make_user("zhoumin")
    client.post("/login/", {"username": "zhoumin", "password": PASSWORD})
    return ask


def test_half_an_hour_without_a_page_ends_the_session(at, client):
    assert [at(0), at(1799), at(1799 + 1799)] == [200, 200, 200]
    assert at(3598 + 1800) == 302
    text = client.get("/login/").content.decode()
    assert "超过 30 分钟没有操作，已自动退出，请重新登录。" in text
    assert SignInEntry.objects.latest("id").event == "idle"


def test_who_was_here_is_noted_every_half_minute(at):
    """So a session may end up to half a minute early, and never late."""
    assert [at(0), at(29)] == [200, 200]
    assert at(1800) == 302


def test_what_was_noted_counts_from_then_on(at):
    assert [at(0), at(30), at(1829)] == [200, 200, 200]


def test_a_session_lasts_twelve_hours_at_most(at, client):
    hours = 12 * 3600
    assert [at(n) for n in range(0, hours, 1700)] == [200] * 26
    assert at(hours - 1) == 200
    page = client.get("/me/")
    assert page.status_code == 200
    assert at(hours) == 302
    assert "登录已满 12 小时，请重新登录。" in client.get("/login/").content.decode()
    assert SignInEntry.objects.latest("id").event == "too_long"


def test_limits_are_dated_settings(at):
    assert at(0) == 200
    parameters.set_from(key="session.idle_minutes", value=10, on=date(2026, 11, 23), by=None)
    assert at(599) == 200
    assert at(599 + 600) == 302


def test_a_partial_update_after_the_end_leads_to_the_login_page(at, client):
    at(0)
    at(1799)
    parameters.set_from(key="session.idle_minutes", value=5, on=date(2026, 11, 23), by=None)
    at(1799 + 299)
    part = client.get("/me/", headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert at(1799 + 299 + 300) == 302
    part = client.get("/me/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"].startswith("/login/")


def test_a_disabled_account_is_out_at_once_and_stays_out(client):
    user = make_user("zhoumin")
    client.force_login(user)
    assert client.get("/me/").status_code == 200
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert client.get("/me/").status_code == 302


def test_a_new_round_ends_every_session(client):
    user = make_user("zhoumin")
    others = [type(client)() for _ in range(3)]
    for one in (client, *others):
        one.force_login(user)
    user.session_round += 1
    user.save()
    assert [one.get("/me/").status_code for one in (client, *others)] == [302] * 4


def test_sessions_that_have_run_out_are_cleared(client, time_machine):
    time_machine.move_to(BEGIN, tick=False)
    client.force_login(make_user("zhoumin"))
    clear_sessions()
    assert Session.objects.count() == 1
    time_machine.move_to(BEGIN + timedelta(days=1, seconds=1), tick=False)
    clear_sessions()
    assert Session.objects.count() == 0
