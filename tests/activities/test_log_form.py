"""Rules of the form, as a table; nothing of it asks the database."""

import pytest

from activities.choices import ActivityType
from activities.contents import Content, Session
from activities.log_forms import LogForm, Surroundings
from tests.activities.pages import FILLED


@pytest.fixture(autouse=True)
def today(time_machine):
    time_machine.move_to("2026-11-03 10:00+08:00")


def form(*activities, comments=None, has_ledger=False, **whole):
    typed = {"activities": list(activities), "need": "", "is_zero": False, "reason": "", **whole}
    around = Surroundings(roster=7, has_ledger=has_ledger, comments=comments or {})
    return LogForm(typed, around, is_checked=True)


def errors(checked):
    parts = [*checked.sessions, checked.whole]
    return [sentence for part in parts for found in part.errors.values() for sentence in found]


@pytest.mark.parametrize(
    ("changed", "sentence", "summary"),
    [
        ({"types": []}, "请选开展了什么活动", "第 1 项"),
        ({"types": ["party"]}, "没有这个开展了什么活动", "第 1 项"),
        ({"held_on": ""}, "请选是哪一天", "第 2 项"),
        ({"held_on": "2026-02-31"}, "日期看不懂", "第 2 项"),
        ({"held_on": "2026-11-04"}, "这一天还没有到", "第 2 项"),
        ({"topic": " "}, "请填主题", "第 3 项"),
        ({"attended": "8"}, "实到不能多于应到，应到是 7 人", "第 4 项"),
        ({"attended": "七"}, "实到几人要填数字", "第 4 项"),
        ({"attended": ""}, "请填实到几人", "第 4 项"),
        ({"absentees": ""}, "有 1 人没来，请写明是谁、为什么", "第 5 项"),
        ({"content": ""}, "请写几句做了些什么", "第 6 项"),
        ({"expected": "", "attended": "6"}, "请填应到几人", "“应到几人”"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(changed, sentence, summary):
    checked = form(FILLED | changed)
    assert not checked.is_valid()
    [said] = errors(checked)
    assert said.startswith(sentence)
    [name] = set(changed) - ({"attended"} if len(changed) > 1 else set())
    assert checked.problems == [(f"id_activities.0.{name}-field", summary)]


def test_what_is_right_becomes_a_content():
    checked = form(FILLED | {"extras": ["has_film"], "host": " 王建平 "}, need="路灯坏了")
    assert checked.is_valid()
    [session] = checked.content().activities
    assert (session.types, session.absent, session.extras, session.host) == (
        (ActivityType.THEME_DAY,), 1, ("has_film",), "王建平",
    )
    assert Content.from_json(checked.content().as_json()) == checked.content()


@pytest.mark.parametrize("kind", ActivityType)
def test_every_kind_can_be_ticked(kind):
    assert form(FILLED | {"types": [kind.value]}).is_valid()


def test_everybody_there_needs_no_names():
    assert form(FILLED | {"attended": "7", "absentees": ""}).is_valid()


def test_what_was_not_begun_is_left_out():
    begun, blank = FILLED, {"expected": "7", "host": "王建平"}
    assert len(form(begun, blank).content().activities) == 1
    assert len(form(blank, begun).content().activities) == 1
    assert form(blank, has_ledger=True).content() == Content()
    assert [words for _anchor, words in form(blank).problems] == [
        "第 1 项", "第 2 项", "第 3 项", "第 4 项", "第 6 项",
    ]


def test_problems_name_the_activity():
    checked = form(FILLED, FILLED | {"attended": "9"})
    assert checked.problems == [("id_activities.1.attended-field", "第 2 次活动第 4 项")]


def test_a_zero_report_asks_for_the_reason_only():
    assert errors(form({"topic": "x"}, is_zero=True)) == ["请写明这个月为什么没有开展活动"]
    assert form({"topic": "x"}, is_zero=True, reason="停产").content() == Content(
        is_zero=True, reason="停产"
    )


def test_only_what_was_marked_stands_open():
    comments = {"activities.1.place": "写明在哪里", "": "总的不错"}
    checked = form(FILLED | {"origin": "0"}, FILLED | {"origin": "1", "place": ""},
                   comments=comments)
    assert [[field.name for field in part.visible] for part in checked.sessions] == [[], ["place"]]
    assert checked.sessions[1]["place"].field.said == "写明在哪里"
    # What is wrong stands open as well.
    checked = form(FILLED | {"origin": "0", "topic": ""}, comments=comments)
    assert [field.name for field in checked.sessions[0].visible] == ["topic"]


def test_general_words_mark_everything():
    checked = form(FILLED | {"origin": "0"}, comments={"": "请重写"})
    assert "topic" in [field.name for field in checked.sessions[0].visible]


def test_fields_have_the_paths_of_the_content():
    """Comments, differences and the page speak of the same things."""
    paths = {path for path, _label, _value in Content((Session(),)).lines()}
    checked = form(FILLED)
    names = {field.html_name for part in [*checked.sessions, checked.whole] for field in part}
    assert names == paths - {"activities.0.absent"}
