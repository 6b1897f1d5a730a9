"""What the records say of vetoes: long without activities, hollow commitments."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Max

from activities.models import Activity
from common import parameters
from common.periods import Span, add_months
from evaluations.choices import CommitmentState
from evaluations.formulas import Found, finder
from evaluations.models import Commitment
from organizations.models import PartyOrganization


@finder("inactive", "长期未开展活动")
def inactive(ids: Collection[UUID], span: Span, _look_back: int) -> list[Found]:
    """No activity in the months before the last day (setting rating.inactive_months); an
    organization younger than that is left alone."""
    months = parameters.value("rating.inactive_months", on=span.last)
    since = add_months(span.last.replace(day=1), 1 - months)
    rows = Activity.objects.counting().filter(organization__in=ids, held_on__lte=span.last)
    latest = dict(rows.order_by().values("organization").annotate(day=Max("held_on"))
                  .values_list("organization", "day"))
    old = PartyOrganization.objects.filter(pk__in=ids, founded_on__lt=since)
    return [
        Found(pk, _words(months, latest.get(pk)), latest.get(pk))
        for pk in old.values_list("pk", flat=True)
        if latest.get(pk) is None or latest[pk] < since
    ]


def _words(months: int, day) -> str:
    last = f"最近一次是 {day:%Y-%m-%d}" if day else "没有任何活动记录"
    return f"{months} 个月没有活动记录，{last}。"


@finder("hollow_commitments", "承诺走过场")
def hollow_commitments(ids: Collection[UUID], span: Span, _look_back: int) -> list[Found]:
    """A commitment of the span's years was found hollow (S3: no star then)."""
    years = range(span.first.year, span.last.year + 1)
    rows = Commitment.objects.filter(
        organization__in=ids, year__in=years, state=CommitmentState.HOLLOW
    ).select_related("entity")
    return [
        Found(row.organization_id, f"与{row.entity.name}的承诺被认定走过场。", row.signed_on,
              Commitment._meta.db_table, row.pk)
        for row in rows
    ]
