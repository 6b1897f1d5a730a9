"""Pages of tickets: raising, the way through the steps, the board, a department's pages."""

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Department
from accounts.scope import scope_for
from common.inbox import boxes_for
from common.models import ReadEntry
from services.flow import TICKET_FLOW
from services.models import Ticket
from services.ticket_forms import FORMS, PRESSED
from tests.services.tickets import GOOD, assigned, category, department, do, raised

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to("2026-11-09 10:20+08:00")


@pytest.fixture
def ticket(cast):
    return raised(cast.secretary_a, cast.entity_a, contact="吴永康", phone="13900000021")


def page(client, url, **query):
    answer = client.get(url, query)
    assert answer.status_code == 200, (url, answer.status_code)
    return answer.content.decode()


def post(client, ticket, verb, **data):
    return client.post(reverse(f"services:ticket_{verb}", args=[ticket.pk]), data)


def labels(user, rf):
    """Label → number of what waits for a user in tickets."""
    request = rf.get("/")
    request.user, request.scope = user, scope_for(user)
    return {
        matter.label: matter.count
        for box in boxes_for(request) for matter in box.matters
        if "诉求" in matter.label or "延期" in matter.label
    }


def test_every_step_of_a_person_has_its_page():
    steps = {verb for verb, one in TICKET_FLOW.transitions.items() if one.right}
    assert {*FORMS, *PRESSED} == steps - {"redo"}


def test_a_secretary_raises_follows_and_rates(cast, client, rf):
    client.force_login(cast.secretary_a)
    assert "甲一五金有限公司" in page(client, "/tickets/new/")
    answer = client.post("/tickets/new/", {
        "whom": f"entity:{cast.entity_a.pk}", "title": "路灯不亮", "kind": "request",
        "category": category("道路照明").pk, "contact": "吴永康", "phone": "139 0000 0021",
    })
    ticket = Ticket.objects.get()
    assert answer.headers["Location"] == ticket.get_absolute_url()
    assert (ticket.channel, ticket.contact_phone.startswith("139")) == ("enterprise", False)
    text = page(client, ticket.get_absolute_url())
    assert "139****0021" in text
    assert "剩 1 个工作日" in text
    assert labels(cast.secretary_a, rf) == {"提出的诉求在办": 1}
    assert labels(cast.town_a_staff, rf) == {"企业诉求待办": 1}
    assert labels(cast.town_b_staff, rf) == labels(cast.district_staff, rf) == {}
    client.force_login(cast.town_a_staff)
    assert post(client, ticket, "reply", answer="已报修。").status_code == 302
    assert labels(cast.secretary_a, rf) == {"诉求有了结果，请评价": 1}
    client.force_login(cast.secretary_a)
    assert "已报修。" in page(client, ticket.get_absolute_url())
    text = post(client, ticket, "rate", satisfaction="dissatisfied", outcome="unsolved")
    assert "要写明原因" in text.content.decode()
    post(client, ticket, "rate", **GOOD)
    ticket.refresh_from_db()
    assert ticket.state == "closed"
    assert ReadEntry.objects.filter(table="services_ticket").exists()


def test_the_way_through_the_office_and_the_department(cast, client, ticket, rf):
    helper = Department.objects.create(name="供电所")
    client.force_login(cast.town_a_staff)
    post(
        client, ticket, "accept", kind="request", grade="ordinary",
        category=category("道路照明").pk,
    )
    assert "请选择主办部门" in post(client, ticket, "assign").content.decode()
    post(client, ticket, "assign", department=department().pk, supports=[helper.pk])
    text = page(client, ticket.get_absolute_url())
    assert "主办市场监督管理局，协办供电所" in text
    client.force_login(cast.department_staff)
    assert labels(cast.department_staff, rf) == {"交办给本部门的诉求": 1}
    post(client, ticket, "sign")
    post(client, ticket, "ask_extension", days=2, reason="等灯杆")
    assert labels(cast.town_a_staff, rf) == {"延期申请待答复": 1}
    client.force_login(cast.town_a_staff)
    post(client, ticket, "extend")
    client.force_login(cast.department_staff)
    post(client, ticket, "answer", text="换好了。", saved_amount="300")
    ticket.refresh_from_db()
    assert (ticket.state, ticket.saved_amount, ticket.is_on_time) == ("answered", 300, True)
    assert "现在是“待评价”，不能签收" in page_after(client, post(client, ticket, "sign"))


def page_after(client, answer):
    return client.get(answer.headers["Location"]).content.decode()


def test_a_step_of_somebody_else_is_refused(cast, client, ticket):
    client.force_login(cast.instructor_a_user)
    assert post(client, ticket, "accept").status_code == 403
    client.force_login(cast.secretary_a)
    assert post(client, ticket, "resume").status_code == 200
    client.force_login(cast.secretary_joint)
    assert post(client, ticket, "resume").status_code == 404
    do("reply", ticket, cast.town_a_staff, answer="好。")
    client.force_login(cast.town_a_staff)
    assert post(client, ticket, "rate", **GOOD).status_code == 403


def test_an_instructor_raises_what_was_heard_on_the_way(cast, client):
    client.force_login(cast.instructor_a_user)
    client.post("/tickets/new/", {
        "whom": f"entity:{cast.entity_a.pk}", "title": "要人", "kind": "request",
    })
    assert Ticket.objects.get().channel == "visit"
    answer = client.post("/tickets/new/", {
        "whom": f"entity:{cast.entity_b.pk}", "title": "要人", "kind": "request",
    })
    assert answer.status_code == 200
    assert Ticket.objects.count() == 1


