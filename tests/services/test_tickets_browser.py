"""Tickets in a real browser: raised on a phone, handled by a department; nothing inaccessible or
beyond the edge at both widths."""

import pytest

from services import shipping
from services.models import ServiceItem, Ticket
from tests.browser_checks import check, check_both, complaints_of, sign_in
from tests.services.tickets import assigned, category, department, do, raised

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 740}


def test_a_ticket_on_a_phone_and_pages_at_both_widths(page, cast, live_server, time_machine):
    time_machine.move_to("2026-11-09 10:20+08:00")
    complaints = complaints_of(page, live_server)
    shipping.ship()
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, cast.secretary_a)
    page.goto(f"{live_server.url}/tickets/new/")
    check(page)
    page.get_by_label("甲一五金有限公司").check()
    page.get_by_label("一句话说清要办什么").fill("厂门口路灯不亮")
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/tickets/*-*/")
    check(page)
    ticket = Ticket.objects.get()
    ticket = assigned(ticket, cast.town_a_staff, department())
    do("sign", ticket, cast.department_staff)
    time_machine.move_to("2026-11-12 10:20+08:00")
    do("suspend", ticket, cast.department_staff, note="等灯杆编号")
    raised(cast.secretary_a, cast.entity_a, title="招不到人")
    item = ServiceItem.objects.create(
        name="共享检测", kind="equipment", category=category("技术合作"), summary="按次使用",
        guide="带样品来",
    )
    time_machine.move_to("2026-11-18 10:20+08:00")
    sign_in(page, live_server, cast.department_staff)
    page.goto(f"{live_server.url}{ticket.get_absolute_url()}")
    page.get_by_role("link", name="恢复办理").click()
    page.get_by_role("button", name="恢复办理").click()
    page.wait_for_url("**/tickets/*-*/")
    assert "还" in page.content() or "剩" in page.content()
    sign_in(page, live_server, cast.district_staff)
    for path in (
        "/tickets/", "/tickets/board/", ticket.get_absolute_url(),
        f"{ticket.get_absolute_url()}supervise/", "/menu/", item.get_absolute_url(),
        "/menu/new/", "/tickets/categories/",
    ):
        page.goto(f"{live_server.url}{path}")
        check_both(page)
    assert complaints == []
