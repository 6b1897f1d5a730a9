"""How ledgers refer to areas: a field is named after the level that it holds."""

import uuid
from typing import Any

from django.db.models import QuerySet

from areas.finder import AreaFinder
from areas.models import Area
from common.ledgers.references import Finder, Reference, refer
from common.ledgers.rows import Options


class _AreaReference(Finder):
    def __init__(self, _options: Options, level: str) -> None:
        self._areas, self._level = AreaFinder(), level

    def find(self, text: str) -> uuid.UUID:
        return self._areas.find(text, self._level)

    def printed(self, pk: uuid.UUID) -> str:
        return self._areas.name(pk)

    def knows(self, text: str) -> bool:
        return self._areas.knows(text, self._level)

    def names(self) -> list[str]:
        return self._areas.names(self._level)


def _choices(scope: Any, level: str) -> QuerySet:
    return Area.objects.within(scope).filter(level=level)


refer(
    "areas.Area",
    Reference(_AreaReference, suggestions=lambda name: f"areas:{name}", choices=_choices),
)
