"""The secretary's page by the client: rules of the form, drafts, what comes back, other people."""

import base64
from datetime import date, timedelta

import pytest
from django_otp.oath import totp as code_at

from accounts import totp
from accounts.scope import scope_for
from activities import actions
from activities.choices import LogState
from activities.models import Activity, ActivityLog, LogDraft, LogRound
from common.inbox import Box
from common.models import ReadEntry
from tests import factories as make
from tests.activities.logs import content, log_of, session, submit, zero
from tests.activities.pages import FILLED, fields, press, saved

pytestmark = pytest.mark.django_db
SEPTEMBER = date(2026, 9, 1)


@pytest.fixture(autouse=True)
def in_time(time_machine):
    """3 November: October's log is due on the 6th."""
    time_machine.move_to("2026-11-03 10:00+08:00")
    return time_machine


@pytest.fixture
def log(cast, client):
    make.make_post(cast.organization_a, person="王建平")
    client.force_login(cast.secretary_a)
    return log_of(cast.organization_a)


@pytest.fixture
def file_september(cast, in_time):
    """File September's log, in time."""

    def file(what):
        in_time.move_to("2026-10-03 10:00+08:00")
        submit(log_of(cast.organization_a, SEPTEMBER), cast.secretary_a, what)
        in_time.move_to("2026-11-03 10:00+08:00")

    return file


def page(client, log):
    answer = client.get(f"/logs/{log.pk}/edit/")
    assert answer.status_code == 200
    return answer.content.decode()


# --- the form -----------------------------------------------------------------------------------


def test_what_is_wrong_is_said_at_the_field(client, log):
    answer = press(client, log, "submit", fields(FILLED | {"attended": "8"}))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "实到不能多于应到，应到是 7 人" in text
    assert "还有 1 处要改：<a href=\"#id_activities.0.attended-field\">第 4 项" in text
    log.refresh_from_db()
    assert log.state == LogState.OWED
    # Nothing that was typed is lost, here and on the next visit.
    for kept in (text, page(client, log)):
        assert "检查五家企业的用电和消防通道。" in kept
        assert 'value="8"' in kept


def test_a_right_form_is_a_submission(client, log):
    answer = press(client, log, "submit", fields(need="路灯坏了"))
    assert answer.headers["Location"] == f"/logs/{log.pk}/"
    one = Activity.objects.get()
    assert (one.expected, one.attended, one.absent, one.types) == (7, 6, 1, ["theme_day"])
    assert log.raised.text == "路灯坏了"
    assert not LogDraft.objects.exists()


def test_twice_is_once(client, log):
    for _ in range(2):
        assert press(client, log, "submit", fields()).status_code == 302
    assert LogRound.objects.count() == 1
    assert client.get(f"/logs/{log.pk}/").content.decode().count("10月日志已提交") == 1


def test_an_activity_that_was_not_begun_is_left_out(client, log):
    blank = {"expected": "7", "host": "王建平"}
    assert press(client, log, "submit", fields(FILLED, blank)).status_code == 302
    assert Activity.objects.count() == 1


def test_wrong_fields_of_the_second_activity_are_named(client, log):
    sent = fields(FILLED, FILLED | {"attended": "9"})
    text = press(client, log, "submit", sent).content.decode()
    assert "还有 1 处要改" in text
    assert "第 2 次活动第 4 项" in text


def test_the_page_begins_with_what_is_known(client, cast, log, file_september):
    make.make_member(cast.organization_a)
    file_september(content(session(place="会议室", recorder="李华")))
    text = page(client, log)
    assert "应到 2 人（在册党员）" in text
    for value in ("王建平", "会议室", "李华"):
        assert f'value="{value}"' in text


def test_the_day_is_the_usual_one_or_the_last_working_day(client, log, file_september):
    assert 'name="activities.0.held_on" value="2026-10-30"' in page(client, log)
    file_september(content(session(held_on=date(2026, 9, 18))))
    assert 'name="activities.0.held_on" value="2026-10-18"' in page(client, log)


# --- buttons ------------------------------------------------------------------------------------


def test_as_last_month_fills_what_is_empty(client, log, file_september):
    file_september(content(session(
        held_on=date(2026, 9, 18), topic="上月主题", content="上月的内容", extras=("has_film",)
    )))
    assert "照上月填" in page(client, log)
    typed = {**FILLED, "types": [], "content": ""}
    press(client, log, "copy", fields(typed))
    kept = LogDraft.objects.get().content["activities"][0]
    assert (kept["topic"], kept["types"], kept["extras"], kept["content"]) == (
        "安全生产党员先行", ["theme_day"], ["has_film"], "",
    )


