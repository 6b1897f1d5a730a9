"""The office's pages of logs: the queue, the review of one log, decisions for many at once."""

from datetime import date
from itertools import product

import pytest
from django.urls import reverse

from accounts.choices import Role
from accounts.models import Grant
from accounts.scope import scope_for
from activities import actions
from activities.choices import Caution, LogState
from activities.inbox import to_review
from activities.models import ActivityLog, LogPhoto, LogRound
from common import parameters, workdays
from tests import factories as make
from tests.activities.logs import content, log_of, session, submit, zero

pytestmark = pytest.mark.django_db
S = LogState
LIST = "/logs/"


@pytest.fixture(autouse=True)
def _in_time(time_machine):
    """3 November: October's log is due on the 6th."""
    time_machine.move_to("2026-11-03 10:00+08:00")


@pytest.fixture
def log(cast):
    return submit(log_of(cast.organization_a), cast.secretary_a)


def filed(cast, name, what=None):
    """A submitted log of a new branch of 甲镇."""
    branch = make.make_organization(name=name, town=cast.town_a)
    make.make_member(branch)
    secretary = make.make_user(role=Role.SECRETARY, organization=branch)
    return submit(log_of(branch), secretary, what)


def with_photo(log, digest) -> LogPhoto:
    return LogPhoto.objects.create(
        log=log, file=f"photos/{digest}.jpg", width=1, height=1, size=1, digest=digest
    )


def review(log, query=""):
    return reverse("activities:log_review", args=[log.pk]) + query


def decide(client, log, verb, query="", **values):
    """Press a button on the page of ``log`` as it is."""
    values = {"verb": verb, "state": log.state, "rounds": log.rounds} | values
    answer = client.post(review(log, query), values)
    log.refresh_from_db()
    return answer


def said(client, answer):
    """The messages on the page that an answer leads to."""
    page = client.get(answer.url) if answer.status_code == 302 else answer
    return [str(message) for message in page.context["messages"]]


# --- the list ---------------------------------------------------------------------------------


def shown(client, query=""):
    return [row.object.pk for row in client.get(f"{LIST}{query}").context["table"]]


def test_the_queue_holds_what_waits_for_the_user(cast, client, log):
    other = filed(cast, "甲二支部")
    actions.accept(log=other, by=cast.town_a_staff, scope=scope_for(cast.town_a_staff))
    expected = {
        "town_a_staff": [log.pk], "district_staff": [other.pk], "town_b_staff": [],
        "secretary_a": [log.pk],
    }
    for name, rows in expected.items():
        client.force_login(cast.user(name))
        assert shown(client) == rows, name


def test_tabs_count_every_state_under_the_conditions(cast, client, log):
    client.force_login(cast.town_a_staff)
    page = client.get(f"{LIST}?month=2026-10")
    counts = {tab["label"]: tab["count"] for tab in page.context["tabs"]}
    assert counts == {
        "待审": 1, "已审": 0, "已确认": 0, "退回": 0, "未报": 1, "豁免": 0, "全部": 2,
    }
    assert [tab["label"] for tab in page.context["tabs"] if tab["is_current"]] == ["待审"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?q=甲二", {"甲二支部"}),
        ("?cautions=yes", {"甲二支部"}),
        ("?cautions=no", {"中共甲一支部委员会"}),
        ("?zero=yes", set()),
        ("?month=2026-09&state=all", set()),
        ("?late=yes", set()),
        ("?category=joint_branch&state=all", {"中共甲镇联合支部委员会"}),
    ],
)
def test_filters_of_the_list(cast, client, log, query, expected):
    filed(cast, "甲二支部", content(session(expected=3, attended=3)))
    client.force_login(cast.town_a_staff)
    page = client.get(f"{LIST}{query}")
    assert {str(row.object.organization) for row in page.context["table"]} == expected


def test_a_foreign_town_in_the_address_is_404(cast, client):
    client.force_login(cast.town_a_staff)
    assert client.get(f"{LIST}?town={cast.town_b.pk}").status_code == 404


