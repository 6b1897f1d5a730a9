"""Two rating cycles of the fictional district: last year's is finished, its stars are granted;
this year's is with the towns and the district."""

import uuid
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from activities.models import Activity
from common.models import FlowStep
from evaluations import queries, rules
from evaluations.choices import (
    CycleState,
    FindingState,
    GrantChange,
    GrantLevel,
    Level,
    Method,
    ReviewState,
    VersionState,
)
from evaluations.computing import add_scores, compute
from evaluations.demo_promises import Steps, Teller
from evaluations.models import (
    Evidence,
    Finding,
    RatingCycle,
    RatingScheme,
    Review,
    SchemeVersion,
    StarGrant,
)
from evaluations.shipping import STARS
from organizations.models import PartyOrganization

HALF = Decimal("0.5")
PROOFS = 2
_SCORE = """
UPDATE evaluations_score s
SET by_self = n.by_self, by_town = n.by_town, by_district = n.by_district,
    reasons = n.reasons::jsonb, revision = 1
FROM unnest(%s::uuid[], %s::numeric[], %s::numeric[], %s::numeric[], %s::text[])
  AS n(id, by_self, by_town, by_district, reasons)
WHERE s.id = n.id
"""
_SCORES = """
SELECT s.id, s.review_id, s.criterion_id, s.computed FROM evaluations_score s
JOIN evaluations_review r ON r.id = s.review_id
JOIN evaluations_criterion c ON c.id = s.criterion_id
WHERE r.cycle_id = %s ORDER BY r.id, c.number
"""
_LEVELS = (Level.SELF, Level.TOWN, Level.DISTRICT)
# How far a review of the running cycle has come: levels that have scored → state.
_REACHED = {0: ReviewState.SELF, 1: ReviewState.TOWN, 2: ReviewState.DISTRICT}
_VERBS = (
    ("assess", ReviewState.SELF, ReviewState.TOWN),
    ("review", ReviewState.TOWN, ReviewState.DISTRICT),
    ("finish", ReviewState.DISTRICT, ReviewState.SCORED),
    ("publish", ReviewState.SCORED, ReviewState.PUBLISHED),
)
# What the city grants it has scored: instead of the district's last step.
_BY_CITY = (
    *_VERBS[:2],
    ("refer", ReviewState.DISTRICT, ReviewState.CITY),
    ("record_city", ReviewState.CITY, ReviewState.SCORED),
    _VERBS[3],
)
_CUT = '{"town": "佐证只有一半，扣分。"}'


