"""The frozen rating book of a cycle: the ranking, and of each that is rated its scores and
evidence. A constant number of queries, however many are rated."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from areas.choices import AreaLevel
from areas.models import Area
from evaluations import queries
from evaluations.boards import list_url
from evaluations.choices import CycleState, Level, ReviewState
from evaluations.models import Evidence, RatingCycle, Review, Score, StarGrant
from evaluations.rules import Scored, ranks
from organizations.models import OrganizationState
from reports.figures import Extent
from reports.models import book_title

KIND = "ratings"
VERSION = 1
COLUMNS = (
    "序号", "类别", "指标", "分值", "系统分", *(level.label for level in Level), "得分", "加分项",
    "理由", "系统分依据",
)
EVIDENCE = ("佐证", "来源", "用于指标")
_NOUGHT = Decimal(0)

Sheet = dict[str, Any]  # "id", "title", "columns", "rows", "categories", "evidence": plain texts


def build(
    extent: Extent, area: Area, cycle: RatingCycle, day: date, report: Callable[..., None]
) -> tuple[dict[str, Any], list[Sheet]]:
    """What page and paper print of the reviews in the extent, and a sheet for each of them."""
    report("正在整理排名", done=1, total=3)
    reviews = list(
        extent.limit(Review.objects.filter(cycle=cycle), day)
        .select_related("cycle__version__scheme", "organization", "town", "department", "band")
    )
    places = ranks({
        review.pk: review.total
        for review in Review.objects.filter(cycle=cycle) if review.total is not None
    })
    reviews.sort(key=lambda one: (places.get(one.pk, len(places) + 1), str(one.subject)))
    report("正在整理得分和佐证", done=2, total=3)
    version = cycle.version
    figures = {
        "kind": KIND, "version": VERSION,
        "title": book_title(str(cycle)),
        "area": {"code": area.code, "name": area.name, "level": area.level},
        "as_of": day.isoformat(),
        "scheme": str(version),
        "cycle": {
            "name": str(cycle), "first_on": cycle.first_on.isoformat(),
            "last_on": cycle.last_on.isoformat(), "state": CycleState(cycle.state).label,
        },
        "bonus_cap": _plain(version.bonus_cap),
        "levels": [
            {"key": level.value, "label": level.label,
             "is_used": any(_total(one, level) is not None for one in reviews)}
            for level in Level
        ],
        "bands": _bands(cycle, area, reviews),
        "url": _list_of(cycle, area),
        "ranking": _ranking(reviews, places, day),
    }
    return figures, _sheets(reviews, version.bonus_cap)


def _plain(value: Decimal | None) -> str:
    """A score in print, without trailing zeros; "" for none."""
    return "" if value is None else f"{value.normalize():f}"


def _total(review: Review, level: str) -> Decimal | None:
    return getattr(review, f"total_{level}")


BONUS = "加分"


def _categories(review: Review, scores: Iterable[Score], cap: Decimal) -> list[dict[str, Any]]:
    """Points of each category and what it makes at each level that has had its turn; the bonus
    with its cap stands last."""
    points: dict[str, Decimal] = {}
    sums: dict[str, dict[str, Decimal]] = {}
    for row in scores:
        criterion = row.criterion
        name = BONUS if criterion.is_bonus else criterion.category
        points[name] = cap if criterion.is_bonus else points.get(name, _NOUGHT) + criterion.points
        score = Scored(criterion, criterion.points, criterion.is_bonus, row.computed, row.by)
        found = sums.setdefault(name, dict.fromkeys(Level.values, _NOUGHT))
        for level in Level.values:
            found[level] += score.at(level) or _NOUGHT
    return [
        {
            "name": name, "points": _plain(points[name]),
            "sums": [
                _plain(min(sums[name][level], points[name]) if name == BONUS else sums[name][level])
                if _total(review, level) is not None else ""
                for level in Level.values
            ],
        }
        for name in sorted(points, key=lambda name: name == BONUS)
    ]


def _list_of(cycle: RatingCycle, area: Area, **conditions: str) -> str:
    """The reviews behind a number; of a town its own."""
    town = {"town": str(area.pk)} if area.level == AreaLevel.TOWN else {}
    return list_url(cycle, **town, **conditions)


def _bands(
    cycle: RatingCycle, area: Area, reviews: Iterable[Review]
) -> list[dict[str, Any]]:
    """How many have each band, the best first, and how many none, with their lists."""
    counted: dict[UUID | None, int] = {}
    for review in reviews:
        counted[review.band_id] = counted.get(review.band_id, 0) + 1
    bands = [
        {"label": band.label, "minimum": _plain(band.minimum),
         "granted_by": band.get_granted_by_display(), "count": counted.get(band.pk, 0),
         "url": _list_of(cycle, area, rank=str(band.rank))}
        for band in cycle.version.bands.all()
    ]
    none = {
        "label": "不授", "minimum": "", "granted_by": "", "count": counted.get(None, 0),
        "url": _list_of(cycle, area, matter="unbanded"),
    }
    return [*bands, none]


def _ranking(
    reviews: list[Review], places: Mapping[UUID, int], day: date
) -> list[dict[str, Any]]:
    """A line for each review, by place."""
    organizations = [one.organization_id for one in reviews if one.organization_id]
    states = OrganizationState.objects.at(day).filter(organization__in=organizations)
    towns = dict(states.values_list("organization_id", "town__name"))
    grants = StarGrant.objects.filter(review__in=[one.pk for one in reviews])
    granted = {grant.review_id: grant for grant in grants.order_by("starts_on")}
    blocked = queries.blocks(reviews)
    return [
        {
            "id": str(one.pk),
            "rank": places.get(one.pk),
            "name": str(one.subject),
            "town": towns.get(one.organization_id) or "",
            "totals": [
                {"label": level.label, "value": _plain(_total(one, level))}
                for level in Level
            ],
            "total": _plain(one.total),
            "state": ReviewState(one.state).label,
            "result": granted[one.pk].label if one.pk in granted else _proposed(one),
            "document": granted[one.pk].document if one.pk in granted else "",
            "blocks": [str(block) for block in blocked.get(one.pk, ())],
        }
        for one in reviews
    ]


def _proposed(review: Review) -> str:
    if review.state == ReviewState.UNRATED:
        return ReviewState.UNRATED.label
    if review.is_tied:
        return "同分待定"
    return f"拟{review.band.label}" if review.band else ReviewState(review.state).label


def _sheets(reviews: list[Review], cap: Decimal) -> list[Sheet]:
    """Scores and evidence of each review, in their order."""
    ids = [one.pk for one in reviews]
    scores: dict[UUID, list[Score]] = {}
    rows = Score.objects.filter(review__in=ids).select_related("criterion")
    for score in rows.order_by("criterion__number").iterator(chunk_size=5000):
        scores.setdefault(score.review_id, []).append(score)
    evidence: dict[UUID, list[list[str]]] = {}
    proofs = Evidence.objects.filter(review__in=ids).prefetch_related("criteria")
    for one in proofs.order_by("added_at", "pk"):
        numbers = "、".join(str(criterion.number) for criterion in one.criteria.all())
        evidence.setdefault(one.review_id, []).append(
            [one.title, "文件" if one.file else "台账记录", numbers]
        )
    return [
        {
            "id": str(review.pk), "title": str(review.subject), "columns": list(COLUMNS),
            "rows": [_line(score) for score in scores.get(review.pk, ())],
            "categories": _categories(review, scores.get(review.pk, ()), cap),
            "evidence": evidence.get(review.pk, []),
        }
        for review in reviews
    ]


def _line(score: Score) -> list[str]:
    by, criterion = score.by, score.criterion
    last = next((by[level] for level in reversed(Level) if by[level] is not None), score.computed)
    reasons = [
        f"{level.label}：{score.reasons[level]}" for level in Level if score.reasons.get(level)
    ]
    return [
        str(criterion.number), criterion.category, criterion.name, _plain(criterion.points),
        _plain(score.computed), *(_plain(by[level]) for level in Level), _plain(last),
        "是" if criterion.is_bonus else "", "；".join(reasons), score.basis,
    ]