def test_the_list_does_not_ask_more_for_more_rows(
    cast, client, log, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(cast.town_a_staff)
    client.get(LIST)
    with django_assert_max_num_queries(18) as few:
        client.get(LIST)
    for number in range(4):
        filed(cast, f"乡{number}支部")
    with django_assert_num_queries(len(few)):
        client.get(LIST)


# --- many at once -----------------------------------------------------------------------------


def press_all(client, query=""):
    """Press the red button of the list."""
    together = client.get(f"{LIST}{query}").context["together"]
    values = {"verb": together["key"], "pk": together["pks"]}
    return client.post(f"{LIST}{query}", values), together


def test_all_without_cautions_are_accepted_at_once(cast, client, log):
    doubtful = filed(cast, "甲二支部", content(session(expected=3, attended=3)))
    client.force_login(cast.town_a_staff)
    page = client.get(LIST).content.decode()
    assert "通过 1 份没有提示的" in page
    assert "另有 1 份有提示，不能一起通过" in page
    answer, together = press_all(client)
    assert (together["pks"], together["left"]) == ([log.pk], 1)
    assert said(client, answer) == ["已通过 1 份。"]
    states = dict(ActivityLog.objects.filter(rounds=1).values_list("pk", "state"))
    assert states == {log.pk: S.ACCEPTED, doubtful.pk: S.SUBMITTED}


def test_what_has_a_caution_or_has_moved_on_is_left_out_and_told(cast, client, log):
    doubtful = filed(cast, "甲二支部", content(session(expected=3, attended=3)))
    client.force_login(cast.town_a_staff)
    answer = client.post(LIST, {"verb": "accept_all", "pk": [log.pk, doubtful.pk]})
    assert said(client, answer) == [
        "已通过 1 份。", "1 份没有通过：刚有人办过，或者有提示要逐份看。",
    ]


def test_the_district_confirms_at_once(cast, client, log):
    actions.accept(log=log, by=cast.town_a_staff, scope=scope_for(cast.town_a_staff))
    client.force_login(cast.district_staff)
    press_all(client)
    log.refresh_from_db()
    assert log.state == S.CONFIRMED


@pytest.mark.parametrize(
    ("name", "status"), [("town_b_staff", 404), ("secretary_a", 403), ("district_staff", 403)]
)
def test_nobody_else_accepts_at_once(cast, client, log, name, status):
    client.force_login(cast.user(name))
    answer = client.post(LIST, {"verb": "accept_all", "pk": [log.pk]})
    assert answer.status_code == status
    log.refresh_from_db()
    assert log.state == S.SUBMITTED


# --- one log ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "status"),
    [("town_a_staff", 200), ("district_staff", 200), ("town_b_staff", 404), ("secretary_a", 403),
     ("sector_staff", 404), ("importer", 403), ("system_admin", 404)],
)
def test_who_opens_the_review(cast, client, log, name, status):
    client.force_login(cast.user(name))
    assert client.get(review(log)).status_code == status


BUTTONS = {
    (S.SUBMITTED, "town"): {"accept", "send_back"},
    (S.ACCEPTED, "town"): {"take_back"},
    (S.ACCEPTED, "district"): {"confirm", "refuse"},
    (S.CONFIRMED, "district"): {"unconfirm"},
}
LINKS = {
    S.OWED: {"exempt"}, S.RETURNED: {"exempt"}, S.EXEMPT: {"restore"},
}


@pytest.mark.parametrize(("state", "who"), list(product(S, ("town", "district"))))
def test_buttons_by_state_and_role(cast, client, log, state, who):
    ActivityLog.objects.filter(pk=log.pk).update(state=state)
    client.force_login(cast.town_a_staff if who == "town" else cast.district_staff)
    page = client.get(review(log)).content.decode()
    found = {verb for verb in ("accept", "send_back", "take_back", "confirm", "refuse",
                               "unconfirm") if f'value="{verb}"' in page}
    assert found == BUTTONS.get((state, who), set())
    links = {name for name in ("exempt", "restore")
             if reverse(f"activities:log_{name}", args=[log.pk]) in page}
    assert links == LINKS.get(state, set())