def test_a_button_keeps_what_was_typed(client, log):
    press(client, log, "add", fields())
    assert page(client, log).count("删去这次活动") == 2
    second = FILLED | {"topic": "第二次"}
    answer = press(client, log, "remove:0", fields(FILLED, second, revision=1))
    assert answer.headers["Location"] == f"/logs/{log.pk}/edit/"
    assert "第二次" in page(client, log)
    press(client, log, "zero", fields(second, revision=2))
    assert "这个月为什么没有开展活动" in page(client, log)
    answer = press(client, log, "submit", fields(second, revision=3, is_zero="1", reason=""))
    assert "还有 1 处要改" in answer.content.decode()
    answer = press(client, log, "submit", fields(second, revision=4, is_zero="1", reason="停产"))
    assert answer.status_code == 302
    log.refresh_from_db()
    assert (log.is_zero, log.reason, Activity.objects.count()) == (True, "停产", 0)


def test_later_is_a_draft_and_home_leads_back(client, log):
    assert press(client, log, "later", fields()).headers["Location"] == "/"
    home = client.get("/")
    assert "10月日志已暂存" in home.content.decode()
    boxes = {filled.box: filled.matters for filled in home.context["boxes"]}
    [matter] = [one for one in boxes[Box.TODO] if one.label == "月度日志"]
    assert [line.url for line in matter.lines] == [f"/logs/{log.pk}/edit/"]
    assert "安全生产党员先行" in page(client, log)


def test_home_shows_what_can_be_filed_oldest_first(client, cast, log, in_time):
    november = log_of(cast.organization_a, date(2026, 11, 1))
    log_of(cast.organization_a, SEPTEMBER)  # locked

    def lines(day):
        in_time.move_to(f"{day} 10:00+08:00")
        client.force_login(cast.secretary_a)
        return client.get("/").context["boxes"][0].matters[0].lines

    assert [(line.title, line.when, line.is_first) for line in lines("2026-11-03")] == [
        ("10月日志", "还有 3 天", True), ("11月日志", "还有 33 天", False),
    ]
    assert lines("2026-11-10")[0].when == "11月20日前可以补报"
    assert [line.url for line in lines("2026-11-21")] == [f"/logs/{november.pk}/edit/"]


# --- drafts -------------------------------------------------------------------------------------


def test_every_change_is_saved(client, log):
    answer = saved(client, log, fields({"topic": "安"}))
    assert answer.json() == {"revision": 1, "at": "10:00"}
    assert saved(client, log, fields({"topic": "安"})).json()["revision"] == 1
    assert saved(client, log, fields({"topic": "安全"}, revision=1)).json()["revision"] == 2
    assert 'value="安全"' in page(client, log)


def test_a_page_left_open_keeps_its_text(client, log):
    saved(client, log, fields({"topic": "新"}))
    answer = saved(client, log, fields({"topic": "旧"}))
    assert (answer.status_code, answer.json()["is_stale"]) == (409, True)
    assert "另一个页面改过" in answer.json()["sentence"]
    for verb in ("submit", "later", "add"):
        answer = press(client, log, verb, fields(FILLED | {"topic": "旧的这一页"}))
        assert answer.status_code == 409
        assert "旧的这一页" in answer.content.decode()
    assert LogDraft.objects.get().content["activities"][0]["topic"] == "新"
    press(client, log, "keep", fields({"topic": "旧"}))
    assert LogDraft.objects.get().content["activities"][0]["topic"] == "旧"


def test_a_page_from_before_the_submission_is_stale(client, cast, log):
    submit(log, cast.secretary_a)
    actions.withdraw(log=log, by=cast.secretary_a, scope=scope_for(cast.secretary_a))
    answer = press(client, log, "submit", fields(FILLED | {"topic": "旧的这一页"}))
    assert answer.status_code == 409
    assert "旧的这一页" in answer.content.decode()


@pytest.mark.parametrize(
    "sent", [{"count": "99"}, {"count": "x"}, {"need": "长" * 20_001}, {"count": "-1"}]
)
def test_what_no_page_sends_is_refused(client, log, sent):
    assert saved(client, log, fields() | sent).status_code == 409
    assert press(client, log, "later", fields() | sent).status_code == 302
    assert not LogDraft.objects.exists()


