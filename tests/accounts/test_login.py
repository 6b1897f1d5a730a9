"""Signing in and out, locks, passwords, one-time links, large type, the personal page."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from accounts.choices import Role
from accounts.links import digest_of, one_time_link
from accounts.models import Grant, OneTimeLink, User
from config.settings import base
from tests.common.people import PASSWORD, make_district, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/login/"
NEW = "qingshi yunhe 2026"
FAILURE_LIMIT = 5


@pytest.fixture
def user():
    return make_user("zhoumin", name="周敏")


def sign_in(client, username="zhoumin", password=PASSWORD, **data):
    return client.post(LOGIN, {"username": username, "password": password} | data)


def test_sign_in_and_out(client, user):
    assert sign_in(client, next="/me/").url == "/me/"
    assert client.get("/me/").status_code == 200
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").url == LOGIN
    assert client.get("/me/").status_code == 302


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x"]
)
def test_sign_in_stays_here(client, user, target):
    assert sign_in(client, next=target).url == "/"
    client.post("/logout/")
    page = client.post("/me/type/", {"large": "1", "next": target})
    assert page.url == "/"


def test_wrong_password_and_unknown_account_read_the_same(client, user):
    wrong = sign_in(client, password="no").content.decode()
    unknown = sign_in(client, username="nobody", password="no").content.decode()
    for page in (wrong, unknown):
        assert "账号或密码不正确" in page
        assert f"还可以再试 {FAILURE_LIMIT - 1} 次" in page


def test_passwords_are_kept_as_owasp_asks_and_old_ones_anew(client, user, settings):
    settings.PASSWORD_HASHERS = base.PASSWORD_HASHERS
    user.password = Argon2PasswordHasher().encode(PASSWORD, "saltsaltsaltsaltsaltsa")
    user.save()
    assert "$m=102400,t=2,p=8$" in user.password
    assert sign_in(client).status_code == 302
    user.refresh_from_db()
    assert user.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    client.post("/logout/")
    assert sign_in(client).status_code == 302


def test_empty_fields_are_named(client):
    page = sign_in(client, username="", password="").content.decode()
    assert "请填写账号。" in page
    assert "请填写密码。" in page


def test_too_many_tries_lock_the_account(client, user):
    for _ in range(FAILURE_LIMIT - 1):
        assert sign_in(client, password="no").status_code == 200
    last = sign_in(client, password="no")
    assert last.status_code == 429
    assert "账号暂时锁定" in last.content.decode()
    assert sign_in(client).status_code == 429
    assert sign_in(client, username="nobody", password="no").status_code == 200


def test_inactive_account_reads_like_a_wrong_password(client, user):
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert "账号或密码不正确" in sign_in(client).content.decode()


def test_login_page_of_a_signed_in_user_goes_on(client, user):
    client.force_login(user)
    assert client.get(LOGIN).url == "/"


def test_one_time_link_works_once(client):
    user = User(username="new")
    user.set_unusable_password()
    user.save()
    link = one_time_link(user)
    assert link.startswith("/link/")
    first = client.get(link)
    assert first.status_code == 302
    token = link.split("/")[2]
    assert token not in first.url
    assert OneTimeLink.objects.get().digest == digest_of(token)
    assert all(token not in str(v) for s in Session.objects.all() for v in s.get_decoded().values())
    assert "账号" in client.get(first.url).content.decode()
    done = client.post(first.url, {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "密码已设置，请用账号 new 登录。" in done.content.decode()
    assert sign_in(client, "new", NEW).url == "/"
    client.post("/logout/")
    assert "这个链接不能再用" in client.get(link).content.decode()


def test_a_new_link_voids_the_one_before(client, user):
    first, second = one_time_link(user), one_time_link(user)
    assert "这个链接不能再用" in client.get(first, follow=True).content.decode()
    assert "设置密码" in client.get(second, follow=True).content.decode()


def test_a_link_of_a_disabled_account_is_void(client, user):
    link = one_time_link(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert "这个链接不能再用" in client.get(link, follow=True).content.decode()


def test_two_browsers_use_a_link_once(client, user):
    link = one_time_link(user)
    other = type(client)()
    pages = [one.get(link).url for one in (client, other)]
    given = {"new_password1": NEW, "new_password2": NEW}
    assert client.post(pages[0], given).url == LOGIN
    again = other.post(pages[1], {"new_password1": NEW + "x", "new_password2": NEW + "x"})
    assert "这个链接不能再用" in again.content.decode()
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize("token", ["x", "MQ.x-y", ".", "a.b.c", "%FF.%FF", "1" * 400])
def test_odd_links_are_a_page(client, token):
    page = client.get(f"/link/{token}/", follow=True)
    assert page.status_code == 200
    assert "这个链接不能再用" in page.content.decode()


def test_expired_link(client, user, time_machine):
    begin = timezone.now()
    time_machine.move_to(begin, tick=False)
    link = one_time_link(user)
    time_machine.move_to(begin + timedelta(hours=71, minutes=59), tick=False)
    assert "设置密码" in client.get(link, follow=True).content.decode()
    time_machine.move_to(begin + timedelta(hours=72), tick=False)
    assert "这个链接不能再用" in client.get(link, follow=True).content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"old_password": "wrong"}, "现在的密码不正确，请重新填写。"),
        ({"old_password": ""}, "请填写现在的密码。"),
        ({"new_password2": "another one"}, "两次填写的新密码不一样，请重新填写。"),
        ({"new_password1": "short", "new_password2": "short"}, "太短，至少要 10 位"),
        ({"new_password1": "1234567890", "new_password2": "1234567890"}, "不能全是数字"),
        ({"new_password1": PASSWORD, "new_password2": PASSWORD}, "新密码和现在的一样，请换一个。"),
        ({"new_password1": "zhoumin2026", "new_password2": "zhoumin2026"}, "太像"),
        ({"new_password1": "zhou.min*2026112288"}, "两次填写的新密码不一样"),
        ({"new_password1": "周敏20261122889966", "new_password2": "周敏20261122889966"}, "太像"),
        ({"new_password1": "x9zhoumin-886622", "new_password2": "x9zhoumin-886622"}, "太像"),
        ({"new_password1": "dangjian@2026", "new_password2": "dangjian@2026"}, "太常见"),
        ({"new_password1": "abababababab", "new_password2": "abababababab"}, "太常见"),
    ],
)
def test_password_change_names_what_is_wrong(client, user, data, words):
    client.force_login(user)
    given = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW} | data
    page = client.post(reverse("accounts:password"), given)
    assert page.status_code == 200
    errors = [str(e) for es in page.context["form"].errors.values() for e in es]
    assert any(words in error for error in errors), errors
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


def test_password_change(client, user):
    other = type(client)()
    other.force_login(user)
    client.force_login(user)
    given = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    page = client.post(reverse("accounts:password"), given, follow=True)
    assert "密码已修改。" in page.content.decode()
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302  # signed out by the new password


def test_password_of_others_must_be_changed_first(client, user):
    User.objects.filter(pk=user.pk).update(must_change_password=True)
    sign_in(client)
    for url in ("/", "/me/", "/rules/", "/search/?q=x"):
        assert client.get(url).url == reverse("accounts:password")
    part = client.get("/me/", headers={"HX-Request": "true"})
    assert part.headers["HX-Redirect"] == reverse("accounts:password")
    assert "现在的密码由他人设置" in client.get("/me/", follow=True).content.decode()
    given = {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW}
    client.post(reverse("accounts:password"), given)
    user.refresh_from_db()
    assert not user.must_change_password
    assert client.get("/me/").status_code == 200


def test_large_type_is_kept_with_the_user(client, user):
    client.force_login(user)
    assert 'data-type="large"' not in client.get("/me/").content.decode()
    assert client.post("/me/type/", {"large": "1", "next": "/me/"}).url == "/me/"
    assert 'data-type="large"' in client.get("/me/").content.decode()
    user.refresh_from_db()
    assert user.large_type
    assert client.get("/me/type/").status_code == 405


def test_large_type_before_signing_in(client):
    client.post("/me/type/", {"large": "1", "next": LOGIN})
    assert 'data-type="large"' in client.get(LOGIN).content.decode()
    client.post("/me/type/", {"large": "0", "next": LOGIN})
    assert 'data-type="large"' not in client.get(LOGIN).content.decode()


def test_personal_page_names_grants(client, user):
    district, town, _ = make_district()
    today = timezone.localdate()
    Grant.objects.create(user=user, role=Role.TOWN, area=town, ends_on=date(2199, 1, 1))
    Grant.objects.create(
        user=user, role=Role.DISTRICT, area=district, ends_on=today - timedelta(days=1)
    )
    client.force_login(user)
    page = client.get("/me/").content.decode()
    assert "镇街工作人员 青石镇" in page
    assert "有效期至 2199年1月1日" in page
    assert "区级工作人员" not in page


def test_personal_page_without_grants_says_so(client, user):
    client.force_login(user)
    assert "还没有授权" in client.get("/me/").content.decode()


def test_login_page_carries_the_policies(client):
    answer = client.get(LOGIN)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = answer.content.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert " onclick" not in page
