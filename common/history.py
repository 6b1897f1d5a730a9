"""The history of one record, read from the trace for its page.

Everything that one act changed (a saved form, an import batch) is one entry: when, who, through
what, and its lines: field, old value, new value. Names of other records are shown when the viewer
may see them; encrypted values are masked.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection, models
from django.db.models import Count, Max, Min, Q
from django.urls import NoReverseMatch, reverse

from common.history_diff import Difference, Touched, Values, differences
from common.history_words import Names, in_words, row_in_words
from common.models import HistoryEntry, ImportBatch, Via
from common.trace import tracked_tables

Pair = tuple[Values | None, Values | None]  # a row before and after

# A record's own entries are told from its newest so many rows of trace.
_OWN_LIMIT = 2000
# What happened to this many links from the other end is named, more is counted.
_NAMED_LINKS = 5
_LONGEST_MARK = 20


@dataclass(frozen=True)
class Change:
    """One line: ``label`` went from ``old`` to ``new`` ("" = empty); ``note``: from which day."""

    label: str
    old: str
    new: str
    note: str = ""


@dataclass(frozen=True)
class Entry:
    """One act on the record."""

    at: datetime
    changes: Sequence[Change]
    by: str
    through: str
    url: str = ""


@dataclass(frozen=True)
class Page:
    """Entries, newest first; ``next`` continues (``before=``), "" at the end."""

    entries: Sequence[Entry]
    next: str = ""


@dataclass
class _Act:
    """The rows of trace of one act: those of the record, and counts of links that end at it."""

    at: datetime
    context: UUID | None
    actor: UUID | None
    via: str
    last: int = 0
    own: list[HistoryEntry] | None = None
    far: list[Mapping[str, Any]] | None = None


def history_of(record: models.Model, scope: Any, *, before: str = "", size: int = 20) -> Page:
    """The history of ``record`` (of a tracked table) for a viewer who may see the record.

    ``before`` is the ``next`` of the page before; anything else begins anew.
    """
    own = list(HistoryEntry.objects.filter(owner=record.pk).order_by("-id")[:_OWN_LIMIT])
    acts = _acts(own, _far_counts(record.pk))
    is_mark = before.isascii() and before.isdigit() and len(before) < _LONGEST_MARK
    later = int(before) if is_mark else None
    waiting = [act for act in acts if later is None or act.last < later]
    page = waiting[:size]
    following = str(page[-1].last) if len(waiting) > size else ""
    states = _states(own)
    far = _far_lines(page, record.pk)
    lines = [[*_own_lines(act, states), *more] for act, more in zip(page, far, strict=True)]
    return Page(_entries(page, _in_words(lines, scope), scope), following)


def history_by_rows(
    rows: Iterable[HistoryEntry], tell: Callable[[Sequence[Pair]], Sequence[Change]], scope: Any
) -> list[Entry]:
    """The history of rows that have no record's page, such as those of a setting.

    ``rows`` of trace are sorted newest first; ``tell`` puts into words what one act did to them,
    given as (row before, row after).
    """
    rows = list(rows)
    acts, states = _acts(rows, []), _states(rows)
    changes = [
        tell([pair for pairs in _ends(act, states).values() for pair in pairs.values()])
        for act in acts
    ]
    return _entries(acts, changes, scope)


# --- Reading the trace --------------------------------------------------------------------------


def _far_counts(pk: UUID) -> list[dict[str, Any]]:
    """Links whose other end is the record, counted by act: an organization may have 10,000."""
    rows = HistoryEntry.objects.filter(other=pk).order_by()
    counted = rows.values("at", "context", "actor", "via", "table", "operation").annotate(
        number=Count("id"), last=Max("id"), first=Min("id")
    )
    return list(counted.order_by("-last")[:_OWN_LIMIT])


def _acts(own: Iterable[HistoryEntry], far: Iterable[dict[str, Any]]) -> list[_Act]:
    """Bundle what one transaction wrote; newest first."""
    acts: dict[tuple[datetime, UUID | None], _Act] = {}
    for entry in own:
        act = acts.setdefault(
            (entry.at, entry.context), _Act(entry.at, entry.context, entry.actor, entry.via)
        )
        act.own = [*(act.own or []), entry]
        act.last = max(act.last, entry.pk)
    for row in far:
        act = acts.setdefault(
            (row["at"], row["context"]), _Act(row["at"], row["context"], row["actor"], row["via"])
        )
        act.far = [*(act.far or []), row]
        act.last = max(act.last, row["last"])
    return sorted(acts.values(), key=lambda act: -act.last)


def _states(entries: Sequence[HistoryEntry]) -> dict[int, Pair]:
    """Each entry's row before and after it: walk back from what stands in the tables now."""
    now: dict[tuple[str, UUID], Values | None] = current_rows(entries)
    result: dict[int, Pair] = {}
    for entry in entries:  # newest first
        key = (entry.table, entry.row)
        after = now.get(key)
        if entry.operation == "I":
            before = None
        elif entry.operation == "D":
            before, after = entry.before, None
        else:
            after = {**after, **(entry.after or {})} if after else None
            before = {**after, **(entry.before or {})} if after else None
        result[entry.pk] = (before, after)
        now[key] = before
    return result


