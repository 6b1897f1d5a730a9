"""The board of a cycle: how many reviews are in which state, by town; the ranking within quotas."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, QuerySet, Subquery, UUIDField
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.scope import Scope
from areas.models import Area
from evaluations import rules
from evaluations.choices import CycleState, FindingState, GrantLevel, ReviewState
from evaluations.models import Band, RatingCycle, Review
from evaluations.models_schemes import SchemeVersion
from evaluations.queries import blocks
from organizations.models import OrganizationState

ELSEWHERE = "none"  # in the address: of no town


def cycle_or_404(pk: UUID) -> RatingCycle:
    """A cycle with its version and scheme."""
    cycle = cycles().filter(pk=pk).first()
    if cycle is None:
        raise Http404
    return cycle


def cycles() -> QuerySet[RatingCycle]:
    """All cycles, the newest first; their reviews are what a scope limits."""
    return RatingCycle.objects.select_related("version__scheme")


def drafts() -> QuerySet[SchemeVersion]:
    """Versions that a cycle can be opened with: the newest of each scheme."""
    newest = SchemeVersion.objects.filter(scheme=OuterRef("scheme")).order_by("-number")
    rows = SchemeVersion.objects.filter(pk=Subquery(newest.values("pk")[:1]))
    return rows.select_related("scheme").order_by("scheme__name")


def placed(rows: QuerySet[Review]) -> QuerySet[Review]:
    """With ``place``: the town that is rated, or the organization's town of today."""
    states = OrganizationState.objects.at(timezone.localdate())
    own = states.filter(organization=OuterRef("organization"))
    town = Coalesce("town", Subquery(own.values("town")[:1]), output_field=UUIDField())
    return rows.annotate(place=town)


@dataclass(frozen=True)
class Number:
    """A number with the list that has exactly so many rows."""

    value: int
    url: str
    label: str = ""


@dataclass
class BoardLine:
    """A town, or what lies in none, with a number for each state, and in all."""

    name: str
    numbers: Sequence[Number]
    total: Number


@dataclass
class Board:
    """States that occur, lines by town, the sums below."""

    states: Sequence[ReviewState]
    lines: list[BoardLine] = field(default_factory=list)
    foot: BoardLine | None = None


def board(cycle: RatingCycle, scope: Scope) -> Board:
    """The reviews in scope by state and town; two queries."""
    rows = placed(Review.objects.within(scope).filter(cycle=cycle)).order_by()
    counted: dict[Any, dict[str, int]] = {}
    for place, state, n in rows.values_list("place", "state").annotate(n=Count("pk")):
        counted.setdefault(place, {})[state] = n
    states = [one for one in ReviewState if any(one in found for found in counted.values())]
    found = Board(states)
    towns = Area.objects.filter(pk__in=[pk for pk in counted if pk]).order_by("code")
    places: list[tuple[Any, str]] = [(town.pk, str(town)) for town in towns]
    if None in counted:
        places.append((None, "不属镇街"))
    for pk, name in places:
        key = {"town": str(pk)} if pk else {"elsewhere": ELSEWHERE}
        found.lines.append(_board_line(cycle, name, counted[pk], states, key))
    if len(found.lines) > 1:
        sums = {
            state: sum(one.get(state, 0) for one in counted.values()) for state in states
        }
        found.foot = _board_line(cycle, "合计", sums, states, {})
    return found


def _board_line(
    cycle: RatingCycle, name: str, counts: dict[str, int], states: Iterable[str],
    key: dict[str, str],
) -> BoardLine:
    numbers = [
        Number(
            counts.get(state, 0), list_url(cycle, state=state, **key), str(ReviewState(state).label)
        )
        for state in states
    ]
    return BoardLine(
        name, numbers, Number(sum(counts.values()), list_url(cycle, **key))
    )


def list_url(cycle: RatingCycle, **conditions: str) -> str:
    """The list of the cycle's reviews under these conditions."""
    query = urlencode({key: str(value) for key, value in conditions.items()})
    url = reverse("evaluations:review_list", args=[cycle.pk])
    return f"{url}?{query}" if query else url


# --- Figures above the board ----------------------------------------------------------------------


def to_judge(scope: Scope, **conditions: Any) -> QuerySet[Review]:
    """Reviews of running cycles with a veto that waits for a judgement."""
    return Review.objects.within(scope).filter(
        findings__state=FindingState.SUSPECTED, **conditions
    ).exclude(cycle__state=CycleState.CLOSED).distinct()


# --- Ranking ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Placed:
    """A review with its place among all totals, and what blocks its star."""

    review: Review
    place: int
    against: Sequence[str] = ()


@dataclass
class BandRow:
    """A band with its quota and those who are proposed for it."""

    band: Band | None
    places: int | None
    rows: list[Placed] = field(default_factory=list)
    ties: list[Placed] = field(default_factory=list)


def ranking(cycle: RatingCycle) -> list[BandRow]:
    """All that have a total, by the band that is written down; the last row holds those without a
    band. Equals across a quota's limit stand under ``ties`` of the band they are left out of."""
    reviews = list(
        cycle.reviews.select_related(
            "organization", "town", "department", "band", "cycle__version__scheme"
        )
    )
    barred = blocks(reviews) if reviews else {}
    totals = {review.pk: review.total for review in reviews if review.total is not None}
    places = rules.ranks(totals)
    population = len(totals)
    bands = list(cycle.version.bands.all())
    rows = {
        band.pk: BandRow(
            band, int(population * band.share / 100) if band.share is not None else None
        )
        for band in bands
    }
    rest = BandRow(None, None)
    known = sorted(
        (review for review in reviews if review.pk in totals),
        key=lambda one: (places[one.pk], str(one.subject)),
    )
    for review in known:
        placed_one = Placed(
            review, places[review.pk], [str(block) for block in barred.get(review.pk, ())]
        )
        row = rows.get(review.band_id, rest)
        row.rows.append(placed_one)
        if review.is_tied:
            row.ties.append(placed_one)
    return [*rows.values(), rest]


def city_without_score(cycle: RatingCycle) -> QuerySet[Review]:
    """Proposed for a band of the city, and not scored by it."""
    return cycle.reviews.filter(band__granted_by=GrantLevel.CITY, total_city=None)
