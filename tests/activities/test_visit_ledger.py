"""The ledger 走访记录: keys, names, blanks, scope, export, undo."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from accounts.scope import acting_scope
from activities.models import Visit
from common.ledgers import ledger_of
from common.ledgers.export import write_export
from common.ledgers.rows import Options
from services.models import Ticket
from tests import factories as make
from tests.activities.visits import TODAY, visit
from tests.ledgers.desk import counts, load, messages, undo, workbook

pytestmark = pytest.mark.django_db
CODE = "91990101MA00TE5T2P"  # of entity_a


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")


def row(**cells):
    """A row of the ledger: 指导员甲 at entity_a."""
    return {"指导员": "指导员甲", "日期": "2026-11-20", "市场主体": CODE, **cells}


def stored():
    """Day, name, way, met, matters of all visits."""
    return [
        (str(v.visited_on), str(v.whom), v.way, v.met, v.matters)
        for v in Visit.objects.order_by("visited_on", "way")
    ]


def test_rows_become_visits(cast):
    batch = load("visits", [
        row(方式="电话", 见到谁="陈经理", 谈了什么="用工\n订单"),
        row(日期="2026-11-21", 市场主体="乙二物流有限公司"),
        row(日期="2026-11-22", 市场主体=None, 党组织="中共甲一支部委员会"),
    ])
    assert counts(batch) == (3, 0, 0, 0)
    assert stored() == [
        ("2026-11-20", "甲一五金有限公司", "phone", "陈经理", "用工\n订单"),
        ("2026-11-21", "乙二物流有限公司", "on_site", "", ""),
        ("2026-11-22", str(cast.organization_a), "on_site", "", ""),
    ]
    assert set(Visit.objects.values_list("recorded_by", flat=True)) == {None}
    again = load("visits", [row(方式="电话"), row(日期="2026-11-21", 市场主体="乙二物流有限公司")])
    assert counts(again) == (0, 0, 2, 0)


def test_a_blank_changes_nothing_unless_it_clears(cast):
    load("visits", [row(方式="电话", 见到谁="陈经理")])
    assert counts(load("visits", [row(见到谁=None)])) == (0, 0, 1, 0)
    assert counts(load("visits", [row(见到谁="王会计")])) == (0, 1, 0, 0)
    cleared = load("visits", workbook([row(见到谁=None)], ["指导员", "日期", "市场主体", "见到谁"]),
                   empty_clears=True)
    assert counts(cleared) == (0, 1, 0, 0)
    assert stored() == [("2026-11-20", "甲一五金有限公司", "phone", "", "")]


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"市场主体": None}, "市场主体", "至少填一项"),
        ({"市场主体": "没有的店"}, "市场主体", "没有“没有的店”"),
        ({"指导员": "指导员丁"}, "指导员", "没有这名指导员，是不是“指导员甲”"),
        ({"日期": "2026-11-24"}, "日期", "不能晚于今天"),
        ({"日期": None}, "日期", "必填"),
        ({"方式": "飞鸽"}, "方式", ""),
        ({"党组织": "没有的支部"}, "党组织", "没有这个党组织"),
    ],
)
def test_rows_that_are_held_back(cast, cells, column, sentence):
    batch = load("visits", [row(**cells)])
    assert counts(batch) == (0, 0, 0, 1)
    ((_number, named, message),) = messages(batch)
    assert named == column
    assert sentence in message


def test_two_of_one_name_are_told_apart_by_workplace(cast):
    other = make.make_instructor(name="指导员甲", workplace="税务所", town=cast.town_a)
    (error,) = messages(load("visits", [row()]))
    assert "有 2 名指导员叫“指导员甲”，请填成“姓名+工作单位”" in error[2]
    assert counts(load("visits", [row(指导员="指导员甲+税务所")])) == (1, 0, 0, 0)
    assert Visit.objects.get().instructor == other


def test_a_repeated_key_and_a_day_outside_the_term(cast):
    batch = load("visits", [row(), row(见到谁="别人"), row(日期="2019-12-31")])
    assert counts(batch) == (2, 0, 0, 1)
    assert "与第 2 行重复" in messages(batch)[0][2]
    ((number, _column, warning),) = messages(batch, "warnings")
    assert (number, warning) == (4, "当天不在这名指导员的聘期内，请核对。")


def test_a_town_imports_for_its_instructors_and_entities_only(cast):
    other = make.make_instructor(name="指导员乙", town=cast.town_b)
    rows = [row(), row(指导员="指导员乙"), row(市场主体="乙一商贸有限公司")]
    batch = load("visits", rows, user=cast.town_a_staff, check_only=True)
    assert counts(batch) == (1, 0, 0, 2)
    foreign = visit(other, cast.entity_b)
    numbered = load("visits", [row(指导员="指导员乙", 记录号=str(foreign.pk))],
                    user=cast.town_a_staff, check_only=True)
    assert counts(numbered)[3] == 1


def exported(user=None):
    """The export of everything in a user's scope, as a workbook."""
    target = io.BytesIO()
    options = Options(day=TODAY, scope=acting_scope(user))
    ids = Visit.objects.within(options.scope).values_list("pk", flat=True)
    write_export(target, ledger_of("visits")(), ids, options, identity=False, by="x")
    target.seek(0)
    return target