def test_accepting_opens_the_next(cast, client, log):
    following = filed(cast, "甲二支部")
    client.force_login(cast.town_a_staff)
    page = client.get(review(log))
    assert (page.context["queue"].position, page.context["queue"].total) == (1, 2)
    answer = decide(client, log, "accept")
    assert (log.state, answer.url) == (S.ACCEPTED, review(following))
    last = decide(client, following, "accept")
    assert last.url == LIST
    assert said(client, last) == [
        "已通过：中共甲一支部委员会 10月日志", "已通过：甲二支部 10月日志", "这一批都办完了。",
    ]


def test_the_queue_is_that_of_the_list(cast, client, log):
    filed(cast, "甲二支部")
    client.force_login(cast.town_a_staff)
    page = client.get(f"{LIST}?q=甲一")
    [row] = page.context["table"]
    assert row.cells[0].url == review(log, "?q=%E7%94%B2%E4%B8%80")
    queue = client.get(row.cells[0].url).context["queue"]
    assert (queue.position, queue.total, queue.next) == (1, 1, "")


def test_sending_back_keeps_the_sentences_by_field(cast, client, log):
    client.force_login(cast.town_a_staff)
    decide(
        client, log, "send_back", flag=["activities.0.content"], note="谢谢",
        **{"note-activities.0.content": "另外 2 处什么时候改好？"},
    )
    assert log.state == S.RETURNED
    assert LogRound.objects.get().comments == {
        "activities.0.content": "另外 2 处什么时候改好？", "": "谢谢",
    }
    page = client.get(review(log)).content.decode()
    assert "请修改：另外 2 处什么时候改好？" in page


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "请写明哪里要改。"),
        ({"flag": ["activities.0.topic"]}, "请写明“主题”要改什么。"),
    ],
)
def test_sending_back_without_a_word_is_refused_and_keeps_the_ticks(
    cast, client, log, values, sentence
):
    client.force_login(cast.town_a_staff)
    answer = decide(client, log, "send_back", **values)
    assert (answer.status_code, log.state, said(client, answer)) == (200, S.SUBMITTED, [sentence])
    assert list(answer.context["typed"]["notes"]) == values.get("flag", [])


def test_paths_that_are_no_lines_are_left_out(cast, client, log):
    client.force_login(cast.town_a_staff)
    decide(client, log, "send_back", note="重写", **{"note-activities.7.topic": "x"})
    assert LogRound.objects.get().comments == {"": "重写"}


def test_a_page_left_open_says_who_was_faster(cast, client, log):
    client.force_login(cast.town_a_staff)
    cast.town_a_staff.name = "周敏"
    cast.town_a_staff.save()
    actions.accept(log=log, by=cast.town_a_staff, scope=scope_for(cast.town_a_staff))
    answer = client.post(review(log), {"verb": "accept", "state": "submitted", "rounds": 1})
    assert said(client, answer) == ["周敏刚办过“通过”，现在是“已审”，请看最新内容。"]


def test_a_log_that_came_again_meanwhile_is_not_judged_unseen(cast, client, log):
    actions.withdraw(log=log, by=cast.secretary_a, scope=scope_for(cast.secretary_a))
    submit(log, cast.secretary_a, content(session(topic="另一个")))
    client.force_login(cast.town_a_staff)
    answer = client.post(review(log), {"verb": "accept", "state": "submitted", "rounds": 1})
    assert said(client, answer) == ["这份日志刚重新提交过，请看最新内容。"]
    log.refresh_from_db()
    assert log.state == S.SUBMITTED


