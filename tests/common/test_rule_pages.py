"""规则参数 and 工作日历 on screen."""

from datetime import date

import pytest
from django.utils import timezone

from accounts.choices import Role
from areas.choices import AreaLevel
from common import parameters, workdays
from common.models import CalendarDay, HistoryEntry, Parameter
from tests import factories

pytestmark = pytest.mark.django_db

KEY = "joint_branch.max_units"
DETAIL, EDIT = f"/rules/{KEY}/", f"/rules/{KEY}/edit/"
SATURDAY = "/rules/calendar/2026-11-28/"
TODAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_args: TODAY)


@pytest.fixture
def district():
    return factories.make_area(AreaLevel.DISTRICT)


@pytest.fixture
def editor(client, district):
    """The client of a district user, who may change rules."""
    client.force_login(factories.make_user("wangjp", Role.DISTRICT, area=district))
    return client


@pytest.fixture
def reader(client, district):
    """The client of a town user, who may only read them."""
    town = factories.make_area(parent=district)
    client.force_login(factories.make_user("zhoumin", Role.TOWN, area=town))
    return client


def text_of(response):
    return response.content.decode()


def post(client, url, **values):
    return client.post(url, values, follow=True)


# --- Settings -----------------------------------------------------------------------------------


def test_list_shows_every_setting_in_few_queries(editor, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        text = text_of(editor.get("/rules/"))

    for setting in parameters.declared().values():
        is_here = setting.readers == "read_rules"
        assert (setting.label in text, f"/rules/{setting.key}/" in text) == (is_here, is_here)


def test_list_tells_what_is_planned(editor):
    parameters.set_from(key=KEY, value=10, on=date(2027, 1, 1), by=None)

    assert "2027-01-01 起 10 家" in text_of(editor.get("/rules/"))


def test_every_setting_has_a_page_and_a_form(editor):
    for key, setting in parameters.declared().items():
        code = 200 if setting.readers == "read_rules" else 404
        assert editor.get(f"/rules/{key}/").status_code == code
        assert editor.get(f"/rules/{key}/edit/").status_code == code


def test_change_holds_from_its_day(editor):
    answer = post(editor, EDIT, value="8", on="2026-12-01")

    assert "已保存：联合党支部覆盖单位上限自 2026-12-01 起为 8 家。" in text_of(answer)
    assert parameters.value(KEY) == 5
    assert parameters.value(KEY, on=date(2026, 12, 1)) == 8
    assert "wangjp" in text_of(editor.get(DETAIL))


@pytest.mark.parametrize(
    ("value", "on", "sentence"),
    [
        ("很多", "2026-12-01", "联合党支部覆盖单位上限要填整数。"),
        ("1", "2026-12-01", "联合党支部覆盖单位上限要在 2 至 100 之间。"),
        ("", "2026-12-01", "请填写取值（家）"),
        ("8", "2026-02-30", "生效日期"),
    ],
)
def test_wrong_value_is_refused_beside_its_field(editor, value, on, sentence):
    answer = post(editor, EDIT, value=value, on=on)

    assert sentence in text_of(answer)
    assert not Parameter.objects.exists()


def test_several_choices_and_numbers(editor):
    post(editor, "/rules/report.kinds_without_rate/edit/", value=["market"], on="2026-11-22")
    post(editor, "/rules/election.reminder_months/edit/", value="12、2", on="2026-11-22")

    assert parameters.value("report.kinds_without_rate") == ("market",)
    assert parameters.value("election.reminder_months") == (12, 2)
    assert 'value="12、2"' in text_of(editor.get("/rules/election.reminder_months/edit/"))


def test_second_editor_is_told_with_both_values(editor):
    form = editor.get(EDIT).context["form"]
    parameters.set_from(key=KEY, value=8, on=TODAY, by=None)

    seen = form["seen_version"].value()
    answer = post(editor, EDIT, value="9", on="2026-11-22", seen_version=seen)

    text = text_of(answer)
    assert "打开本页后，有人改过这条记录" in text
    [conflict] = answer.context["form"].conflicts
    assert (conflict.theirs, conflict.mine) == ("8", "9")
    assert parameters.value(KEY) == 8

    again = answer.context["form"]["seen_version"].value()
    post(editor, EDIT, value="9", on="2026-11-22", seen_version=again)
    assert parameters.value(KEY) == 9


def test_planned_change_can_be_taken_back(editor):
    parameters.set_from(key=KEY, value=10, on=date(2027, 1, 1), by=None)
    assert "取消这次变更" in text_of(editor.get(DETAIL))

    answer = post(editor, f"/rules/{KEY}/2027-01-01/cancel/")

    assert "已取消 2027-01-01 的变更。" in text_of(answer)
    assert parameters.value(KEY, on=date(2028, 1, 1)) == 5


@pytest.mark.parametrize("day", ["2026-01-01", "2027-06-01"])
def test_what_is_not_planned_cannot_be_taken_back(editor, day):
    parameters.set_from(key=KEY, value=8, on=date(2026, 1, 1), by=None)

    answer = post(editor, f"/rules/{KEY}/{day}/cancel/")

    assert "这次变更已不在计划中，请看最新内容。" in text_of(answer)
    assert parameters.value(KEY) == 8


def test_history_tells_the_first_change_from_the_default(editor):
    post(editor, EDIT, value="8", on="2026-12-01")
    post(editor, EDIT, value="5", on="2026-12-01")

    entries = editor.get(DETAIL).context["entries"]

    told = [(c.old, c.new, c.note) for entry in entries for c in entry.changes]
    assert told == [("8 家", "5 家", "2026-12-01 起"), ("5 家", "8 家", "2026-12-01 起")]


# --- The calendar -------------------------------------------------------------------------------


def test_calendar_shows_the_year(editor, django_assert_max_num_queries):
    workdays.fill([2026])

    with django_assert_max_num_queries(16):
        text = text_of(editor.get("/rules/calendar/"))

    assert "全年工作日 248 天" in text
    assert "10月1日，休息，国庆节" in text
    assert "10月1日（星期四） 至 10月7日（星期三）" in text
    assert "还没有录入" not in text


@pytest.mark.parametrize("year", ["", "x", "-1", "1999", "9" * 20, "２０２５"])
def test_year_that_makes_no_sense_is_this_year(editor, year):
    assert editor.get("/rules/calendar/", {"year": year}).context["year"].number == 2026


def test_year_without_rows_can_be_filled(editor):
    text = text_of(editor.get("/rules/calendar/?year=2024"))
    assert "2024年的放假调休安排还没有录入" in text

    answer = post(editor, "/rules/calendar/2024/fill/")

    assert "已填入 2024 年的" in text_of(answer)
    assert CalendarDay.objects.filter(day__year=2024).exists()
    assert "没有可以补充的日子" in text_of(post(editor, "/rules/calendar/2024/fill/"))


def test_day_is_made_a_working_day_and_again_a_saturday(editor):
    post(editor, SATURDAY, choice="working", name="经济普查加班")
    assert workdays.is_working(date(2026, 11, 28))

    post(editor, SATURDAY, choice="weekday", name="")

    assert not CalendarDay.objects.exists()
    told = [
        (c.label, c.old, c.new)
        for entry in editor.get(SATURDAY).context["entries"]
        for c in entry.changes
    ]
    assert told == [
        ("2026-11-28", "上班，经济普查加班", "按星期"),
        ("2026-11-28", "", "上班，经济普查加班"),
    ]


def test_day_that_differs_needs_a_reason(editor):
    answer = post(editor, SATURDAY, choice="working", name=" ")

    assert "请写明为什么，如：国庆节。" in text_of(answer)
    assert not CalendarDay.objects.exists()


def test_second_editor_of_a_day_is_told(editor):
    seen = editor.get(SATURDAY).context["form"]["seen_version"].value()
    workdays.set_day(day=date(2026, 11, 28), is_working=True, name="加班", by=None)

    answer = post(editor, SATURDAY, choice="resting", name="休息", seen_version=seen)

    assert {(c.theirs, c.mine) for c in answer.context["form"].conflicts} == {
        ("上班", "休息"), ("加班", "休息"),
    }


def test_filled_year_is_told_in_a_few_lines(editor):
    workdays.fill([2026])

    [entry] = editor.get("/rules/calendar/").context["entries"]

    assert len(entry.changes) == 7
    assert (entry.changes[-1].label, entry.changes[-1].new) == ("另有", "22 天")


# --- Who may ------------------------------------------------------------------------------------


def test_town_staff_read_only(reader):
    workdays.fill([2026])

    for url in ("/rules/", DETAIL, "/rules/calendar/"):
        text = text_of(reader.get(url))
        assert "/edit/" not in text
        assert "取消这次变更" not in text
        assert SATURDAY not in text


@pytest.mark.parametrize(
    "url", [EDIT, SATURDAY, f"/rules/{KEY}/2027-01-01/cancel/", "/rules/calendar/2026/fill/"]
)
def test_town_staff_change_nothing(reader, url):
    parameters.set_from(key=KEY, value=10, on=date(2027, 1, 1), by=None)
    mark = HistoryEntry.objects.count()

    assert reader.post(url, {"value": "9", "on": "2026-11-22"}).status_code == 403
    assert HistoryEntry.objects.count() == mark


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.SYSTEM_ADMIN, None])
def test_others_do_not_see_the_rules(client, role):
    client.force_login(factories.make_user("other", role))

    for url in ("/rules/", DETAIL, "/rules/calendar/", EDIT):
        assert client.get(url).status_code == 403


@pytest.mark.parametrize(
    "url",
    [
        "/rules/no.such/", "/rules/no.such/edit/", "/rules/calendar/2026-02-30/",
        "/rules/calendar/1899-01-01/", "/rules/calendar/9999-12-31/",
    ],
)
def test_what_does_not_exist_is_404(editor, url):
    assert editor.get(url).status_code == 404


def test_verbs_are_post_only(editor):
    assert editor.get(f"/rules/{KEY}/2027-01-01/cancel/").status_code == 405
    assert editor.get("/rules/calendar/2026/fill/").status_code == 405
    assert editor.post("/rules/calendar/1899/fill/").status_code == 404
    assert editor.post("/rules/no.such/2027-01-01/cancel/").status_code == 404
