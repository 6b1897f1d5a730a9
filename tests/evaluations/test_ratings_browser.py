"""Ratings in Chromium: the sheet follows what is typed; every page passes axe at both widths."""

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from evaluations.choices import FindingState, ReviewState
from evaluations.models import Finding, Score, StarGrant
from evaluations.models_schemes import Criterion
from evaluations.shipping import ship
from tests.browser_checks import check, check_both, complaints_of, sign_in
from tests.evaluations.cycles import at, opened, page_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
D = Decimal


@pytest.fixture
def review(cast, time_machine):
    """A sheet of a few lines (axe reads every cell), at the town, with a veto to be judged."""
    time_machine.move_to("2026-11-23 10:00+08:00")
    ship()
    Criterion.objects.filter(number__range=(4, 82)).delete()
    cycle = opened(cast)
    review = cycle.reviews.get(organization=cast.organization_a)
    Score.objects.filter(review=review).update(by_self=1)
    review.scores.filter(criterion__number=1).update(computed=2, basis="任期到 2027-03-18")
    Finding.objects.create(
        review=review, veto=cycle.version.vetoes.first(), text="见处理决定",
        happened_on=date(2026, 3, 1), state=FindingState.SUSPECTED,
    )
    return at(review, ReviewState.TOWN)


def test_the_total_follows_and_the_reason_opens(page, live_server, cast, review):
    complaints = complaints_of(page, live_server)
    sign_in(page, live_server, cast.town_a_staff)
    page.goto(live_server.url + page_of(review))
    total = page.locator("[data-total]")
    expect(total).to_have_text("5")
    # The system says 2, the branch 1, the town 1.5.
    page.fill("[name='score-1']", "1.5")
    expect(total).to_have_text("5.5")
    reason = page.locator("[name='reason-1']")
    expect(reason).to_be_visible()
    reason.fill("有一年延期")
    check(page)
    # Enter saves; it does not hand back.
    reason.press("Enter")
    expect(page.locator(".message")).to_have_text("已保存 1 项。")
    assert complaints == []
    row = review.scores.get(criterion__number=1)
    assert (row.by_town, row.computed, row.reasons["town"]) == (D("1.5"), D(2), "有一年延期")


def test_the_pages(page, live_server, cast, review):
    star = StarGrant.objects.create(
        organization=cast.organization_a, scheme=review.cycle.version.scheme, rank=4,
        label="四星", granted_by="district", document="1号", change="rated",
        starts_on=date(2025, 12, 1),
    )
    complaints = complaints_of(page, live_server)

    def looked_at(user, *names):
        sign_in(page, live_server, user)
        for name, *args in names:
            page.goto(live_server.url + reverse(f"evaluations:{name}", args=args))
            check_both(page)

    cycle, version = review.cycle_id, review.cycle.version
    looked_at(
        cast.town_a_staff, ("review_detail", review.pk), ("review_evidence", review.pk),
        ("cycle_detail", cycle), ("review_list", cycle), ("finding_report", review.pk),
    )
    at(review, ReviewState.SELF)
    looked_at(cast.secretary_a, ("review_detail", review.pk), ("review_evidence", review.pk))
    looked_at(
        cast.district_staff, ("cycle_list",), ("cycle_open",), ("cycle_detail", cycle),
        ("ranking", cycle), ("publication", cycle), ("decision", cycle), ("star_list",),
        ("star_detail", star.pk), ("star_recheck", star.pk), ("scheme_list",),
        ("scheme_create",), ("version_detail", version.pk),
    )
    version.state = "draft"
    version.save()
    looked_at(
        cast.district_staff, ("version_detail", version.pk), ("version_edit", version.pk),
        ("row_create", version.pk, "criteria"), ("part_upload", version.pk, "criteria"),
        ("row_edit", version.pk, "bands", version.bands.first().pk),
    )
    assert complaints == []