def test_the_office_finds_the_enterprise_by_name(cast, client):
    client.force_login(cast.town_a_staff)
    said = {"title": "要人", "kind": "request", "channel": "hotline"}
    wrong = client.post("/tickets/new/", {"other": "乙一商贸", **said})
    assert "没有“乙一商贸”" in wrong.content.decode()
    client.post("/tickets/new/", {"other": "甲一五金", **said})
    assert Ticket.objects.get().entity == cast.entity_a


# --- A department ------------------------------------------------------------------------------


def test_a_departments_user_meets_no_other_departments_ticket(cast, client):
    """Crawling every link from the home page and the lists."""
    other = Department.objects.create(name="供电所")
    own = assigned(raised(cast.secretary_a, cast.entity_a, title="自己的事"),
                   cast.town_a_staff, department())
    assigned(raised(cast.secretary_a, cast.entity_a, title="别家的事"), cast.town_a_staff, other)
    raised(cast.secretary_joint, cast.entity_joint, title="没交办的事")
    helping = assigned(raised(cast.secretary_a, cast.entity_a, title="协办的事"),
                       cast.town_a_staff, other, department())
    client.force_login(cast.department_staff)
    waiting, seen = ["/", "/tickets/", "/tickets/board/", "/tickets/?state=assigned"], {}
    while waiting:
        url = waiting.pop()
        if url in seen or url.startswith(("/logout", "/login", "/static")):
            continue
        answer = client.get(url)
        seen[url] = answer.getvalue().decode(errors="replace")
        assert answer.status_code in (200, 302), url
        waiting += [link for link in re.findall(r'href="(/[^"#]*)', seen[url]) if link not in seen]
        assert len(seen) < 100
    assert own.get_absolute_url() in seen
    assert helping.get_absolute_url() in seen
    met = "".join(seen.values())
    for name in ("别家的事", "没交办的事", "甲联", "党员a", "党员joint", "13900000001"):
        assert name not in met


def test_a_department_calls_back_with_a_reason(cast, client, ticket):
    url = reverse("services:ticket_phone", args=[ticket.pk])
    client.force_login(cast.department_staff)
    assert client.get(url).status_code == 404
    assigned(ticket, cast.town_a_staff, department())
    assert "13900000021" not in client.get(url).content.decode()
    assert "13900000021" in client.post(url, {"reason": "核对灯杆"}).content.decode()
    entry = ReadEntry.objects.get(action="reveal")
    assert (entry.actor, entry.reason) == (cast.department_staff.pk, "核对灯杆")


# --- Board, list --------------------------------------------------------------------------------


def fill(cast, number):
    """Tickets in 甲镇, some of a department, some overdue."""
    for at in range(number):
        one = raised(cast.secretary_a, cast.entity_a, title=f"事 {at}")
        if at % 2:
            assigned(one, cast.town_a_staff, department())
    Ticket.objects.filter(title="事 0").update(due_on=date(2026, 11, 6))


@pytest.mark.parametrize("number", [1, 5])
@pytest.mark.parametrize(
    ("user", "queries"),
    [("district_staff", 9), ("town_a_staff", 9), ("department_staff", 8)],
)
def test_boards_ask_the_same_number_of_queries(
    cast, client, django_assert_num_queries, number, user, queries
):
    fill(cast, number)
    client.force_login(cast.user(user))
    client.get("/tickets/board/")
    with django_assert_num_queries(queries):
        client.get("/tickets/board/")


def test_the_board_says_what_is_due_and_whom_it_waits_for(cast, client):
    fill(cast, 4)
    client.force_login(cast.district_staff)
    shown = client.get("/tickets/board/").context
    assert [(tile.label, tile.count) for tile in shown["tiles"]] == [
        ("今天到期", 0), ("已超期", 1), ("等受理或交办", 2), ("等部门", 2), ("等企业", 0),
    ]
    for tile in shown["tiles"]:
        assert client.get(tile.url).context["page"].total == tile.count
    (_title, _head, by_department), (_, _, by_town) = shown["tables"]
    assert [(row.label, [n for _, n, _ in row.cells], row.late) for row in by_department] == [
        ("市场监督管理局", [2, 0, 2, 0, 0, 0], 0),
        ("没有主办部门", [2, 2, 0, 0, 0, 0], 1),
    ]
    assert [(row.label, row.cells[0][1], row.late) for row in by_town] == [("甲镇", 4, 1)]
    for row in (*by_department, *by_town):
        for _label, count, url in row.cells:
            assert client.get(url).context["page"].total == count
    client.force_login(cast.department_staff)
    assert client.get("/tickets/board/").context["tables"] == []


@pytest.mark.parametrize("number", [1, 5])
def test_the_list_asks_the_same_number_of_queries(
    cast, client, django_assert_num_queries, number
):
    fill(cast, number)
    client.force_login(cast.town_a_staff)
    client.get("/tickets/")
    with django_assert_num_queries(11):
        client.get("/tickets/")


@pytest.mark.parametrize(
    ("query", "number"),
    [({"due": "overdue"}, 1), ({"waits": "office"}, 2), ({"waits": "department"}, 1),
     ({"q": "事 1"}, 1), ({"q": "甲一"}, 3), ({"state": "closed"}, 0), ({"mine": "yes"}, 0)],
)
def test_filters_of_the_list(cast, client, query, number):
    fill(cast, 3)
    client.force_login(cast.town_a_staff)
    assert client.get("/tickets/", query).context["page"].total == number


def test_a_clock_of_many_days_is_told_in_words(cast, client, ticket, time_machine):
    assigned(ticket, cast.town_a_staff, department())
    time_machine.move_to("2026-12-31 10:00+08:00")
    client.force_login(cast.town_a_staff)
    face = client.get(ticket.get_absolute_url()).context["clock"]
    assert (face.bars, face.tone, face.words, face.due_words) == (
        [], "bad", "超期 37 个工作日", "签收 11月10日（星期二）17:30 到期",
    )