def test_a_locked_month_is_read_only(client, cast, log, in_time):
    in_time.move_to("2026-11-21 00:00+08:00")
    client.force_login(cast.secretary_a)
    answer = client.get(f"/logs/{log.pk}/edit/", follow=True)
    assert answer.redirect_chain == [(f"/logs/{log.pk}/", 302)]
    assert "要补报请联系镇街开放" in answer.content.decode()
    answer = press(client, log, "submit", fields())
    assert answer.status_code == 409
    assert "安全生产党员先行" in answer.content.decode()


# --- the ledger of activities -------------------------------------------------------------------


def test_what_is_in_the_ledger_need_not_be_typed(client, cast, log):
    Activity.objects.create(
        organization=cast.organization_a, types=["lecture"], topic="台账里的党课",
        held_on=date(2026, 10, 12),
    )
    text = page(client, log)
    assert "台账里的党课" in text
    assert "没有开展活动" not in text
    assert 'name="count" value="0"' in text
    sent = {"count": 0, "rounds": 0, "revision": 0, "need": ""}
    with pytest.raises(actions.Refused, match="不能报没有开展活动"):
        actions.submit(
            log=log, content=zero(), by=cast.secretary_a, scope=scope_for(cast.secretary_a)
        )
    assert press(client, log, "submit", sent).status_code == 302
    log.refresh_from_db()
    assert log.state == LogState.SUBMITTED
    assert "台账里的党课" in client.get(f"/logs/{log.pk}/").content.decode()


# --- returned -----------------------------------------------------------------------------------


@pytest.fixture
def returned(cast, log):
    submit(log, cast.secretary_a, content(
        session(), session(topic="第二次", types=("lecture",)), need="路灯坏了"
    ))
    actions.send_back(
        log=log, comments={"activities.1.topic": "主题写具体些"}, by=cast.town_a_staff,
        scope=scope_for(cast.town_a_staff),
    )
    log.refresh_from_db()
    return log


def test_a_returned_log_shows_what_was_marked(client, returned):
    client.get(f"/logs/{returned.pk}/edit/")
    answer = client.get(f"/logs/{returned.pk}/edit/")
    form = answer.context["form"]
    assert [field.name for part in form.sessions for field in part.visible] == ["topic"]
    assert "主题写具体些" in answer.content.decode()
    assert "town_a_staff退回修改" in answer.content.decode()
    box = client.get("/").context["boxes"][1]
    assert (box.box, [line.verb for line in box.matters[0].lines]) == (Box.RETURNED, ["修改"])


def test_the_reviewers_words_follow_their_activity(client, returned):
    """The first activity is taken out: the second one's words are still at it."""
    kept = client.get(f"/logs/{returned.pk}/edit/").context["form"].typed
    [_first, second] = kept["activities"]
    sent = {name: value for name, value in second.items() if value}
    press(client, returned, "stay", fields(sent, rounds=1))
    [part] = client.get(f"/logs/{returned.pk}/edit/").context["form"].sessions
    assert part["topic"].field.said == "主题写具体些"


def test_a_mended_log_says_what_has_changed(client, cast, returned):
    sent = fields(FILLED | {"origin": "0"}, FILLED | {"topic": "学习条例", "origin": "1"}, rounds=1)
    assert press(client, returned, "submit", sent).status_code == 302
    client.force_login(cast.town_a_staff)
    text = client.get(f"/logs/{returned.pk}/").content.decode()
    for words in ("本次改动", "第 2 次活动　主题", "学习条例", "主题写具体些", "退回修改"):
        assert words in text
    assert ReadEntry.objects.filter(table="activities_activitylog").exists()


# --- reading and other people ---------------------------------------------------------------------


def test_a_submitted_log_can_be_taken_back(client, cast, log):
    submit(log, cast.secretary_a)
    assert "撤回修改" in client.get(f"/logs/{log.pk}/").content.decode()
    answer = client.post(f"/logs/{log.pk}/withdraw/", follow=True)
    assert answer.redirect_chain[-1][0] == f"/logs/{log.pk}/edit/"
    assert "安全生产党员先行" in answer.content.decode()
    submit(log, cast.secretary_a, content(session(topic="另一个")))
    actions.accept(log=log, by=cast.town_a_staff, scope=scope_for(cast.town_a_staff))
    assert "撤回修改" not in client.get(f"/logs/{log.pk}/").content.decode()


