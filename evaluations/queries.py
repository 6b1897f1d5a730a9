"""Questions to reviews: their scores, what blocks a star, who meets which condition."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from common.periods import Span
from evaluations.choices import FindingState, Level
from evaluations.commitment_formulas import valid_commitments
from evaluations.models import Finding, RatingCycle, Review, Score
from evaluations.rules import LEVELS, BandRule, Candidate, Proposal, Scored, allocate

# 附加条件 of a band, in words.
COMMITMENTS_VALID = "commitments_valid"
BONUS = "bonus"
CONDITIONS = {COMMITMENTS_VALID: "有备案的双向承诺", BONUS: "有加分项得分"}


def scored(review: Review) -> list[Scored]:
    """The scores of a review, in the order of the criteria."""
    return _as_scored(review.scores.select_related("criterion").order_by("criterion__number"))


def _as_scored(rows: Iterable[Score]) -> list[Scored]:
    return [
        Scored(row.criterion, row.criterion.points, row.criterion.is_bonus, row.computed, row.by)
        for row in rows
    ]


@dataclass(frozen=True)
class Block:
    """Why there is no star: a sentence, and the record that says so (table and id, if one does).
    ``condition``: the condition that is missing, "" for a veto."""

    text: str
    table: str = ""
    row: UUID | None = None
    condition: str = ""

    def __str__(self) -> str:
        return self.text


def blocks(reviews: Collection[Review]) -> dict[UUID, list[Block]]:
    """Review → what blocks its star: confirmed vetoes, and, for organizations, no valid
    commitment. Two queries for all of one cycle."""
    found: dict[UUID, list[Block]] = {}
    confirmed = Finding.objects.filter(
        review__in=[review.pk for review in reviews], state=FindingState.CONFIRMED
    ).select_related("veto")
    for finding in confirmed:
        block = Block(f"{finding.veto.name}：{finding.text}", finding.table, finding.row)
        found.setdefault(finding.review_id, []).append(block)
    for review in _without_commitment(reviews):
        found.setdefault(review, []).append(
            Block("考核期内没有备案的双向承诺。", condition=COMMITMENTS_VALID)
        )
    return found


def _without_commitment(reviews: Collection[Review]) -> list[UUID]:
    """Stars of organizations want a commitment that is on file (S3)."""
    rated = [one for one in reviews if one.organization_id and one.cycle.version.scheme.has_stars]
    if not rated:
        return []
    cycle = rated[0].cycle
    counted = valid_commitments(
        [one.organization_id for one in rated], Span(cycle.first_on, cycle.last_on)
    )
    return [one.pk for one in rated if one.organization_id not in counted]


def candidates_of(cycle: RatingCycle) -> list[Candidate]:
    """Everybody in the cycle who has a total, with what blocks and what conditions are met."""
    reviews = list(
        cycle.reviews.select_related("cycle__version__scheme").order_by("pk")
    )
    barred = blocks(reviews)
    bonus = _with_bonus(cycle)
    found = []
    for review in reviews:
        if review.total is None:
            continue
        against = barred.get(review.pk, [])
        meets = {COMMITMENTS_VALID} - {block.condition for block in against}
        if review.pk in bonus:
            meets.add(BONUS)
        found.append(Candidate(review.pk, review.total, bool(against), frozenset(meets)))
    return found


def _with_bonus(cycle: RatingCycle) -> set[UUID]:
    """Reviews whose last word on some bonus criterion is more than nothing."""
    rows = Score.objects.filter(review__cycle=cycle, criterion__is_bonus=True)
    found = set()
    for row in rows.select_related("criterion", "review"):
        [one] = _as_scored([row])
        if (one.at(level_of(row.review)) or 0) > 0:
            found.add(row.review_id)
    return found


def level_of(review: Review) -> str:
    """The highest level that has scored."""
    for level in reversed(LEVELS):
        if getattr(review, f"total_{level}") is not None:
            return level
    return Level.SELF


def proposals(cycle: RatingCycle) -> dict[UUID, Proposal]:
    """The band that the rules give to every review of the cycle that has a total."""
    bands = [
        BandRule(band, band.minimum, band.share, frozenset(band.conditions))
        for band in cycle.version.bands.all()
    ]
    return allocate(candidates_of(cycle), bands)
