"""Rules over the rows of a whole file."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from common.ledgers.columns import Column
from common.ledgers.rows import Row


def refuse_repeated(rows: list[Row], column: Column, key_of: Callable[[Row], Any]) -> None:
    """Refuse a key that stands twice in the file."""
    first: dict[Any, Row] = {}
    for row in rows:
        key = key_of(row)
        if not key:
            continue
        earlier = first.setdefault(key, row)
        if earlier is not row:
            row.error(column, f"与第 {earlier.number} 行重复，请只留一行。")


def refuse_cycles(rows: list[Row], parents: Mapping[uuid.UUID, Any], column: Column) -> None:
    """Refuse rows whose superior stands below them."""
    for row in rows:
        if row.errors or not any("parent_id" in change.values for change in row.changes):
            continue
        at, seen = parents.get(row.record), set()
        while at and at not in seen:
            if at == row.record:
                row.error(column, "上级关系绕成了圈，请核对这一行和它的上级。")
                break
            seen.add(at)
            at = parents.get(at)
