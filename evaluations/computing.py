"""系统分: what the records say of every criterion of a cycle, for all that are rated at once.

A job; killed, it is done again with the same result. The number of queries does not depend on how
many are rated: one call of each formula, one statement that writes what differs.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from accounts.models import Department
from areas.choices import AreaLevel
from areas.models import Area
from common.periods import Span
from evaluations.choices import FindingState, Method, RatedKind, ReviewState
from evaluations.formulas import finder_of, formula_of
from evaluations.models import Criterion, Finding, RatingCycle, Review
from evaluations.rules import points_of
from organizations.models import PartyOrganization

_SUBJECT = {
    RatedKind.ORGANIZATION: "organization_id",
    RatedKind.TOWN: "town_id",
    RatedKind.DEPARTMENT: "department_id",
}
_WRITE = """
UPDATE evaluations_score s SET computed = n.computed, basis = n.basis
FROM unnest(%s::uuid[], %s::uuid[], %s::numeric[], %s::text[])
  AS n(review, criterion, computed, basis)
WHERE s.review_id = n.review AND s.criterion_id = n.criterion
  AND (s.computed, s.basis) IS DISTINCT FROM (n.computed, n.basis)
"""


def span_of(cycle: RatingCycle) -> Span:
    """The days whose records count."""
    return Span(cycle.first_on, cycle.last_on)


def subjects(cycle: RatingCycle) -> dict[UUID, UUID]:
    """What is rated → its review, by id."""
    column = _SUBJECT[cycle.version.scheme.rated]
    return dict(Review.objects.filter(cycle=cycle).order_by().values_list(column, "pk"))


def compute(cycle: RatingCycle, tell: Callable[[int, int], None] = lambda _done, _total: None):
    """Write the computed scores and the vetoes that the records show. Repeating changes nothing.

    ``tell(done, total)`` is called after each formula.
    """
    reviews = subjects(cycle)
    criteria = list(cycle.version.criteria.filter(method=Method.FORMULA))
    for at, criterion in enumerate(criteria, start=1):
        _write(criterion, reviews, cycle)
        tell(at, len(criteria))
    _find(cycle, reviews)
    RatingCycle.objects.filter(pk=cycle.pk).update(computed_at=timezone.now())


def _write(criterion: Criterion, reviews: Mapping[UUID, UUID], cycle: RatingCycle) -> None:
    """A subject that the formula leaves out has no computed score any more."""
    results = formula_of(criterion.formula).function(list(reviews), span_of(cycle))
    rows: list[tuple[UUID, UUID, Decimal | None, str]] = []
    for subject, review in reviews.items():
        result = results.get(subject)
        points = points_of(result.share, criterion.points) if result else None
        rows.append((review, criterion.pk, points, result.basis if result else ""))
    columns = [list(column) for column in zip(*rows, strict=True)] or [[], [], [], []]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)


def _find(cycle: RatingCycle, reviews: Mapping[UUID, UUID]) -> None:
    """Vetoes that the records show and nobody has judged yet; those no longer shown go."""
    span = span_of(cycle)
    shown: list[Finding] = []
    for veto in cycle.version.vetoes.exclude(formula=""):
        shown += [
            Finding(
                review_id=reviews[found.pk], veto=veto, text=found.text, table=found.table,
                row=found.row, happened_on=found.happened_on,
            )
            for found in finder_of(veto.formula)(list(reviews), span, veto.look_back)
        ]
    known = {
        (one.review_id, one.veto_id, one.row): one
        for one in Finding.objects.filter(review__cycle=cycle).exclude(veto__formula="")
    }
    wanted = {(one.review_id, one.veto_id, one.row) for one in shown}
    gone = [
        one.pk for key, one in known.items()
        if key not in wanted and one.state == FindingState.SUSPECTED
    ]
    Finding.objects.filter(pk__in=gone).delete()
    Finding.objects.bulk_create(
        [one for one in shown if (one.review_id, one.veto_id, one.row) not in known]
    )


def begun(cycle: RatingCycle) -> list[dict[str, Any]]:
    """The reviews that a cycle begins with, as the values of their fields. Organizations begin by
    assessing themselves; towns speak for themselves in what is the first review elsewhere,
    departments are reviewed by the district."""
    kind = cycle.version.scheme.rated
    if kind == RatedKind.ORGANIZATION:
        rows = PartyOrganization.objects.active(cycle.last_on).order_by("name", "pk")
        return [{"organization_id": pk} for pk in rows.values_list("pk", flat=True)]
    if kind == RatedKind.TOWN:
        rows = Area.objects.in_use(cycle.last_on).filter(level=AreaLevel.TOWN).order_by("code")
        towns = rows.values_list("pk", flat=True)
        return [{"town_id": pk, "state": ReviewState.TOWN} for pk in towns]
    departments = Department.objects.values_list("pk", flat=True)
    return [{"department_id": pk, "state": ReviewState.DISTRICT} for pk in departments]


_ADD = """
INSERT INTO evaluations_score (id, review_id, criterion_id, basis, reasons, revision)
SELECT gen_random_uuid(), r.id, c.id, '', '{}', 0
FROM evaluations_review r CROSS JOIN evaluations_criterion c
WHERE r.cycle_id = %s AND c.version_id = %s
ON CONFLICT (review_id, criterion_id) DO NOTHING
"""


def add_scores(cycle: RatingCycle) -> None:
    """A score row for every criterion of every review that has none yet; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [cycle.pk, cycle.version_id])
