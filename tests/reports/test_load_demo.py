"""The demo district through the real import: its figures, its receipts, its accounts."""

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from accounts.scope import district_scope
from activities.choices import LogState
from activities.models import Activity, ActivityLog, Visit
from areas.models import Area
from common.commands import Refused
from common.models import CalendarDay, FlowStep, ImportBatch
from common.periods import add_months, month_of, months_between
from districts.mingchuan import FILES
from districts.mingchuan.shops import LEAST_SHOPS
from reports.bulletins import entries, problem_of
from reports.demo import LINES
from reports.figures import Extent
from reports.indicators import INDICATORS
from reports.models import Bulletin
from reports.trend import month_ends, org_coverage_trend
from services.models import Ticket

pytestmark = pytest.mark.django_db

SMALL, SHOP, MARKET = "小微企业", "个体工商户", "专业市场"


def load() -> str:
    """Run the command for a small district; return what it prints."""
    output = StringIO()
    call_command("load_demo", self_employed=LEAST_SHOPS, stdout=output, stderr=StringIO())
    return output.getvalue()


def by_kind(key: str, day: date) -> dict[str, tuple[int, int]]:
    """Met and total of an indicator by kind of entity, over the whole district."""
    cells = INDICATORS[key].by("kind", Extent.of(district_scope()), day)
    return {cell.label: (cell.figure.met, cell.figure.total) for cell in cells}


def test_demo_district(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    today = timezone.localdate()

    printed = load()
    batches = list(ImportBatch.objects.order_by("uploaded_at"))
    again = load()

    extent = Extent.of(district_scope())
    members = INDICATORS["members"].figure(extent, today)
    coverage = by_kind("org_coverage", today)
    eligible = by_kind("eligible_organized", today)
    trend = org_coverage_trend(extent, month_ends(today)[-4:], {"kind": SMALL})

    assert members.value == 1196
    assert (coverage[SMALL], coverage[MARKET]) == ((104, 438), (6, 16))
    assert coverage[SHOP][1] == LEAST_SHOPS
    assert set(coverage) == {SMALL, SHOP, MARKET}
    assert eligible == {SMALL: (38, 41), MARKET: (5, 5)}
    assert (trend[-1].figure.met, trend[-1].figure.total) == (104, 438)

    assert [batch.file_name for batch in batches] == list(FILES)
    assert ImportBatch.objects.count() == len(FILES), "the second run imports nothing"
    assert [batch.counts.get("error", 0) for batch in batches] == [0, 1, 5, 1, 3, 1, 0]

    assert_life(today)
    assert_bulletin(extent)

    assert CalendarDay.objects.filter(day__year=today.year, is_working=False).exists()

    passwords = json.loads((tmp_path / "demo" / "logins.json").read_text())
    assert set(passwords) == set(Role.values)
    assert (tmp_path / "demo" / "logins.json").stat().st_mode & 0o777 == 0o600
    for role, password in passwords.items():
        assert User.objects.get(username=role).check_password(password)
        assert password in printed
    assert printed == again

    reports = [path for path in (tmp_path / "demo").iterdir() if path.name.startswith("明川区")]
    assert {path.suffix for path in reports} == {".pdf", ".xlsx", ".json"}


def assert_bulletin(extent):
    """Every line of it can be counted, and none is of what the district does not do."""
    bulletin = Bulletin.objects.get()
    assert [problem_of(line) for line in bulletin.lines.all()] == [""] * len(LINES)
    assert [one.label for one in entries(bulletin, extent) if not one.plain] == []


def assert_life(today):
    """Two full years of logs; the town that has an account has something to do; nothing is of
    tomorrow."""
    logs = ActivityLog.objects.all()
    last = add_months(month_of(today), -1)
    months = set(logs.values_list("month", flat=True))
    assert months == set(months_between(add_months(last, -23), month_of(today)))
    town = logs.filter(month=last, town__code="990101101")
    states = set(town.values_list("state", flat=True))
    assert {LogState.SUBMITTED, LogState.RETURNED, LogState.OWED} <= states
    assert not Activity.objects.filter(held_on__gte=today).exclude(log=None).exists()
    assert not FlowStep.objects.filter(at__date__gte=today).filter(
        table=ActivityLog._meta.db_table
    ).exists()
    assert Activity.objects.filter(log=None).count() > 100
    assert Visit.objects.exists()
    figure = INDICATORS["log_submitted"].figure(Extent.of(district_scope()), today)
    assert figure.total == logs.owed().filter(month=last).count()
    assert 0 < figure.met < figure.total
    assert_tickets(today)
    # What stands in rounds, states and steps is one story.
    for log in logs.filter(rounds__gt=0).order_by("pk")[:40]:
        steps = list(FlowStep.objects.filter(row=log.pk).order_by("id"))
        assert steps[-1].after == log.state
        assert [step.at for step in steps] == sorted(step.at for step in steps)
        assert log.submissions.count() == log.rounds == sum(s.verb == "submit" for s in steps)


def assert_tickets(today):
    """Two years of tickets, some of them open; steps and states are one story."""
    tickets = Ticket.objects.order_by("registered_at")
    assert tickets.count() > 500
    assert tickets.exclude(log=None).count() > 10
    assert {"archived", "working", "registered"} <= set(tickets.values_list("state", flat=True))
    assert set(tickets.filter(closed_on__isnull=False).values_list("is_on_time", flat=True)) == {
        True, False,
    }
    for ticket in tickets.reverse()[:40]:
        steps = list(FlowStep.objects.filter(row=ticket.pk).order_by("id"))
        assert (steps[-1].after if steps else "registered") == ticket.state
        assert all(timezone.localdate(step.at) <= today for step in steps)


def test_demo_does_not_mix_with_other_data(settings, tmp_path):
    settings.STATE_DIR = tmp_path
    Area.objects.create(code="110101", name="别的区", level="district")

    with pytest.raises(Refused, match="别的数据"):
        load()
