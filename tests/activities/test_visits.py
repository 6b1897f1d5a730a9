"""Recording visits: who may, when, for how long; what pages show of them, and to whom."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.choices import Role
from accounts.models import Grant
from accounts.scope import scope_for
from activities.models import Visit
from activities.visit_actions import change_visit
from activities.whom import found_by
from common import parameters
from common.inbox import boxes_for
from common.models import HistoryEntry
from common.refusals import Refused
from services.models import Ticket
from tests import factories as make
from tests.activities.visits import TODAY, account, record, visit
from tests.counting import queries_of

pytestmark = pytest.mark.django_db
NEW = "/visits/new/"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-23T10:00:00+08:00", tick=False):
        yield


def told(entity, **values):
    """What a browser sends."""
    return {
        "whom": f"entity:{entity.pk}", "visited_on": "2026-11-20", "way": "on_site",
        "met": "陈经理", "matters": "用工", "need": "", **values,
    }


# --- Recording ----------------------------------------------------------------------------------


def test_an_instructor_records_a_visit_with_a_need_in_one_press(cast, client):
    client.force_login(cast.instructor_a_user)
    page = client.get(NEW).content.decode()
    assert "甲一五金有限公司（还没走访过）" in page
    assert "填名称或代码" not in page
    answer = client.post(NEW, told(cast.entity_a, need="门口没有路灯"))
    made = Visit.objects.get()
    assert answer.url == made.get_absolute_url()
    assert (made.instructor, made.entity, made.visited_on, made.recorded_by) == (
        cast.instructor_a, cast.entity_a, date(2026, 11, 20), cast.instructor_a_user,
    )
    need = Ticket.objects.get()
    assert (need.visit, need.entity, need.text, need.raised_by) == (
        made, cast.entity_a, "门口没有路灯", cast.instructor_a_user,
    )
    entry = HistoryEntry.objects.filter(table="activities_visit").get()
    assert entry.actor == cast.instructor_a_user.pk


def test_the_same_visit_twice_is_one_and_another_one_of_the_day_is_refused(cast):
    first = record(cast.instructor_a_user, cast.instructor_a, cast.entity_a, need="要人")
    again = record(cast.instructor_a_user, cast.instructor_a, cast.entity_a, need="要人")
    assert first == again
    assert Ticket.objects.count() == 1
    with pytest.raises(Refused, match="已有走访"):
        record(cast.instructor_a_user, cast.instructor_a, cast.entity_a, met="别人")


@pytest.mark.parametrize(
    ("day", "sentence"), [("2026-11-24", "不能晚于今天"), ("1989-12-31", "太早")]
)
def test_days_that_cannot_be(cast, day, sentence):
    with pytest.raises(Refused, match=sentence):
        record(cast.instructor_a_user, cast.instructor_a, cast.entity_a, day=day)


def test_who_may_record_whose_visit_to_whom(cast):
    own = record(cast.town_a_staff, cast.instructor_a, cast.entity_a)
    assert own.recorded_by == cast.town_a_staff
    for user, instructor, whom in (
        (cast.town_b_staff, cast.instructor_a, cast.entity_free),
        (cast.instructor_a_user, cast.instructor_a, cast.entity_b),
        (cast.town_a_staff, cast.instructor_a, cast.entity_b),
        (cast.district_staff, cast.instructor_a, cast.entity_a),
        (cast.secretary_a, cast.instructor_a, cast.entity_a),
    ):
        with pytest.raises(Refused):
            record(user, instructor, whom, day="2026-11-01")
    assert Visit.objects.count() == 1


def test_the_town_says_whose_visit_it_is_and_searches(cast, client):
    client.force_login(cast.town_a_staff)
    page = client.get(NEW, {"entity": cast.entity_a.pk}).content.decode()
    assert "谁去走访的" in page
    assert "指导员甲" in page
    assert client.get(NEW, {"entity": cast.entity_b.pk}).status_code == 404
    other = make.make_instructor(town=cast.town_b)
    assert client.get(NEW, {"instructor": other.pk}).status_code == 404
    url = f"{NEW}?instructor={cast.instructor_a.pk}"
    found = client.post(url, told(cast.entity_a, whom="", other="有限公司")).content.decode()
    assert "“有限公司”找到 2 个，请选一个。" in found
    assert "甲联食品有限公司" in found
    nothing = client.post(url, told(cast.entity_a, whom="", other="乙一商贸")).content.decode()
    assert "您的管理范围内没有“乙一商贸”" in nothing
    client.post(url, told(cast.entity_a, whom="", other="甲联食品"))
    assert Visit.objects.get().entity == cast.entity_joint


def test_a_choice_outside_the_scope_is_none(cast, client):
    client.force_login(cast.instructor_a_user)
    answer = client.post(NEW, told(cast.entity_b))
    assert "没有这个走访了谁" in answer.content.decode()
    assert not Visit.objects.exists()


def test_an_instructor_without_assignments_is_told_what_to_do(cast, client):
    cast.instructor_a.assignments.all().delete()
    client.force_login(cast.instructor_a_user)
    assert client.get(NEW).status_code == 200
    answer = client.post(NEW, told(cast.entity_a, whom=""))
    assert "还没有指派联系的主体" in answer.content.decode()


def test_finding_by_code_name_and_part_of_it(cast):
    scope = scope_for(cast.town_a_staff)
    assert found_by("91990101MA00TE5T2P", scope) == [cast.entity_a]
    assert found_by("甲联", scope) == [cast.entity_joint]
    assert found_by("中共甲一支部委员会", scope) == [cast.organization_a]
    assert found_by("乙一", scope) == []
    assert found_by(" ", scope) == []


# --- Changing -----------------------------------------------------------------------------------


def test_who_may_change_it_and_how_long(cast):
    made = record(cast.instructor_a_user, cast.instructor_a, cast.entity_a)

    def change(user, met, **values):
        made.refresh_from_db()
        change_visit(
            visit=made, whom=cast.entity_a, account=account(met=met, **values), by=user,
            scope=scope_for(user),
        )
        made.refresh_from_db()
        return made.met

    assert change(cast.instructor_a_user, "王会计", need="要人") == "王会计"
    assert made.raised.text == "要人"
    days = parameters.value("visit.edit_days")
    with time_machine.travel(TODAY + timedelta(days=days)):
        assert change(cast.instructor_a_user, "李主任") == "李主任"
        assert not Ticket.objects.exists()
    with time_machine.travel(TODAY + timedelta(days=days + 1)):
        with pytest.raises(Refused, match="不能修改"):
            change(cast.instructor_a_user, "别人")
        assert change(cast.town_a_staff, "镇里改") == "镇里改"
    with pytest.raises(Refused, match="不能修改"):
        change(cast.town_b_staff, "别人")


def test_an_edit_by_form_keeps_the_visit_apart_from_another_day(cast, client):
    record(cast.instructor_a_user, cast.instructor_a, cast.entity_a, day="2026-11-19")
    made = record(cast.instructor_a_user, cast.instructor_a, cast.entity_a, day="2026-11-20")
    client.force_login(cast.instructor_a_user)
    url = reverse("activities:visit_edit", args=[made.pk])
    assert client.get(url).status_code == 200
    answer = client.post(url, told(cast.entity_a, visited_on="2026-11-19"))
    assert "已有走访" in answer.content.decode()
    assert client.post(url, told(cast.entity_free)).status_code == 302
    made.refresh_from_db()
    assert made.entity == cast.entity_free


# --- Reading ------------------------------------------------------------------------------------


def test_whose_visits_who_sees(cast, client):
    """Those of one's instructors, and those to one's entities and organizations."""
    other = make.make_instructor(name="指导员乙", town=cast.town_b)
    rows = {
        "a": visit(cast.instructor_a, cast.entity_a),
        "ab": visit(cast.instructor_a, cast.entity_free),
        "b": visit(other, cast.entity_b),
        "party": visit(other, cast.organization_a),
    }
    seen = {
        "district_staff": {"a", "ab", "b", "party"},
        "sector_staff": {"b"},
        "town_a_staff": {"a", "ab", "party"},
        "town_b_staff": {"ab", "b", "party"},
        "instructor_a_user": {"a", "ab"},
    }
    for name, expected in seen.items():
        client.force_login(cast.user(name))
        codes = {at: client.get(row.get_absolute_url()).status_code for at, row in rows.items()}
        assert {at for at, code in codes.items() if code == 200} == expected, name
        assert set(codes.values()) <= {200, 404}
        assert client.get("/visits/").context["page"].total == len(expected)
    client.force_login(cast.secretary_a)
    assert client.get("/visits/").status_code == 403
    assert client.get(rows["a"].get_absolute_url()).status_code == 403
    assert client.get(rows["b"].get_absolute_url()).status_code == 404


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({}, 4), ({"days_after": "2026-11-01"}, 3), ({"days_before": "2026-10-31"}, 1),
        ({"way": "phone"}, 1), ({"town": "a"}, 2), ({"kind": "small_micro"}, 4),
        ({"q": "甲一"}, 2), ({"q": "指导员甲"}, 3), ({"need": "yes"}, 1), ({"instructor": "a"}, 3),
        ({"entity": "a"}, 2),
    ],
)
def test_filters_and_distinct_entities(cast, client, query, number):
    """调研走访小微企业、个体户 2700余家: entities, each once, with their list."""
    other = make.make_instructor(name="指导员乙", town=cast.town_b)
    record(cast.instructor_a_user, cast.instructor_a, cast.entity_a, need="要人")
    visit(cast.instructor_a, cast.entity_a, "2026-10-01")
    visit(cast.instructor_a, cast.entity_free, "2026-11-02", way="phone")
    visit(other, cast.entity_b, "2026-11-01")
    named = {"town": cast.town_a, "instructor": cast.instructor_a, "entity": cast.entity_a}
    query = {key: named[key].pk if value == "a" else value for key, value in query.items()}
    client.force_login(cast.district_staff)
    context = client.get("/visits/", query).context
    assert context["page"].total == number
    visited = {row.entity_id for row in context["filters"].qs}
    assert context["firms"] == len(visited)
    if context["firms_url"]:
        listed = client.get(context["firms_url"]).context["page"]
        assert {row.pk for row in listed.rows} == visited
    assert bool(context["firms_url"]) == (not query.keys() & {"way", "q", "need", "instructor",
                                                              "entity"})


def test_pages_of_records_show_visits_and_lead_to_their_list(cast, client):
    for day in ("2026-11-20", "2026-11-10", "2026-10-01", "2026-01-05"):
        visit(cast.instructor_a, cast.entity_a, day)
    visit(cast.instructor_a, cast.organization_a, "2026-11-01")
    client.force_login(cast.town_a_staff)
    for record_, count, query in (
        (cast.entity_a, 4, f"entity={cast.entity_a.pk}"),
        (cast.organization_a, 1, f"organization={cast.organization_a.pk}"),
        (cast.instructor_a, 5, f"instructor={cast.instructor_a.pk}"),
    ):
        page = client.get(record_.get_absolute_url()).content.decode()
        assert f"走访 {count} 次" in page
        assert f"/visits/?{query}" in page
        assert f"/visits/new/?{query}" in page
        assert client.get(f"/visits/?{query}").context["page"].total == count
    past = client.get(cast.entity_a.get_absolute_url(), {"as_of": "2026-10-31"}).content.decode()
    assert "走访 2 次" in past
    client.force_login(cast.secretary_a)
    assert "最近走访" not in client.get(cast.entity_a.get_absolute_url()).content.decode()


def test_queries_of_the_list_do_not_grow(cast, client):
    client.force_login(cast.district_staff)
    visit(cast.instructor_a, cast.entity_a)
    one = queries_of(client, "/visits/")
    for day in range(1, 12):
        visit(cast.instructor_a, cast.entity_free, date(2026, 11, day))
    assert queries_of(client, "/visits/") == one == 5


# --- What waits ---------------------------------------------------------------------------------


def due(user, rf):
    """The matter 该走访的主体 of the user's home page."""
    request = rf.get("/")
    request.user, request.scope = user, scope_for(user)
    found = [m for box in boxes_for(request) for m in box.matters if m.label == "该走访的主体"]
    return found[0] if found else None


def test_entities_that_wait_for_a_visit(cast, client, rf):
    matter = due(cast.instructor_a_user, rf)
    assert (matter.count, len(matter.lines)) == (2, 2)
    client.force_login(cast.instructor_a_user)
    assert client.get(matter.url).context["page"].total == 2
    visit(cast.instructor_a, cast.entity_a, TODAY - timedelta(days=91))
    visit(cast.instructor_a, cast.entity_free, TODAY - timedelta(days=90))
    matter = due(cast.instructor_a_user, rf)
    assert [line.title for line in matter.lines] == ["甲一五金有限公司"]
    assert matter.lines[0].when == "91 天没走访"
    assert client.get(matter.url).context["page"].total == 1
    parameters.set_from(key="visit.due_days", value=0, on=date(2020, 1, 1), by=None)
    assert due(cast.instructor_a_user, rf) is None


def test_an_instructor_who_also_works_in_the_town_waits_for_the_own_ones(cast, rf):
    Grant.objects.create(user=cast.instructor_a_user, role=Role.TOWN, area=cast.town_b)
    assert due(cast.instructor_a_user, rf).count == 2
