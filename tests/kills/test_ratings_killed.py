"""A rating cycle of 500 organizations and 80 criteria, its computing struck at random points."""

import os
from datetime import date

import pytest
from django.db import connection

from accounts.scope import acting_scope
from common import jobs
from common.models import Job
from evaluations import actions
from evaluations.models import RatingScheme, Score
from organizations.choices import OrganizationStatus
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)

ORGANIZATIONS, CRITERIA = 500, 80
ROUNDS = int(os.environ.get("KILLS_ROUNDS", "20")) // 2


def opened():
    """A cycle that rates them all; its job is begun by the action."""
    for number in range(ORGANIZATIONS):
        make.make_organization(name=f"支部{number}", status=OrganizationStatus.IN_USE)
    version = RatingScheme.objects.get(name="党组织星级评定").versions.get()
    return actions.open_cycle(
        version=version, name="2026 年度", first_on=date(2026, 1, 1), last_on=date(2026, 11, 20),
        self_by=date(2026, 11, 28), town_by=date(2026, 12, 10), district_by=date(2026, 12, 20),
        by=None, scope=acting_scope(None),
    )


def computed(cycle):
    """What computing has left: every score as the system gave it, and the vetoes it found."""
    scores = Score.objects.filter(review__cycle=cycle).order_by("review_id", "criterion_id")
    found = cycle.reviews.values_list("findings__veto", "findings__row")
    return list(scores.values_list("review", "criterion", "computed", "basis")), sorted(
        map(str, found)
    )


def forget(cycle):
    """As before the job."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE evaluations_score SET computed = NULL, basis = '' WHERE review_id IN "
            "(SELECT id FROM evaluations_review WHERE cycle_id = %s)", [cycle.pk],
        )


@pytest.mark.full
def test_a_cycle_is_computed_whatever_is_killed(killer):
    cycle = opened()
    killer.clean("compute", Job.objects.get(subject=cycle.pk))
    clean = computed(cycle)
    assert cycle.reviews.count() == ORGANIZATIONS
    assert cycle.version.criteria.count() >= CRITERIA
    assert any(score[2] is not None for score in clean[0])
    counted = 0
    while counted < ROUNDS:
        forget(cycle)
        job = jobs.start(kind="evaluations.compute", subject=cycle.pk, by=None)
        counted += killer.kill("compute", job).counts
        assert computed(cycle) == clean
