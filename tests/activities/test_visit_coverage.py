"""Work coverage that asks for visits (setting work_coverage.visit_days): figures equal a recount in
plain Python, cells equal their lists, every page says why."""

import random
from datetime import date, timedelta

import pytest

from accounts.scope import Scope
from common import parameters
from enterprises.models import Entity
from organizations.choices import CoverageState
from organizations.coverage import coverage_counts, first_day, with_coverage
from organizations.explain import explain
from reports.figures import Extent, cells, figures
from reports.indicators import INDICATORS
from tests.activities.visits import TODAY, ask_for_visits, visit
from tests.extent import few
from tests.reports import plain
from tests.reports.districts import random_district

pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
WORK = [INDICATORS["work_coverage"], INDICATORS["work_coverage_of_uncovered"]]


def ids(rows):
    return set(rows.values_list("pk", flat=True))


def with_visits(seed):
    """A random district whose instructors came around the days on which things happen."""
    days = random_district(seed, size=24)
    rng = random.Random(seed)
    made = set()
    for entity in Entity.objects.prefetch_related("assignments__instructor"):
        for link in entity.assignments.all():
            for _ in range(rng.randrange(3)):
                day = rng.choice(days) - timedelta(days=rng.choice([0, 1, 89, 90, 91]))
                if (link.instructor_id, entity.pk, day) not in made:
                    made.add((link.instructor_id, entity.pk, day))
                    visit(link.instructor, entity, day)
    return days


@pytest.mark.parametrize("seed", few((1, 2)))
def test_figures_lists_states_and_reasons_agree(seed):
    """With the setting on from one of the days on: before it an assignment is enough."""
    days = with_visits(seed)
    since = sorted(days)[len(days) // 3]
    parameters.set_from(key="work_coverage.visit_days", value=90, on=since, by=None)
    differs = False
    for day in days[:5]:
        with parameters.remembered():
            expected = plain.family(day)
            states = {entity.pk: plain.coverage(entity, day) for entity in plain.every_entity()}
            found = figures(WORK, WHOLE, day)
            for indicator in WORK:
                met, total = expected[indicator.key]
                assert ids(indicator.met_rows(WHOLE, day)) == met, (indicator.key, day)
                assert ids(indicator.unmet_rows(WHOLE, day)) == total - met
                assert (found[indicator.key].met, found[indicator.key].total) == (
                    len(met), len(total),
                )
                for cell in cells([indicator], "town", WHOLE, day)[indicator.key]:
                    rows = indicator.met_rows(WHOLE, day, {"town": cell.key})
                    assert rows.count() == cell.figure.met
            rows = Entity.objects.at(day)
            assert dict(with_coverage(rows, day).values_list("pk", "coverage")) == states
            assert coverage_counts(rows, day) == {
                state: list(states.values()).count(state) for state in CoverageState
            }
            for entity in Entity.objects.all():
                assert explain(entity, day).state == states[entity.pk], (entity, day)
            differs |= day >= since and CoverageState.NONE in states.values()
    assert differs


def sentences(entity, day=TODAY):
    return [reason.sentence for reason in explain(entity, day).reasons]


def test_why_an_entity_does_not_count(cast):
    """The edge: 90 days ago still counts."""
    free = cast.entity_free
    assert explain(free, TODAY).state == CoverageState.WORK_ONLY
    ask_for_visits(90)
    assert sentences(free)[-2:] == [
        "指导员指导员甲在任，但 90 天内没有走访，不计入工作覆盖",
        "没有 90 天内走访过的在任指导员，也没有工会、共青团、妇联",
    ]
    detail = explain(free, TODAY).reasons[-2].detail
    assert detail == "还没有走访记录，聘期 2020-01-01 至 2030-12-31"
    old = visit(cast.instructor_a, free, TODAY - timedelta(days=91))
    assert explain(free, TODAY).state == CoverageState.NONE
    assert "最近一次走访 2026-08-24" in explain(free, TODAY).reasons[-2].detail
    old.visited_on += timedelta(days=1)
    old.save()
    assert explain(free, TODAY).state == CoverageState.WORK_ONLY
    assert "指导员指导员甲在任，90 天内走访过，计入工作覆盖" in sentences(free)
    assert explain(free, TODAY + timedelta(days=1)).state == CoverageState.NONE
    assert explain(free, date(2026, 8, 24)).state == CoverageState.NONE


def test_neither_a_colleague_nor_a_visit_to_come_counts(cast):
    ask_for_visits(90)
    visit(cast.instructor_a, cast.entity_a)
    visit(cast.instructor_a, cast.entity_free, TODAY + timedelta(days=1))
    share = INDICATORS["work_coverage_of_uncovered"].figure(WHOLE, TODAY)
    assert (share.met, share.total) == (0, 1)


def test_the_basis_says_the_rule_when_it_is_on(cast, client):
    plainly = "有在任指导员联系，或有工会、共青团、妇联的主体 ÷ 正常经营且没有党组织覆盖的主体"
    work = INDICATORS["work_coverage_of_uncovered"]
    assert work.basis_on(TODAY) == plainly
    parameters.set_from(key="work_coverage.visit_days", value=90, on=date(2026, 10, 1), by=None)
    assert work.basis_on(TODAY).startswith("有在任指导员联系且其 90 天内走访过，或有工会")
    assert work.basis_on(date(2026, 9, 30)) == plainly
    assert "联系且其 90 天内走访过" in INDICATORS["work_coverage"].basis_on(TODAY)
    client.force_login(cast.district_staff)
    page = client.get(cast.entity_free.get_absolute_url(), {"as_of": str(TODAY)}).content.decode()
    assert "但 90 天内没有走访" in page


@pytest.mark.parametrize("visit_days", [0, 90])
def test_it_costs_one_reading_of_the_settings(cast, django_assert_num_queries, visit_days):
    """The settings are read once in a request or job; the rule is part of the one query."""
    ask_for_visits(visit_days)
    with parameters.remembered():
        parameters.value("work_coverage.visit_days")
        with django_assert_num_queries(1):
            figures(WORK, WHOLE, TODAY)
        with django_assert_num_queries(1):
            coverage_counts(Entity.objects.at(TODAY), TODAY)


def test_days_at_the_end_of_time():
    assert first_day(date.min, 90) == date.min
    assert first_day(date(2026, 3, 1), 1) == date(2026, 2, 28)
