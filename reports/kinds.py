"""The kinds of indicators (design.md §4.4): what each counts, and the rows that make it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar

from django.db.models import (
    Aggregate,
    Count,
    FloatField,
    Max,
    Min,
    Model,
    Q,
    QuerySet,
    Sum,
)
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import Cast

from common.periods import Span
from reports.extent import Extent
from reports.figures import Indicator, Number, Share, When, Where, flag


class RowsIndicator(Indicator):
    """The number of rows."""

    kind = "rows"

    def measures(self, when: When) -> dict[str, Aggregate]:
        return {"value": Count("pk", filter=self.among(when) if self.among else None)}

    def read(self, counted: Mapping[str, Any]) -> Number:
        return Number(counted["value"])


@dataclass(frozen=True, kw_only=True)
class ShareIndicator(Indicator):
    """How many rows meet a condition: met + unmet = total, since each row is one or the other."""

    kind: ClassVar[str] = "share"
    met: Callable[[Any], Q]

    def met_rows(
        self, extent: Extent, day: date, where: Where | None = None, span: Span | None = None
    ) -> QuerySet:
        return self._part(True, extent, day, where, span)

    def unmet_rows(
        self, extent: Extent, day: date, where: Where | None = None, span: Span | None = None
    ) -> QuerySet:
        return self._part(False, extent, day, where, span)

    def _part(self, wanted: bool, extent, day, where, span) -> QuerySet:
        rows = self.rows(extent, day, where, span)
        return rows.alias(is_met=flag(self.met(self.when(day, span)))).filter(is_met=wanted)

    def measures(self, when: When) -> dict[str, Aggregate]:
        among = self.among(when) if self.among else Q()
        return {
            "total": Count("pk", filter=among or None),
            "met": Count("pk", filter=among & self.met(when)),
        }

    def read(self, counted: Mapping[str, Any]) -> Share:
        return Share(counted["met"], counted["total"])


@dataclass(frozen=True, kw_only=True)
class DistinctIndicator(Indicator):
    """How many different things the rows name: persons, entities. ``of``: path of the id of the
    thing; ``listed``: its model, whose rows are the list."""

    kind: ClassVar[str] = "distinct"
    of: str
    listed: type[Model]

    @property
    def joined(self) -> str:
        return self.of if LOOKUP_SEP in self.of else ""

    def rows(
        self, extent: Extent, day: date, where: Where | None = None, span: Span | None = None
    ) -> QuerySet:
        """The things that the rows name, each once."""
        named = super().rows(extent, day, where, span).order_by().values(self.of)
        things = self.listed._default_manager.all()
        when = self.when(day, span)
        last = when.last if isinstance(when, Span) else when
        things = things.at(last) if hasattr(things, "at") else things
        return things.filter(pk__in=named)

    def measures(self, when: When) -> dict[str, Aggregate]:
        among = self.among(when) if self.among else None
        return {"value": Count(self.of, filter=among, distinct=True)}

    def read(self, counted: Mapping[str, Any]) -> Number:
        return Number(counted["value"])


@dataclass(frozen=True, kw_only=True)
class MeasuredIndicator(Indicator):
    """A number made of a column of the rows. ``column``: its path; ``column_title``: what the list
    calls it. Rows without a value add nothing; without any value the number is None (a sum: 0)."""

    column: str
    column_title: str
    places: int = 0

    def measures(self, when: When) -> dict[str, Aggregate]:
        return {"value": self.aggregate(self.among(when) if self.among else None)}

    def aggregate(self, among: Q | None) -> Aggregate:
        """What the database makes of the column."""
        raise NotImplementedError

    def read(self, counted: Mapping[str, Any]) -> Number:
        value = counted["value"]
        step = Decimal(1).scaleb(-self.places)
        return Number(value and Decimal(value).quantize(step, ROUND_HALF_UP))


class SumIndicator(MeasuredIndicator):
    """The sum of a column: money, person-times, quantities."""

    kind = "sum"

    def aggregate(self, among: Q | None) -> Aggregate:
        return Sum(self.column, filter=among, default=0)


class VarietyIndicator(MeasuredIndicator):
    """How many different values a column has: categories."""

    kind = "variety"

    def aggregate(self, among: Q | None) -> Aggregate:
        return Count(self.column, filter=among, distinct=True)


class LeastIndicator(MeasuredIndicator):
    """The smallest value of a column."""

    kind = "min"

    def aggregate(self, among: Q | None) -> Aggregate:
        return Min(self.column, filter=among)


class GreatestIndicator(MeasuredIndicator):
    """The largest value of a column."""

    kind = "max"

    def aggregate(self, among: Q | None) -> Aggregate:
        return Max(self.column, filter=among)


class _Median(Aggregate):
    """The middle value; of an even number the mean of the two in the middle."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


class MedianIndicator(MeasuredIndicator):
    """The median of a column."""

    kind = "median"

    def aggregate(self, among: Q | None) -> Aggregate:
        return _Median(Cast(self.column, FloatField()), filter=among)
