"""The administrators' pages and the way of a new account in a real browser: nothing inaccessible or
beyond the edge, no complaint of the browser, nothing asked of other servers."""

import base64

import pytest
from django_otp.oath import totp as code_at

from accounts.models import User
from tests import factories as make
from tests.browser_checks import check, check_both, complaints_of, sign_in
from tests.extent import few

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NEW = "qingshi yunhe 2026"


@pytest.fixture
def complaints(page, live_server):
    return complaints_of(page, live_server)


def test_pages_are_accessible(page, live_server, cast, complaints):
    account = f"/accounts/{cast.town_a_staff.pk}/"
    for user, paths in (
        (cast.system_admin, [
            "/accounts/", "/accounts/new/", "/accounts/bulk/", "/accounts/links/",
            "/accounts/offices/instructor/", account, f"{account}grants/new/",
        ]),
        (cast.security_admin, [
            "/security/", "/security/totp.required_roles/",
            "/security/totp.required_roles/edit/",
        ]),
        (cast.audit_admin, ["/trail/", "/trail/reads/", "/trail/steps/", "/trail/sign-ins/"]),
        (cast.town_a_staff, ["/me/", "/me/totp/"]),
    ):
        sign_in(page, live_server, user)
        for path in few(paths, most=2):
            page.goto(f"{live_server.url}{path}")
            check_both(page)
    assert complaints == []


def test_from_the_slip_to_the_second_factor(page, live_server, cast, complaints):
    """One press, the slip, a password of one's own, an app, a code at the next sign-in."""
    make.make_post(cast.organization_a, person="王建平")
    sign_in(page, live_server, cast.system_admin)
    page.goto(f"{live_server.url}/accounts/offices/secretary/")
    page.click("main button.btn-primary")
    check(page)
    link = page.inner_text(".slip-url")
    page.context.clear_cookies()

    page.goto(link)
    check(page)
    page.fill("#id_new_password1", NEW)
    page.fill("#id_new_password2", NEW)
    page.click("main button.btn-primary")
    _password(page, "wangjianping")
    page.goto(f"{live_server.url}/me/totp/")
    key = page.inner_text(".key").replace(" ", "")
    page.fill("#id_code", _code(key))
    page.fill("#id_password", NEW)
    page.click("main button.btn-primary")
    check(page)
    recovery = page.inner_text(".codes li >> nth=0")

    page.context.clear_cookies()
    page.goto(f"{live_server.url}/login/?next=/me/")
    _password(page, "wangjianping")
    page.wait_for_url("**/login/code/**")
    check(page)
    page.fill("#id_code", recovery)
    page.click("main button.btn-primary")
    page.wait_for_url("**/me/")
    assert User.objects.get(username="wangjianping").uses_totp
    assert complaints == []


def _password(page, username: str) -> None:
    page.fill("#id_username", username)
    page.fill("#id_password", NEW)
    page.click("main button.btn-primary")


def _code(key: str) -> str:
    return f"{code_at(base64.b32decode(key)):06}"