def test_the_district_confirms_refuses_and_takes_back(cast, client, log):
    actions.accept(log=log, by=cast.town_a_staff, scope=scope_for(cast.town_a_staff))
    log.refresh_from_db()
    client.force_login(cast.district_staff)
    answer = decide(client, log, "refuse")
    assert said(client, answer) == ["退回镇街要写明原因。"]
    decide(client, log, "confirm")
    assert log.state == S.CONFIRMED
    decide(client, log, "unconfirm")
    decide(client, log, "refuse", note="人数对不上")
    assert log.state == S.SUBMITTED


def test_a_verb_of_the_other_level_is_403(cast, client, log):
    client.force_login(cast.district_staff)
    assert decide(client, log, "accept").status_code == 403
    assert log.state == S.SUBMITTED


def test_the_right_of_one_grant_does_not_reach_the_rows_of_another(cast, client, log):
    """Town staff of 乙街道 who also file for 甲一支部 see its log, and do not judge it."""
    Grant.objects.create(
        user=cast.town_b_staff, role=Role.SECRETARY, organization=cast.organization_a
    )
    client.force_login(cast.town_b_staff)
    assert client.get(review(log)).status_code == 403
    assert decide(client, log, "accept").status_code == 403


def test_what_changed_since_the_last_round(cast, client, log):
    scope = scope_for(cast.town_a_staff)
    actions.send_back(
        log=log, comments={"activities.0.topic": "太短"}, by=cast.town_a_staff, scope=scope
    )
    submit(log, cast.secretary_a, content(session(topic="安全生产", absentees="罗小梅，出差")))
    client.force_login(cast.town_a_staff)
    page = client.get(review(log))
    lines = {line.label: line for one in page.context["sections"] for line in one.lines}
    assert {label for label, line in lines.items() if line.is_changed} == {"主题", "缺席"}
    assert lines["主题"].parts[0].was == "安全生产党员先行"
    assert lines["缺席"].parts[0].was == "（空）"
    assert [step.title for step in page.context["steps"]] == [
        "重新提交，改了 2 处", "退回修改", "提交，按期",
    ]
    assert "第 2 次提交" in page.content.decode()


def test_photos_are_among_what_changed(cast, client, log):
    scope = scope_for(cast.town_a_staff)
    kept, gone = with_photo(log, "a"), with_photo(log, "b")
    LogRound.objects.filter(log=log).update(
        content=content(photos=(str(kept.pk), str(gone.pk))).as_json()
    )
    actions.send_back(log=log, comments={"photos": "太暗"}, by=cast.town_a_staff, scope=scope)
    gone.delete()
    new = with_photo(log, "c")
    submit(log, cast.secretary_a)
    for user in (cast.town_a_staff, cast.secretary_a):
        client.force_login(user)
        page = client.get(review(log) if user == cast.town_a_staff else log.get_absolute_url())
        assert "本次改动" in page.content.decode()
        assert "2 张，新增 1 张，删去 1 张" in page.content.decode()
    client.force_login(cast.town_a_staff)
    page = client.get(review(log))
    [line] = [one for part in page.context["sections"] for one in part.lines if one.photos]
    assert (line.is_changed, line.parts[0].was) == (True, "2 张")
    assert {photo.pk: photo.is_new for photo in line.photos} == {kept.pk: False, new.pk: True}
    assert page.context["steps"][0].title == "重新提交，改了 1 处"


def test_photos_of_old_rounds_are_not_compared(cast, client, log):
    """Rounds of before photos were written down say nothing of them."""
    LogRound.objects.filter(log=log).update(content=content().as_json())
    scope = scope_for(cast.town_a_staff)
    actions.send_back(log=log, comments={}, note="补照片", by=cast.town_a_staff, scope=scope)
    with_photo(log, "a")
    submit(log, cast.secretary_a, content(session(topic="安全")))
    client.force_login(cast.town_a_staff)
    lines = [one for part in client.get(review(log)).context["sections"] for one in part.lines]
    assert {one.label for one in lines if one.is_changed} == {"主题"}


