"""Which entities a scope reaches by area."""

from datetime import date

from django.db.models import Q

from accounts.scope import Scope
from common.scoping import reaches
from enterprises.models import EntityState


@reaches("enterprises.Entity")
def entities_in_areas(scope: Scope, day: date) -> Q | None:
    """Entities whose 所属镇街, 村社区, 园区 or 网格 on ``day`` is a granted area."""
    condition = scope.in_areas("town", "community", "park", "grid")
    if condition is None:
        return None
    return Q(pk__in=EntityState.objects.at(day).filter(condition).values("entity"))
