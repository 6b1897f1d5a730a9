"""动态口令: enrolling, the code at sign-in, recovery codes, requirement by role, a lost device."""

import base64
import re
from datetime import date, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone
from django_otp.oath import totp as code_at

from accounts import totp
from accounts.choices import Role
from accounts.models import Grant, RecoveryCode, SignInEntry, TotpDevice, User
from common import parameters
from common.refusals import Refused
from tests.common.people import PASSWORD, make_district, make_user

pytestmark = pytest.mark.django_db
BEGIN = datetime(2026, 11, 23, 9, 0, 10, tzinfo=timezone.get_default_timezone())
KEY = base64.b32encode(b"12345678901234567890").decode()


@pytest.fixture
def at(time_machine):
    """Let it be so many seconds after 9:00:10."""

    def move(seconds: int) -> None:
        time_machine.move_to(BEGIN + timedelta(seconds=seconds), tick=False)

    move(0)
    return move


@pytest.fixture
def user(at):
    """A user with a device, enrolled an hour ago."""
    at(-3600)
    found = make_user("zhoumin", name="周敏")
    totp.enrol(user=found, key=KEY, code=code())
    at(0)
    return found


def code(key: str = KEY) -> str:
    """What the app shows now."""
    return f"{code_at(base64.b32decode(key)):06}"


def wrong() -> str:
    return f"{(int(code()) + 500_000) % 1_000_000:06}"


def sign_in(client, username="zhoumin", **data):
    return client.post("/login/", {"username": username, "password": PASSWORD} | data)


def text_of(answer) -> str:
    return answer.content.decode()


def events() -> list[str]:
    return list(SignInEntry.objects.order_by("id").values_list("event", flat=True))


