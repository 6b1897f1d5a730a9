"""Figures of tickets, counted by hand; every cell has as many rows in its list."""

from datetime import date

import pytest
from django.core.management import call_command

from accounts.scope import Scope, scope_for
from common.periods import Span
from reports.figures import Extent, cells, figures
from reports.kinds import ShareIndicator
from reports.tickets import TICKETS
from services import shipping
from services.models import Ticket
from tests.ledgers.desk import counts, load

pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
OCTOBER = Span(date(2026, 10, 1), date(2026, 10, 31))
INDICATORS = {one.key: one for one in TICKETS}


@pytest.fixture(autouse=True)
def _today(time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")


@pytest.fixture
def tickets(cast):
    """Four that were closed in October, one in November, one that nobody has closed. Used days: 4,
    4, 8, 14 and 4."""
    shipping.ship()
    done = {
        "登记日期": "2026-10-12", "类型": "求助", "类别": "道路照明", "渠道": "走访",
        "受理日期": "2026-10-12", "反馈日期": "2026-10-16", "办结日期": "2026-10-19",
        "是否解决": "已解决", "满意度": "满意", "主办部门": "市场监督管理局",
    }
    a, b = {"市场主体": "甲一五金有限公司"}, {"市场主体": "乙二物流有限公司"}
    rows = [
        {**done, **a, "标题": "一"},
        {**done, **b, "标题": "二", "渠道": "商会", "满意度": "基本满意", "主办部门": None},
        {**done, **a, "标题": "三", "反馈日期": "2026-10-22", "办结日期": "2026-10-22",
         "是否解决": "部分解决", "类别": "用工招聘"},
        {**done, **b, "标题": "四", "反馈日期": "2026-10-30", "办结日期": "2026-10-30",
         "是否解决": None, "满意度": None, "主办部门": None},
        {**done, **a, "标题": "五", "办结日期": "2026-11-02"},
        {"登记日期": "2026-11-23", **a, "标题": "六"},
    ]
    assert counts(load("tickets", rows)) == (6, 0, 0, 0)


def said(figure):
    """Met and total of a share, else the value."""
    return (figure.met, figure.total) if hasattr(figure, "met") else figure.value


def test_a_month_counted_by_hand(tickets):
    found = figures(TICKETS, WHOLE, OCTOBER.last, span=OCTOBER)
    assert {key: said(figure) for key, figure in found.items()} == {
        "tickets_accepted": 5, "tickets_closed": 4, "tickets_closed_on_time": (2, 4),
        "tickets_solved": (2, 3), "tickets_satisfied": (2, 3), "tickets_median_days": 6,
    }


def test_in_a_scope_and_by_everything(tickets, cast):
    town = Extent(scope_for(cast.town_a_staff))
    found = figures(TICKETS, town, OCTOBER.last, span=OCTOBER)
    assert {key: said(figure) for key, figure in found.items()} == {
        "tickets_accepted": 3, "tickets_closed": 2, "tickets_closed_on_time": (1, 2),
        "tickets_solved": (1, 2), "tickets_satisfied": (2, 2), "tickets_median_days": 6,
    }
    expected = {
        "town": [("990101001", (1, 2)), ("990101101", (1, 2))],
        "channel": [("走访", (1, 3)), ("商会", (1, 1))],
        "category": [("用工招聘", (0, 1)), ("道路照明", (2, 3))],
        "department": [("市场监督管理局", (1, 2)), ("", (1, 2))],
        "ticket_kind": [("求助", (2, 4))],
        "industry": [],
    }
    on_time = INDICATORS["tickets_closed_on_time"]
    for dimension, parts in expected.items():
        found = on_time.by(dimension, WHOLE, OCTOBER.last, span=OCTOBER)
        assert [(cell.key, said(cell.figure)) for cell in found] == parts


@pytest.mark.parametrize("indicator", TICKETS, ids=lambda one: one.key)
def test_every_cell_has_its_list(tickets, indicator):
    for dimension in ("town", "channel", "category", "department"):
        found = cells([indicator], dimension, WHOLE, OCTOBER.last, span=OCTOBER)
        for cell in found[indicator.key]:
            asked = (WHOLE, OCTOBER.last, {dimension: cell.key}, OCTOBER)
            rows = indicator.rows(*asked)
            if isinstance(indicator, ShareIndicator):
                assert indicator.met_rows(*asked).count() == cell.figure.met
                assert rows.count() == cell.figure.total
            elif indicator.kind == "rows":
                assert rows.count() == cell.figure.value


def test_lists_open_and_the_command_divides(tickets, cast, client, capsys):
    client.force_login(cast.district_staff)
    for key in INDICATORS:
        answer = client.get(
            f"/figures/{key}/", {"as_of": "2026-10-31", "from": "2026-10-01", "to": "2026-10-31"}
        )
        assert answer.status_code == 200
        assert answer.context["page"].total > 0
    call_command(
        "indicators", "--keys", "tickets_closed", "--from", "2026-10-01", "--to", "2026-10-31",
        "--by", "channel", "--json",
    )
    assert '"商会"' in capsys.readouterr().out
    assert Ticket.objects.count() == 6