def test_a_log_of_others_is_not_there(client, cast, log):
    client.force_login(cast.secretary_joint)
    for path in ("", "edit/"):
        assert client.get(f"/logs/{log.pk}/{path}").status_code == 404
    for path in ("edit/", "draft/", "photos/", "withdraw/"):
        assert client.post(f"/logs/{log.pk}/{path}", fields()).status_code == 404
    assert ActivityLog.objects.get(pk=log.pk).state == LogState.OWED
    assert not LogDraft.objects.exists()
    client.force_login(cast.town_a_staff)
    assert client.get(f"/logs/{log.pk}/").status_code == 200
    assert client.post(f"/logs/{log.pk}/draft/", fields()).status_code == 403


def test_the_page_asks_the_same_however_much_was_typed(
    client, log, django_assert_num_queries
):
    for revision, count in enumerate((1, 6)):
        saved(client, log, fields(*[FILLED] * count, revision=revision))
        with django_assert_num_queries(16):
            page(client, log)


# --- the password in place ------------------------------------------------------------------------


@pytest.fixture
def owner(cast, log):
    cast.secretary_a.set_password("qingshi yunhe 2026")
    cast.secretary_a.save()
    return cast.secretary_a


def again(client, password, username="secretary_a"):
    return client.post("/login/again/", {
        "username": username, "password": password, "next": "/logs/x/edit/",
    })


def test_after_the_session_the_password_is_enough(client, owner, log, in_time):
    client.force_login(owner)
    page(client, log)
    in_time.shift(timedelta(minutes=31))
    assert saved(client, log, fields()).headers["Location"].startswith("/login/")
    assert client.get("/login/again/").json()["user"] == ""
    wrong = again(client, "falsch")
    assert (wrong.status_code, wrong.json()["sentence"]) == (400, "密码不正确，还可以再试 4 次。")
    assert again(client, "").json()["sentence"] == "请填写密码。"
    assert again(client, "qingshi yunhe 2026").json()["user"] == "secretary_a"
    assert client.get("/login/again/").json()["user"] == "secretary_a"
    assert saved(client, log, fields()).status_code == 200
    assert "已自动退出" not in page(client, log)


def test_a_locked_account_is_told(client, owner):
    client.logout()
    for _ in range(5):
        answer = again(client, "falsch")
    assert answer.status_code == 429


def test_whoever_must_do_more_is_led_there_and_back(client, owner):
    client.logout()
    owner.must_change_password = True
    owner.save()
    told = again(client, "qingshi yunhe 2026").json()
    assert told["url"] == "/me/password/?next=%2Flogs%2Fx%2Fedit%2F"
    assert client.get("/login/again/?next=/").json()["url"] == "/me/password/?next=%2F"


def test_whoever_uses_a_code_gives_it_on_its_page(client, owner, log):
    client.logout()
    key = b"12345678901234567890"
    totp.enrol(
        user=owner, key=base64.b32encode(key).decode(), code=f"{code_at(key):06}"
    )
    told = again(client, "qingshi yunhe 2026").json()
    assert told["url"] == "/login/code/?next=%2Flogs%2Fx%2Fedit%2F"
    assert saved(client, log, fields()).headers["Location"] == "/login/code/"
    assert client.get("/login/again/?next=/").json()["user"] == ""


def test_what_came_back_stays_in_the_box_when_it_is_locked(cast, client, time_machine):
    """The secretary is not left without a word: the page says whom to ask."""
    time_machine.move_to("2026-11-03 10:00+08:00")
    log = submit(log_of(cast.organization_a), cast.secretary_a)
    actions.send_back(
        log=log, comments={"need": "说清楚"}, by=cast.town_a_staff,
        scope=scope_for(cast.town_a_staff),
    )
    time_machine.move_to("2026-12-01 10:00+08:00")
    client.force_login(cast.secretary_a)
    page = client.get("/").content.decode()
    assert "已锁定" in page
    assert f'href="/logs/{log.pk}/"' in page
    assert f"/logs/{log.pk}/edit/" not in page
    assert "要补报请联系镇街开放" in client.get(f"/logs/{log.pk}/").content.decode()
