"""The pages of declared ledgers and the summary of help in a real browser."""

import pytest

from common.ledgers import ledger_of
from services import help_shipping
from tests.browser_checks import check_both, complaints_of, sign_in
from tests.registers.samples import NEEDS, write

pytest_plugins = ["tests.cast"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_pages_are_accessible(cast, live_server, page):
    help_shipping.ship()  # a test with real commits begins with empty tables
    for kind in ("attendances", "contacts", "help", "new_employment"):
        for needed in (*NEEDS.get(kind, ()), kind):
            if not ledger_of(needed).model.objects.exists():
                write(needed)
    sign_in(page, live_server, cast.town_a_staff)
    complaints = complaints_of(page, live_server)
    rows = {
        kind: ledger_of(kind).model.objects.get().get_absolute_url()
        for kind in ("trainings", "contacts", "help", "new_employment")
    }
    for path in (
        "/registers/", "/help/?since=2026-01-01", "/registers/help/", "/registers/funds/",
        "/registers/help/new/", f"{rows['help']}edit/", f"{rows['help']}history/",
        f"{rows['new_employment']}secret/phone/", *rows.values(),
    ):
        page.goto(f"{live_server.url}{path}")
        check_both(page)
    assert complaints == []
