"""The service menu: who edits it, applying for an item, what was saved; the tree of categories."""

from datetime import date

import pytest
from django.urls import reverse

from services.models import ServiceItem, Ticket, TicketCategory
from tests.services.tickets import category, do

pytestmark = pytest.mark.django_db
SAID = {
    "name": "共享检测", "kind": "equipment", "summary": "按次使用", "guide": "带样品来",
    "starts_on": "2026-01-01",
}


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to("2026-11-09 10:20+08:00")


@pytest.fixture
def item(cast, client):
    """An item that the district has put on the menu."""
    client.force_login(cast.district_staff)
    client.post(reverse("services:item_create"), {**SAID, "category": category("技术合作").pk})
    return ServiceItem.objects.get()


def test_an_application_becomes_a_ticket_and_tells_what_was_saved(cast, client, item):
    client.force_login(cast.secretary_a)
    assert "共享检测" in client.get("/menu/").content.decode()
    page = client.get(item.get_absolute_url())
    apply_url = page.context["apply_url"]
    assert "申请：共享检测" in client.get(apply_url).content.decode()
    client.post(apply_url, {"whom": f"entity:{cast.entity_a.pk}", "title": "申请：共享检测"})
    ticket = Ticket.objects.get()
    assert (ticket.item, ticket.category, ticket.kind) == (item, item.category, "request")
    ticket = do("accept", ticket, cast.town_a_staff, kind="request", grade="ordinary",
                category=item.category)
    do("take", ticket, cast.town_a_staff)
    do("answer", ticket, cast.town_a_staff, text="用了三次。", saved_amount=5400, saved_percent=48)
    used = client.get(item.get_absolute_url()).context["used"]
    assert (used["number"], used["saved"], used["percent"]) == (1, 5400, 48)
    assert client.get(f"/tickets/?item={item.pk}").context["page"].total == 1


def test_what_is_over_is_not_applied_for(cast, client, item):
    ServiceItem.objects.update(ends_on=date(2026, 11, 8))
    client.force_login(cast.secretary_a)
    page = client.get(item.get_absolute_url())
    assert (page.context["is_offered"], page.context["apply_url"]) == (False, "")
    assert client.get(f"/tickets/new/?item={item.pk}").status_code == 404
    assert client.get("/tickets/new/?item=x").status_code == 404
    for query, number in (("yes", 0), ("no", 1)):
        assert client.get(f"/menu/?offered={query}").context["page"].total == number


def test_a_name_twice_and_days_in_wrong_order_are_told(cast, client, item):
    said = {**SAID, "category": category("技术合作").pk}
    page = client.post(reverse("services:item_create"), said).content.decode()
    assert "已有“共享检测”" in page
    url = reverse("services:item_edit", args=[item.pk])
    page = client.post(url, {**said, "ends_on": "2025-01-01"}).content.decode()
    assert "截止日期早于开始日期" in page
    client.post(url, {**said, "summary": "按天使用"})
    item.refresh_from_db()
    assert item.summary == "按天使用"


def test_the_tree_has_two_levels_and_what_is_off_is_not_offered(cast, client):
    client.force_login(cast.district_staff)
    create = reverse("services:category_create")
    client.post(create, {"name": "甲类", "order": 5, "is_used": "on"})
    top = TicketCategory.objects.get(name="甲类")
    client.post(create, {"name": "甲一", "order": 6, "parent": top.pk, "is_used": "on"})
    below = TicketCategory.objects.get(name="甲一")
    edit = reverse("services:category_edit", args=[top.pk])
    said = {"name": "甲类", "order": 5, "is_used": "on"}
    assert "请从列表中选择" in client.post(create, {**said, "parent": below.pk}).content.decode()
    other = TicketCategory.objects.filter(parent=None).exclude(pk=top.pk).first()
    assert "下面还有类别" in client.post(edit, {**said, "parent": other.pk}).content.decode()
    assert "甲一" in client.get("/tickets/new/").content.decode()
    client.post(reverse("services:category_edit", args=[below.pk]), {
        "name": "甲一", "order": 6, "parent": top.pk,
    })
    assert "甲一" not in client.get("/tickets/new/").content.decode()
    assert client.get("/tickets/categories/", {"q": "甲一"}).context["page"].total == 1
