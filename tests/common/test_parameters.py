"""Dated settings: declared once, changed from a day on, past values stay."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.signals import request_finished, request_started
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.choices import Role
from common import parameters
from common.dated import BEGINNING, FOREVER
from common.models import HistoryEntry, Parameter, Via
from common.parameters import Kind, Setting
from tests import factories

KEY = "staff_threshold"
DEFAULT = 50
DAY = date(2026, 1, 1)


def make_setting(kind, default=None, **values):
    return Setting("test.setting", "试项", "试组", kind, default, **values)


def set_from(value, on, key=KEY):
    return parameters.set_from(key=key, value=value, on=on, by=None)


def stored(key=KEY):
    rows = Parameter.objects.filter(key=key).order_by("starts_on")
    return [(row.starts_on, row.ends_on, row.value) for row in rows]


# --- Declarations -------------------------------------------------------------------------------


def test_settings_of_the_issue_are_declared():
    defaults = {key: setting.default for key, setting in parameters.declared().items()}

    assert defaults.items() >= {
        "three_conditions.employees": 10,
        "staff_threshold": 50,
        "eligible.full_members": 3,
        "branch.max_members": 50,
        "general_branch.max_members": 100,
        "committee_required.full_members": 7,
        "joint_branch.max_units": 5,
        "election.reminder_months": (6, 3, 1),
        "report.kinds_without_rate": ("self_employed",),
        "import.row_limit": 200_000,
        "import.keep_days": 30,
        "export.keep_hours": 24,
    }.items()


def test_every_app_that_declares_settings_is_found():
    modules = {config.name for config in apps.get_app_configs()}

    assert {"common", "enterprises", "organizations", "reports"} <= modules
    assert all(setting.label and setting.group for setting in parameters.declared().values())


def test_key_is_declared_once():
    with pytest.raises(ValueError, match="twice"):
        parameters.declare(parameters.declared()[KEY])


def test_default_must_be_acceptable():
    with pytest.raises(ValueError, match="default"):
        parameters.declare(make_setting(Kind.INTEGERS, (1, 3, 6)))  # largest first


# --- Values -------------------------------------------------------------------------------------

CHOICES = (("a", "甲"), ("b", "乙"))


@pytest.mark.parametrize(
    ("setting", "raw", "value", "words"),
    [
        (make_setting(Kind.INTEGER, unit="人"), " 1200 ", 1200, "1,200 人"),
        (make_setting(Kind.DECIMAL, unit="%"), "12.50", Decimal("12.50"), "12.5 %"),
        (make_setting(Kind.TEXT), " 明川区  委 ", "明川区 委", "明川区 委"),
        (make_setting(Kind.TEXT, is_required=False), "", "", "—"),
        (make_setting(Kind.FLAG), "True", True, "是"),
        (make_setting(Kind.FLAG), False, False, "否"),
        (make_setting(Kind.CHOICES, choices=CHOICES), ["b", "a"], ("a", "b"), "甲、乙"),
        (make_setting(Kind.CHOICES, choices=CHOICES, is_required=False), [], (), "无"),
        (make_setting(Kind.INTEGERS, unit="个月前"), "1、6，3 3", (6, 3, 1), "6、3、1 个月前"),
    ],
)
def test_value_is_cleaned_stored_and_told(setting, raw, value, words):
    cleaned = setting.clean(raw)

    assert cleaned == value
    assert setting.clean(cleaned) == value
    assert setting.loaded(setting.stored(cleaned)) == value
    assert setting.words(value) == words


@pytest.mark.parametrize(
    ("setting", "raw", "sentence"),
    [
        (make_setting(Kind.INTEGER), "三", "试项要填整数。"),
        (make_setting(Kind.INTEGER), 2.5, "试项要填整数。"),
        (make_setting(Kind.INTEGER), True, "试项要填整数。"),
        (make_setting(Kind.INTEGER, minimum=1, maximum=10), 11, "试项要在 1 至 10 之间。"),
        (make_setting(Kind.INTEGER, minimum=1), 0, "试项不能小于 1。"),
        (make_setting(Kind.INTEGER, maximum=1), 2, "试项不能大于 1。"),
        (make_setting(Kind.DECIMAL), "NaN", "试项要填数字。"),
        (make_setting(Kind.DECIMAL), "x", "试项要填数字。"),
        (make_setting(Kind.TEXT), " ", "试项不能空着。"),
        (make_setting(Kind.TEXT, maximum=2), "明川区", "试项最多 2 个字。"),
        (make_setting(Kind.FLAG), "也许", "试项要选是或否。"),
        (make_setting(Kind.CHOICES, choices=CHOICES), [], "试项至少选一项。"),
        (make_setting(Kind.CHOICES, choices=CHOICES), ["c"], "试项只能从所列各项中选。"),
        (make_setting(Kind.INTEGERS), "", "试项不能空着。"),
        (make_setting(Kind.INTEGERS, maximum=24), "6、25", "试项不能大于 24。"),
    ],
)
def test_value_that_makes_no_sense_is_refused_in_one_sentence(setting, raw, sentence):
    with pytest.raises(ValidationError) as refused:
        setting.clean(raw)

    assert refused.value.messages == [sentence]


# --- Over time ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_default_holds_until_somebody_changes_it():
    assert parameters.value(KEY) == DEFAULT
    assert parameters.values()[KEY] == DEFAULT
    assert stored() == []


@pytest.mark.django_db
def test_first_change_writes_the_default_down_for_the_time_before():
    assert set_from(80, DAY)

    assert stored() == [(BEGINNING, DAY, DEFAULT), (DAY, FOREVER, 80)]
    assert parameters.value(KEY, on=DAY - timedelta(days=1)) == DEFAULT
    assert parameters.value(KEY, on=DAY) == 80
    assert parameters.values(on=DAY)[KEY] == 80


@pytest.mark.django_db
def test_change_keeps_what_is_planned_for_later():
    set_from(80, DAY)

    set_from(60, date(2025, 1, 1))

    assert [(row[0], row[2]) for row in stored()] == [
        (BEGINNING, DEFAULT), (date(2025, 1, 1), 60), (DAY, 80),
    ]


@pytest.mark.django_db
def test_same_value_writes_nothing():
    assert not set_from(DEFAULT, DAY)
    set_from(80, DAY)
    mark = HistoryEntry.objects.count()

    assert not set_from("80", date(2026, 6, 1))
    assert HistoryEntry.objects.count() == mark


@pytest.mark.django_db
def test_change_taken_back_leaves_one_period():
    set_from(80, DAY)

    set_from(DEFAULT, DAY)

    assert stored() == [(BEGINNING, FOREVER, DEFAULT)]


@pytest.mark.django_db
def test_change_is_traced():
    user = factories.make_user(role=Role.DISTRICT)

    parameters.set_from(key=KEY, value=80, on=DAY, by=user)

    entries = HistoryEntry.objects.filter(table="common_parameter")
    assert {(entry.actor, entry.via) for entry in entries} == {(user.pk, Via.PAGE)}


@pytest.mark.django_db
def test_wrong_value_and_unknown_key_are_refused():
    with pytest.raises(ValidationError):
        set_from(0, DAY)
    with pytest.raises(KeyError):
        set_from(1, DAY, key="no.such")
    with pytest.raises(KeyError):
        parameters.value("no.such")


@pytest.mark.django_db
def test_stored_value_outside_new_bounds_can_still_be_read():
    Parameter.objects.create(key=KEY, value=0)

    assert parameters.value(KEY) == 0


@pytest.mark.django_db
def test_rows_of_a_setting_that_is_gone_do_no_harm():
    Parameter.objects.create(key="gone", value=1)

    assert "gone" not in parameters.values()


steps = st.lists(
    st.tuples(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(1, 4)),
    min_size=1, max_size=6,
)


@pytest.mark.django_db
@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps)
def test_any_changes_leave_a_whole_timeline(steps):
    Parameter.objects.all().delete()
    for day, value in steps:
        set_from(value, day)

    rows = stored()

    assert rows[0][0] == BEGINNING
    assert rows[-1][1] == FOREVER
    assert all(left[1] == right[0] for left, right in pairwise(rows))
    assert all(left[2] != right[2] for left, right in pairwise(rows))
    last_day, last_value = steps[-1]
    assert parameters.value(KEY, on=last_day) == last_value
    assert [period.values["value"] for period in parameters.timeline(KEY)] == [r[2] for r in rows]


# --- Reading once -------------------------------------------------------------------------------


@pytest.mark.django_db
def test_settings_are_read_once_in_a_job(django_assert_num_queries):
    with django_assert_num_queries(1), parameters.remembered():
        for day in (DAY, None):
            parameters.value(KEY, on=day)
            parameters.values(on=day)


@pytest.mark.django_db
def test_settings_are_read_once_in_a_request(django_assert_num_queries):
    assert parameters._begin in {receiver() for _, receiver, *_ in request_started.receivers}
    assert parameters._forget in {receiver() for _, receiver, *_ in request_finished.receivers}
    parameters._begin()
    try:
        with django_assert_num_queries(1):
            parameters.value(KEY)
            parameters.value("district.name")
        set_from(80, DAY)
        assert parameters.value(KEY) == 80
    finally:
        parameters._forget()


@pytest.mark.django_db
def test_outside_of_a_request_each_reading_is_fresh(django_assert_num_queries):
    with django_assert_num_queries(2):
        parameters.value(KEY)
        parameters.value(KEY)
