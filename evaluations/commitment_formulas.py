"""Formulas from commitments and honours, and what a star asks of commitments."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Count, Q

from common.periods import Span
from evaluations.choices import VALID_COMMITMENTS, HonourLevel
from evaluations.formulas import ORGANIZATION, Results, formula, parts, yes
from evaluations.models import Commitment, CommitmentItem, Honour

_ABOVE_DISTRICT = (HonourLevel.STATE, HonourLevel.PROVINCE, HonourLevel.CITY)


def valid_commitments(ids: Collection[UUID], span: Span) -> dict[UUID, int]:
    """How many commitments of the span's years each organization has on file, hollow ones left
    out."""
    years = range(span.first.year, span.last.year + 1)
    rows = Commitment.objects.filter(
        organization__in=ids, year__in=years, state__in=VALID_COMMITMENTS
    )
    counted = rows.order_by().values("organization").annotate(n=Count("pk"))
    return dict(counted.values_list("organization", "n"))


@formula("commitments_signed", "签订双向承诺", ORGANIZATION)
def commitments_signed(ids: Collection[UUID], span: Span) -> Results:
    """At least one commitment on file."""
    counted = valid_commitments(ids, span)
    return {
        pk: yes(pk in counted, f"承诺书 {counted.get(pk)} 份", "没有备案的承诺书") for pk in ids
    }


@formula("commitments_fulfilled", "承诺兑现", ORGANIZATION)
def commitments_fulfilled(ids: Collection[UUID], span: Span) -> Results:
    """The share of the items due by the last day, or without a time limit, that are done by it."""
    years = range(span.first.year, span.last.year + 1)
    rows = CommitmentItem.objects.filter(
        Q(due_on__lte=span.last) | Q(due_on__isnull=True),
        commitment__organization__in=ids, commitment__year__in=years,
        commitment__state__in=VALID_COMMITMENTS,
    )
    counted = rows.order_by().values("commitment__organization").annotate(
        total=Count("pk"), done=Count("pk", filter=Q(done_on__lte=span.last))
    )
    return _known(
        (row["commitment__organization"], parts(row["done"], row["total"], "项承诺"))
        for row in counted
    )


@formula("honours", "市级以上荣誉", ORGANIZATION)
def honours(ids: Collection[UUID], span: Span) -> Results:
    """At least one honour of the city or above within the span's years."""
    years = range(span.first.year, span.last.year + 1)
    rows = Honour.objects.filter(
        organization__in=ids, year__in=years, level__in=_ABOVE_DISTRICT
    )
    held = dict(rows.order_by("organization", "name").values_list("organization", "name"))
    return {pk: yes(pk in held, held.get(pk, ""), "没有市级以上荣誉") for pk in ids}


def _known(pairs: Iterable[tuple]) -> Results:
    return {pk: result for pk, result in pairs if result}
