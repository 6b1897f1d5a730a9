"""为什么变了: the change of 组织覆盖率 between two days, as named causes (design.md §6).

Each entity is looked at on both days: does it stand in the denominator, is it covered. Entities
for which an answer differs fall under exactly one cause; so the lines sum to the difference.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Case, CharField, Count, F, Q, QuerySet, Value, When

from common.dated import state_of
from enterprises.choices import BusinessStatus
from enterprises.models import Entity
from organizations.coverage import is_covered
from reports.figures import Extent, Share, Where, flag
from reports.indicators import ORG_COVERAGE
from reports.populations import entity_counts, lasting


class Cause(StrEnum):
    """Why an entity counts otherwise than before; in printing order."""

    JOINED = "joined"
    LEFT = "left"
    REGISTERED = "registered"
    DEREGISTERED = "deregistered"
    RESUMED = "resumed"
    STOPPED = "stopped"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"


LABELS: Mapping[Cause, str] = {
    Cause.JOINED: "新建党组织、新纳入覆盖",
    Cause.LEFT: "党组织撤销、退出覆盖",
    Cause.REGISTERED: "新登记",
    Cause.DEREGISTERED: "注销、吊销",
    Cause.RESUMED: "恢复正常经营",
    Cause.STOPPED: "停业、空壳",
    Cause.MOVED_IN: "迁入",
    Cause.MOVED_OUT: "迁出",
}


@dataclass(frozen=True)
class Line:
    """One cause: what it adds to numerator and denominator (negative: takes away)."""

    cause: Cause
    met: int
    total: int

    @property
    def label(self) -> str:
        return LABELS[self.cause]


@dataclass(frozen=True)
class Change:
    """From one figure to another: ``before`` + all lines = ``after``."""

    before: Share
    after: Share
    lines: tuple[Line, ...]


def change(extent: Extent, start: date, end: date, where: Where | None = None) -> Change:
    """The change of 组织覆盖率 from ``start`` to a later ``end``, with a line for every cause."""
    return Change(
        ORG_COVERAGE.figure(extent, start, where),
        ORG_COVERAGE.figure(extent, end, where),
        lines(extent, start, end, where),
    )


def lines(
    extent: Extent, start: date, end: date, where: Where | None = None
) -> tuple[Line, ...]:
    """A line for every cause, also where nothing changed; one query."""
    counted = (
        _changed(extent, start, end, where)
        .order_by()
        .values("cause")
        .annotate(
            stood=Count("pk", filter=Q(was_counted=True)),
            stands=Count("pk", filter=Q(is_counted=True)),
            was_met=Count("pk", filter=Q(was_covered=True)),
            is_met=Count("pk", filter=Q(is_covered=True)),
        )
    )
    found = {
        row["cause"]: Line(
            Cause(row["cause"]), row["is_met"] - row["was_met"], row["stands"] - row["stood"]
        )
        for row in counted
    }
    return tuple(found.get(cause, Line(cause, 0, 0)) for cause in Cause)


def met_rows(
    cause: Cause, extent: Extent, start: date, end: date, where: Where | None = None
) -> QuerySet:
    """The entities that a cause adds to the numerator or takes from it."""
    rows = _changed(extent, start, end, where).filter(cause=cause)
    return rows.exclude(was_covered=F("is_covered"))


def total_rows(
    cause: Cause, extent: Extent, start: date, end: date, where: Where | None = None
) -> QuerySet:
    """The entities that a cause adds to the denominator or takes from it."""
    rows = _changed(extent, start, end, where).filter(cause=cause)
    return rows.exclude(was_counted=F("is_counted"))


def _changed(extent: Extent, start: date, end: date, where: Where | None) -> QuerySet:
    """Entities that count otherwise on ``end`` than on ``start``, each with its ``cause``."""
    was_counted = entity_counts(extent, start, where or {}, "before")
    is_counted = entity_counts(extent, end, where or {}, "after")
    entities = Entity.objects.filter(lasting(where or {}))
    rows = entities.annotate(before=state_of(start), after=state_of(end)).annotate(
        was_counted=flag(was_counted),
        is_counted=flag(is_counted),
        was_covered=flag(was_counted & is_covered(start)),
        is_covered=flag(is_counted & is_covered(end)),
    )
    return rows.annotate(cause=_cause(start, end)).filter(cause__isnull=False)


def _cause(start: date, end: date) -> Case:
    """The one cause of an entity, NULL when nothing changed."""
    enters = Q(was_counted=False, is_counted=True)
    leaves = Q(was_counted=True, is_counted=False)
    stays = Q(was_counted=True, is_counted=True)
    deregistered = Q(closed_on__lte=end) | Q(
        after__status__in=(BusinessStatus.CLOSED, BusinessStatus.REVOKED)
    )
    moved_out = Q(after__status__in=(BusinessStatus.MOVED_OUT, BusinessStatus.NORMAL))
    was_away = Q(before__status__in=(BusinessStatus.MOVED_OUT, BusinessStatus.NORMAL))
    return Case(
        When(stays & Q(was_covered=False, is_covered=True), then=Value(Cause.JOINED)),
        When(stays & Q(was_covered=True, is_covered=False), then=Value(Cause.LEFT)),
        When(enters & Q(founded_on__gt=start), then=Value(Cause.REGISTERED)),
        When(enters & was_away, then=Value(Cause.MOVED_IN)),
        When(enters, then=Value(Cause.RESUMED)),
        When(leaves & deregistered, then=Value(Cause.DEREGISTERED)),
        When(leaves & moved_out, then=Value(Cause.MOVED_OUT)),
        When(leaves, then=Value(Cause.STOPPED)),
        default=None,
        output_field=CharField(),
    )
