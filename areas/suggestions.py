"""Drop-downs of areas in ledger templates and forms."""

from areas.choices import AreaLevel
from areas.finder import AreaFinder
from areas.models import Area
from common.ledgers.export import suggestion


@suggestion("areas")
def areas_in_scope(scope, level: str) -> list[str]:
    """Printed names of the areas of a level that the user may name: towns of the scope; of the
    other levels those below it, and parks that stand beside the towns."""
    within = None
    if not scope.everything:
        within = set(Area.objects.within(scope).values_list("pk", flat=True))
        if level == AreaLevel.PARK:
            within |= set(
                Area.objects.filter(level=level, parent__level=AreaLevel.DISTRICT).values_list(
                    "pk", flat=True
                )
            )
    return AreaFinder().names(level, within)
