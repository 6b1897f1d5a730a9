"""How declared ledgers refer to Party organizations and to entities."""

import uuid
from collections.abc import Collection

from common.ledgers.references import Finder, Reference, refer
from common.ledgers.rows import Options
from organizations.finder import (
    EntityFinder,
    OrganizationFinder,
    one_name_each,
    printed_entities,
)
from organizations.models import PartyOrganization


class _Organizations(Finder):
    """By full name or code. Those that the user may not name are not printed."""

    def __init__(self, options: Options, _name: str) -> None:
        self._finder = OrganizationFinder(options)

    def find(self, text: str) -> uuid.UUID:
        return self._finder.find(text)

    def printed(self, pk: uuid.UUID) -> str:
        return self._finder.name(pk) if pk in self._finder.visible else ""

    def knows(self, text: str) -> bool:
        return self._finder.knows(text)

    def names(self) -> list[str]:
        return self._finder.names()


class _Entities(Finder):
    """By code or name, of the texts of the file. Files are told the code, people the name."""

    def __init__(self, options: Options, _name: str) -> None:
        self._options = options
        self._finder = EntityFinder((), options)
        self._printed: dict[uuid.UUID, str] = {}

    def know(self, texts: Collection[str], ids: Collection[uuid.UUID]) -> None:
        if texts:
            self._finder = EntityFinder(texts, self._options)
        if missing := set(ids) - self._printed.keys():
            print_them = one_name_each if self._options.by_form else printed_entities
            self._printed |= dict.fromkeys(missing, "") | print_them(missing, self._options)

    def find(self, text: str) -> uuid.UUID:
        return self._finder.get(text)

    def printed(self, pk: uuid.UUID) -> str:
        return self._printed.get(pk, "")

    def knows(self, text: str) -> bool:
        return self._finder.find(text) is not None


refer(
    "organizations.PartyOrganization",
    Reference(
        _Organizations,
        suggestions=lambda _name: "organizations",
        choices=lambda scope, _name: PartyOrganization.objects.within(scope),
        lookup="organizations",
    ),
)
refer("enterprises.Entity", Reference(_Entities, lookup="entities"))