@pytest.mark.parametrize("empty_clears", [False, True])
def test_an_export_imports_without_a_change(cast, empty_clears):
    """Also for a town that does not see everybody whom its visits were to."""
    make.make_instructor(name="指导员甲", workplace="税务所", town=cast.town_a)
    twin = make.make_entity(name="同名店", uscc="", town=cast.town_a)
    make.make_entity(name="同名店", uscc="", town=cast.town_a)
    visit(cast.instructor_a, cast.entity_a, met="陈经理", matters="一\n二", way="phone")
    visit(cast.instructor_a, cast.entity_free)
    visit(cast.instructor_a, twin)
    visit(cast.instructor_a, cast.organization_a)
    for user in (None, cast.town_a_staff):
        batch = load("visits", exported(user), user=user, empty_clears=empty_clears)
        assert counts(batch) == (0, 0, 4, 0), messages(batch)


def test_undo_takes_back_what_nobody_has_touched(cast):
    kept = visit(cast.instructor_a, cast.entity_free, "2026-10-01", met="原来")
    batch = load("visits", [
        row(), row(日期="2026-11-21"),
        row(日期="2026-10-01", 市场主体="乙二物流有限公司", 见到谁="改后"),
    ])
    assert counts(batch) == (2, 1, 0, 0)
    needed = Visit.objects.get(visited_on="2026-11-21")
    Ticket.objects.create(
        number="GD-1", visit=needed, entity=needed.entity, title="要路灯",
        registered_on=date(2026, 11, 21),
    )
    found = undo(batch)
    assert found["undone"] == 2
    assert [one["row"] for one in found["kept"]] == [3]
    kept.refresh_from_db()
    assert kept.met == "原来"
    assert set(Visit.objects.all()) == {kept, needed}


def test_records_that_the_file_leaves_out_are_those_of_its_days(cast, client):
    batch = load("visits", [row()], check_only=True)
    visit(cast.instructor_a, cast.entity_free, "2026-11-20")
    visit(cast.instructor_a, cast.entity_free, "2026-01-01")
    again = load("visits", [row(见到谁="王")], user=cast.district_staff)
    assert batch.pk != again.pk
    client.force_login(cast.district_staff)
    url = f"{again.get_absolute_url()}?tab=absent"
    page = client.get(url).content.decode()
    assert client.get(url + "&q=指导员").status_code == 200
    assert "2026-01-01" not in page


def test_the_list_offers_import_and_template(cast, client):
    client.force_login(cast.town_a_staff)
    assert "kind=visits" in client.get("/visits/").content.decode()
    answer = client.get(reverse("imports:template", args=["visits"]))
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).worksheets[0]
    assert [cell.value for cell in sheet[1]] == [
        "指导员★", "日期★", "方式", "市场主体", "党组织", "见到谁", "谈了什么", "记录号",
    ]
