"""The figures of a random district: equal to plain Python, cell by cell equal to their lists."""

import random
from datetime import date

import pytest

from accounts.choices import Role
from accounts.scope import Scope, area_scope, scope_for
from areas.choices import AreaLevel
from areas.models import Area
from enterprises.models import Entity
from organizations.choices import CoverageState
from organizations.coverage import coverage_counts, with_coverage
from reports.figures import Extent, cells, crossed, figures
from reports.indicators import FAMILY, INDICATORS, standing
from reports.kinds import ShareIndicator
from reports.populations import DIMENSIONS
from reports.trend import month_ends, org_coverage_trend
from tests.extent import few
from tests.factories import make_user
from tests.reports import plain
from tests.reports.districts import random_district

pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
SEEDS = few((1, 2))


def ids(rows):
    return set(rows.values_list("pk", flat=True))


def extents():
    """The whole district, each town, a town's user, nobody, and an area within a user's scope."""
    towns = list(Area.objects.filter(level=AreaLevel.TOWN))
    park = Area.objects.filter(level=AreaLevel.PARK).first()
    user = scope_for(make_user(role=Role.TOWN, area=towns[0]))
    return [
        WHOLE, Extent(Scope()), Extent(user), Extent(user, area_scope(park)),
        *(Extent.of(WHOLE.scope, town) for town in towns),
    ]


@pytest.mark.parametrize("seed", SEEDS)
def test_figures_equal_plain_python(seed):
    for day in random_district(seed)[:5]:
        expected = plain.family(day)
        found = figures(FAMILY, WHOLE, day)
        for key, (met, total) in expected.items():
            indicator = INDICATORS[key]
            assert ids(indicator.rows(WHOLE, day)) == total, (key, day)
            if isinstance(indicator, ShareIndicator):
                assert ids(indicator.met_rows(WHOLE, day)) == met, (key, day)
                assert ids(indicator.unmet_rows(WHOLE, day)) == total - met, (key, day)
                assert (found[key].met, found[key].total) == (len(met), len(total)), (key, day)
            else:
                assert found[key].value == len(total), (key, day)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_cell_equals_its_list(seed):
    """Every cell of every dimension sums up; a sample of them is compared with the lists."""
    day = random_district(seed, size=24)[0]
    for extent in extents():
        whole = figures(FAMILY, extent, day)
        seen = []
        for dimension in DIMENSIONS:
            for key, parts in cells(FAMILY, dimension, extent, day).items():
                if dimension not in INDICATORS[key].population.dimensions:
                    assert parts == []
                    continue
                assert sum(cell.figure.size for cell in parts) == whole[key].size
                assert len({cell.key for cell in parts}) == len(parts)
                seen += [(INDICATORS[key], {dimension: cell.key}, cell.figure) for cell in parts]
        for indicator, where, figure in random.Random(seed).sample(seen, min(20, len(seen))):
            _check_lists(indicator, where, figure, extent, day)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_cell_of_town_by_kind_equals_its_list(seed, django_assert_num_queries):
    day = random_district(seed, size=24)[0]
    shares = [INDICATORS["org_coverage"], INDICATORS["work_coverage"]]
    for extent in extents():
        # One for the figures, one for the settings where nothing keeps them.
        with django_assert_num_queries(2 if extent.scope != Scope() else 1):
            found = crossed(shares, ("town", "kind"), extent, day)
        for share in shares:
            parts = found[share.key]
            assert sum(figure.total for figure in parts.values()) == share.figure(extent, day).total
            for (town, kind), figure in parts.items():
                _check_lists(share, {"town": town, "kind": kind}, figure, extent, day)


def _check_lists(indicator, where, figure, extent, day):
    assert indicator.figure(extent, day, where) == figure
    assert indicator.rows(extent, day, where).count() == figure.size
    if isinstance(indicator, ShareIndicator):
        assert indicator.met_rows(extent, day, where).count() == figure.met
        assert indicator.unmet_rows(extent, day, where).count() == figure.unmet


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_towns_sum_to_the_district(seed):
    """An extent of a town is the cell of that town."""
    for day in random_district(seed, size=24)[:2]:
        for town in Area.objects.filter(level=AreaLevel.TOWN):
            inside = figures(FAMILY, Extent.of(WHOLE.scope, town), day)
            for indicator in FAMILY:
                cell = indicator.figure(WHOLE, day, {"town": town.code})
                assert inside[indicator.key] == cell, (indicator.key, day)


@pytest.mark.parametrize("seed", SEEDS[:1])
def test_trend_equals_the_single_days(seed):
    days = random_district(seed, size=24)
    town = Area.objects.filter(level=AreaLevel.TOWN).first()
    coverage = INDICATORS["org_coverage"]
    for extent in (WHOLE, Extent.of(WHOLE.scope, town), Extent(Scope())):
        for where in ({}, {"kind": "小微企业"}, {"town": town.code, "industry": "C"}):
            for point in org_coverage_trend(extent, days, where):
                assert point.figure == coverage.figure(extent, point.day, where)


@pytest.mark.parametrize("seed", SEEDS)
def test_coverage_states_equal_plain_python(seed):
    for day in random_district(seed)[:6]:
        expected = {entity.pk: plain.coverage(entity, day) for entity in plain.every_entity()}
        rows = with_coverage(Entity.objects.at(day), day)
        assert dict(rows.values_list("pk", "coverage")) == expected
        counts = coverage_counts(Entity.objects.at(day), day)
        assert counts == {s: list(expected.values()).count(s) for s in CoverageState}
        share = INDICATORS["org_coverage"].figure(WHOLE, day)
        assert counts[CoverageState.WORK_ONLY] + counts[CoverageState.NONE] == share.unmet


def test_standing_equals_the_lists():
    day = random_district(SEEDS[0], size=24)[0]
    lists = plain.family(day)
    for entity in Entity.objects.all():
        expected = {
            key: entity.pk in met for key, (met, total) in lists.items()
            if entity.pk in total and key != "entities"
        }
        assert {s.indicator.key: s.is_met for s in standing(entity, day)} == expected


def test_month_ends():
    assert month_ends(date(2026, 11, 22), 3) == [
        date(2026, 8, 31), date(2026, 9, 30), date(2026, 10, 31),
    ]
    assert month_ends(date(2024, 2, 29), 1) == [date(2024, 2, 29)]
    assert month_ends(date.max, 1) == [date.max]
    assert month_ends(date(1, 2, 3)) == [date(1, 1, 31)]
    assert org_coverage_trend(WHOLE, month_ends(date.min)) == []
    assert len(month_ends(date(2026, 11, 22))) == 24
