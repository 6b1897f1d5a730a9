"""The secretary's page on a phone, in a real browser: quick, and no word gets lost."""

import io
from datetime import date

import pytest
from django.contrib.sessions.models import Session
from PIL import Image

from activities.choices import LogState
from activities.models import LogDraft, LogPhoto, LogRound
from common.periods import month_of
from tests import factories as make
from tests.activities.logs import log_of
from tests.browser_checks import check, complaints_of, sign_in
from tests.extent import few

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
PASSWORD = "qingshi yunhe 2026"
# Clicks, texts and choices of files from the home page to the submission.
MOST_INTERACTIONS = 25


@pytest.fixture
def complaints(page, live_server):
    return complaints_of(page, live_server)


@pytest.fixture
def log(cast):
    make.make_post(cast.organization_a, person="王建平")
    cast.secretary_a.set_password(PASSWORD)
    cast.secretary_a.save()
    # The browser has its own clock: the log of the month that it is now.
    return log_of(cast.organization_a, month_of(date.today()))


@pytest.fixture
def opened(page, live_server, cast, log):
    """The page of the log, on a phone."""
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, cast.secretary_a)
    page.goto(f"{live_server.url}/logs/{log.pk}/edit/")
    return page


class Thumb:
    """Counts what a person does on a page."""

    def __init__(self, page):
        self.page, self.count = page, 0

    def click(self, selector):
        self.count += 1
        self.page.click(selector)

    def fill(self, name, value):
        self.count += 1
        self.page.fill(f'[name="{name}"]', value)

    def choose(self, *files):
        """Each photo is a choice of its own."""
        self.count += len(files)
        self.page.set_input_files("#photo-file", list(files))


def photo(name, colour):
    target = io.BytesIO()
    Image.new("RGB", (2400, 1800), colour).save(target, "JPEG")
    return {"name": name, "mimeType": "image/jpeg", "buffer": target.getvalue()}


def fill(thumb, topic="安全生产党员先行"):
    thumb.click('label:has([value="theme_day"])')
    thumb.fill("activities.0.held_on", date.today().isoformat())
    thumb.fill("activities.0.topic", topic)
    thumb.fill("activities.0.attended", "1")
    thumb.fill("activities.0.content", "检查五家企业的用电和消防通道，查出隐患 6 处。")


def typed(page, name):
    return page.input_value(f'[name="{name}"]')


def until_saved(page):
    page.wait_for_selector("#saved:has-text('已自动保存')")


def test_a_log_with_two_photos_in_few_steps(page, live_server, cast, log, complaints):
    page.set_viewport_size(PHONE)
    sign_in(page, live_server, cast.secretary_a)
    page.goto(live_server.url)
    thumb = Thumb(page)
    thumb.click("#todo a.btn-primary")
    fill(thumb)
    thumb.fill("need", "厂区门前路灯坏了两盏。")
    thumb.choose(photo("一.jpg", "red"), photo("二.jpg", "blue"))
    page.wait_for_selector(".photos li:nth-child(2) img")
    thumb.click("text=提交")
    page.wait_for_url(f"**/logs/{log.pk}/")
    assert thumb.count <= MOST_INTERACTIONS, thumb.count
    log.refresh_from_db()
    assert (log.state, log.photos.count(), log.raised.text) == (
        LogState.SUBMITTED, 2, "厂区门前路灯坏了两盏。",
    )
    assert "月日志已提交" in page.inner_text("main")
    check(page)
    assert complaints == []


@pytest.mark.parametrize("size", few((PHONE, WIDE)), ids=few(("phone", "wide")))
def test_the_page_is_accessible(opened, live_server, cast, log, complaints, size):
    page = opened
    page.set_viewport_size(size)
    fill(Thumb(page))
    page.fill('[name="activities.0.attended"]', "8")
    page.click("summary")
    page.click("text=提交")
    page.wait_for_selector("#problems")
    check(page)
    cast.secretary_a.large_type = True
    cast.secretary_a.save()
    page.goto(f"{live_server.url}/logs/{log.pk}/edit/")
    assert typed(page, "activities.0.attended") == "8"
    page.click("text=再加一次活动")
    page.wait_for_selector("#activity-2")
    check(page)
    # The browser says that the first answer was 422.
    assert [one for one in complaints if "422" not in one] == []


