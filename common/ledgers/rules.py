"""Rules over the rows of a whole file."""

import uuid
from collections.abc import Callable, Iterable, Mapping
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


Twins = Callable[[set[Any]], Iterable[tuple[Any, uuid.UUID, str]]]


def mark_twins(
    rows: list[Row], column: Column, key_of: Callable[[Row], Any], stored: Twins, alike: str
) -> None:
    """Mark new and renamed rows that look like another record (疑似重复); nothing is held back.

    ``key_of(row)`` is what is compared (None: nothing); ``stored(keys)`` gives (key, record, code)
    of records in scope that have one of them; ``alike`` says what is the same.
    """
    in_file: dict[Any, list[Row]] = {}
    for row in rows:
        if key := key_of(row):
            in_file.setdefault(key, []).append(row)

    def is_wanted(row: Row) -> bool:
        return row.is_new or any(name == column.column_name for name, _old, _new in row.diff)

    wanted = {key for key, alike_rows in in_file.items() if any(map(is_wanted, alike_rows))}
    known: dict[Any, list[tuple[uuid.UUID, str]]] = {}
    for key, record, code in stored(wanted) if wanted else ():
        known.setdefault(key, []).append((record, code))
    for key, alike_rows in in_file.items():
        if len(alike_rows) == 1 and key not in known:
            continue
        for row in filter(is_wanted, alike_rows):
            if other := _twin(row, alike_rows, known.get(key, ())):
                row.is_suspect = True
                row.warn(column, f"{other}{alike}，请核对是否重复。")


def _twin(row: Row, rows: list[Row], known: Iterable[tuple[uuid.UUID, str]]) -> str:
    """The other row or record, in words; "" when there is none."""
    number = next((other.number for other in rows if other.record != row.record), None)
    if number is not None:
        return f"与第 {number} 行"
    for record, code in known:
        if record != row.record:
            return f"与库中{f'代码为 {code} 的' if code else '另一条'}记录"
    return ""