class Cycles:
    """The finished cycle and the running one."""

    def __init__(self, teller: Teller) -> None:
        self.teller, self.rng, self.today = teller, teller.rng, teller.today
        self.version: SchemeVersion = RatingScheme.objects.get(
            name=STARS.name
        ).versions.get(number=1)
        self.criteria = {one.pk: one for one in self.version.criteria.all()}
        self.bands = list(self.version.bands.all())

    def run(self) -> None:
        """Both, the finished one first."""
        SchemeVersion.objects.filter(pk=self.version.pk).update(state=VersionState.FROZEN)
        year = self.teller.year
        self._earlier(year - 1)
        self._finish(self._open(year - 1, date(year - 1, 12, 31), date(year, 1, 20)))
        last = min(date(year, 12, 31), self.today.replace(day=1) - timedelta(days=1))
        self._under_way(self._open(year, last, self.today + timedelta(days=5)))

    def _open(self, year: int, last_on: date, self_by: date) -> RatingCycle:
        cycle = RatingCycle.objects.create(
            version=self.version, name=f"{year} 年度星级评定", first_on=date(year, 1, 1),
            last_on=last_on, self_by=self_by, town_by=self_by + timedelta(days=12),
            district_by=self_by + timedelta(days=24),
        )
        active = PartyOrganization.objects.active(last_on).order_by("name", "pk")
        Review.objects.bulk_create(
            Review(cycle=cycle, organization=organization) for organization in active
        )
        add_scores(cycle)
        compute(cycle)
        self._prove(cycle)
        return cycle

    def _prove(self, cycle: RatingCycle) -> None:
        """Two activities of each organization as evidence of what nobody can compute."""
        held = Activity.objects.counting().filter(
            held_on__gte=cycle.first_on, held_on__lte=cycle.last_on
        ).order_by("organization_id", "-held_on", "pk")
        latest: dict[uuid.UUID, list[Activity]] = {}
        for one in held.only("pk", "organization_id", "topic").iterator(chunk_size=2000):
            if len(known := latest.setdefault(one.organization_id, [])) < PROOFS:
                known.append(one)
        manual = [one for one in self.criteria.values() if one.method == Method.MANUAL]
        proofs, links = [], []
        for review in cycle.reviews.all():
            for one in latest.get(review.organization_id, ()):
                proof = Evidence(
                    review=review, title=one.topic[:100], table=Activity._meta.db_table,
                    row=one.pk,
                )
                proofs.append(proof)
                links += [
                    Evidence.criteria.through(evidence=proof, criterion=criterion)
                    for criterion in self.rng.sample(manual, min(PROOFS, len(manual)))
                ]
        Evidence.objects.bulk_create(proofs)
        Evidence.criteria.through.objects.bulk_create(links)

    # --- Scores ---------------------------------------------------------------------------------

    def _score(self, cycle: RatingCycle, reached: dict[uuid.UUID, int]) -> None:
        """What people gave: as many levels of each review as it has reached, and totals."""
        with connection.cursor() as cursor:
            cursor.execute(_SCORES, [cycle.pk])
            rows = cursor.fetchall()
        quality = {review: self.rng.uniform(0.6, 1) for review in reached}
        written: list[tuple] = []
        scored: dict[uuid.UUID, list[rules.Scored]] = {}
        for row, review, key, computed in rows:
            criterion = self.criteria[key]
            given = self._given(criterion, computed, quality[review], reached[review])
            reasons = _CUT if given[1] is not None and given[1] != given[0] else "{}"
            if any(one is not None for one in given):
                written.append((row, *given, reasons))
            by = dict(zip(_LEVELS, given, strict=True))
            scored.setdefault(review, []).append(
                rules.Scored(criterion, criterion.points, criterion.is_bonus, computed, by)
            )
        columns = [list(column) for column in zip(*written, strict=True)]
        if columns:
            with connection.cursor() as cursor:
                cursor.execute(_SCORE, columns)
        self._total(cycle, reached, scored)

    def _given(
        self, criterion: Any, computed: Decimal | None, quality: float, reached: int
    ) -> tuple[Decimal | None, ...]:
        """Scores of self, town, district; what the records say stands."""
        if computed is not None or not reached:
            return None, None, None
        points, rng = criterion.points, self.rng
        own = Decimal(0) if criterion.is_bonus and rng.random() < 0.6 else points
        if criterion.method == Method.DEDUCTION:
            own = rules.deducted(points, criterion.per_case or HALF, rng.random() > quality)
        elif own and rng.random() > quality:
            own = rules.rounded(points * Decimal("0.8"), HALF)
        town = max(own - HALF, Decimal(0)) if rng.random() < 0.05 else own
        return own, town if reached > 1 else None, town if reached > 2 else None

    def _total(
        self, cycle: RatingCycle, reached: dict[uuid.UUID, int],
        scored: dict[uuid.UUID, list[rules.Scored]],
    ) -> None:
        reviews = list(cycle.reviews.all())
        for review in reviews:
            for level in _LEVELS[: reached[review.pk]]:
                total = rules.total(scored[review.pk], level, self.version.bonus_cap)
                setattr(review, f"total_{level}", total)
        Review.objects.bulk_update(reviews, [f"total_{level}" for level in _LEVELS])

    # --- The finished one -----------------------------------------------------------------------

    def _finish(self, cycle: RatingCycle) -> None:
        self._score(cycle, dict.fromkeys(cycle.reviews.values_list("pk", flat=True), 3))
        Finding.objects.filter(review__cycle=cycle).update(state=FindingState.CONFIRMED)
        year = cycle.last_on.year + 1
        cycle.published_on, cycle.published_until = date(year, 3, 2), date(year, 3, 9)
        cycle.state = CycleState.CLOSED
        cycle.save(update_fields=["published_on", "published_until", "state"])
        found = queries.proposals(cycle)
        reviews, grants, steps = list(cycle.reviews.all()), [], []
        for review in reviews:
            review.band = found[review.pk].band
            review.state = ReviewState.GRANTED if review.band else ReviewState.UNRATED
            verb = "grant" if review.band else "pass_over"
            last = (verb, ReviewState.PUBLISHED, review.state)
            is_citys = review.band and review.band.granted_by == GrantLevel.CITY
            if is_citys:
                review.total_city = review.total_district
            way = _BY_CITY if is_citys else _VERBS
            steps += self._steps(review, (*way, last), cycle.self_by)
            if review.band:
                grants.append(self._grant(review, date(year, 3, 16)))
        Review.objects.bulk_update(reviews, ["band", "state", "total_city"])
        StarGrant.objects.bulk_create(grants)
        FlowStep.objects.bulk_create(steps, batch_size=1000)

    def _grant(self, review: Review, starts_on: date) -> StarGrant:
        band = review.band
        return StarGrant(
            organization_id=review.organization_id, scheme_id=self.version.scheme_id,
            review=review, rank=band.rank, label=band.label, granted_by=band.granted_by,
            document=f"明社工〔{starts_on.year}〕{10 + band.rank}号", change=GrantChange.RATED,
            starts_on=starts_on,
        )

    def _earlier(self, year: int) -> None:
        """Stars of the cycle before, some of which have ended since."""
        lowest = self.bands[-1]
        some = [one for one in self.teller.organizations if one.founded_on < date(year, 1, 1)]
        grants = [
            StarGrant(
                organization=organization, scheme_id=self.version.scheme_id, rank=lowest.rank,
                label=lowest.label, granted_by=lowest.granted_by, document=f"明社工〔{year}〕8号",
                change=GrantChange.RATED, starts_on=date(year, 3, 18),
                ends_on=date(year + 1, 3, 16),
            )
            for organization in some[::6]
        ]
        if grants:
            grants[0].ends_on = date(year, 9, 10)
            grants[0].ended_reason = "年度复核时半年没有开展活动，摘牌。"
            grants[0].ended_document = f"明社工〔{year}〕21号"
        StarGrant.objects.bulk_create(grants)

    # --- The running one ------------------------------------------------------------------------

    def _under_way(self, cycle: RatingCycle) -> None:
        reached = {}
        for review in cycle.reviews.all():
            is_secretarys = review.organization_id in self.teller.people.secretaries
            reached[review.pk] = 0 if is_secretarys else self.rng.choice((0, 1, 1, 1, 2, 2))
        self._score(cycle, reached)
        suspects = Finding.objects.filter(review__cycle=cycle)
        judged = suspects.filter(review__in=[pk for pk, level in reached.items() if level > 1])
        judged.update(state=FindingState.DISMISSED)
        reviews, steps = list(cycle.reviews.all()), []
        for review in reviews:
            review.state = _REACHED[reached[review.pk]]
            verbs = _VERBS[: reached[review.pk]]
            steps += self._steps(review, verbs, self.today - timedelta(days=10))
        Review.objects.bulk_update(reviews, ["state"])
        FlowStep.objects.bulk_create(steps, batch_size=1000)

    def _steps(self, review: Review, verbs: Iterable[tuple], first: date) -> Iterator[FlowStep]:
        secretary, town, district = self.teller.who(review.organization_id)
        by = {"assess": secretary, "review": town}
        told = [
            (verb, before, after, by.get(verb, district), "") for verb, before, after in verbs
        ]
        last = self.today - timedelta(days=1)
        return Steps(Review._meta.db_table, review.pk).made(told, first, last)
