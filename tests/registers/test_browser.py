"""The pages of declared ledgers and the summary of help in a real browser."""

import pytest

from common.ledgers import ledger_of
from services import help_shipping
from tests.browser_checks import check_both, complaints_of, sign_in
from tests.extent import few
from tests.registers.samples import NEEDS, write

pytest_plugins = ["tests.cast"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_name_that_is_chosen_is_added(cast, live_server, page):
    help_shipping.ship()
    sign_in(page, live_server, cast.town_a_staff)
    complaints = complaints_of(page, live_server)
    page.goto(f"{live_server.url}/registers/help/new/")
    names, finder = page.locator("#id_beneficiaries"), page.locator("[data-adds=id_beneficiaries]")
    for text in ("五金", "甲联"):
        finder.press_sequentially(text)
        option = page.locator("#id_beneficiaries_names option").first
        option.wait_for(state="attached")
        finder.fill(option.get_attribute("value"))
        assert finder.input_value() == ""
    assert names.input_value() == "甲一五金有限公司、甲联食品有限公司"
    assert complaints == []


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
    for path in few((
        "/registers/", "/help/?since=2026-01-01", "/registers/help/", "/registers/help/new/",
        rows["help"], "/registers/funds/", f"{rows['help']}edit/", f"{rows['help']}history/",
        f"{rows['new_employment']}secret/phone/", *rows.values(),
    ), most=5):
        page.goto(f"{live_server.url}{path}")
        check_both(page)
    assert complaints == []
