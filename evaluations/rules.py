"""Rules of ratings, as pure functions: totals, vetoes, bands, quotas.

Scores are Decimals with at most two places. A band's share is a share of all that were rated in
the cycle, rounded down; ranking never cuts silently: who ties at the limit is named.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from evaluations.choices import Level

_CENT = Decimal("0.01")
# Formulas give a share; the points it makes are rounded to this step.
STEP = Decimal("0.1")
LEVELS = tuple(Level.values)


def rounded(points: Decimal, step: Decimal = STEP) -> Decimal:
    """Points on the step, half up."""
    return (points / step).quantize(Decimal(1), ROUND_HALF_UP) * step


def points_of(share: Decimal, points: Decimal) -> Decimal:
    """What a formula's share (0 … 1) of the points makes, on the step."""
    return rounded(min(max(share, Decimal(0)), Decimal(1)) * points)


def deducted(points: Decimal, per_case: Decimal, cases: int) -> Decimal:
    """扣分制: points less so much for each case, never below 0."""
    return max(points - per_case * cases, Decimal(0))


@dataclass(frozen=True)
class Scored:
    """The scores of one criterion: what the records say and what each level says, None where
    nobody has."""

    criterion: Any
    points: Decimal
    is_bonus: bool
    computed: Decimal | None = None
    by: Mapping[str, Decimal | None] = field(default_factory=dict)

    def at(self, level: str) -> Decimal | None:
        """What counts once ``level`` has had its turn: its own score, else that of the level
        before, else what the records say."""
        for one in reversed(LEVELS[: LEVELS.index(level) + 1]):
            if (score := self.by.get(one)) is not None:
                return score
        return self.computed


def total(scores: Iterable[Scored], level: str, bonus_cap: Decimal) -> Decimal:
    """The sum at a level: points, and bonus up to its cap. What nobody has scored is 0."""
    plain = bonus = Decimal(0)
    for one in scores:
        value = one.at(level) or Decimal(0)
        if one.is_bonus:
            bonus += value
        else:
            plain += value
    return (plain + min(bonus, bonus_cap)).quantize(_CENT)


def problem_with(
    score: Decimal, points: Decimal, computed: Decimal | None, reason: str
) -> str | None:
    """Why a score cannot be taken, in one sentence; None when it can."""
    if score < 0 or score > points:
        return f"得分应在 0 至 {points.normalize():f} 之间。"
    if score.as_tuple().exponent < -2:
        return "得分最多两位小数。"
    if computed is not None and score != computed and not reason.strip():
        return f"系统算得 {computed.normalize():f} 分，改成别的分要写明理由。"
    return None


@dataclass(frozen=True)
class BandRule:
    """星级规则: ``share`` of the rated in percent (None: no quota); ``conditions``: keys that must
    hold besides. Bands are ordered from the best."""

    key: Any
    minimum: Decimal
    share: Decimal | None = None
    conditions: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """One that is rated: its score, whether something blocks it, the conditions that it meets."""

    key: Any
    score: Decimal
    is_blocked: bool = False
    meets: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Proposal:
    """What the rules propose: the band (None: none), and whether equals stand on both sides of a
    quota's limit, so that people have to decide."""

    band: Any
    is_tied: bool = False


def allocate(
    candidates: Collection[Candidate], bands: Sequence[BandRule]
) -> dict[Any, Proposal]:
    """The band of each candidate, by score within the quotas.

    From the best band down: who reaches the minimum and meets the conditions, in the order of the
    scores, as many as the share allows of all candidates. Where equals stand across the limit all
    of them are left out of the band and named (``is_tied``); they take part in the next one.
    """
    found: dict[Any, Proposal] = {}
    waiting = sorted(
        (one for one in candidates if not one.is_blocked), key=lambda one: -one.score
    )
    tied: set[Any] = set()
    for band in bands:
        fitting = [
            one for one in waiting
            if one.score >= band.minimum and band.conditions <= one.meets
        ]
        taken, at_limit = _within_quota(fitting, band, len(candidates))
        tied |= {one.key for one in at_limit}
        for one in taken:
            found[one.key] = Proposal(band.key, one.key in tied)
        waiting = [one for one in waiting if one.key not in found]
    for one in candidates:
        found.setdefault(one.key, Proposal(None, one.key in tied))
    return found


def _within_quota(
    fitting: list[Candidate], band: BandRule, population: int
) -> tuple[list[Candidate], list[Candidate]]:
    """Those that the quota takes, and the equals at its limit that it does not."""
    if band.share is None:
        return fitting, []
    places = int(population * band.share / 100)
    if len(fitting) <= places:
        return fitting, []
    last = fitting[places].score
    equals = [one for one in fitting if one.score == last]
    if places and fitting[places - 1].score == last:
        return [one for one in fitting if one.score > last], equals
    return fitting[:places], []


def ranks(scores: Mapping[Any, Decimal]) -> dict[Any, int]:
    """Place by score, the best first; equals share a place and the next ones are skipped."""
    ordered = sorted(scores.values(), reverse=True)
    place = {}
    for at, score in enumerate(ordered, start=1):
        place.setdefault(score, at)
    return {key: place[score] for key, score in scores.items()}


def is_looked_back(happened_on: date, day: date, months: int) -> bool:
    """Whether something lies within the look-back of ``months`` before ``day``."""
    number = day.year * 12 + day.month - 1 - months
    year, month = divmod(number, 12)
    return (happened_on.year, happened_on.month, happened_on.day) >= (year, month + 1, day.day)
