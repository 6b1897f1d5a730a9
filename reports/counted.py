"""Figures as pages show them: with the addresses of their lists, and what they were before."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from areas.models import Area
from organizations.choices import CoverageState
from reports.attribution import Cause
from reports.drill import ALL, MET, UNMET, change_url, due_url, rows_url, state_url
from reports.figures import Share, Where

MINUS = "−"


@dataclass(frozen=True)
class Lists:
    """Addresses of the lists behind the figures of one page: its day, area and cell."""

    day: date
    area: Area | None
    where: Where

    def rows(self, key: str, part: str = ALL, **cell: str) -> str:
        """The list of an indicator, in a further cell of the page's own."""
        return rows_url(key, part, self.day, self.area, {**self.where, **cell})

    def state(self, state: CoverageState, **cell: str) -> str:
        """The entities in one coverage state."""
        return state_url(state.value, self.day, self.area, {**self.where, **cell})

    def due(self, what: str) -> str:
        """What is due: elections, instructors."""
        return due_url(what, self.day, self.area)

    def change(self, cause: Cause, part: str, since: date) -> str:
        """The entities that a cause adds or takes away since a day."""
        return change_url(cause.value, part, since, self.day, self.area, self.where)


@dataclass(frozen=True)
class Counted:
    """A share with its three lists."""

    figure: Share
    met_url: str
    total_url: str
    unmet_url: str

    @classmethod
    def of(cls, figure: Share, key: str, lists: Lists, **more: Any) -> "Counted":
        """``more``: cells by dimension, for the lists."""
        return cls(figure, *(lists.rows(key, part, **more) for part in (MET, ALL, UNMET)))


@dataclass(frozen=True)
class Head:
    """One of the main figures: its definition, and the change since another day ("" = none)."""

    key: str
    label: str
    basis: str
    counted: Counted
    points: str


def points_between(before: Share | None, after: Share) -> str:
    """The difference of two printed rates in percentage points: +1.2 · −0.3 · 0.0."""
    if before is None or before.percent is None or after.percent is None:
        return ""
    difference = after.percent - before.percent
    return f"{difference:+}".replace("-", MINUS) if difference else f"{difference}"
