"""Pages of visits, needs and load in a real browser: a visit on a phone; nothing inaccessible or
beyond the edge at both widths."""

import pytest

from activities.models import Visit
from tests.activities.visits import TODAY, record
from tests.browser_checks import check, check_both, complaints_of, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 740}


def test_a_visit_on_a_phone_and_pages_at_both_widths(page, cast, live_server, time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")
    complaints = complaints_of(page, live_server)
    made = record(
        cast.town_a_staff, cast.instructor_a, cast.entity_a,
        day=TODAY.replace(day=1), need="门口没有路灯",
    )
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, cast.instructor_a_user)
    page.goto(f"{live_server.url}/visits/new/")
    check(page)
    page.get_by_label("甲一五金有限公司").check()
    page.get_by_label("见到谁").fill("陈经理")
    page.get_by_label("有需要帮助的").fill("招不到人")
    page.get_by_role("button", name="保存").click()
    page.wait_for_url("**/visits/*-*/")
    check(page)
    assert Visit.objects.get(visited_on=TODAY).raised.text == "招不到人"
    sign_in(page, live_server, cast.town_a_staff)
    for path in (
        "/visits/", "/visits/new/", f"{made.get_absolute_url()}edit/",
        made.raised.get_absolute_url(), "/instructors/load/", "/instructors/grids/",
    ):
        page.goto(f"{live_server.url}{path}")
        check_both(page)
    assert complaints == []
