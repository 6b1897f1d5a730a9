"""The rating part of the demo district: one cycle finished, one under way, and nothing of what
they hold contradicts what pages and verbs say."""

from datetime import date

import pytest
from django.utils import timezone

from activities.demo import People
from common.models import FlowStep
from evaluations import demo
from evaluations.choices import CommitmentState, CycleState, ReviewState, VersionState
from evaluations.demo_promises import rating_year
from evaluations.flow import COMMITMENT_FLOW, REVIEW_FLOW
from evaluations.models import Commitment, CommitmentItem, Nomination, RatingCycle, Review, Score
from evaluations.queries import proposals, scored
from evaluations.rules import total

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 23)


@pytest.fixture
def told(cast, time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")
    people = People(
        secretaries={cast.organization_a.pk: cast.secretary_a},
        reviewers={cast.town_a.pk: cast.town_a_staff}, district=cast.district_staff,
    )
    assert demo.load(seed=1, today=TODAY, people=people) == Commitment.objects.count() > 3
    assert demo.load(seed=1, today=TODAY, people=people) == 0
    return cast


def test_one_cycle_is_finished_and_one_runs(told):
    finished, running = RatingCycle.objects.order_by("last_on")
    assert (finished.state, running.state) == (CycleState.CLOSED, CycleState.OPEN)
    assert finished.version.state == VersionState.FROZEN
    assert set(finished.reviews.values_list("state", flat=True)) <= {
        ReviewState.GRANTED, ReviewState.UNRATED
    }
    mine = running.reviews.get(organization=told.organization_a)
    assert mine.state == ReviewState.SELF
    for review in Review.objects.exclude(total_self=None):
        assert review.total_self == total(scored(review), "self", finished.version.bonus_cap)
    found = proposals(finished)
    for review in finished.reviews.all():
        assert review.band == found[review.pk].band
        assert review.grants.count() == (review.band is not None)
    assert Score.objects.exclude(by_district=None).filter(review__cycle=finished).exists()


def test_the_steps_lead_to_the_states(told):
    for flow, model in ((COMMITMENT_FLOW, Commitment), (REVIEW_FLOW, Review)):
        for row in model.objects.all():
            steps = list(flow.steps(row))[::-1]
            assert steps[-1].after == row.state if steps else row.state in {"proposed", "self"}
            assert [one.after for one in steps[:-1]] == [one.before for one in steps[1:]]
            assert all(flow.transitions[one.verb].target == one.after for one in steps)
    assert not FlowStep.objects.filter(at__gt=timezone.now()).exists()
    assert not CommitmentItem.objects.filter(done_on__gte=TODAY).exists()
    returned = Commitment.objects.filter(
        organization=told.organization_a, state=CommitmentState.PROPOSED
    )
    assert returned.count() <= 1
    assert Nomination.objects.exists()


def test_the_year_that_is_rated_is_decided_in_spring():
    assert rating_year(date(2026, 11, 23)) == rating_year(date(2027, 4, 30)) == 2026
