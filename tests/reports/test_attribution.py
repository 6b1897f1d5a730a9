"""为什么变了: each cause by a hand-made case, and the sum over random districts."""

import random

import pytest

from accounts.scope import Scope
from areas.choices import AreaLevel
from areas.models import Area
from enterprises.choices import BusinessStatus
from enterprises.models import Entity
from reports.attribution import Cause, change, met_rows, total_rows
from reports.figures import Extent, Share
from tests import factories as make
from tests.extent import few
from tests.factories import on
from tests.reports.districts import random_district

pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
START, END = on("2026-07-31"), on("2026-10-31")
BETWEEN = on("2026-09-01")


def lines(extent=WHOLE, where=None):
    """Cause → (change of the numerator, of the denominator), without the empty ones."""
    found = change(extent, START, END, where).lines
    assert [line.cause for line in found] == list(Cause)
    return {line.cause: (line.met, line.total) for line in found if line.met or line.total}


def covered_entity(starts_on="2020-01-01", **values):
    entity = make.make_entity(**values)
    make.cover(entity, make.make_organization(), starts_on=starts_on)
    return entity


def test_nothing_changed():
    covered_entity()
    make.make_entity()
    assert lines() == {}
    assert change(WHOLE, START, END).before == Share(1, 2)


@pytest.mark.parametrize(
    ("starts_on", "expected"),
    [
        ("2026-07-31", {}),
        ("2026-08-01", {Cause.JOINED: (1, 0)}),
        ("2026-10-31", {Cause.JOINED: (1, 0)}),
        ("2026-11-01", {}),
    ],
)
def test_link_begins(starts_on, expected):
    covered_entity(starts_on=starts_on)
    assert lines() == expected


def test_organization_dissolved():
    entity = make.make_entity()
    make.cover(entity, make.make_organization(dissolved_on=BETWEEN))
    assert lines() == {Cause.LEFT: (-1, 0)}
    assert list(met_rows(Cause.LEFT, WHOLE, START, END)) == [entity]
    assert not total_rows(Cause.LEFT, WHOLE, START, END)


def test_organization_replaced_by_another_changes_nothing():
    entity = make.make_entity()
    make.cover(entity, make.make_organization(), ends_on=BETWEEN)
    make.cover(entity, make.make_organization(), starts_on=BETWEEN)
    assert lines() == {}


def test_newly_registered_with_and_without_coverage():
    make.make_entity(founded_on="2026-08-01")
    covered = covered_entity(founded_on="2026-10-31")
    make.make_entity(founded_on="2026-07-31")
    make.make_entity(founded_on="2026-11-01")
    assert lines() == {Cause.REGISTERED: (1, 2)}
    assert list(met_rows(Cause.REGISTERED, WHOLE, START, END)) == [covered]
    assert total_rows(Cause.REGISTERED, WHOLE, START, END).count() == 2


def test_closed_and_revoked():
    covered_entity(closed_on="2026-10-31")
    make.make_entity(closed_on="2026-11-01")
    make.change(make.make_entity(), BETWEEN, status=BusinessStatus.REVOKED)
    make.change(make.make_entity(), BETWEEN, status=BusinessStatus.CLOSED)
    assert lines() == {Cause.DEREGISTERED: (-1, -3)}


def test_stopped_and_resumed():
    make.change(covered_entity(), BETWEEN, status=BusinessStatus.SUSPENDED)
    make.change(make.make_entity(), BETWEEN, status=BusinessStatus.SHELL)
    resumed = make.make_entity(status=BusinessStatus.SUSPENDED)
    make.change(resumed, BETWEEN, status=BusinessStatus.NORMAL)
    assert lines() == {Cause.STOPPED: (-1, -2), Cause.RESUMED: (0, 1)}


def test_moved_out_of_the_district_and_back():
    make.change(make.make_entity(), BETWEEN, status=BusinessStatus.MOVED_OUT)
    back = covered_entity(status=BusinessStatus.MOVED_OUT)
    make.change(back, BETWEEN, status=BusinessStatus.NORMAL)
    assert lines() == {Cause.MOVED_IN: (1, 1), Cause.MOVED_OUT: (0, -1)}


def test_moved_between_towns():
    top = make.make_area(AreaLevel.DISTRICT)
    first, second = (make.make_area(AreaLevel.TOWN, top) for _ in range(2))
    make.change(covered_entity(town=first), BETWEEN, town=second)
    assert lines() == {}
    assert lines(Extent.of(WHOLE.scope, first)) == {Cause.MOVED_OUT: (-1, -1)}
    assert lines(Extent.of(WHOLE.scope, second)) == {Cause.MOVED_IN: (1, 1)}
    assert lines(where={"town": second.code}) == {Cause.MOVED_IN: (1, 1)}
    assert lines(where={"kind": "专业市场"}) == {}


def test_founded_and_closed_between_is_no_change():
    covered_entity(founded_on="2026-08-02", closed_on="2026-10-30")
    assert lines() == {}


@pytest.mark.parametrize("seed", few((5, 6)))
def test_lines_sum_to_the_difference(seed):
    days = random_district(seed)
    rng = random.Random(seed)
    town = Area.objects.filter(level=AreaLevel.TOWN).first()
    for _ in range(3):
        start, end = sorted(rng.sample(days, 2))
        extent = rng.choice([WHOLE, Extent.of(WHOLE.scope, town), Extent(Scope())])
        where = rng.choice([{}, {"kind": "小微企业"}, {"town": town.code}, {"park": ""}])
        _check_sum(extent, start, end, where)


def _check_sum(extent, start, end, where):
    found = change(extent, start, end, where)
    assert found.before.met + sum(line.met for line in found.lines) == found.after.met
    assert found.before.total + sum(line.total for line in found.lines) == found.after.total
    seen = []
    for line in found.lines:
        mets = met_rows(line.cause, extent, start, end, where)
        totals = total_rows(line.cause, extent, start, end, where)
        assert mets.count() == abs(line.met)
        assert totals.count() == abs(line.total)
        seen += {*mets.values_list("pk", flat=True), *totals.values_list("pk", flat=True)}
    assert len(seen) == len(set(seen)) <= Entity.objects.count()