def test_a_device_is_enrolled_with_password_and_code(client, at):
    user = make_user("zhoumin")
    client.force_login(user)
    page = text_of(client.get("/me/totp/"))
    assert "<path" in page
    key = re.search(r'class="key">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    assert client.get("/me/totp/").context["key"].replace(" ", "") == key
    for given, words in (
        ({"code": code(key), "password": "no"}, "密码不正确，请重新填写。"),
        ({"code": "12345", "password": PASSWORD}, "动态口令不对"),
        ({"code": "", "password": ""}, "请填写动态口令。"),
    ):
        assert words in text_of(client.post("/me/totp/", given))
    assert not TotpDevice.objects.exists()
    answer = client.post("/me/totp/", {"code": code(key), "password": PASSWORD})
    assert len(set(answer.context["codes"])) == totp.CODES
    assert answer.headers["Cache-Control"] == "no-store"
    user.refresh_from_db()
    assert user.uses_totp
    assert client.get("/me/").status_code == 200  # this session has given a code
    assert "还剩 10 个" in text_of(client.get("/me/totp/"))
    assert key not in text_of(client.get("/me/totp/"))


def test_the_key_and_the_codes_are_nowhere_in_the_database(client, at):
    user = make_user("zhoumin")
    client.force_login(user)
    key = client.get("/me/totp/").context["key"].replace(" ", "")
    before = _everything()
    answer = client.post("/me/totp/", {"code": code(key), "password": PASSWORD})
    for text in (before, _everything()):
        assert key not in text
        assert base64.b32decode(key).hex() not in text
    for one in answer.context["codes"]:
        assert one.replace("-", "") not in _everything()


def _everything() -> str:
    """All rows of the tables that sessions and devices lie in; sessions decoded."""
    rows = [str(session.get_decoded()) for session in Session.objects.all()]
    for table in ("accounts_totpdevice", "accounts_recoverycode", "accounts_user"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT t.*::text FROM {table} t")
            rows += [str(row) for row in cursor]
    return " ".join(rows)


def test_no_page_opens_before_the_code(client, user):
    assert sign_in(client, next="/me/").url == "/me/"
    for url in ("/", "/me/", "/me/password/", "/me/totp/", "/search/?q=x"):
        assert client.get(url).url.startswith("/login/code/?next=")
    assert client.post("/me/password/").url == "/login/code/"
    part = client.get("/me/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"].startswith("/login/code/")
    page = client.get("/me/?x=1", follow=True)
    assert page.context["next"] == "/me/?x=1"
    assert client.post("/login/code/", {"code": code(), "next": "/me/?x=1"}).url == "/me/?x=1"
    assert client.get("/me/").status_code == 200
    assert client.get("/login/code/").url == "/"


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example"])
def test_the_way_on_stays_here(client, user, target):
    sign_in(client)
    assert client.post("/login/code/", {"code": code(), "next": target}).url == "/"


def test_a_session_without_a_code_is_not_let_in_by_other_ways(client, user):
    """Whatever made the session: it has to show the code."""
    client.force_login(user)
    assert client.get("/me/").url.startswith("/login/code/")


def test_a_code_is_taken_once(client, user):
    sign_in(client)
    client.post("/login/code/", {"code": code()})
    other = type(client)()
    sign_in(other)
    assert "动态口令不对" in text_of(other.post("/login/code/", {"code": code()}))
    assert other.get("/me/").status_code == 302


@pytest.mark.parametrize(("seconds", "taken"), [(-31, True), (31, True), (-61, False), (61, False)])
def test_clocks_may_be_half_a_minute_off(client, user, at, seconds, taken):
    sign_in(client)
    at(seconds)
    shown = code()
    at(0)
    answer = client.post("/login/code/", {"code": shown})
    assert (answer.status_code == 302) == taken


def test_wrong_codes_make_one_wait(client, user, at):
    sign_in(client)
    tried = 0
    for second in range(31):
        at(second)
        page = text_of(client.post("/login/code/", {"code": wrong()}))
        tried += "动态口令不对" in page
    assert tried == 5  # of 31 in half a minute
    assert "请等一会儿再试" in text_of(client.post("/login/code/", {"code": code()}))
    at(90)
    assert client.post("/login/code/", {"code": code()}).status_code == 302
    assert events().count("code_wrong") == 5


def test_a_recovery_code_lets_in_once(client, user):
    first, *_ = totp.new_recovery_codes(user=user)
    sign_in(client)
    assert client.post("/login/code/", {"code": first.upper().replace("-", " ")}).url == "/"
    assert RecoveryCode.objects.count() == totp.CODES - 1
    other = type(client)()
    sign_in(other)
    assert "动态口令不对" in text_of(other.post("/login/code/", {"code": first}))
    assert "recovery" in events()


def test_few_codes_left_are_told(client, user):
    *_, last = totp.new_recovery_codes(user=user)
    keep = list(RecoveryCode.objects.values_list("pk", flat=True))[-2:]
    RecoveryCode.objects.exclude(pk__in=keep).delete()
    sign_in(client)
    page = client.post("/login/code/", {"code": last}, follow=True)
    assert "恢复码还剩 1 个" in text_of(page)


def test_codes_of_others_are_no_good(client, user):
    other = make_user("lixin")
    (foreign, *_) = totp.new_recovery_codes(user=other)
    sign_in(client)
    assert "动态口令不对" in text_of(client.post("/login/code/", {"code": foreign}))


def test_new_recovery_codes_void_the_old(client, user, at):
    old, *_ = totp.new_recovery_codes(user=user)
    sign_in(client)
    client.post("/login/code/", {"code": code()})
    at(60)
    answer = client.post("/me/totp/recovery/", {"code": code()})
    assert old not in answer.context["codes"]
    assert totp.check(user=user, code=old) is None


def test_it_is_given_up_with_a_code(client, user, at):
    sign_in(client)
    client.post("/login/code/", {"code": code()})
    at(60)
    assert "动态口令不对" in text_of(client.post("/me/totp/off/", {"code": wrong()}))
    at(120)
    client.post("/me/totp/off/", {"code": code()})
    user.refresh_from_db()
    assert (user.uses_totp, TotpDevice.objects.count()) == (False, 0)
    other = type(client)()
    sign_in(other)
    assert other.get("/me/").status_code == 200


# --- Required by role ---------------------------------------------------------------------------


def require(*roles: Role, on: date = date(2026, 11, 24)) -> None:
    parameters.set_from(key="totp.required_roles", value=roles, on=on, by=None)


def test_a_role_must_enrol_from_the_day_of_the_setting(client, at):
    district, town, _other = make_district()
    user = make_user("zhoumin", Role.TOWN, town)
    reader = make_user("lixin", Role.DISTRICT, district)
    require(Role.TOWN)
    client.force_login(user)
    assert client.get("/me/").status_code == 200
    at(12 * 3600)
    client.force_login(user)
    assert client.get("/me/").status_code == 200
    at(15 * 3600)  # after midnight
    client.force_login(user)
    assert client.get("/me/").url == "/me/totp/"
    assert "您的角色必须使用动态口令，请先绑定。" in text_of(client.get("/me/totp/"))
    key = client.get("/me/totp/").context["key"].replace(" ", "")
    client.post("/me/totp/", {"code": code(key), "password": PASSWORD})
    assert client.get("/me/").status_code == 200
    assert "停用动态口令" not in text_of(client.get("/me/totp/"))
    with pytest.raises(Refused, match="不能停用"):
        totp.give_up(user=user, roles=frozenset({Role.TOWN}))
    client.force_login(reader)
    assert client.get("/me/").status_code == 200


def test_nobody_must_by_default():
    assert parameters.value("totp.required_roles") == ()


# --- A lost device ------------------------------------------------------------------------------


def keeper() -> User:
    user = make_user("keeper")
    Grant.objects.create(user=user, role=Role.SYSTEM_ADMIN)
    return user


def test_the_system_administrator_resets_a_lost_device(client, user):
    totp.new_recovery_codes(user=user)
    sign_in(client)
    client.post("/login/code/", {"code": code()})
    admin = type(client)()
    admin.force_login(keeper())
    page = admin.post(f"/accounts/{user.pk}/totp/reset/", follow=True)
    assert "已重置" in text_of(page)
    assert client.get("/me/").status_code == 302  # all sessions are over
    assert (TotpDevice.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    sign_in(client)
    assert client.get("/me/").status_code == 200
    assert events().count("totp_reset") == 1


def test_he_does_not_reset_the_ones_who_watch_him(user):
    Grant.objects.create(user=user, role=Role.AUDIT_ADMIN)
    with pytest.raises(Refused, match="--reset-totp"):
        totp.reset(user=user, by=keeper())
    with pytest.raises(Refused, match="没有管理账号的权限"):
        totp.reset(user=user, by=user)
    totp.reset(user=user, by=None)
    assert not TotpDevice.objects.exists()
