"""The entities behind the coverage states, for their numbers and their lists."""

from datetime import date

from django.db.models import QuerySet

from enterprises.models import Entity
from organizations.choices import CoverageState
from organizations.coverage import with_coverage
from reports.figures import Extent, Where
from reports.populations import ENTITIES


def entities_by_state(extent: Extent, day: date, where: Where) -> QuerySet:
    """The entities of a cell that exist on ``day``, whether they count or not (不纳入)."""
    rows = extent.limit(Entity.objects.at(day).existing(day), day)
    return ENTITIES.narrow(rows, day, where)


def state_rows(state: CoverageState, extent: Extent, day: date, where: Where) -> QuerySet:
    """The entities in one coverage state."""
    return with_coverage(entities_by_state(extent, day, where), day).filter(coverage=state)