def current_rows(entries: Iterable[HistoryEntry]) -> dict[tuple[str, UUID], Values | None]:
    """The rows as they stand now, as JSON by column, in one query."""
    wanted: dict[str, set[UUID]] = defaultdict(set)
    for entry in entries:
        if entry.table in tracked_tables():
            wanted[entry.table].add(entry.row)
    if not wanted:
        return {}
    parts, parameters = [], []
    for table, ids in wanted.items():
        name = connection.ops.quote_name(table)  # a table of the registry, not a user's text
        parts.append(f"SELECT %s, t.id, to_jsonb(t)::text FROM {name} t WHERE t.id = ANY(%s)")  # noqa: S608 -- see above
        parameters += [table, list(ids)]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        decode = models.JSONField().from_db_value
        return {(table, pk): decode(text, None, connection) for table, pk, text in cursor}


# --- Lines --------------------------------------------------------------------------------------


def _ends(act: _Act, states: Mapping[int, Pair]) -> dict[str, dict[UUID, Pair]]:
    """The rows of an act before and after it, by table: several writes are told as one."""
    ends: dict[str, dict[UUID, Pair]] = {}
    for entry in act.own or []:  # newest first: the last before and the first after count
        before, after = states[entry.pk]
        rows = ends.setdefault(entry.table, {})
        rows[entry.row] = (before, rows[entry.row][1] if entry.row in rows else after)
    return ends


def _own_lines(act: _Act, states: Mapping[int, Pair]) -> list[Any]:
    """What the act did to the record and its dated rows, table by table."""
    ends = _ends(act, states)
    is_new = any(entry.operation == "I" and entry.row == entry.owner for entry in act.own or [])
    lines: list[Any] = []
    for table, (model, owners) in tracked_tables().items():
        touched = [Touched(model, row, *pair) for row, pair in ends.get(table, {}).items()]
        owner = owners[0] if owners else None
        lines += differences(model, owner, touched, is_new=is_new)
    return lines


@dataclass(frozen=True)
class _Far:
    """Links of a table that came, changed or went at their far end: named ids, or a number."""

    model: type[models.Model]
    owner: models.Field
    operation: str
    number: int
    ids: Sequence[UUID] = ()

    @property
    def named(self) -> type[models.Model]:
        """What the ids are of: the record that owns the row, or the row itself, which then is a
        record of its own."""
        return self.owner.related_model or self.model


def _far_lines(acts: Sequence[_Act], pk: UUID) -> list[list[_Far]]:
    """What each act did to links that end at the record."""
    ids = _far_ids([row for act in acts for row in act.far or []], pk)
    return [
        [_far(row, ids) for row in act.far or [] if row["table"] in tracked_tables()]
        for act in acts
    ]


def _far(row: Mapping[str, Any], ids: Mapping[Any, list[UUID]]) -> _Far:
    model, owners = tracked_tables()[row["table"]]
    owner = next(f for f in model._meta.concrete_fields if f.column == owners[0])
    return _Far(model, owner, row["operation"], row["number"], ids.get(_far_key(row), ()))


def _far_key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in _FAR_KEY)


_FAR_KEY = ("at", "context", "table", "operation")


