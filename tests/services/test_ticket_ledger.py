"""The ledger 企业诉求: keys, scope, the same file twice, round trip, undo, what is handled here."""

import io
from datetime import date

import pytest

from accounts.scope import acting_scope
from common.ledgers import ledger_of
from common.ledgers.export import write_export
from common.ledgers.rows import Options
from services import shipping
from services.models import Ticket, TicketClock
from tests.ledgers.desk import counts, load, messages, undo
from tests.services.tickets import do, raised

pytestmark = pytest.mark.django_db
CODE = "91990101MA00TE5T2P"  # of entity_a


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")


@pytest.fixture(autouse=True)
def _categories(cast):
    shipping.ship()


def row(**cells):
    """A ticket of entity_a that was done in October 2026: accepted on a Monday, answered on the
    Friday of the same week."""
    return {
        "登记日期": "2026-10-12", "市场主体": CODE, "渠道": "走访", "类型": "求助",
        "类别": "道路照明", "标题": "路灯不亮", "主办部门": "市场监督管理局",
        "受理日期": "2026-10-12", "反馈日期": "2026-10-16", "办结日期": "2026-10-19",
        "办理结果": "换好了", "是否解决": "已解决", "满意度": "满意", **cells,
    }


def again(options=None):
    """The file of an export of everything, as it is uploaded."""
    target = io.BytesIO()
    write_export(
        target, ledger_of("tickets")(), Ticket.objects.values_list("pk", flat=True),
        options or Options(day=date(2026, 11, 23), scope=acting_scope(None)), identity=True, by="",
    )
    target.seek(0)
    return target


def state():
    """Everything that is stored of tickets and clocks."""
    return (
        sorted(map(repr, Ticket.objects.values())), sorted(map(repr, TicketClock.objects.values()))
    )


def test_rows_become_tickets_with_their_clock(cast):
    batch = load("tickets", [
        row(), row(标题="招人", 市场主体="乙二物流有限公司", 反馈日期="2026-11-02"),
    ])
    assert counts(batch) == (2, 0, 0, 0)
    first, second = Ticket.objects.order_by("title").values_list(
        "title", "town__name", "state", "is_on_time", "days_used", "first_satisfaction"
    )
    assert first == ("招人", "乙街道", "closed", False, 15, "satisfied")
    assert second == ("路灯不亮", "甲镇", "closed", True, 4, "satisfied")
    clock = TicketClock.objects.get(ticket__title="路灯不亮")
    assert (clock.kind, clock.limit, clock.due_on) == ("work", 7, date(2026, 10, 21))
    assert Ticket.objects.filter(number__startswith="DR-20261012-").count() == 2


def test_the_same_file_twice_a_round_trip_and_undo_change_nothing(cast):
    open_one = raised(cast.secretary_a, cast.entity_a)
    do("reply", open_one, cast.town_a_staff, answer="好。")
    before = state()
    rows = [
        row(工单编号="A-1"), row(标题="招人"),
        row(标题="停车", 市场主体=None, 党组织="中共甲一支部委员会"),
    ]
    batch = load("tickets", rows)
    assert counts(batch) == (3, 0, 0, 0)
    assert counts(load("tickets", rows)) == (0, 0, 3, 0)
    assert counts(load("tickets", again())) == (0, 0, 4, 0)
    assert undo(batch)["undone"] == 3
    assert state() == before


def test_a_changed_day_changes_the_clock(cast):
    load("tickets", [row(工单编号="A-1")])
    batch = load("tickets", [row(工单编号="A-1", 反馈日期="2026-10-30", 标题="路灯")])
    assert counts(batch) == (0, 1, 0, 0)
    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.is_on_time, ticket.days_used) == ("路灯", False, 14)
    assert ticket.clocks.get().stopped_at.date() == date(2026, 10, 30)
    undo(batch)
    ticket.refresh_from_db()
    assert (ticket.title, ticket.is_on_time) == ("路灯不亮", True)


def test_what_is_to_be_taken_up_waits_with_a_clock(cast):
    load("tickets", [
        {"登记日期": "2026-11-23", "市场主体": CODE, "渠道": "12345转办", "标题": "停车难"},
    ])
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.due_on, ticket.channel) == (
        "registered", date(2026, 11, 24), "hotline",
    )
    assert do("reply", ticket, cast.town_a_staff, answer="已划线。").is_on_time is True


@pytest.mark.parametrize(
    ("cells", "column", "sentence"),
    [
        ({"市场主体": None}, "市场主体", "至少填一项"),
        ({"市场主体": "没有的厂"}, "市场主体", "没有“没有的厂”"),
        ({"类别": "道路灯光"}, "类别", "没有这个类别，是不是“道路照明”"),
        ({"主办部门": "没有的局"}, "主办部门", "没有这个部门"),
        ({"状态": "办理中"}, "状态", "填“待受理”或“办结”"),
        ({"状态": "办结", "办结日期": None}, "办结日期", "要填办结日期"),
        ({"标题": None}, "标题", "必填"),
        ({"渠道": "飞鸽"}, "渠道", ""),
    ],
)
def test_rows_that_are_held_back(cast, cells, column, sentence):
    batch = load("tickets", [row(**cells)])
    assert [(one[1], sentence in one[2]) for one in messages(batch)] == [(column, True)]
    assert not Ticket.objects.exists()


def test_what_is_handled_here_is_not_changed_by_a_file(cast):
    ticket = raised(cast.secretary_a, cast.entity_a)
    said = {"工单编号": ticket.number, "登记日期": "2026-11-23", "市场主体": CODE}
    batch = load("tickets", [{**said, "标题": "别的事"}])
    assert ["在系统里办理" in one[2] for one in messages(batch)] == [True]
    assert counts(load("tickets", [{**said, "标题": ticket.title}])) == (0, 0, 1, 0)


def test_a_towns_clerk_reaches_its_own_only(cast):
    load("tickets", [row(工单编号="B-1", 市场主体="乙二物流有限公司")])
    batch = load("tickets", [row(市场主体="乙二物流有限公司")], user=cast.town_a_staff)
    assert ["您的管理范围内没有" in one[2] for one in messages(batch)] == [True]
    batch = load("tickets", [row(工单编号="B-1")], user=cast.town_a_staff)
    assert ["已用于别的诉求" in one[2] for one in messages(batch)] == [True]
