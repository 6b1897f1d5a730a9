"""Parts of an instructor that the ledger row fills: the 聘期 and what is assigned for it."""

import uuid
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from areas.columns import AreaColumn
from areas.finder import AreaFinder
from common import cells, changes
from common.cells import name_key
from common.ledgers.columns import Column
from common.ledgers.facets import Facet, Timelines, rows_of
from common.ledgers.rows import Options, Row
from organizations.finder import (
    EntityFinder,
    OrganizationFinder,
    listed,
    printed_entities,
)
from organizations.models import Appointment, Assignment

A_DAY = timedelta(days=1)


def printed_term(terms: list[dict[str, Any]], day: date) -> dict[str, Any] | None:
    """The 聘期 that an export of ``day`` prints: the one that holds, else the latest begun, else
    the first."""
    begun = [term for term in terms if term["starts_on"] <= day]
    if begun:
        return max(begun, key=lambda term: term["starts_on"])
    return min(terms, key=lambda term: term["starts_on"], default=None)


def reference_day(start: date, end: date, day: date) -> date:
    """The day on which the assignments of a term [start, end) are read: ``day``, or the nearest
    day of the term."""
    return max(start, min(day, end - A_DAY))


class Appointments(Timelines):
    """聘期起, 聘期止, 所属镇街, 所属网格: each 聘期 is a row of its own."""

    model, owner, fields = Appointment, "instructor_id", ("town_id", "grid_id")

    def __init__(self, start: Column, end: Column, town: AreaColumn, grid: AreaColumn):
        self.start, self.end, self.town, self.grid = start, end, town, grid
        self.columns = (start, end, town, grid)

    @property
    def dated_columns(self):
        return (self.start,)

    def load(self, ids, options):
        super().load(ids, options)
        self.areas = AreaFinder()

    def plan(self, row, options):
        start, last = row.get(self.start), row.get(self.end)
        if not start or not last:
            return
        if last < start:
            row.error(self.end, "聘期止早于聘期起，请核对。")
            return
        terms = [] if row.is_new else self.found.get(row.record, [])
        printed = printed_term(terms, options.day)
        values = {"starts_on": start, "ends_on": last + A_DAY}
        values |= self._places(row, printed, options)
        same = next((term for term in terms if term["starts_on"] == start), None)
        if same is None and options.is_correction:
            same = printed
        row.facts["term"] = (start, last + A_DAY)
        row.facts["old_term"] = (same["starts_on"], same["ends_on"]) if same else None
        if any(
            term is not same and term["starts_on"] >= start and term["starts_on"] <= last
            for term in terms
        ):
            row.error(self.start, "与另一个聘期重叠，请核对聘期起止。")
            return
        if same is not None:
            self._update(row, same, values)
            return
        self._begin(row, values, terms, printed)

    def _places(self, row: Row, printed, options: Options) -> dict[str, Any]:
        """Town and grid of the term; a blank cell keeps those of the term before."""
        known = printed or {"town_id": None, "grid_id": None}
        found = {}
        for column in (self.town, self.grid):
            if not row.wants(column, options):
                found[column.attribute] = known[column.attribute]
                continue
            text = row.get(column)
            if not text or text == self.areas.name(known[column.attribute]):
                found[column.attribute] = known[column.attribute] if text else None
                continue
            try:
                found[column.attribute] = self.areas.find(text, column.level, found.get("town_id"))
            except cells.CellError as error:
                row.error(column, error.sentence)
                found[column.attribute] = known[column.attribute]
        old = {"town": known["town_id"], "grid": known["grid_id"]}
        row.facts["places"] = {"town": found["town_id"], "grid": found["grid_id"]}
        row.facts["moved"] = old != row.facts["places"]
        return found

    def _update(self, row: Row, term: Mapping[str, Any], values: dict[str, Any]) -> None:
        changed = {key: value for key, value in values.items() if term[key] != value}
        if not changed:
            return
        row.changes.append(changes.update(Appointment, term["id"], changed))
        self._note(row, term, values)

    def _begin(self, row: Row, values, terms: list, printed) -> None:
        for term in terms:
            if term["starts_on"] < values["starts_on"] < term["ends_on"]:
                ends = {"ends_on": values["starts_on"]}
                row.changes.append(changes.update(Appointment, term["id"], ends))
        row.changes.append(changes.insert(Appointment, {"instructor_id": row.record, **values}))
        if printed:
            self._note(row, printed, values)

    def _note(self, row: Row, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
        before, after = self._shown(old), self._shown(new)
        for column in self.columns:
            name = column.column_name
            if before[name] != after[name]:
                row.changed(column, column.show(before[name]), column.show(after[name]))

    def _shown(self, term: Mapping[str, Any]) -> dict[str, Any]:
        return {
            self.start.column_name: term["starts_on"],
            self.end.column_name: term["ends_on"] - A_DAY,
            self.town.column_name: self.areas.name(term["town_id"]),
            self.grid.column_name: self.areas.name(term["grid_id"]),
        }

    def values(self, pk, day):
        shown = self._shown(printed_term(self.found[pk], day))
        return {c.column_name: c.show(shown[c.column_name]) for c in self.columns}


class Assignments(Facet):
    """联系主体 or 联系党组织: assigned for the term; a dropped name ends at the 数据截止日."""

    def __init__(self, column: Column, target: str):
        self.columns = (column,)
        self.target = target  # "entity_id" or "organization_id"

    @property
    def dated_columns(self):
        return self.columns

    def load(self, ids, options):
        fields = [
            "id",
            "instructor_id",
            "entity_id",
            "organization_id",
            "pending_text",
            "pending_key",
            "starts_on",
            "ends_on",
        ]
        self.found: dict[uuid.UUID, list[dict[str, Any]]] = {}
        targets: set[uuid.UUID] = set()
        for row in rows_of(Assignment, "instructor_id", ids, fields):
            key = self._key(row)
            if key is not None:
                self.found.setdefault(row["instructor_id"], []).append({**row, "key": key})
                targets.add(row[self.target])
        self._name_targets(targets - {None}, options)
        self.terms: dict[uuid.UUID, list[dict[str, Any]]] = {}
        for term in rows_of(
            Appointment, "instructor_id", ids, ["instructor_id", "starts_on", "ends_on"]
        ):
            self.terms.setdefault(term["instructor_id"], []).append(term)

    def _key(self, row: Mapping[str, Any]):
        """What a row is about: a target's id, or the text that waits; None: the other column's."""
        if row[self.target]:
            return row[self.target]
        is_entity = self.target == "entity_id"
        return row["pending_key"] or None if is_entity else None

    def _name_targets(self, ids: set[uuid.UUID], options: Options) -> None:
        if self.target == "entity_id":
            self.names = listed(printed_entities(ids, options))
            return
        self.organizations = OrganizationFinder(options)
        visible = ids & self.organizations.visible
        self.names = listed({pk: self.organizations.name(pk) for pk in visible})

    def prepare(self, rows, options):
        if self.target == "entity_id":
            texts = [text for row in rows for text in row.get(self.columns[0])]
            self.entities = EntityFinder(texts, options)

    def plan(self, row, options):
        column = self.columns[0]
        if "term" not in row.facts:
            return
        rows = [] if row.is_new else self.found.get(row.record, [])
        self._follow_term(row, rows)
        if not row.wants(column, options):
            return
        named = self._named(row, rows, options)
        if named is None:
            return
        start, end = row.facts["term"]
        at = reference_day(start, end, options.day)
        holding = {r["key"]: r for r in rows if r["starts_on"] <= at < r["ends_on"]}
        is_later = row.facts["old_term"] and not options.is_correction
        begin = options.day if is_later and start < options.day < end else start
        added = [
            self._assign(row, key, text, (begin, at, end), [r for r in rows if r["key"] == key])
            for key, text in named.items()
            if key not in holding
        ]
        # Where the term is still to come, what was assigned before ends when it begins.
        last = max(options.day, start)
        dropped = [
            self._drop(row, known, last, options)
            for key, known in holding.items()
            if key not in named and self._printed(known)
        ]
        dropped = list(filter(None, dropped))
        if not row.is_new and (added or dropped):
            row.changed(column, "、".join(dropped), "、".join(added))

    def _named(self, row: Row, rows: list, options: Options) -> dict | None:
        """Key → text of the names in the cell; None after an error."""
        column = self.columns[0]
        printed = {name_key(self._printed(known)): known["key"] for known in rows}
        named: dict[Any, str] = {}
        for text in row.get(column):
            key = printed.get(name_key(text)) or self._find(row, text)
            if key is None:
                return None
            named[key] = text
        return named

    def _find(self, row: Row, text: str):
        column = self.columns[0]
        if self.target == "organization_id":
            try:
                return self.organizations.find(text)
            except cells.CellError as error:
                row.error(column, error.sentence)
                return None
        found = self.entities.find(text)
        if found is None:
            row.warn(column, self.entities.why(text))
            return name_key(text)
        return found

    def _printed(self, known: Mapping[str, Any]) -> str:
        """A row's target as printed; "" when the user may not see it."""
        return known["pending_text"] or self.names.get(known[self.target], "")

    def _follow_term(self, row: Row, rows: list) -> None:
        """Assignments that ran to the end of the term run to its new end."""
        old, new = row.facts["old_term"], row.facts["term"]
        if not old or old == new:
            return
        for known in rows:
            changed = {}
            if known["starts_on"] == old[0]:
                changed["starts_on"] = new[0]
            if known["ends_on"] == old[1] or (
                old[0] <= known["starts_on"] and known["ends_on"] > new[1]
            ):
                changed["ends_on"] = new[1]
            changed = {key: value for key, value in changed.items() if known[key] != value}
            if changed and {**known, **changed}["starts_on"] < {**known, **changed}["ends_on"]:
                known |= changed
                row.changes.append(changes.update(Assignment, known["id"], changed))
            elif changed:
                row.changes.append(changes.delete(Assignment, known["id"]))

    def _assign(
        self, row: Row, key: Any, text: str, days: tuple[date, date, date], known: list
    ) -> str:
        """Assign from the first of ``days`` (begin, reference day, end of the term), or from the
        end of an earlier assignment (``known``: those of this target); one that was to begin
        later in the term begins now."""
        begin, at, end = days
        begin = max([begin, *(r["ends_on"] for r in known if r["starts_on"] <= at)])
        later = [r for r in known if begin < r["starts_on"] < end]
        if not later:
            return self._add(row, key, text, begin, end)
        first = min(later, key=lambda r: r["starts_on"])
        row.changes.append(changes.update(Assignment, first["id"], {"starts_on": begin}))
        return text

    def _add(self, row: Row, key: Any, text: str, begin: date, end: date) -> str:
        values = {"instructor_id": row.record, "starts_on": begin, "ends_on": end}
        if isinstance(key, uuid.UUID):
            values[self.target] = key
        else:
            values |= {"pending_text": text, "pending_key": key}
        row.changes.append(changes.insert(Assignment, values))
        return text

    def _drop(self, row: Row, known: Mapping[str, Any], last: date, options: Options) -> str:
        """End an assignment on ``last``; "" when it has ended before."""
        if options.is_correction or known["starts_on"] >= last:
            row.changes.append(changes.delete(Assignment, known["id"]))
        elif known["ends_on"] > last:
            row.changes.append(changes.update(Assignment, known["id"], {"ends_on": last}))
        else:
            return ""
        return self._printed(known)

    def values(self, pk, day):
        term = printed_term(self.terms.get(pk, []), day)
        if term is None:
            return {self.columns[0].column_name: ""}
        at = reference_day(term["starts_on"], term["ends_on"], day)
        names = [
            self._printed(known)
            for known in self.found.get(pk, ())
            if known["starts_on"] <= at < known["ends_on"]
        ]
        return {self.columns[0].column_name: "、".join(sorted(filter(None, names)))}
