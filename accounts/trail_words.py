"""Entries of the trail in words, for who may not see business rows: values that say something about
a person are left out, names of people are shortened, long numbers in notes are masked.

A model names its fields about people: ``personal = ("name", "born_on")``.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models

from accounts.models import Grant
from accounts.scope import district_scope
from accounts.trail_queries import model_of, owner_model, users_named, word_of
from common import parameters
from common.history import current_rows
from common.history_diff import told_fields
from common.history_words import Names, in_words
from common.models import FlowStep, HistoryEntry, Parameter, ReadEntry, Via
from common.trace import tracked_tables

ACTIONS = {
    "reveal": "查看完整号码",
    "list": "查看名单",
    "view": "查看详情",
    "export": "导出",
    "report": "下载报告",
    "trail": "检索留痕",
    "trail_export": "导出留痕",
}
OPERATIONS = {"I": "新增", "U": "变更", "D": "删除"}
HIDDEN = "（不显示）"
GONE = "（已删除）"
_SHOWN_FIELDS = 6
_SHOWN_NAMES = 3
_NUMBERS = re.compile(r"\d{7,}[\dXx]?", re.ASCII)


def without_numbers(text: str) -> str:
    """A note without phones and identity numbers."""
    return _NUMBERS.sub(lambda found: "*" * len(found[0]), text)


def short_name(name: str) -> str:
    """王建平 → 王**."""
    return name[:1] + "*" * (len(name) - 1)


class Told:
    """The words of some entries, with the names that they need read at once: one query for the
    people, one for each kind of record."""

    def __init__(self) -> None:
        self._names = Names(district_scope())
        self._users: dict[Any, str] = {}

    def load(self, actors: Iterable[Any]) -> None:
        """Read what is wanted."""
        self._users = users_named(actors)
        self._names.load()

    def want(self, model: type[models.Model] | None, *pks: Any) -> None:
        """A record whose name will be told."""
        if model is not None:
            self._names.want(model, *pks)

    def want_values(self, model: type[models.Model], *rows: Any) -> None:
        """The records that values of a row name."""
        self._names.want_row(model, *rows)

    def who(self, actor: Any, via: str = "") -> str:
        """The person; the system or the database where there was none."""
        return self._users.get(actor) or ("系统" if via else "数据库")

    def record(self, model: type[models.Model] | None, pk: Any) -> str:
        """The name of a record, shortened for people; 记录号 where it is gone."""
        if model is None or pk is None:
            return ""
        name = self._names.name(model, pk)
        if name.startswith("（"):
            return f"{GONE}{pk}"
        if model is Parameter:
            setting = parameters.declared().get(name)
            return setting.label if setting else name
        is_person = "name" in getattr(model, "personal", ())
        return short_name(name) if is_person else name

    def value(self, model: type[models.Model], field: models.Field, raw: Any) -> str:
        """A value, unless it is about a person or free text."""
        if raw in (None, "", []):
            return "（空）"
        if field.name in getattr(model, "personal", ()) or isinstance(field, models.TextField):
            return HIDDEN
        if field.is_relation:
            return self.record(field.related_model, raw)
        return in_words(field, raw, self._names)


# --- Changes ------------------------------------------------------------------------------------


def tell_changes(entries: Sequence[HistoryEntry]) -> None:
    """Set ``who``, ``through``, ``what``, ``record`` and ``told`` of each entry."""
    told = Told()
    # What a grant gives is the first thing that is asked of it.
    granted = current_rows([entry for entry in entries if _is_new_grant(entry)])
    for entry in entries:
        model = model_of(entry.table)
        entry.whole = granted.get((entry.table, entry.row)) if _is_new_grant(entry) else None
        told.want(owner_model(entry.table), entry.owner)
        if model is not None:
            told.want_values(model, entry.before, entry.after, entry.whole)
    told.load(entry.actor for entry in entries)
    for entry in entries:
        entry.who = told.who(entry.actor, entry.via)
        entry.through = Via(entry.via).label if entry.via else "直接写入"
        entry.what = f"{OPERATIONS[entry.operation]}{word_of(entry.table)}"
        entry.record = told.record(owner_model(entry.table), entry.owner)
        entry.told = _changed(entry, told)


def _is_new_grant(entry: HistoryEntry) -> bool:
    return entry.operation == "I" and entry.table == Grant._meta.db_table


def _changed(entry: HistoryEntry, told: Told) -> str:
    """The fields that an update changed, old → new; what was deleted, or granted, said."""
    model = model_of(entry.table)
    if model is None or entry.table not in tracked_tables():
        return ""
    _model, owners = tracked_tables()[entry.table]
    fields = {f.column: f for f in told_fields(model, owners[0] if owners else None)}
    if entry.operation == "U" and entry.after:
        return _shortened(_differences(model, fields, entry, told))
    row = entry.whole or (entry.before if entry.operation == "D" else None) or {}
    return _shortened(
        f"{field.verbose_name} {told.value(model, field, row[column])}"
        for column, field in fields.items()
        if row.get(column) not in (None, "", [])
    )


def _shortened(told: Iterable[str]) -> str:
    parts = list(told)
    rest = len(parts) - _SHOWN_FIELDS
    return "；".join(parts[:_SHOWN_FIELDS]) + (f"；另有 {rest} 项" if rest > 0 else "")


def _differences(
    model: type[models.Model], fields: dict[str, models.Field], entry: HistoryEntry, told: Told
) -> list[str]:
    """Field by field: old → new."""
    days = {"starts_on": "自", "ends_on": "至"}
    parts = []
    for column, new in entry.after.items():
        old = (entry.before or {}).get(column)
        if column in fields:
            values = [told.value(model, fields[column], value) for value in (old, new)]
            change = HIDDEN if HIDDEN in values else " → ".join(values)
            parts.append(f"{fields[column].verbose_name} {change}")
        elif column in days:
            parts.append(f"{days[column]} {_day(old)} → {_day(new)}")
    return parts


def _day(text: str | None) -> str:
    return "不限" if not text or text[:4] in ("0001", "9999") else text


# --- Readings, steps ----------------------------------------------------------------------------


def tell_readings(entries: Sequence[ReadEntry]) -> None:
    """Set ``who``, ``what``, ``record`` and ``why`` of each entry."""
    told = Told()
    for entry in entries:
        told.want(model_of(entry.table), *entry.rows[:_SHOWN_NAMES])
    told.load(entry.actor for entry in entries)
    for entry in entries:
        entry.who = told.who(entry.actor, "command")
        entry.what = ACTIONS.get(entry.action, entry.action)
        entry.kind = word_of(entry.table)
        model = model_of(entry.table)
        names = [told.record(model, pk) for pk in entry.rows[:_SHOWN_NAMES]]
        rest = len(entry.rows) - len(names)
        entry.record = "、".join(names) + (f" 等 {len(entry.rows)} 条" if rest > 0 else "")
        entry.number = len(entry.rows)
        entry.why = without_numbers(entry.reason)


def tell_steps(steps: Sequence[FlowStep]) -> None:
    """Set ``who``, ``what``, ``record``, ``states`` and ``why`` of each step."""
    told = Told()
    for step in steps:
        told.want(model_of(step.table), step.row)
    told.load(step.by_id for step in steps)
    for step in steps:
        model = model_of(step.table)
        step.who = told.who(step.by_id, "job")
        step.what = word_of(step.table)
        step.record = told.record(model, step.row)
        step.states = " → ".join(_state(model, key) for key in (step.before, step.after))
        step.why = without_numbers(step.note)


def _state(model: type[models.Model] | None, key: str) -> str:
    names = {field.name for field in model._meta.concrete_fields} if model else set()
    if "state" not in names:
        return key
    return str(dict(model._meta.get_field("state").flatchoices).get(key, key))
