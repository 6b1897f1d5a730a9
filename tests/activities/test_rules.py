"""Who owes a log, until when, and what a reviewer is told."""

from datetime import date

import pytest

from activities.choices import ActivityType, Caution
from activities.contents import Content
from activities.rules import cautions, deadlines, is_locked, owes, repeats
from tests.activities.logs import MONTH, content, session


@pytest.mark.parametrize(
    ("founded", "dissolved", "expected"),
    [
        ("2026-10-01", None, True),
        ("2026-10-02", None, False),  # founded within the month: from the next one
        ("2026-09-15", None, True),
        ("2020-01-01", "2026-10-31", False),  # not there on the last day
        ("2020-01-01", "2026-11-01", True),
        ("2020-01-01", "2026-10-01", False),
    ],
)
def test_who_owes_the_log_of_october(founded, dissolved, expected):
    dissolved = date.fromisoformat(dissolved) if dissolved else None
    assert owes(date.fromisoformat(founded), dissolved, MONTH) is expected


@pytest.mark.parametrize(
    ("month", "due_day", "lock_day", "due", "lock"),
    [
        ("2026-10-01", 6, 20, "2026-11-06", "2026-11-20"),
        ("2026-12-01", 6, 20, "2027-01-06", "2027-01-20"),  # over the year end
        ("2026-01-01", 28, 28, "2026-02-28", "2026-02-28"),
        ("2026-10-01", 20, 6, "2026-11-20", "2026-11-20"),  # the lock waits for the due day
    ],
)
def test_deadlines_lie_in_the_month_after(month, due_day, lock_day, due, lock):
    found = deadlines(date.fromisoformat(month), due_day, lock_day)
    assert (found.due_on, found.lock_on) == (date.fromisoformat(due), date.fromisoformat(lock))


def test_a_month_is_locked_after_its_lock_day_unless_it_was_reopened():
    lock = date(2026, 11, 20)
    assert not is_locked(lock, lock, [])
    assert is_locked(date(2026, 11, 21), lock, [])
    assert not is_locked(date(2026, 11, 30), lock, [date(2026, 11, 30)])
    assert is_locked(date(2026, 12, 1), lock, [date(2026, 11, 30), date(2026, 11, 25)])


@pytest.mark.parametrize(
    ("values", "roster", "found"),
    [
        ({}, 1, []),
        ({}, None, []),
        ({"expected": 3, "attended": 3}, 2, [Caution.ABOVE_ROSTER]),
        ({"expected": 3, "attended": 3}, 4, [Caution.BELOW_ROSTER]),
        ({"types": (ActivityType.GROUP_MEETING,), "expected": 3, "attended": 3}, 4, []),
        ({"expected": 3, "attended": 1, "absent": 1}, 3, [Caution.ABSENCE_UNEXPLAINED]),
        ({"held_on": date(2026, 11, 1)}, 1, [Caution.OUTSIDE_MONTH]),
        ({"held_on": date(2026, 10, 31)}, 1, []),
        ({"types": (ActivityType.GENERAL_MEETING,)}, 1, [Caution.NO_DECISION]),
        ({"types": (ActivityType.GENERAL_MEETING,), "decisions": "通过"}, 1, []),
    ],
)
def test_what_a_reviewer_is_told(values, roster, found):
    assert cautions(content(session(**values)), MONTH, roster, []) == found


def test_a_text_that_was_used_before():
    text = "组织党员检查五家企业的用电和消防通道，查出隐患六处，当天改好四处，书记讲了安全课。"
    said = content(session(content=f"本月{text}大家都说好。"))
    assert cautions(said, MONTH, 1, ["别的事", text]) == [Caution.REPEATED_TEXT]
    assert cautions(said, MONTH, 1, ["别的事"]) == []


def test_what_counts_as_repeated():
    assert repeats("学习文件", " 学习\n文件 ")
    assert not repeats("学习文件", "学习文件精神")
    assert not repeats("", "")


def test_differences_name_the_field():
    before = content(session(attended=7))
    now = content(session(attended=6, absentees="罗小梅，出差"))
    assert now.changes_since(before) == {
        "activities.0.attended": ("7", "6"), "activities.0.absentees": ("", "罗小梅，出差"),
    }
    assert now.changes_since(now) == {}


def test_contents_survive_being_stored():
    what = content(session(extras=("has_film",)), session(held_on=None), need="路灯坏了")
    assert Content.from_json(what.as_json()) == what
    older = what.as_json()
    older["activities"][0]["gone"] = "x"
    assert Content.from_json(older) == what
