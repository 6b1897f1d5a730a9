"""Whose rows a figure counts."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Model, Q, QuerySet

from accounts.scope import Scope, area_scope
from areas.models import Area
from common.scoping import is_within


@dataclass(frozen=True)
class Extent:
    """Whose rows a figure counts: those in the asker's scope that also lie in an area."""

    scope: Scope
    area: Scope | None = None

    @classmethod
    def of(cls, scope: Scope, area: Area | None = None) -> "Extent":
        return cls(scope, area_scope(area) if area else None)

    def limit(self, rows: QuerySet, day: date) -> QuerySet:
        """Those of ``rows`` that are in the extent on ``day``."""
        return rows.filter(self.takes(rows.model, day))

    def takes(self, model: type[Model], day: date) -> Q:
        """The condition "this row of ``model`` is in the extent on ``day``"."""
        condition = is_within(model, self.scope, day)
        return condition & is_within(model, self.area, day) if self.area else condition
