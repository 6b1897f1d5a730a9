"""Finding Party organizations and entities named in a ledger."""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping

from common import cells
from common.cells import name_key
from common.ledgers.facets import rows_of
from common.ledgers.rows import Options
from enterprises.choices import KINDS_WITHOUT_OWN_CODE
from enterprises.models import Entity
from organizations.models import PartyOrganization
from organizations.reach import ancestors_of


class OrganizationFinder:
    """Organizations by code or full name, inside the user's scope and on the way up from it."""

    def __init__(self, options: Options) -> None:
        fields = ("id", "code", "name", "name_key", "founded_on")
        rows = list(PartyOrganization.objects.order_by().values(*fields))
        self.rows = {row["id"]: row for row in rows}
        if options.scope.everything:
            visible = set(self.rows)
        else:
            visible = set(
                PartyOrganization.objects.within(options.scope).values_list("id", flat=True)
            )
            visible |= ancestors_of(options.scope, options.day)
        self.visible = visible
        self._by_code = {
            name_key(row["code"]): row["id"] for row in rows if row["code"] and row["id"] in visible
        }
        self._found: dict[str, uuid.UUID] = {}  # what was asked for before
        self._by_name: dict[str, list[uuid.UUID]] = {}
        self._twins: dict[str, int] = {}
        for row in rows:
            self._twins[row["name_key"]] = self._twins.get(row["name_key"], 0) + 1
            if row["id"] in visible:
                self._by_name.setdefault(row["name_key"], []).append(row["id"])

    def add(self, pk: uuid.UUID, code: str, name: str) -> None:
        """Make an organization of the same file known."""
        key = name_key(name)
        self._found.clear()
        self.rows[pk] = {
            "id": pk,
            "code": code,
            "name": name,
            "name_key": key,
            "in_file": True,
        }
        if code:
            self._by_code.setdefault(name_key(code), pk)
        same = self._by_name.setdefault(key, [])
        if pk not in same:
            same.append(pk)

    def find(self, text: str) -> uuid.UUID:
        """The organization with this code or full name. Raises CellError."""
        found = self._found.get(text)
        if found is None:
            found = self._found[text] = self._find(text)
        return found

    def _find(self, text: str) -> uuid.UUID:
        key = name_key(text)
        if key in self._by_code:
            return self._by_code[key]
        found = self._by_name.get(key, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise cells.CellError(f"有 {len(found)} 个党组织叫这个名称，请改填党组织代码。")
        near = cells.nearest(key, self._by_name)
        near_name = self.rows[self._by_name[near][0]]["name"] if near else ""
        hint = f"是不是“{near_name}”？" if near else "请先导入党组织台账。"
        raise cells.CellError(f"没有这个党组织，{hint}")

    def knows(self, text: str) -> bool:
        """Whether an organization that may be named has this code or full name."""
        key = name_key(text)
        return key in self._by_code or key in self._by_name

    def name(self, pk: uuid.UUID | None) -> str:
        """The organization as a ledger prints it: full name, or code where names repeat."""
        if pk is None:
            return ""
        row = self.rows[pk]
        if self._twins.get(row["name_key"], 1) > 1 and row["code"]:
            return row["code"]
        return row["name"]

    def names(self) -> list[str]:
        """Printed names of the organizations that may be named, for drop-downs."""
        return sorted(self.name(pk) for ids in self._by_name.values() for pk in ids)


class EntityFinder:
    """Entities by code or name, for the texts of one file, inside the user's scope."""

    def __init__(self, texts: Iterable[str], options: Options) -> None:
        keys = {name_key(text) for text in texts if text}
        codes = {key.upper() for key in keys}
        visible = Entity.objects.within(options.scope).order_by()
        fields = ("id", "uscc", "name", "name_key", "founded_on")
        self.rows: dict[uuid.UUID, dict] = {}
        self._by_code: dict[str, list[uuid.UUID]] = {}
        self._by_name: dict[str, list[uuid.UUID]] = {}
        if not keys:
            return
        for row in visible.filter(name_key__in=keys).values(*fields):
            self.rows[row["id"]] = row
            self._by_name.setdefault(row["name_key"], []).append(row["id"])
        for row in visible.filter(uscc__in=codes).values(*fields):
            self.rows[row["id"]] = row
            self._by_code.setdefault(row["uscc"], []).append(row["id"])

    def find(self, text: str) -> uuid.UUID | None:
        """The one entity with this code or name; None when there is none or several."""
        key = name_key(text)
        found = self._by_code.get(key.upper()) or self._by_name.get(key) or []
        return found[0] if len(found) == 1 else None

    def get(self, text: str) -> uuid.UUID:
        """As :meth:`find`, where the entity must be there. Raises CellError."""
        if (found := self.find(text)) is not None:
            return found
        if count := self._count(text):
            raise cells.CellError(f"有 {count} 家主体叫“{text}”，请改填统一社会信用代码。")
        raise cells.CellError(f"您的管理范围内没有“{text}”，请核对名称或先导入市场主体台账。")

    def _count(self, text: str) -> int:
        key = name_key(text)
        return len(self._by_code.get(key.upper()) or self._by_name.get(key) or [])

    def why(self, text: str) -> str:
        """What to say of a text that found no entity."""
        if count := self._count(text):
            return f"有 {count} 家主体叫“{text}”，请改填统一社会信用代码。先按文字保存。"
        return f"台账里还没有“{text}”，先按文字保存，导入该主体时自动关联。"


def printed_entities(ids: set[uuid.UUID], options: Options) -> dict[uuid.UUID, str]:
    """Entities in scope as a ledger prints them in a cell of names: the code, else the name.

    What could not be found again by its text is left out: a market's code may repeat, shops
    without a code may share a name.
    """
    rows = rows_of(Entity, "id", ids, ["id", "kind", "uscc", "name", "name_key"])
    found = {row["id"]: row for row in rows}
    if not options.scope.everything:
        visible = set(Entity.objects.within(options.scope).values_list("id", flat=True))
        found = {pk: row for pk, row in found.items() if pk in visible}
    result = {
        pk: row["uscc"]
        for pk, row in found.items()
        if row["uscc"] and row["kind"] not in KINDS_WITHOUT_OWN_CODE
    }
    keys = {row["name_key"] for pk, row in found.items() if pk not in result}
    twins = Counter(Entity.objects.filter(name_key__in=keys).values_list("name_key", flat=True))
    return result | {
        pk: row["name"]
        for pk, row in found.items()
        if pk not in result and twins[row["name_key"]] == 1
    }


def entity_names(ids: Iterable[uuid.UUID], options: Options) -> dict[uuid.UUID, str]:
    """Entities in scope as people call them: the name where one has it, else the code; "" where
    neither finds the entity again."""
    wanted = set(ids) - {None}
    result = dict.fromkeys(wanted, "")
    printed = printed_entities(wanted, options)
    rows = [row for row in rows_of(Entity, "id", wanted, ["id", "name", "name_key"])
            if row["id"] in printed]
    keys = {row["name_key"] for row in rows}
    twins = Counter(Entity.objects.filter(name_key__in=keys).values_list("name_key", flat=True))
    for row in rows:
        is_only = twins[row["name_key"]] == 1
        result[row["id"]] = row["name"] if is_only else printed[row["id"]]
    return result


def one_name_each(ids: set[uuid.UUID], options: Options) -> dict[uuid.UUID, str]:
    """As :func:`entity_names`; the code where a list of names would read the name as several."""
    printed, names = printed_entities(ids, options), entity_names(ids, options)
    return {
        pk: name if len(cells.many(name)) == 1 else printed.get(pk, "")
        for pk, name in names.items()
    }


def listed(names: Mapping[uuid.UUID, str]) -> dict[uuid.UUID, str]:
    """Those of ``names`` that a cell of several names reads as one: a name may hold a mark that
    separates names."""
    return {pk: name for pk, name in names.items() if len(cells.many(name)) == 1}
