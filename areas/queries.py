"""Questions to the territorial tree."""

import uuid
from collections.abc import Iterable

from areas.choices import AreaLevel
from areas.models import Area


def subtree_ids(roots: Iterable[uuid.UUID]) -> set[uuid.UUID]:
    """Ids of ``roots`` and everything below them. One query: a city has some 10^3 areas."""
    children: dict[uuid.UUID | None, list[uuid.UUID]] = {}
    for pk, parent in Area.objects.values_list("id", "parent_id"):
        children.setdefault(parent, []).append(pk)
    found: set[uuid.UUID] = set()
    waiting = list(roots)
    while waiting:
        pk = waiting.pop()
        if pk not in found:
            found.add(pk)
            waiting.extend(children.get(pk, ()))
    return found


def district_area() -> Area | None:
    """The area that the portal is for: the one district, else the top of the tree."""
    districts = list(Area.objects.filter(level=AreaLevel.DISTRICT)[:2])
    if len(districts) == 1:
        return districts[0]
    return Area.objects.filter(parent=None).first()
