"""Commitments, honours and the three-good selection in a real browser: a secretary's phone and the
district's desk."""

from datetime import date

import pytest

from evaluations.choices import CommitmentState, NominationState, Side
from evaluations.models import Commitment, Honour, Nomination
from tests.browser_checks import check, check_both, complaints_of, sign_in
from tests.extent import few

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def shown(transactional_db, cast):
    """A commitment that is being kept, an honour, a recommendation."""
    one = Commitment.objects.create(
        organization=cast.organization_a, entity=cast.entity_a, year=2026,
        signed_on=date(2026, 3, 1), state=CommitmentState.SHOWN,
    )
    for side in Side:
        one.items.create(side=side, number=1, text="一项", owner="周一", due_on=date(2026, 4, 1))
    Honour.objects.create(
        kind="benchmark", name="标杆", level="district", year=2026, organization=cast.organization_a
    )
    Nomination.objects.create(
        kind="good_secretary", person="周一", year=2026, organization=cast.organization_a,
        deeds="三件实事", nominated_on=date(2026, 10, 1), state=NominationState.REVIEWED,
    )
    return one


def test_a_secretary_keeps_a_promise_on_a_phone(page, live_server, cast, shown):
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, cast.secretary_a)
    complaints = complaints_of(page, live_server)
    page.goto(f"{live_server.url}{shown.get_absolute_url()}")
    check(page)
    page.click("#main summary:has-text('销号') >> nth=0")
    page.fill("textarea[name=evidence] >> nth=0", "现场照片")
    check(page)
    page.click("button:has-text('销号') >> nth=0")
    page.wait_for_selector("text=佐证：现场照片")
    page.click("section[aria-labelledby=appraisals] button:has-text('较好') >> nth=0")
    page.wait_for_selector("button[aria-pressed=true]")
    page.goto(f"{live_server.url}/commitments/new/")
    check(page)
    page.fill("#id_year", "2027")
    page.select_option("#id_entity", label=cast.entity_a.name)
    page.fill("#id_by_organization", "每季度走访一次")
    page.click(".sticky .btn-primary")
    # Told that the other side has promised nothing yet, the secretary goes on.
    page.wait_for_selector("text=保存前请核对")
    page.click(".sticky .btn-primary")
    page.wait_for_selector("text=已登记。")
    page.fill("#text-enterprise", "提供活动室")
    page.click("section[aria-labelledby=enterprise] button:has-text('添加')")
    page.wait_for_selector("text=1. 提供活动室")
    check(page)
    assert complaints == []


def test_pages_are_accessible(page, live_server, cast, shown):
    sign_in(page, live_server, cast.district_staff)
    complaints = complaints_of(page, live_server)
    honour, nomination = Honour.objects.get(), Nomination.objects.get()
    for path in few((
        "/commitments/", shown.get_absolute_url(), f"{shown.get_absolute_url()}history/",
        "/honours/", "/honours/new/", honour.get_absolute_url(), "/honours/three-good/",
        nomination.get_absolute_url(), "/reports/book/", "/figures/commitments_signed/",
    ), most=5):
        page.goto(f"{live_server.url}{path}")
        check_both(page)
    assert complaints == []
