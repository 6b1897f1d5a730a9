"""Towns are rated by the same engine: formulas are the indicators of the dashboard."""

from datetime import date

import pytest

from accounts.scope import Scope, scope_for
from common.periods import Span
from evaluations import actions
from evaluations.computing import compute
from evaluations.formulas import choices_for, formula_of
from evaluations.models import RatingScheme, Score
from reports.figures import Extent, cells
from reports.indicators import INDICATORS
from reports.town_formulas import KEYS

pytestmark = pytest.mark.django_db
SPAN = Span(date(2026, 1, 1), date(2026, 10, 31))


@pytest.mark.parametrize("key", KEYS)
def test_a_formula_is_the_indicator_of_the_town(cast, key):
    ids = [cast.town_a.pk, cast.town_b.pk]
    found = formula_of(f"town_{key}").function(ids, SPAN)
    extent = Extent(Scope(everything=True))
    by_town = cells([INDICATORS[key]], "town", extent, SPAN.last, span=SPAN)[key]
    expected = {cell.key: cell.figure.percent_text for cell in by_town if cell.key}
    towns = {cast.town_a.pk: cast.town_a.code, cast.town_b.pk: cast.town_b.code}
    assert {towns[pk]: result.basis.split("（")[0] for pk, result in found.items()} == expected


@pytest.mark.parametrize("name", ["镇街党建工作述职评议", "部门党建工作述职评议"])
def test_the_shipped_appraisals_make_a_hundred(name):
    version = RatingScheme.objects.get(name=name).versions.get()
    assert sum(one.points for one in version.criteria.all()) == 100
    assert [band.label for band in version.bands.all()] == ["好", "较好", "一般", "差"]


def test_a_cycle_of_towns(cast, time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")
    version = RatingScheme.objects.get(name="镇街党建工作述职评议").versions.get()
    cycle = actions.open_cycle(
        version=version, name="2026 年述职评议", first_on=SPAN.first, last_on=SPAN.last,
        self_by=date(2026, 11, 28), town_by=date(2026, 12, 10), district_by=date(2026, 12, 20),
        by=cast.district_staff, scope=scope_for(cast.district_staff),
    )
    compute(cycle)
    score = Score.objects.get(
        review__town=cast.town_a, criterion__formula="town_org_coverage"
    )
    assert (score.computed, score.basis) == (10, "100.0%（2/2）")
    assert len(choices_for("town")) == len(KEYS)
