"""Questions to the territorial tree."""

import uuid
from collections.abc import Iterable

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
