"""A whole cycle: 153 organizations, 80 criteria and a bonus, through all levels, ending in
29 stars of three, 11 of four and 3 of five, granted by the towns, the district and the city."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.scope import scope_for
from common import jobs
from common.models import Job
from common.refusals import Refused
from evaluations import actions
from evaluations.actions import Given
from evaluations.choices import (
    CommitmentState,
    FindingState,
    GrantChange,
    GrantLevel,
    Method,
    ReviewState,
    VersionState,
)
from evaluations.computing import compute
from evaluations.formulas import choices_for, finder_of, formula_of
from evaluations.models import (
    Commitment,
    Criterion,
    Finding,
    RatingScheme,
    SchemeVersion,
    Score,
    StarGrant,
    Veto,
)
from tests import factories as make

D = Decimal
pytestmark = pytest.mark.django_db
# Quotas that leave 29, 11 and 3 places of 153.
SHARES = {5: "2", 4: "7.2", 3: "19"}
SIZE = 153


@pytest.fixture
def version():
    found = RatingScheme.objects.get(name="党组织星级评定").versions.get()
    for rank, share in SHARES.items():
        found.bands.filter(rank=rank).update(share=D(share))
    return found


@pytest.fixture
def today(time_machine):
    time_machine.move_to("2026-11-23 10:00+08:00")
    return time_machine


def opened(cast, version, **values):
    """A cycle of 2026, opened by the district."""
    days = {
        "first_on": date(2026, 1, 1), "last_on": date(2026, 11, 20), "self_by": date(2026, 11, 28),
        "town_by": date(2026, 12, 10), "district_by": date(2026, 12, 20),
    }
    return actions.open_cycle(
        version=version, name="2026 年度", by=cast.district_staff,
        scope=scope_for(cast.district_staff), **(days | values),
    )


def commit(organization, entity):
    """A commitment on file with the district."""
    return Commitment.objects.create(
        organization=organization, entity=entity, year=2026, signed_on=date(2026, 3, 1),
        state=CommitmentState.REGISTERED,
    )


def test_the_shipped_scheme_has_six_categories_and_eighty_criteria(version):
    criteria = version.criteria.filter(is_bonus=False)
    assert (criteria.count(), criteria.values("category").distinct().count()) == (80, 6)
    assert sum(one.points for one in criteria) == 100
    assert version.criteria.filter(is_bonus=True).exists()


def test_every_formula_and_finder_of_the_shipped_schemes_is_known():
    for one in Criterion.objects.filter(method=Method.FORMULA).select_related("version__scheme"):
        assert formula_of(one.formula).rated == one.version.scheme.rated
    for veto in Veto.objects.exclude(formula=""):
        assert finder_of(veto.formula)
    assert len(choices_for("organization")) > 20


def test_opening_freezes_the_version(cast, version, today):
    cycle = opened(cast, version)
    version.refresh_from_db()
    assert version.state == VersionState.FROZEN
    assert cycle.reviews.count() == 4
    assert Score.objects.count() == 4 * version.criteria.count()
    assert Job.objects.get().kind == "evaluations.compute"


def test_an_empty_version_cannot_be_opened(cast, version, today):
    empty = SchemeVersion.objects.create(scheme=version.scheme, number=2)
    with pytest.raises(Refused, match="还没有指标"):
        opened(cast, empty)
    with pytest.raises(Refused, match="依次为自评"):
        opened(cast, version, self_by=date(2026, 12, 30))


def test_computing_asks_the_same_for_four_and_for_forty(cast, version, today):
    cycle = opened(cast, version)
    with CaptureQueriesContext(connection) as few:
        compute(cycle)
    for _ in range(36):
        make.make_organization(town=cast.town_a)
    many_cycle = opened(cast, version, last_on=date(2026, 11, 19))
    with CaptureQueriesContext(connection) as many:
        compute(many_cycle)
    assert many_cycle.reviews.count() == 40
    assert len(many) == len(few)


def test_computing_twice_changes_nothing(cast, version, today):
    cycle = opened(cast, version)
    compute(cycle)
    before = list(Score.objects.order_by("pk").values_list())
    found = list(Finding.objects.order_by("pk").values_list())
    compute(cycle)
    assert list(Score.objects.order_by("pk").values_list()) == before
    assert list(Finding.objects.order_by("pk").values_list()) == found


def review_of(cast, version):
    cycle = opened(cast, version)
    compute(cycle)
    return cycle.reviews.get(organization=cast.organization_a)


def test_only_what_differs_is_saved(cast, version, today):
    review = review_of(cast, version)
    own = scope_for(cast.secretary_a)
    rows = list(review.scores.select_related("criterion").filter(criterion__method="manual")[:3])
    given = {row.criterion_id: Given(row.criterion.points) for row in rows}
    saved = actions.save_scores(review=review, given=given, by=cast.secretary_a, scope=own)
    assert len(saved) == 3
    given = {row.criterion_id: Given(row.criterion.points, "", 1) for row in rows}
    given[rows[0].criterion_id] = Given(D("0.5"), "", 1)
    saved = actions.save_scores(review=review, given=given, by=cast.secretary_a, scope=own)
    assert [row.criterion_id for row in saved] == [rows[0].criterion_id]


def test_of_two_at_once_one_wins_and_the_other_sees_both(cast, version, today):
    review = review_of(cast, version)
    own = scope_for(cast.secretary_a)
    row = review.scores.filter(criterion__method="manual").first()
    actions.save_scores(
        review=review, given={row.criterion_id: Given(D("0.5"))}, by=cast.secretary_a, scope=own
    )
    with pytest.raises(actions.Overtaken) as told:
        actions.save_scores(
            review=review, given={row.criterion_id: Given(D("0.4"))}, by=cast.secretary_a,
            scope=own,
        )
    assert [(one.theirs, one.mine) for one in told.value.clashes] == [(D("0.5"), D("0.4"))]
    row.refresh_from_db()
    assert row.by_self == D("0.5")


def test_another_score_than_the_computed_one_wants_a_reason(cast, version, today):
    review = review_of(cast, version)
    own = scope_for(cast.secretary_a)
    row = review.scores.get(criterion__formula="secretary_filled")
    wrong = {row.criterion_id: Given(row.criterion.points - row.computed)}
    with pytest.raises(actions.WrongScores) as told:
        actions.save_scores(review=review, given=wrong, by=cast.secretary_a, scope=own)
    assert "系统算得" in told.value.problems[row.criterion_id]
    row.refresh_from_db()
    assert row.by_self is None


def test_nobody_scores_out_of_turn(cast, version, today):
    review = review_of(cast, version)
    with pytest.raises(Refused, match="不由您打分"):
        actions.save_scores(
            review=review, given={}, by=cast.town_a_staff, scope=scope_for(cast.town_a_staff)
        )
    with pytest.raises(Refused, match="没有得分"):
        actions.hand_on(
            review=review, verb="assess", by=cast.secretary_a, scope=scope_for(cast.secretary_a)
        )


def test_editing_the_scheme_leaves_a_running_cycle_alone(cast, version, today):
    cycle = opened(cast, version)
    newer = SchemeVersion.objects.create(scheme=version.scheme, number=2, bonus_cap=1)
    Criterion.objects.create(version=newer, category="组织建设", number=1, name="另", points=100)
    assert cycle.version.criteria.count() == 84
    assert cycle.version.bonus_cap == 10


WRITE = """
UPDATE evaluations_score s SET by_self = n.points, by_district = n.points,
  reasons = '{"district": "按实核定"}'
FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[]) AS n(review, criterion, points)
WHERE s.review_id = n.review AND s.criterion_id = n.criterion
"""


def spread(criteria, points):
    """(Criterion, score) with ``points`` in all: 1 of bonus from 90 on, the rest over the others
    until it is used up."""
    left = points - 1 if points > 90 else points
    gave_bonus = points <= 90
    for criterion in criteria:
        if criterion.is_bonus:
            yield criterion.pk, D(0) if gave_bonus else D(1)
            gave_bonus = True
            continue
        score = min(left, criterion.points)
        left -= score
        yield criterion.pk, score


class Whole:
    """153 organizations in two towns, taken through the cycle."""

    def __init__(self, cast, version, clock) -> None:
        self.cast, self.clock = cast, clock
        self.organizations = [
            make.make_organization(town=(cast.town_a, cast.town_b)[at % 2])
            for at in range(SIZE - 4)
        ]
        everyone = [
            *self.organizations, cast.organization_a, cast.organization_joint, cast.committee,
            cast.organization_b,
        ]
        for organization in everyone:
            commit(organization, cast.entity_a)
        self.cycle = opened(cast, version)
        compute(self.cycle)
        Finding.objects.filter(review__cycle=self.cycle).update(state=FindingState.DISMISSED)

    def score_all(self) -> None:
        """By the district's last word: the first 3 above 90 with a bonus, 11 above 80, 29 above
        70, the others below; each a little less than the one before."""
        reviews = list(self.cycle.reviews.order_by("organization__name", "pk"))
        assert len(reviews) == SIZE
        wanted = [D(95), D(94), D(93), *[D(89) - D(at) / 2 for at in range(11)],
                  *[D(79) - D(at) / 10 for at in range(29)],
                  *[D(60) - D(at) / 10 for at in range(SIZE - 43)]]
        criteria = list(self.cycle.version.criteria.order_by("number"))
        rows = [
            (review.pk, criterion, points)
            for review, sum_wanted in zip(reviews, wanted, strict=True)
            for criterion, points in spread(criteria, sum_wanted)
        ]
        with connection.cursor() as cursor:
            cursor.execute(WRITE, [list(column) for column in zip(*rows, strict=True)])

    def pass_levels(self) -> None:
        """Self, town and district hand on; what is above 90 goes to the city."""
        cast = self.cast
        secretary = scope_for(cast.secretary_a)
        for review in self.cycle.reviews.select_related("cycle__version"):
            actions.hand_on(review=review, verb="assess", by=cast.secretary_a, scope=secretary)
            actions.hand_on(
                review=review, verb="review", by=cast.town_a_staff,
                scope=scope_for(cast.town_a_staff),
            )
            district = {"by": cast.district_staff, "scope": scope_for(cast.district_staff)}
            if review.total_self > 90:
                actions.hand_on(review=review, verb="refer", **district)
                actions.hand_on(review=review, verb="record_city", **district)
            else:
                actions.hand_on(review=review, verb="finish", **district)


def test_a_cycle_of_153_ends_in_29_11_and_3(cast, version, today):
    whole = Whole(cast, version, today)
    whole.score_all()
    whole.pass_levels()
    cycle, staff = whole.cycle, cast.district_staff
    district = {"by": staff, "scope": scope_for(staff)}
    actions.propose(cycle=cycle, **district)
    actions.publish(cycle=cycle, **district)
    cycle.refresh_from_db()
    assert cycle.published_until == date(2026, 11, 30)

    def decide(level, by, document):
        rows = cycle.reviews.filter(band__granted_by=level).select_related(
            "band", "cycle__version__scheme", "organization"
        )
        return actions.decide(
            cycle=cycle, level=level, document=document, decided_on=date(2026, 12, 1),
            reviews=rows, by=by, scope=scope_for(by),
        )

    with pytest.raises(Refused, match="公示到 2026-11-30 结束"):
        decide(GrantLevel.TOWN, cast.town_a_staff, "甲镇党发〔2026〕9号")
    today.move_to("2026-12-01 10:00+08:00")
    with pytest.raises(Refused, match="不由您登记"):
        decide(GrantLevel.CITY, cast.town_a_staff, "文号")
    assert len(decide(GrantLevel.TOWN, cast.town_a_staff, "甲镇党发〔2026〕9号")) == 29
    with pytest.raises(Refused, match="还有 14 个没有授星"):
        actions.close_cycle(cycle=cycle, **district)
    assert len(decide(GrantLevel.DISTRICT, staff, "区委组发〔2026〕31号")) == 11
    assert len(decide(GrantLevel.CITY, staff, "市委组发〔2026〕77号")) == 3
    actions.close_cycle(cycle=cycle, **district)
    by_rank = {rank: StarGrant.objects.filter(rank=rank) for rank in (3, 4, 5)}
    assert {rank: rows.count() for rank, rows in by_rank.items()} == {3: 29, 4: 11, 5: 3}
    assert {
        rank: set(rows.values_list("granted_by", flat=True)) for rank, rows in by_rank.items()
    } == {3: {"town"}, 4: {"district"}, 5: {"city"}}
    assert cycle.reviews.filter(state=ReviewState.UNRATED).count() == SIZE - 43


def granted(cast, version) -> StarGrant:
    scheme = version.scheme
    return StarGrant.objects.create(
        organization=cast.organization_a, scheme=scheme, rank=4, label="四星",
        granted_by=GrantLevel.DISTRICT, document="区委组发〔2025〕3号", change=GrantChange.RATED,
        starts_on=date(2025, 12, 1),
    )


@pytest.mark.parametrize(
    ("rank", "change"),
    [(5, GrantChange.RAISED), (3, GrantChange.LOWERED), (None, None)],
)
def test_a_recheck_raises_lowers_or_revokes(cast, version, today, rank, change):
    star = granted(cast, version)
    band = version.bands.get(rank=rank) if rank else None
    begins = actions.recheck(
        grant=star, band=band, reason="年度复核", document="区委组发〔2026〕8号",
        on=date(2026, 6, 1), by=cast.district_staff, scope=scope_for(cast.district_staff),
    )
    star.refresh_from_db()
    assert (star.ends_on, star.ended_document) == (date(2026, 6, 1), "区委组发〔2026〕8号")
    assert (begins.change if begins else None) == change
    held = StarGrant.objects.at(date(2026, 7, 1)).filter(organization=cast.organization_a)
    assert [one.rank for one in held] == ([rank] if rank else [])
    assert StarGrant.objects.at(date(2026, 1, 1)).get().rank == 4


def test_a_job_that_is_run_twice_computes_once(cast, version, today):
    cycle = opened(cast, version)
    job = Job.objects.get()
    jobs.run(job.pk)
    jobs.run(job.pk)
    cycle.refresh_from_db()
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("done", 1)
    assert cycle.computed_at is not None
