"""Figures of the small ledgers and of help given: the published ones, and their lists."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from accounts.scope import district_scope, scope_for
from common.periods import Span
from registers.models import MassOrganization, Team
from reports.extent import Extent
from reports.indicators import INDICATORS
from reports.registers import REGISTERS
from tests.registers.samples import DAY, NEEDS, ROWS, write

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
YEAR = Span(date(2026, 1, 1), date(2026, 12, 31))
WHOLE = Extent.of(district_scope())


def value(key, where=None, span=YEAR, extent=WHOLE):
    return INDICATORS[key].figure(extent, DAY, where, span).value


@pytest.fixture
def filled(cast):
    order = [kind for needed in NEEDS.values() for kind in needed]
    for kind in dict.fromkeys([*order, *ROWS]):
        write(kind)
    return cast


def test_each_counts_what_stands_in_its_ledger(filled):
    assert {one.key: value(one.key) for one in REGISTERS} == {
        "help_given": 1, "help_quantity": 2, "help_second_quantity": 320, "help_amount": 1.5,
        "help_enterprises": 2, "mass_organizations": 1, "sites": 1, "alliances": 1,
        "contact_groups": 1, "model_posts": 1, "new_employment_reported": 0, "trainings": 1,
        "training_people": 30, "training_attendances": 1, "funds": 3000.5, "meetings": 1,
        "titled_enterprises": 0, "enterprise_revenue": 0, "enterprise_profit": 0,
    }
    before = Span(date(2025, 1, 1), date(2025, 12, 31))
    assert value("new_employment_reported", {"duty": "兼职网格员"}, before) == 1
    assert value("new_employment_reported", {"duty": "志愿者"}, before) == 0
    assert value("titled_enterprises", {"title": "省级小巨人"}, before) == 1
    assert value("titled_enterprises", {"new_title": "省级小巨人"}, before) == 0
    assert value("enterprise_revenue", None, before) == Decimal("1522.5")
    assert value("enterprise_profit", None, before) == Decimal("-23.85")


def test_conditions_and_scope(filled):
    write("help", {**ROWS["help"], "类别": "授信", "所属镇街": "乙街道", "受益主体": ""})
    assert value("help_given", {"category": "授信"}) == 1
    assert value("mass_organizations", {"mass_kind": "共青团"}) == 1
    assert value("training_attendances", {"level": "镇街级", "role": "书记"}) == 1
    assert value("funds", {"fund_kind": "党费返还"}) == 0
    town_a, town_b = filled.town_a, filled.town_b
    for extent in (Extent.of(scope_for(filled.town_a_staff)), Extent.of(WHOLE.scope, town_a)):
        assert value("help_given", extent=extent) == 1
    assert value("help_given", {"town": town_a.code}) == 1
    for one in REGISTERS:  # the towns sum to the district
        parts = [value(one.key, extent=Extent.of(WHOLE.scope, town)) for town in (town_a, town_b)]
        if one.kind in ("rows", "sum"):
            assert sum(parts) == value(one.key), one.key


def test_activities_by_who_held_them(cast):
    league = MassOrganization.objects.create(kind="youth", name="团支部")
    team = Team.objects.create(kind="lecturers", name="区宣讲团", level="district")
    talk = {"types": ["public_talk"], "topic": "宣讲", "held_on": date(2026, 5, 4)}
    for host in ({}, {"host_mass_organization": league}, {"host_team": team}):
        cast.organization_a.activities.create(**talk, **host)
    for words, number in (("共青团", 1), ("群团", 1), ("区级队伍", 1), ("妇联", 0), ("x", 0)):
        assert value("activities", {"type": "宣讲", "hosted_by": words}) == number


def test_numbers_open_their_rows(filled):
    client = Client()
    client.force_login(filled.district_staff)
    for one in REGISTERS:
        asked = "from=2026-01-01&to=2026-12-31" if one.period else ""
        page = client.get(f"/figures/{one.key}/?as_of={DAY}&{asked}")
        assert page.status_code == 200
        if one.kind != "sum":
            assert page.context["page"].total == value(one.key), one.key