# --- how long a review may take ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "is_late"),
    [("2026-11-10 23:59", False), ("2026-11-11 00:00", True), ("2026-11-15 12:00", True)],
)
def test_a_review_is_overdue_after_five_working_days(
    cast, client, rf, time_machine, log, moment, is_late
):
    """Submitted on Tuesday the 3rd; the fifth working day after it is Tuesday the 10th."""
    time_machine.move_to(f"{moment}+08:00")
    client.force_login(cast.town_a_staff)
    assert client.get(f"{LIST}?review=overdue").context["page"].total == is_late
    assert ("审核超期" in [row.object.review_words for row in client.get(LIST).context["table"]]
            ) == is_late
    matrix = client.get("/logs/matrix/")
    assert bool(matrix.context["waiting"]) == is_late
    if is_late:
        assert client.get(matrix.context["waiting"]["url"]).context["page"].total == 1
    request = rf.get("/")
    request.user, request.scope = cast.town_a_staff, scope_for(cast.town_a_staff)
    whens = [line.when for line in to_review(request).lines]
    assert whens == (["审核超期"] if is_late else [""])


def test_the_calendar_and_the_setting_move_the_end_of_a_review(cast, client, time_machine, log):
    time_machine.move_to("2026-11-11 10:00+08:00")

    def late() -> int:
        client.force_login(cast.town_a_staff)  # days later the session is over
        return client.get(f"{LIST}?review=overdue").context["page"].total

    assert late() == 1
    workdays.set_day(day=date(2026, 11, 9), is_working=False, name="停工", by=None)
    assert late() == 0
    time_machine.move_to("2026-11-12 10:00+08:00")
    assert late() == 1
    parameters.set_from(key="log.review_days", value=0, on=date(2026, 11, 1), by=None)
    assert late() == 0


def test_a_log_that_came_again_is_counted_from_then(cast, client, time_machine, log):
    time_machine.move_to("2026-11-10 10:00+08:00")
    scope = scope_for(cast.town_a_staff)
    actions.send_back(log=log, comments={}, note="补", by=cast.town_a_staff, scope=scope)
    submit(log, cast.secretary_a, content(session(topic="安全")))
    time_machine.move_to("2026-11-17 10:00+08:00")
    client.force_login(cast.town_a_staff)
    assert client.get(f"{LIST}?review=overdue").context["page"].total == 0
    time_machine.move_to("2026-11-18 10:00+08:00")
    client.force_login(cast.town_a_staff)
    assert client.get(f"{LIST}?review=overdue").context["page"].total == 1


def test_every_caution_is_told_in_words(cast, client, log):
    client.force_login(cast.town_a_staff)
    passed = {check.text for check in client.get(review(log)).context["checks"]}
    assert passed >= {
        "活动日期在 10月内", "实到加请假等于应到（1 + 0 = 1）", "应到与在册党员数相符",
        "10月已有：主题党日", "与以往日志没有大段重复", "四季度支部党员大会还没有开",
    }
    for caution in Caution:
        ActivityLog.objects.filter(pk=log.pk).update(cautions=[caution])
        page = client.get(review(log))
        warned = [check.text for check in page.context["checks"] if check.tone == "warn"]
        assert len(warned) == 1, caution
        assert page.context["told"].endswith("2 项提示")


def test_a_zero_report_has_nothing_to_check(cast, client):
    log = submit(log_of(cast.organization_a), cast.secretary_a, zero())
    client.force_login(cast.town_a_staff)
    [check] = client.get(review(log)).context["checks"]
    assert (check.tone, check.proof) == ("dash", "企业停产检修")


def test_the_review_asks_as_much_for_long_logs(
    cast, client, log, django_assert_num_queries, django_assert_max_num_queries
):
    long = filed(cast, "甲二支部", content(*(session(topic=f"第{n}次") for n in range(6))))
    client.force_login(cast.town_a_staff)
    client.get(review(log))
    with django_assert_max_num_queries(29) as few:
        client.get(review(log))
    with django_assert_num_queries(len(few)):
        client.get(review(long))
