"""活动记录: read, unreadable, found again, warned about; and what came with a log."""

import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.urls import reverse

from accounts.choices import Role
from accounts.scope import acting_scope, scope_for
from activities.choices import ActivityType
from activities.models import Activity
from common.ledgers import ledger_of
from common.ledgers.export import write_export, write_template
from common.ledgers.rows import Options
from registers.models import MassOrganization, Team
from tests import digest
from tests import factories as make
from tests.activities.logs import MONTH, content, log_of, session, submit
from tests.ledgers.desk import counts, load, messages, undo, workbook

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 23)


def row(**cells):
    return {
        "党组织": "金桥五金党支部", "活动类型": "主题党日、党课", "主题": "学习安全生产条例",
        "日期": "2026年10月18日", "应到": 8, "实到": 7, "请假": 1, **cells,
    }


@pytest.fixture
def branch(cast):
    return make.make_organization(name="金桥五金党支部", town=cast.town_a)


def bring(*rows, **choices):
    return load("activities", rows, day=DAY, **choices)


def test_all_columns(branch):
    batch = bring(
        {
            "党组织名称": branch.name, "会议类别": "支部大会，上党课",
            "名称/主题": "表决预备党员转正",
            "召开时间": "2026.10.18", "会议地点": "三楼会议室", "主持": "周一", "记录": "吴二",
            "应到人数": "8", "实到人数": 7, "请假人数": 1, "缺席人员及原因": "郑三出差",
            "会议议题": "转正", "主要内容": "第一项\n\n第二项", "决议事项": "同意", "微党课": "√",
            "教育片": "否", "实践活动": "", "是否书记讲党课": "是",
        }
    )
    assert counts(batch) == (1, 0, 0, 0)
    one = Activity.objects.get()
    assert (one.organization, one.log) == (branch, None)
    assert one.types == [ActivityType.GENERAL_MEETING, ActivityType.LECTURE]
    assert (one.topic, one.held_on, one.place) == (
        "表决预备党员转正", date(2026, 10, 18), "三楼会议室"
    )
    assert (one.host, one.recorder, one.absentees) == ("周一", "吴二", "郑三出差")
    assert (one.expected, one.attended, one.absent) == (8, 7, 1)
    assert (one.agenda, one.content, one.decisions) == ("转正", "第一项\n第二项", "同意")
    extras = (one.has_micro_lecture, one.has_film, one.has_practice, one.by_secretary)
    assert extras == (True, False, False, True)


def test_found_again_by_organization_day_and_topic(branch):
    bring(row())
    assert counts(bring(row(日期="2026-10-18", 主题="学习安全生产条例 "))) == (0, 0, 1, 0)
    assert counts(bring(row(实到=6, 请假=2))) == (0, 1, 0, 0)
    assert counts(bring(row(日期="2026-10-19"))) == (1, 0, 0, 0)
    assert Activity.objects.count() == 2


@pytest.mark.parametrize(
    ("cells", "column", "words"),
    [
        ({"党组织": "金桥五金支部"}, "党组织", "是不是“金桥五金党支部”"),
        ({"活动类型": "主题党日、聚餐"}, "活动类型", "没有这个选项"),
        ({"活动类型": ""}, "活动类型", "必填"),
        ({"日期": "2026年10月"}, "日期", ""),
        ({"实到": "七人"}, "实到", ""),
        ({"微党课": "讲了"}, "微党课", "只能填“是”或“否”"),
    ],
)
def test_errors_hold_the_row_back(branch, cells, column, words):
    batch = bring(row(**cells))
    assert counts(batch) == (0, 0, 0, 1)
    [(number, where, message)] = messages(batch)
    assert (number, where) == (2, column)
    assert words in message


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"实到": 9, "请假": ""}, "实到 9 人多于应到 8 人"),
        ({"请假": 2}, "实到加请假是 9 人，应到 8 人"),
        ({"日期": "2019-12-31"}, "早于这个党组织的成立日期 2020-01-01"),
        ({"日期": "2026-11-24"}, "日期在数据截止日之后"),
        ({"活动类型": "支部党员大会"}, "党员大会没有写决议"),
    ],
)
def test_warnings_hold_nothing_back(branch, cells, words):
    batch = bring(row(**cells))
    assert counts(batch) == (1, 0, 0, 0)
    [(_number, _column, message)] = messages(batch, "warnings")
    assert words in message


def test_the_same_activity_twice_in_a_file(branch):
    batch = bring(row(), row(实到=8))
    assert counts(batch) == (1, 0, 0, 1)
    assert "与第 2 行" in messages(batch)[0][2]


def test_undo_leaves_the_database_as_it_was(branch):
    before = digest.digest()
    batch = bring(row(), row(日期="2026-10-19"))
    assert undo(batch) == {"undone": 2, "kept": []}
    assert digest.digest() == before


def export(user=None):
    target = io.BytesIO()
    ids = Activity.objects.within(acting_scope(user)).values_list("pk", flat=True)
    options = Options(DAY, acting_scope(user))
    write_export(target, ledger_of("activities")(), ids, options, identity=False, by="")
    target.seek(0)
    return target


def sheet_rows(file):
    head, *lines = openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True)
    names = [name.rstrip("★") for name in head]
    file.seek(0)
    return [dict(zip(names, line, strict=True)) for line in lines]


# --- What came with a log -----------------------------------------------------------------------


