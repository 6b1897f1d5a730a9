"""Pages of ledgers in a real browser: nothing inaccessible or beyond the edge, no complaint of
the browser; a form that asks back, a second editor, a number in place."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from common.models import ReadEntry
from enterprises.models import Entity

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"
SIZES = ({"width": 1440, "height": 900}, {"width": 360, "height": 740})


@pytest.fixture
def site(transactional_db, cast, live_server):
    """The cast; the staff of the district may sign in."""
    cast.district_staff.set_password(PASSWORD)
    cast.district_staff.save()
    live_server.cast = cast
    return live_server


@pytest.fixture
def desk(page, site):
    """A browser in which the district's staff has signed in, and its complaints."""
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on(
        "console", lambda said: page.complaints.append(said.text) if said.type == "error" else 0
    )
    page.goto(f"{site.url}/login/?next=/search/")
    page.fill("#id_username", "district_staff")
    page.fill("#id_password", PASSWORD)
    page.click("main button.btn-primary")
    page.wait_for_url("**/search/")
    page.complaints.clear()
    return page


def check(page):
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    edge = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert edge <= 0
    assert page.complaints == []


@pytest.mark.parametrize(
    ("size", "large"),
    [  # what fits a phone in large type fits it in the usual one
        pytest.param(SIZES[0], False, id="wide", marks=pytest.mark.full),
        pytest.param(SIZES[1], True, id="phone, large"),
        pytest.param(SIZES[0], True, id="wide, large", marks=pytest.mark.full),
        pytest.param(SIZES[1], False, id="phone", marks=pytest.mark.full),
    ],
)
def test_pages_are_accessible(desk, site, size, large):
    cast = site.cast
    desk.set_viewport_size(size)
    cast.district_staff.large_type = large
    cast.district_staff.save()
    entity, area = cast.entity_a.get_absolute_url(), cast.town_a.get_absolute_url()
    for path in (
        "/entities/",
        entity,
        f"{entity}edit/",
        f"{entity}history/",
        f"{entity}phone/",
        "/entities/new/",
        "/areas/",
        area,
        "/areas/new/",
        "/search/?q=甲",
        "/search/?q=没有",
    ):
        desk.goto(f"{site.url}{path}")
        check(desk)


def test_form_asks_back_and_a_second_editor_is_told(desk, site):
    entity = site.cast.entity_a
    desk.goto(f"{site.url}{entity.get_absolute_url()}edit/")
    desk.fill("#id_employees", "41")
    desk.fill("#id_address", "我改的地址")
    Entity.objects.filter(pk=entity.pk).update(address="别人改的地址")
    desk.click(".sticky .btn-primary")
    desk.wait_for_selector("text=打开本页后，有人改过这条记录")
    check(desk)
    desk.click(".sticky .btn-primary")
    desk.wait_for_selector("text=保存前请核对")
    check(desk)
    desk.click("text=更正：原来记错了")
    desk.click(".sticky .btn-primary:has-text('确认保存')")
    desk.wait_for_selector("text=已保存。")
    assert Entity.objects.get(pk=entity.pk).address == "我改的地址"
    assert entity.states.get().employees == 41


def test_number_appears_in_place(desk, site):
    desk.goto(f"{site.url}{site.cast.entity_a.get_absolute_url()}")
    desk.click(".reveal summary")
    desk.click(".reveal button")
    desk.wait_for_selector("text=请填写查看事由")
    check(desk)
    desk.fill(".reveal input[name=reason]", "核对换届材料")
    desk.click(".reveal button")
    desk.wait_for_selector("text=13900000001")
    check(desk)
    assert ReadEntry.objects.get(action="reveal").reason == "核对换届材料"
