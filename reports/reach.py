"""Which report runs a scope reaches: those over an area that lies wholly in it."""

from datetime import date

from django.db.models import Q

from accounts.scope import Scope
from areas.queries import subtree_ids
from common.scoping import reaches


@reaches("reports.ReportRun")
def runs_of_areas(scope: Scope, _day: date) -> Q | None:
    """Runs over a granted area or below one, made from the whole of that area."""
    return Q(area__in=subtree_ids(scope.roots)) if scope.roots else None
