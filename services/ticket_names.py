"""How the records that tickets refer to are printed in the ledger, and how texts find them."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from accounts.models import Department
from common import cells
from common.cells import name_key
from enterprises.models import EntityState
from organizations.finder import EntityFinder, OrganizationFinder, printed_entities
from organizations.models import OrganizationState
from services.models import TicketCategory, TicketClock

REFERENCES = ("entity_id", "organization_id", "category_id", "department_id")
Whose = tuple[uuid.UUID | None, uuid.UUID | None, date]


class Names:
    """Names of enterprises and organizations in scope, of categories and departments."""

    def __init__(self, options: Any, texts: Iterable[str] = ()) -> None:
        self.options = options
        self.organizations = OrganizationFinder(options)
        self.entities = EntityFinder(texts, options)
        self.lists = {
            "category_id": dict(TicketCategory.objects.values_list("pk", "name")),
            "department_id": dict(Department.objects.values_list("pk", "name")),
        }
        self.keys = {
            column: {name_key(name): pk for pk, name in rows.items()}
            for column, rows in self.lists.items()
        }
        self.clocks: dict[uuid.UUID, uuid.UUID] = {}
        self._printed: dict[uuid.UUID, str] = {}

    def know(self, tickets: Iterable[dict[str, Any]]) -> None:
        """Read what stored tickets refer to, and the clocks of imported ones."""
        tickets = list(tickets)
        ids = {row["entity_id"] for row in tickets} - {None} - self._printed.keys()
        self._printed |= dict.fromkeys(ids, "") | printed_entities(ids, self.options)
        imported = [row["id"] for row in tickets if row["is_imported"]]
        rows = TicketClock.objects.filter(ticket__in=imported)
        self.clocks |= dict(rows.values_list("ticket", "pk"))

    def printed(self, reference: str, pk: uuid.UUID | None) -> str:
        """The text of a stored reference; "" where there is none, or none that finds it again."""
        if pk is None:
            return ""
        if reference in self.lists:
            return self.lists[reference].get(pk, "")
        if reference == "entity_id":
            return self._printed.get(pk, "")
        return self.organizations.name(pk) if pk in self.organizations.visible else ""

    def find(self, reference: str, text: str) -> uuid.UUID:
        """The record of a text. Raises CellError."""
        if reference == "entity_id":
            return self.entities.get(text)
        if reference == "organization_id":
            return self.organizations.find(text)
        keys = self.keys[reference]
        if name_key(text) in keys:
            return keys[name_key(text)]
        near = cells.nearest(name_key(text), keys)
        hint = f"是不是“{self.lists[reference][keys[near]]}”？" if near else "请先添加。"
        what = "类别" if reference == "category_id" else "部门"
        raise cells.CellError(f"没有这个{what}，{hint}")

    def towns(self, tickets: list[dict[str, Any]]) -> dict[Whose, uuid.UUID | None]:
        """Where each of the enterprises was on the day of its ticket; two queries."""
        found: dict[Whose, uuid.UUID | None] = {}
        for model, column in ((EntityState, "entity_id"), (OrganizationState, "organization_id")):
            ids = {one[column] for one in tickets if one[column]}
            states: dict[uuid.UUID, list[tuple]] = {}
            rows = model.objects.filter(**{f"{column}__in": ids})
            for pk, *state in rows.values_list(column, "starts_on", "ends_on", "town_id"):
                states.setdefault(pk, []).append(state)
            for one in tickets:
                whose = one["entity_id"], one["organization_id"], one["registered_on"]
                for first, last, town in states.get(one[column], ()):
                    if first <= one["registered_on"] < last:
                        found.setdefault(whose, town)
        return found