@pytest.fixture
def filed(branch):
    """Two activities of one day and topic, with texts as people type them."""
    secretary = make.make_user(role=Role.SECRETARY, organization=branch)
    twins = [
        session(content="检查用电。\n\n  消防通道", types=("lecture", "general_meeting")),
        session(content="另一场"),
    ]
    with time_machine.travel("2026-11-03T09:00:00+08:00", tick=False):
        return submit(log_of(branch), secretary, content(*twins))


def test_export_then_import_changes_nothing(branch, filed):
    bring(row())
    file = export()
    assert len(sheet_rows(file)) == 3
    batch = load("activities", file, day=DAY)
    assert counts(batch) == (0, 0, 3, 0), messages(batch)


def test_an_import_does_not_change_activities_of_logs(branch, filed):
    file = export()
    lines = sheet_rows(file)
    lines[0]["实到"] = 0
    batch = load("activities", workbook(lines), day=DAY)
    assert counts(batch) == (0, 0, 1, 1)
    assert messages(batch)[0][2] == (
        f"这次活动是{MONTH.year}年{MONTH.month}月日志里填的，请由党组织书记在日志里修改。"
    )


def test_without_a_number_twins_are_not_told_apart(branch, filed):
    batch = bring(row(主题=session().topic, 日期="2026-10-18"))
    assert "当天有 2 次同名的活动" in messages(batch)[0][2]


# --- Whose rows ---------------------------------------------------------------------------------


def test_scope(cast, branch):
    assert counts(bring(row(), user=cast.town_a_staff)) == (1, 0, 0, 0)
    batch = bring(row(日期="2026-10-19"), user=cast.town_b_staff)
    assert counts(batch) == (0, 0, 0, 1)
    assert "没有这个党组织" in messages(batch)[0][2]
    assert sheet_rows(export(cast.town_b_staff)) == []


def test_a_superior_may_be_named_but_gets_no_activities(cast):
    above = make.make_organization(name="乙街道党工委", town=cast.town_b)
    make.make_organization(name="柳林党支部", town=cast.town_a, parent=above)
    batch = bring(row(党组织=above.name), user=cast.town_a_staff)
    assert counts(batch) == (0, 0, 0, 1)


def test_template(cast, branch):
    target = io.BytesIO()
    write_template(target, ledger_of("activities")(), scope_for(cast.town_a_staff))
    target.seek(0)
    book = openpyxl.load_workbook(target)
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert heads[:4] == ["党组织★", "活动类型★", "主题★", "日期★"]
    assert "几个" in {line[0].value: line[2].value for line in book["填写说明"]}["活动类型"]


# --- Pages --------------------------------------------------------------------------------------

LIST = "activities:activity_list"


@pytest.mark.parametrize("number", [1, 3])
def test_list(client, cast, branch, filed, number, django_assert_num_queries):
    for day in range(number):
        bring(row(日期=f"2026-10-{day + 1:02}"))
    client.force_login(cast.town_a_staff)
    page = client.get(reverse(LIST))
    assert page.context["page"].total == number + 2
    with django_assert_num_queries(8):
        client.get(reverse(LIST))
    for query, found in (
        ({"type": "lecture"}, number + 1), ({"source": "log"}, 2), ({"q": "安全生产党员"}, 2),
        ({"held_on_min": "2026-10-02", "held_on_max": "2026-10-17"}, number - 1),
    ):
        assert client.get(reverse(LIST), query).context["page"].total == found, query


def test_new_and_edit(client, cast, branch):
    client.force_login(cast.town_a_staff)
    typed = {
        "organization": branch.name, "types": "党课", "topic": "学习条例", "held_on": "2026-10-18",
        "expected": "3", "attended": "4",
    }
    asked = client.post(reverse("activities:activity_create"), typed)
    assert "实到 4 人多于应到 3 人" in asked.content.decode()
    typed |= {"confirmed": asked.context["form"].data["confirmed"]}
    answer = client.post(reverse("activities:activity_create"), typed)
    one = Activity.objects.get()
    assert answer.url == one.get_absolute_url()
    assert "学习条例" in client.get(one.get_absolute_url()).content.decode()
    page = client.get(reverse("activities:activity_edit", args=[one.pk]))
    assert page.context["form"].initial["types"] == "党课"


def test_activities_of_logs_are_not_edited_here(client, cast, branch, filed):
    client.force_login(cast.town_a_staff)
    one = filed.activities.first()
    assert client.get(one.get_absolute_url()).status_code == 200
    assert client.get(reverse("activities:activity_edit", args=[one.pk])).status_code == 403


# --- Who hosts ----------------------------------------------------------------------------------


def test_a_host_that_is_not_the_organization(branch, cast, client):
    league = MassOrganization.objects.create(kind="youth", name="金桥五金团支部")
    team = Team.objects.create(kind="lecturers", name="区宣讲团", level="district")
    client.force_login(cast.town_a_staff)
    before = digest.digest()
    batch = bring(row(主办单位="金桥五金团支部"), row(主题="宣讲", 主办单位="队伍：区宣讲团"))
    assert counts(batch) == (2, 0, 0, 0), messages(batch)
    hosts = {one.topic: one.hosted_by for one in Activity.objects.all()}
    assert hosts == {"学习安全生产条例": league, "宣讲": team}
    assert counts(load("activities", export(), day=DAY)) == (0, 0, 2, 0)
    assert counts(bring(row(主办单位="没有这个团"))) == (0, 0, 0, 1)
    page = client.get("/activities/?hosted=host_mass_organization")
    assert [one.topic for one in page.context["page"]] == ["学习安全生产条例"]
    assert undo(batch) == {"undone": 2, "kept": []}
    assert digest.digest() == before
