"""Figures of declared ledgers: every number equals its list, and conditions are the columns."""

from decimal import Decimal

import pytest

from accounts.scope import Scope, area_scope
from common.ledgers import ledger_of
from common.periods import EARLIEST, Span
from common.tables import display
from registers.models import MassOrganization, Team
from reports.declared import DECLARED
from reports.figures import Extent, figures
from reports.indicators import INDICATORS
from reports.kinds import DistinctIndicator, MedianIndicator, SumIndicator
from services.models import Help, HelpCategory
from tests.registers.samples import DAY, ROWS, write
from tests.registers.test_ledgers import KINDS

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
COUNTED = [kind for kind in KINDS if ledger_of(kind).is_counted]
EVER = Span(EARLIEST, DAY)


@pytest.fixture
def filled(cast):
    """One row of each ledger."""
    first = ["teams", "mass_organizations", "sites", "trainings", "campaigns"]
    for kind in dict.fromkeys([*first, *KINDS]):
        write(kind)
    return cast


def value(key, where=None, span=EVER):
    return INDICATORS[key].figure(WHOLE, DAY, where, span).value


def test_every_number_opens_the_rows_that_make_it(filled, client):
    client.force_login(filled.district_staff)
    empty = []
    for one in (one for one in DECLARED if one.key.startswith(tuple(COUNTED))):
        span = {"from": str(EVER.first), "to": str(EVER.last)} if one.period else {}
        page = client.get(f"/figures/{one.key}/", {"as_of": str(DAY), **span})
        assert page.status_code == 200, one.key
        number = value(one.key)
        if isinstance(one, SumIndicator):
            rows = one.rows(WHOLE, DAY, None, one.span(DAY, EVER))
            assert number == sum(row[one.column] or 0 for row in rows.values(one.column)), one.key
        elif isinstance(one, MedianIndicator):
            assert page.context["subject"].number.endswith(display(number)), one.key
        else:
            assert page.context["size"] == page.context["page"].total == number, one.key
        empty += [one.key] * (not number)
    assert empty == [
        "teams_organizations", "teams_new", "teams_new_organizations", "funds_entities",
        "campaign_claims_entities",
    ], "columns that the samples leave empty"


def test_a_neighbour_town_counts_none_of_it(filled, client):
    client.force_login(filled.town_b_staff)
    span = {"from": str(EVER.first), "to": str(EVER.last)}
    for kind in COUNTED:
        page = client.get(f"/figures/{kind}/", {"as_of": str(DAY), **span})
        assert page.context["size"] == 0, kind


@pytest.mark.parametrize(
    ("key", "where", "number"),
    [
        ("mass_organizations", {"kind": "共青团"}, 1),
        ("mass_organizations", {"kind": "工会"}, 0),
        ("mass_organizations", {"kind": "没有的"}, 0),
        ("mass_organizations", {"entity_kind": "小微企业"}, 1),
        ("teams", {"level": "镇街级"}, 1),
        ("alliances", {"partners": "某大学"}, 1),
        ("alliances", {"partners": "别的"}, 0),
        ("sites", {"community": "甲一村"}, 1),
        ("sites", {"town": "990101101"}, 1),
        ("new_employment", {"duties": "兼职网格员"}, 1),
        ("enterprise_years", {"year": "2020"}, 0),
        ("enterprise_years", {"year": "x"}, 0),
    ],
)
def test_conditions_are_the_columns(filled, key, where, number):
    assert value(key, where) == number


def test_hosts_are_counted_by_what_they_are(filled):
    name = ROWS["trainings"]["主办单位"]
    kinds = ("队伍", "群团", "部门", "镇街级队伍", "区级队伍", name, "别的")
    assert [value("trainings", {"host": kind}) for kind in kinds] == [1, 0, 0, 1, 0, 1, 0]


def test_activities_by_who_held_them(cast):
    league = MassOrganization.objects.create(kind="youth", name="团支部")
    team = Team.objects.create(kind="lecturers", name="区宣讲团", level="district")
    talk = {"types": ["public_talk"], "topic": "宣讲", "held_on": DAY}
    for host in ({}, {"host_mass_organization": league}, {"host_team": team}):
        cast.organization_a.activities.create(**talk, **host)
    for words, number in (("共青团", 1), ("群团", 1), ("区级队伍", 1), ("妇联", 0), ("x", 0)):
        assert value("activities", {"type": "宣讲", "host": words}) == number


def test_what_is_named_several_times_multiplies_nothing(cast):
    """Asked in one call, as a bulletin does: two enterprises of one help are not two helps."""
    category = HelpCategory.objects.create(name="融资", group="finance")
    one = Help.objects.create(
        category=category, name="对接会", happened_on=DAY, quantity_1=8, amount=Decimal(500)
    )
    for entity in (cast.entity_a, cast.entity_b):
        one.beneficiaries.create(entity=entity)
    keys = ("help", "help_entities", "help_quantity_1", "help_amount")
    found = figures([INDICATORS[key] for key in keys], WHOLE, DAY, {"category": "融资"}, EVER)
    assert [found[key].value for key in keys] == [1, 2, 8, 500]


def test_a_part_is_counted_by_its_whole(filled):
    assert value("attendances", {"training__level": "镇街级", "role": "书记"}) == 1
    assert value("attendances", {"training__level": "市级"}) == 0


def test_towns_sum_to_the_district(filled):
    """A row of 甲镇 that names an organization of 乙街道 counts in 甲镇 alone."""
    write("help", {**ROWS["help"], "类别": "授信", "主办单位": "中共乙一支部委员会"})
    towns = [Extent(WHOLE.scope, area_scope(town)) for town in (filled.town_a, filled.town_b)]
    for one in DECLARED:
        if isinstance(one, DistinctIndicator | MedianIndicator):
            continue
        parts = [one.figure(extent, DAY, None, EVER).value for extent in towns]
        assert sum(parts) == value(one.key), one.key


def test_what_lasts_is_counted_on_a_day_and_as_it_begins(filled):
    opened = INDICATORS["sites"]
    before = opened.figure(WHOLE, DAY.replace(year=2023, month=6)).value
    assert (before, value("sites")) == (0, 1)
    assert value("sites_new", span=Span(DAY.replace(year=2023, month=7, day=1), DAY)) == 1
    assert value("sites_new", span=Span(DAY.replace(year=2024, month=7, day=2), DAY)) == 0


def test_money_is_summed_exactly(filled):
    amount = value("funds_amount")
    assert amount == Decimal(str(ROWS["funds"]["金额（元）"]).replace(",", ""))
    assert INDICATORS["funds_amount"].by("kind", WHOLE, DAY, span=EVER)[0].figure.value == amount