def test_an_expired_session_loses_nothing(opened, log):
    page = opened
    fill(Thumb(page))
    until_saved(page)
    Session.objects.all().delete()
    page.context.clear_cookies(name="csrftoken")  # nor does the token hold any more
    page.fill('[name="activities.0.topic"]', "后来才写的")
    page.wait_for_selector("#again[open]")
    check(page)
    assert typed(page, "activities.0.topic") == "后来才写的"
    page.fill("#again-password", "falsch")
    page.click("text=接着写")
    page.wait_for_selector("text=还可以再试 4 次")
    page.fill("#again-password", PASSWORD)
    page.press("#again-password", "Enter")
    page.wait_for_selector("#again", state="hidden")
    until_saved(page)
    assert LogDraft.objects.get().content["activities"][0]["topic"] == "后来才写的"
    # A photo, and the submission, in a session that ended again.
    Session.objects.all().delete()
    page.set_input_files("#photo-file", photo("一.jpg", "red"))
    page.fill("#again-password", PASSWORD)
    page.press("#again-password", "Enter")
    page.wait_for_selector(".photos img")
    Session.objects.all().delete()
    page.click("text=提交")
    page.fill("#again-password", PASSWORD)
    page.press("#again-password", "Enter")
    page.wait_for_url(f"**/logs/{log.pk}/")
    assert LogRound.objects.get().content["activities"][0]["topic"] == "后来才写的"
    assert LogPhoto.objects.count() == 1


def test_a_lost_network_loses_nothing(opened, log):
    page = opened
    page.context.set_offline(True)
    fill(Thumb(page), "断网时写的")
    page.wait_for_selector("text=没有网络，先存在本机")
    page.click("text=提交")
    page.wait_for_selector("text=没有网络，先存在本机")
    assert typed(page, "activities.0.topic") == "断网时写的"
    assert not LogDraft.objects.exists()
    page.context.set_offline(False)
    until_saved(page)
    assert LogDraft.objects.get().content["activities"][0]["topic"] == "断网时写的"
    # Closed while there was no network: the next visit has it.
    page.context.set_offline(True)
    page.fill('[name="need"]', "路灯坏了")
    page.wait_for_selector("text=没有网络，先存在本机")
    page.context.set_offline(False)
    page.evaluate("window.stop()")
    page.reload()
    assert typed(page, "need") == "路灯坏了"
    until_saved(page)
    assert page.evaluate("localStorage.length") == 0


def test_a_double_click_is_one_submission(opened, log):
    page = opened
    fill(Thumb(page))
    page.dblclick("text=提交")
    page.wait_for_url(f"**/logs/{log.pk}/")
    assert LogRound.objects.count() == 1


def test_a_page_left_open_elsewhere_keeps_its_text(opened, live_server, log):
    page, other = opened, opened.context.new_page()
    other.goto(page.url)
    other.fill('[name="activities.0.topic"]', "另一页")
    until_saved(other)
    page.fill('[name="activities.0.topic"]', "这一页")
    page.wait_for_selector("#stale:not([hidden])")
    assert typed(page, "activities.0.topic") == "这一页"
    page.click("text=用这一页写的")
    page.wait_for_load_state()
    page.wait_for_selector("#stale", state="hidden")
    assert LogDraft.objects.get().content["activities"][0]["topic"] == "这一页"


def test_signing_out_leaves_no_text_behind(opened, live_server):
    page = opened
    page.evaluate("localStorage.setItem('draft:somebody:some-log', '{}')")
    page.goto(f"{live_server.url}/me/")
    assert page.evaluate("localStorage.length") == 1
    page.click("text=菜单")
    page.click(".side >> text=退出")
    page.wait_for_url("**/login/**")
    assert page.evaluate("localStorage.length") == 0


def test_without_a_script_it_is_a_plain_form(browser, live_server, cast, log):
    context = browser.new_context(java_script_enabled=False, viewport=PHONE)
    page = context.new_page()
    sign_in(page, live_server, cast.secretary_a)
    page.goto(f"{live_server.url}/logs/{log.pk}/edit/")
    fill(Thumb(page))
    page.set_input_files("#photo-file", photo("一.jpg", "red"))
    page.click("text=再加一次活动")
    assert typed(page, "activities.0.topic") == "安全生产党员先行"
    page.click("text=提交")
    page.wait_for_url(f"**/logs/{log.pk}/")
    log.refresh_from_db()
    assert (log.state, log.photos.count()) == (LogState.SUBMITTED, 1)
    context.close()


