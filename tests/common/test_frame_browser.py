"""The frame in a real browser: nothing inaccessible, nothing beyond the edge, no request to
elsewhere, no violation of the content policy, and the niceties of portal.js."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from accounts.choices import Role
from tests.common.people import PASSWORD, make_district, make_entity, make_user

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.common.sample"),
]
SIZES = ({"width": 1440, "height": 900}, {"width": 360, "height": 740})


@pytest.fixture
def site(live_server):
    """A district with entities, and a user who sees them."""
    district, stone, _ = make_district()
    make_user("wang", Role.DISTRICT, district, name="王建平")
    first = make_entity("宏达五金制品有限公司", stone)
    for index in range(45):
        make_entity(f"青石企业{index:02}", stone, stated_member_count=index)
    live_server.first = first
    return live_server


@pytest.fixture
def complaints(page, live_server):
    """What the browser complains of, and requests that leave the site."""
    found = []
    page.on("console", lambda message: found.append(message.text) if _bad(message) else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    page.on("request", lambda request: found.append(request.url) if away(request) else None)

    def away(request) -> bool:
        return not request.url.startswith(live_server.url)

    return found


def _bad(message) -> bool:
    return message.type in ("error", "warning")


def sign_in(page, site):
    page.goto(f"{site.url}/login/?next=/entities/")
    page.fill("#id_username", "wang")
    page.fill("#id_password", PASSWORD)
    page.click("main button.btn-primary")
    page.wait_for_url("**/entities/")


def check(page):
    """No axe violation, nothing beyond the right edge."""
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    edge = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert edge <= 0


@pytest.mark.parametrize(
    ("size", "large"),
    [  # what fits a phone in large type fits it in the usual one
        pytest.param(SIZES[0], False, id="wide", marks=pytest.mark.full),
        pytest.param(SIZES[1], True, id="phone, large"),
        pytest.param(SIZES[0], True, id="wide, large", marks=pytest.mark.full),
        pytest.param(SIZES[1], False, id="phone", marks=pytest.mark.full),
    ],
)
def test_pages_are_accessible(page, site, complaints, size, large):
    page.set_viewport_size(size)
    page.goto(f"{site.url}/login/")
    check(page)
    sign_in(page, site)
    if large:
        page.goto(f"{site.url}/me/")
        page.click("main button:has-text('换成大字版')")
    for path in ("/entities/", "/entities/?q=没有", "/entities/?kind=small_micro", "/me/"):
        page.goto(f"{site.url}{path}")
        check(page)
    page.goto(f"{site.url}{site.first.get_absolute_url()}edit/")
    check(page)
    page.fill("#id_name", "")
    page.click("main button.btn-primary")
    page.wait_for_selector(".field-bad")
    check(page)
    page.goto(f"{site.url}/me/password/")
    check(page)
    assert complaints == []


def test_list_updates_in_place_with_short_addresses(page, site, complaints):
    sign_in(page, site)
    page.select_option("#sort", "-members")
    page.wait_for_url("**/entities/?sort=-members")
    page.wait_for_selector("tbody tr:first-child :text('青石企业44')")
    page.click("text=下一页")
    page.wait_for_selector(".pager :text('第 21–40 条，共 46 条')")
    page.fill("#id_q", "宏达")
    page.click(".filters > button.btn")
    page.wait_for_selector(".pager :text('共 1 条')")
    assert page.url.endswith("/entities/?q=%E5%AE%8F%E8%BE%BE&sort=-members")
    assert "导出这 1 条" in page.inner_text(".page-head")
    page.go_back()
    page.wait_for_url("**at=*")
    assert complaints == []


def test_columns_are_chosen_in_the_browser(page, site):
    sign_in(page, site)
    page.click("text=选择列")
    page.check("input[value=representative]")
    page.uncheck("input[value=kind]")
    page.click("text=应用")
    page.wait_for_selector("thead :text('法定代表人')")
    assert "主体类型" not in page.inner_text("thead")


def test_export_downloads_twice(page, site):
    sign_in(page, site)
    with page.expect_download() as first:
        page.click("text=导出这 46 条")
    assert first.value.suggested_filename.endswith(".xlsx")
    page.wait_for_timeout(3200)  # a double click sends once; later clicks send again
    with page.expect_download():
        page.click("text=导出这 46 条")


def test_menu_of_a_phone_works_by_address(page, site):
    page.set_viewport_size(SIZES[1])
    sign_in(page, site)
    assert not page.is_visible("#nav")
    page.click("text=菜单")
    assert page.is_visible("#nav")
    check(page)
    page.click("text=关闭")
    assert not page.is_visible("#nav")


@pytest.mark.browser_context_args(java_script_enabled=False)
def test_everything_works_without_scripts(page, site):
    sign_in(page, site)
    page.select_option("#sort", "-members")
    page.click(".filters > button.btn")
    assert page.locator("tbody .name").first.inner_text() == "青石企业44"
    page.click("text=末页")
    assert "第 41–46 条" in page.inner_text(".pager")
    page.click("text=退出")
    assert page.url.endswith("/login/")
