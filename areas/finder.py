"""Finding areas named in a ledger, and naming them as the ledgers do."""

import uuid
from collections.abc import Iterable

from areas.choices import AreaLevel
from areas.models import Area
from common import cells
from common.cells import name_key


class AreaFinder:
    """All areas, read once for a check or an export (a city has some 10^3)."""

    def __init__(self) -> None:
        rows = list(
            Area.objects.order_by("code").values("id", "code", "name", "level", "parent_id")
        )
        self.rows = {row["id"]: row for row in rows}
        self._by_code = {name_key(row["code"]): row["id"] for row in rows}
        self._by_name: dict[tuple[str, str], list[uuid.UUID]] = {}
        self._printed: dict[int, str] = {}
        for row in rows:
            key = (row["level"], name_key(row["name"]))
            self._by_name.setdefault(key, []).append(row["id"])

    def find(self, text: str, level: str, near: uuid.UUID | None = None) -> uuid.UUID:
        """The area of ``level`` with this code or name. Of several with one name the one below
        ``near`` is meant. Raises CellError with the nearest name."""
        key = name_key(text)
        by_code = self._by_code.get(key)
        if by_code and self.rows[by_code]["level"] == level:
            return by_code
        found = self._by_name.get((level, key), [])
        if len(found) > 1 and near:
            found = [pk for pk in found if near in self.above(pk)] or found
        if len(found) == 1:
            return found[0]
        label = AreaLevel(level).label
        if found:
            raise cells.CellError(f"有 {len(found)} 个{label}叫这个名称，请改填区划代码。")
        names = {row["name"]: None for row in self.rows.values() if row["level"] == level}
        near_name = cells.nearest(text, names)
        hint = f"是不是“{near_name}”？" if near_name else "请先在区划台账中登记。"
        raise cells.CellError(f"没有这个{label}，{hint}")

    def knows(self, text: str, level: str) -> bool:
        """Whether an area of ``level`` has this code or name."""
        key = name_key(text)
        return (level, key) in self._by_name or key in self._by_code

    def above(self, pk: uuid.UUID) -> set[uuid.UUID]:
        """Ids of all areas above ``pk``."""
        found: set[uuid.UUID] = set()
        parent = self.rows[pk]["parent_id"]
        while parent and parent not in found:
            found.add(parent)
            parent = self.rows[parent]["parent_id"]
        return found

    def name(self, pk: uuid.UUID | None) -> str:
        """The area as a ledger prints it: its name, or its code where the name is not unique."""
        if pk is None:
            return ""
        printed = self._printed.get(pk.int)
        if printed is None:
            row = self.rows[pk]
            twins = self._by_name[(row["level"], name_key(row["name"]))]
            printed = self._printed[pk.int] = row["name"] if len(twins) == 1 else row["code"]
        return printed

    def names(self, level: str, within: Iterable[uuid.UUID] | None = None) -> list[str]:
        """Printed names of all areas of a level, for drop-downs."""
        allowed = None if within is None else set(within)
        return [
            self.name(pk)
            for pk, row in self.rows.items()
            if row["level"] == level and (allowed is None or pk in allowed)
        ]