def _far_ids(rows: Iterable[Mapping[str, Any]], pk: UUID) -> dict[tuple[Any, ...], list[UUID]]:
    """The records at the other end, where they are few enough to be named; one query."""
    few = [row for row in rows if row["number"] <= _NAMED_LINKS]
    if not few:
        return {}
    chosen = Q()
    for row in few:
        chosen |= Q(**{name: row[name] for name in _FAR_KEY})
    entries = HistoryEntry.objects.filter(chosen, other=pk).order_by("id")
    result: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
    for *key, owner in entries.values_list(*_FAR_KEY, "owner"):
        result[tuple(key)].append(owner)
    return result


_OPERATIONS = {"I": "新增", "U": "变更", "D": "结束"}


def _in_words(lines: Sequence[Sequence[Any]], scope: Any) -> list[list[Change]]:
    names = Names(scope)
    for line in (line for group in lines for line in group):
        _want(names, line)
    names.load()
    return [[_change(line, names) for line in group] for group in lines]


def _entries(
    acts: Sequence[_Act], changes: Sequence[Sequence[Change]], scope: Any
) -> list[Entry]:
    """Acts with their lines; those that nothing is to be told of are left out."""
    users = get_user_model().objects.in_bulk({act.actor for act in acts if act.actor})
    batches = _batches(acts)
    entries = []
    for act, group in zip(acts, changes, strict=True):
        if group:
            through, url = _through(act, batches, scope)
            by = str(users.get(act.actor, "")) or ("系统" if act.via else "数据库")
            entries.append(Entry(act.at, group, by, through, url))
    return entries


def _want(names: Names, line: Any) -> None:
    if isinstance(line, _Far):
        names.want(line.named, *line.ids)
    elif line.field is not None:
        names.want_values(line.field, line.old, line.new)
    else:
        names.want_row(line.model, line.old, line.new)


def _change(line: Any, names: Names) -> Change:
    if isinstance(line, _Far):
        return _far_change(line, names)
    note = f"{line.since:%Y-%m-%d} 起" if line.since else ""
    if line.field is not None:
        old, new = (in_words(line.field, value, names) for value in (line.old, line.new))
        return Change(str(line.field.verbose_name), old, new, note)
    return _row_change(line, names)


def _row_change(line: Difference, names: Names) -> Change:
    """A record or a link that came or went, or a link whose values changed."""
    label = str(line.model._meta.verbose_name)
    owners = tracked_tables()[line.model._meta.db_table][1]
    if not owners:
        return Change(label, "", "登记" if line.new is not None or line.old is None else "删除")
    old, new = (row_in_words(line.model, owners[0], row, names) for row in (line.old, line.new))
    return Change(label, old, new or "已去掉")


def _far_change(line: _Far, names: Names) -> Change:
    label, verb = str(line.model._meta.verbose_name), _OPERATIONS[line.operation]
    if not line.ids:
        return Change(label, "", f"{verb} {line.number:,} 条")
    named = "、".join(names.name(line.named, pk) for pk in line.ids)
    return Change(label, "", f"{verb}：{named}")


# --- Who and through what -----------------------------------------------------------------------


def _batches(acts: Iterable[_Act]) -> dict[UUID, ImportBatch]:
    """Batches by the context of their import or of their undo."""
    contexts = [act.context for act in acts if act.via in (Via.IMPORT, Via.UNDO) and act.context]
    if not contexts:
        return {}
    found = ImportBatch.objects.filter(Q(pk__in=contexts) | Q(undo_context__in=contexts))
    return {key: batch for batch in found for key in (batch.pk, batch.undo_context) if key}


def _through(act: _Act, batches: Mapping[UUID, ImportBatch], scope: Any) -> tuple[str, str]:
    batch = batches.get(act.context) if act.context else None
    if batch is None:
        return (Via(act.via).label if act.via else "直接写入"), ""
    word = "撤销导入批次" if act.via == Via.UNDO else "导入批次"
    is_mine = scope.everything or batch.asked_by_id == getattr(scope, "user_id", None)
    return f"{word} {batch.number}", batch_url(batch) if is_mine else ""


def batch_url(batch: ImportBatch) -> str:
    """The page of a batch."""
    try:
        return reverse("imports:batch_detail", args=[batch.pk])
    except NoReverseMatch:
        return ""
