"""How many wrong passwords an account, an address and both together may have."""

from datetime import date, timedelta

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.choices import SignInEvent
from accounts.lockout import address_of
from accounts.models import SignInEntry
from common import parameters
from tests.common.people import PASSWORD, make_user
from tests.together import together

pytestmark = pytest.mark.django_db
LOCKED = 429


def sign_in(username="zhoumin", password=PASSWORD, address="10.0.0.1", client=None):
    client = client or Client(raise_request_exception=False)
    data = {"username": username, "password": password}
    return client.post("/login/", data, REMOTE_ADDR=address).status_code


def events(account="zhoumin") -> list[str]:
    return list(SignInEntry.objects.filter(account=account).order_by("id").values_list(
        "event", flat=True
    ))


def test_five_failures_lock_an_account_at_one_address_only():
    make_user("zhoumin")
    assert [sign_in(password="no") for _ in range(5)] == [200, 200, 200, 200, LOCKED]
    assert sign_in() == LOCKED
    assert sign_in(address="10.0.0.2") == 302
    assert events() == [*["wrong"] * 5, "refused", "signed_in"]


def test_the_lock_opens_by_itself_and_trying_on_does_not_lengthen_it(time_machine):
    make_user("zhoumin")
    begin = timezone.now()
    time_machine.move_to(begin, tick=False)
    for _ in range(5):
        sign_in(password="no")
    time_machine.move_to(begin + timedelta(minutes=14, seconds=59), tick=False)
    assert sign_in() == LOCKED
    time_machine.move_to(begin + timedelta(minutes=15, seconds=1), tick=False)
    assert sign_in() == 302


def test_ten_failures_from_anywhere_lock_the_account():
    make_user("zhoumin")
    codes = [sign_in(password="no", address=f"10.0.1.{n}") for n in range(11)]
    assert codes == [200] * 9 + [LOCKED, LOCKED]
    assert sign_in(address="10.0.2.1") == LOCKED
    assert events() == ["wrong"] * 10 + ["refused"] * 2


def test_who_guesses_from_many_addresses_does_not_shut_the_owner_out():
    make_user("zhoumin")
    assert sign_in(address="10.0.9.9") == 302
    for n in range(11):
        sign_in(password="no", address=f"10.0.1.{n}")
    assert sign_in(address="10.0.2.1") == LOCKED
    assert sign_in(address="10.0.9.9") == 302
    assert sign_in(address="10.0.2.1") == LOCKED  # a success forgives its own address only


def test_an_address_that_sprays_over_accounts_is_locked():
    make_user("zhoumin")
    parameters.set_from(key="login.address_limit", value=10, on=date(2020, 1, 1), by=None)
    codes = [sign_in(f"user{n}", "no") for n in range(11)]
    assert codes == [200] * 9 + [LOCKED, LOCKED]
    assert sign_in() == LOCKED
    assert sign_in(address="10.0.0.2") == 302


def test_the_limits_are_dated_settings():
    make_user("zhoumin")
    parameters.set_from(key="login.failure_limit", value=3, on=date(2020, 1, 1), by=None)
    assert [sign_in(password="no") for _ in range(3)] == [200, 200, LOCKED]


@pytest.mark.django_db(transaction=True)
def test_tries_at_once_are_counted_one_by_one():
    make_user("zhoumin")
    codes = together(20, lambda: sign_in(password="no"))
    assert sorted(codes) == [200] * 4 + [LOCKED] * 16
    assert sorted(events()) == ["refused"] * 15 + ["wrong"] * 5


def test_of_an_unknown_account_only_a_letter_is_kept():
    sign_in("my-secret-password", "x")
    assert SignInEntry.objects.get().account == "m***"


def test_signing_out_is_in_the_trail():
    make_user("zhoumin")
    client = Client()
    sign_in(client=client)
    client.post("/logout/")
    assert events() == [SignInEvent.SIGNED_IN, SignInEvent.SIGNED_OUT]


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "10.9.9.9", "10.0.0.1"),
        (1, "1.2.3.4, 10.9.9.9", "10.9.9.9"),
        (2, "1.2.3.4, 10.9.9.9", "1.2.3.4"),
        (2, "10.9.9.9", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "no address", None),
    ],
)
def test_the_address_behind_our_own_servers(settings, proxies, forwarded, address):
    settings.PROXIES = proxies
    request = RequestFactory(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded).get("/")
    assert address_of(request) == address
