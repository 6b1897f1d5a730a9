"""Dated records: values and links that hold from one day to another.

A row holds over the half-open period [starts_on, ends_on). "Without bound" is written as
:data:`BEGINNING` and :data:`FOREVER`, so that no query has to care for NULL. A change closes one
row and begins the next; a correction replaces the values of a row; nothing else is overwritten.
The arithmetic is pure (:class:`Period`, :func:`set_from`, :func:`correct`): imports, forms and
undo turn the difference of two timelines into writes (common/changes.py).
"""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, FilteredRelation, Func, Q

BEGINNING = date.min
FOREVER = date.max


@dataclass(frozen=True)
class Period:
    """One row of a timeline: ``values`` hold on every day of [starts_on, ends_on)."""

    starts_on: date
    ends_on: date
    values: Mapping[str, Any] = field(default_factory=dict)
    id: uuid.UUID | None = None

    def holds(self, day: date) -> bool:
        return self.starts_on <= day < self.ends_on


Timeline = list[Period]


def value_at(timeline: Timeline, day: date) -> Period | None:
    """The period that holds on ``day``, or None where the timeline has a gap."""
    return next((period for period in timeline if period.holds(day)), None)


def set_from(timeline: Timeline, day: date, values: Mapping[str, Any]) -> Timeline:
    """变更: each value begins at ``day`` and holds until that value's next known change.

    A key whose value on ``day`` is already the given one is left alone, later changes included.
    ``timeline`` is sorted, without overlaps and without gaps (see :func:`filled`).
    """
    result = _split(timeline, day)
    for key, new in values.items():
        old = value_at(result, day).values.get(key)
        if old == new:
            continue
        still_old = True
        for index, period in enumerate(result):
            if period.ends_on <= day:
                continue
            still_old = still_old and period.values.get(key) == old
            if still_old:
                result[index] = replace(period, values={**period.values, key: new})
    return merged(result)


def correct(timeline: Timeline, day: date, values: Mapping[str, Any]) -> Timeline:
    """更正: each value was wrong; the new one takes the whole period that holds on ``day``."""
    result = list(timeline)
    for key, new in values.items():
        at = next(index for index, period in enumerate(result) if period.holds(day))
        old = result[at].values.get(key)
        first = last = at
        while first > 0 and result[first - 1].values.get(key) == old:
            first -= 1
        while last + 1 < len(result) and result[last + 1].values.get(key) == old:
            last += 1
        for index in range(first, last + 1):
            result[index] = replace(result[index], values={**result[index].values, key: new})
    return merged(result)


def run_start(timeline: Timeline, key: str, day: date) -> date:
    """The first day of the unbroken run in which ``key`` has its value of ``day``."""
    value = value_at(timeline, day).values.get(key)
    start = day
    for period in reversed(timeline):
        if period.starts_on > day:
            continue
        if period.values.get(key) != value:
            break
        start = period.starts_on
    return start


def begin_run(timeline: Timeline, key: str, day: date, start: date, before: Any) -> Timeline:
    """Let the run of ``key``'s value of ``day`` begin at ``start``: earlier days of the run take
    the value that was there before it, or ``before`` where nothing was."""
    value = value_at(timeline, day).values.get(key)
    first = run_start(timeline, key, day)
    previous = [p for p in timeline if p.ends_on == first]
    earlier = previous[0].values.get(key) if previous else before
    result = _split(_split(timeline, start), first)
    for index, period in enumerate(result):
        if start <= period.starts_on < first:
            result[index] = replace(period, values={**period.values, key: value})
        elif first <= period.starts_on < start:
            result[index] = replace(period, values={**period.values, key: earlier})
    return merged(result)


def filled(timeline: Iterable[Period], nothing: Mapping[str, Any]) -> Timeline:
    """Sort a timeline and fill its gaps with periods of ``nothing`` (a link that is not there)."""
    result: Timeline = []
    reached = BEGINNING
    for period in sorted(timeline, key=lambda p: p.starts_on):
        if reached < period.starts_on:
            result.append(Period(reached, period.starts_on, nothing))
        result.append(period)
        reached = period.ends_on
    if reached < FOREVER:
        result.append(Period(reached, FOREVER, nothing))
    return result


def merged(timeline: Timeline) -> Timeline:
    """Join neighbours of equal values; a joined period keeps the first known id."""
    result: Timeline = []
    for period in timeline:
        last = result[-1] if result else None
        if last and last.ends_on == period.starts_on and last.values == period.values:
            result[-1] = replace(last, ends_on=period.ends_on, id=last.id or period.id)
        else:
            result.append(period)
    return result


def _split(timeline: Timeline, day: date) -> Timeline:
    """Cut the period that holds on ``day`` in two; the part before keeps the id."""
    result: Timeline = []
    for period in timeline:
        if period.starts_on < day < period.ends_on:
            result.append(replace(period, ends_on=day))
            result.append(replace(period, starts_on=day, id=None))
        else:
            result.append(period)
    return result


class DatedRecord(models.Model):
    """A row that holds over [starts_on, ends_on)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    starts_on = models.DateField("自", default=BEGINNING)
    ends_on = models.DateField("至（不含当日）", default=FOREVER)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on__lt=F("ends_on")),
                name="%(app_label)s_%(class)s_dates_in_order",
                violation_error_message="开始日期应早于结束日期。",
            )
        ]


def no_overlap(name: str, *keys: str) -> ExclusionConstraint:
    """At most one row of ``keys`` on any day. Checked at the end of the transaction, so that
    closing one row and beginning the next may come in either order."""
    period = Func(F("starts_on"), F("ends_on"), function="DATERANGE", output_field=DateRangeField())
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((key, RangeOperators.EQUAL) for key in keys),
            (period, RangeOperators.OVERLAPS),
        ],
        deferrable=Deferrable.DEFERRED,
        violation_error_message="时间与已有记录重叠。",
    )


def holding(day: date, prefix: str = "") -> Q:
    """The condition "this dated row holds on ``day``"; ``prefix`` as in ``states__``."""
    return Q(**{f"{prefix}starts_on__lte": day, f"{prefix}ends_on__gt": day})


class DatedQuerySet(models.QuerySet):
    """Rows of a dated table."""

    def at(self, day: date) -> "DatedQuerySet":
        return self.filter(holding(day))


class StateOf(models.ForeignKey):
    """From a state row to its record.

    Joined for one day (:func:`with_state`) there is one state to a record, and Django is told so:
    every ``filter``, ``exclude`` and annotation then uses the one join instead of adding another.
    """

    def get_reverse_path_info(self, filtered_relation=None):
        paths = super().get_reverse_path_info(filtered_relation)
        return [path._replace(m2m=False) for path in paths] if filtered_relation else paths

    def deconstruct(self):
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs


def state_of(day: date) -> FilteredRelation:
    """The state of ``day`` of a record with ``states``, to annotate under a name."""
    return FilteredRelation("states", condition=holding(day, "states__"))


def with_state(queryset: models.QuerySet, day: date) -> models.QuerySet:
    """Join each row's state of ``day`` under the alias ``state``: one row, states never overlap."""
    return queryset.annotate(state=state_of(day)).filter(state__id__isnull=False)
