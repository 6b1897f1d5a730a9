"""Kinds of indicators beside shares and rows: different things, and numbers made of a column."""

from datetime import date
from decimal import Decimal
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.choices import Role
from accounts.scope import Scope
from areas.choices import AreaLevel
from common.periods import Span
from enterprises.models import Entity
from reports.figures import Extent, Number, figures
from reports.indicators import INDICATORS
from reports.kinds import (
    DistinctIndicator,
    GreatestIndicator,
    LeastIndicator,
    MedianIndicator,
    RowsIndicator,
    SumIndicator,
)
from reports.populations import ENTITIES, MEMBERS
from tests import factories as make
from tests.factories import on

WHOLE = Extent(Scope(everything=True))
DAY = on("2026-06-30")
STAFF = {
    "label": "从业人员", "unit": "人", "basis": "从业人员数", "population": ENTITIES,
    "column": "state__employees", "column_title": "从业人员数",
}
KINDS = [SumIndicator, LeastIndicator, GreatestIndicator, MedianIndicator]
WORKPLACES = DistinctIndicator(
    key="workplaces", label="有党员的主体", unit="家", basis="党员的工作单位", population=MEMBERS,
    of="state__workplace", listed=Entity,
)


def made(kind, **values):
    return kind(key=kind.kind, **(STAFF | values))


def numbers(day=DAY, where=None):
    found = figures([made(kind) for kind in KINDS], WHOLE, day, where)
    return [found[kind.kind].value for kind in KINDS]


def firms(*employees, **values):
    return [make.make_entity(employees=number, **values) for number in employees]


@pytest.mark.django_db
def test_a_column_is_added_and_measured():
    top = make.make_area(AreaLevel.DISTRICT)
    town = make.make_area(AreaLevel.TOWN, top, code="990101101", name="甲镇")
    firms(3, 8, 10, 40, town=town)
    firms(1000)
    firms(7, status="suspended", town=town)  # does not count
    firms(None, town=town)  # says nothing
    assert numbers(where={"town": town.code}) == [61, 3, 40, 9]
    assert numbers() == [1061, 3, 1000, 10]
    sums = made(SumIndicator).by("town", WHOLE, DAY)
    assert [(cell.label, cell.figure.value) for cell in sums] == [("甲镇", 61), ("未填镇街", 1000)]


@pytest.mark.django_db
def test_without_rows_a_sum_is_nothing_and_the_others_are_unknown():
    assert numbers() == [0, None, None, None]
    assert Number(None).as_json() == {"value": None}


@pytest.mark.django_db
def test_numbers_are_rounded_half_up():
    firms(1, 2)
    assert made(MedianIndicator).figure(WHOLE, DAY).value == 2
    assert made(MedianIndicator, places=1).figure(WHOLE, DAY).value == Decimal("1.5")
    assert Number(Decimal("1.5")).as_json() == {"value": 1.5}
    assert str(Number(Decimal("2.0")).as_json()["value"]) == "2"


@pytest.mark.django_db
@settings(max_examples=20)
@given(employees=st.lists(st.integers(0, 10_000), min_size=1, max_size=9))
def test_the_median_is_that_of_statistics(employees):
    Entity.objects.all().delete()
    firms(*employees)
    expected = Decimal(str(median(employees)))
    assert made(MedianIndicator, places=1).figure(WHOLE, DAY).value == expected


@pytest.mark.django_db
def test_each_thing_counts_once_and_is_the_list():
    branch = make.make_organization()
    [large, small, empty] = firms(50, 8, 9)
    for workplace in (large, large, small, None):
        make.make_member(branch, workplace=workplace)
    assert WORKPLACES.figure(WHOLE, DAY).value == 2
    assert set(WORKPLACES.rows(WHOLE, DAY)) == {large, small}
    assert empty not in WORKPLACES.rows(WHOLE, DAY)


def test_what_has_a_day_counts_any_span():
    asked = Span(date(2026, 1, 15), date(2026, 2, 3))
    flow = RowsIndicator(
        key="events", label="活动", unit="场", basis="", population=ENTITIES, period="month"
    )
    assert flow.span(DAY, asked) == Span(date(2026, 1, 1), date(2026, 2, 28))
    exact = RowsIndicator(
        key="events", label="活动", unit="场", basis="", population=ENTITIES, period="month",
        by_day=True,
    )
    assert exact.span(DAY, asked) == asked
    assert exact.span(on("2026-07-10")) == Span(date(2026, 6, 1), date(2026, 6, 30))


@pytest.mark.django_db
def test_the_list_says_what_is_made_of_its_column(client, monkeypatch):
    firms(1200, 34)
    monkeypatch.setitem(INDICATORS, "sum", made(SumIndicator))
    client.force_login(make.make_user(role=Role.DISTRICT, area=make.make_area(AreaLevel.DISTRICT)))
    page = client.get("/figures/sum/?as_of=2026-06-30")
    assert "从业人员：从业人员数合计 1,234　口径" in page.content.decode()
    assert page.context["size"] == 2
