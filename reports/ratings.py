"""Stars and two-way commitments as figures (domain.md §6). All of them are stocks: stars as they
are held on the day, commitments of the day's year as far as they were signed by it."""

from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery

from evaluations.choices import VALID_COMMITMENTS
from evaluations.models import Commitment, CommitmentItem, StarGrant
from organizations.models import OrganizationState
from reports.extent import Extent
from reports.figures import Dimension, Indicator, Population
from reports.kinds import RowsIndicator, ShareIndicator
from reports.populations import ORGANIZATIONS, TOWN

STARS = (3, 4, 5)

# --- Populations --------------------------------------------------------------------------------


def valid_commitments(day: date) -> QuerySet[Commitment]:
    """On file with the district and not hollow, of the year of ``day``, signed by it."""
    return Commitment.objects.filter(
        year=day.year, signed_on__lte=day, state__in=VALID_COMMITMENTS
    )


def _placed(rows: QuerySet, day: date, organization: str) -> QuerySet:
    """``rows`` with the town of their organization on the day."""
    place = OrganizationState.objects.at(day).filter(organization=OuterRef(organization))
    return rows.annotate(
        town_code=Subquery(place.values("town__code")),
        town_name=Subquery(place.values("town__name")),
    )


def _commitments(extent: Extent, day: date) -> QuerySet:
    return extent.limit(_placed(valid_commitments(day), day, "organization"), day)


def _items_due(extent: Extent, day: date) -> QuerySet:
    """Promises of these commitments that are due by the day, or have no time limit."""
    items = CommitmentItem.objects.filter(
        Q(due_on__lte=day) | Q(due_on=None), commitment__in=valid_commitments(day).values("pk")
    )
    return extent.limit(_placed(items, day, "commitment__organization"), day)


_TOWN = Dimension(TOWN, "镇街", "town_code", "未填镇街", name="town_name")
COMMITMENTS = Population(_commitments, {TOWN: _TOWN})
PROMISES = Population(_items_due, {TOWN: _TOWN})

# --- Conditions ---------------------------------------------------------------------------------


def _holds_stars(day: date, **rank: int) -> Q:
    held = StarGrant.objects.at(day).filter(
        organization__isnull=False, scheme__has_stars=True, **rank
    )
    return Q(pk__in=held.values("organization"))


def _holds(rank: int):
    return lambda day: _holds_stars(day, rank=rank)


def _is_committed(day: date) -> Q:
    return Q(pk__in=valid_commitments(day).values("organization"))


def _is_done(day: date) -> Q:
    return Q(done_on__lte=day)


# --- The family ---------------------------------------------------------------------------------

_ON_FILE = "时点所在年度、时点前签订、区里已备案且没有被认定走过场的双向承诺书"

RATINGS: tuple[Indicator, ...] = (
    ShareIndicator(
        key="rated_share", label="评星率", unit="个", population=ORGANIZATIONS, met=_holds_stars,
        basis="时点持有星级的党组织 ÷ 在用党组织",
    ),
    *(
        RowsIndicator(
            key=f"stars_{rank}", label=f"{word}星党组织", unit="个", population=ORGANIZATIONS,
            among=_holds(rank), basis=f"时点持有{word}星的在用党组织",
        )
        for rank, word in zip(STARS, "三四五", strict=True)
    ),
    RowsIndicator(
        key="commitments_signed", label="双向承诺书", unit="份", population=COMMITMENTS,
        basis=_ON_FILE,
    ),
    ShareIndicator(
        key="commitment_share", label="承诺参与率", unit="个", population=ORGANIZATIONS,
        met=_is_committed, basis=f"有{_ON_FILE}的党组织 ÷ 在用党组织",
    ),
    ShareIndicator(
        key="commitments_fulfilled", label="承诺兑现率", unit="项", population=PROMISES,
        met=_is_done,
        basis=f"时点前已完成的承诺事项 ÷ 时点前到期或没有写时限的承诺事项（{_ON_FILE}）",
    ),
)
