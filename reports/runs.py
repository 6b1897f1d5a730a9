"""What the page of a report shows: read from its frozen figures, never counted again."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from accounts.scope import Scope
from reports.choices import RunKind, RunState
from reports.counted import MINUS
from reports.models import KINDS, ReportRun

HEADS = ("org_coverage", "work_coverage", "eligible_organized", "with_members_coverage")


def heads_of(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The main figures of the main kind, as they were frozen."""
    found = {entry["key"]: entry for entry in payload["main_family"]}
    return [found[key] for key in HEADS if key in found]


def previous_run(run: ReportRun, scope: Scope) -> ReportRun | None:
    """The finished report of the same area as of the latest earlier day."""
    earlier = ReportRun.objects.within(scope).filter(
        KINDS[RunKind.COVERAGE], area=run.area, as_of__lt=run.as_of, state=RunState.DONE
    )
    return earlier.order_by("-as_of", "-asked_at").first()


@dataclass(frozen=True)
class Compared:
    """A main figure in two reports; both as frozen."""

    label: str
    before: Mapping[str, Any] | None
    now: Mapping[str, Any]
    points: str


def compared(now: ReportRun, before: ReportRun) -> list[Compared]:
    """The main figures of two reports side by side."""
    past = {entry["key"]: entry for entry in heads_of(before.payload)}
    return [
        Compared(entry["label"], past.get(entry["key"]), entry, _points(past, entry))
        for entry in heads_of(now.payload)
    ]


def _points(past: Mapping[str, Mapping[str, Any]], entry: Mapping[str, Any]) -> str:
    before = past.get(entry["key"])
    if before is None or before["percent"] is None or entry["percent"] is None:
        return ""
    difference = Decimal(entry["percent"]) - Decimal(before["percent"])
    return f"{difference:+}".replace("-", MINUS) if difference else f"{difference}"
