"""Parts of an organization that its ledger row fills: superior, secretary, term, units."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from common import cells, changes, secrets
from common.cells import name_key
from common.dated import BEGINNING, FOREVER, value_at
from common.ledgers.columns import Column
from common.ledgers.facets import Facet, Timelines, rows_of
from common.ledgers.rows import Options, Row
from organizations.finder import EntityFinder, OrganizationFinder, listed, printed_entities
from organizations.models import CoverageLink, ParentLink, PendingUnit, Post, Term


def find_organization(
    row: Row, column: Column, finder: OrganizationFinder, known: uuid.UUID | None = None
):
    """The organization named in the cell, None for an empty cell, False after an error.

    The name that an export prints for the ``known`` one is always understood, even where the
    user's scope would not let it be chosen anew.
    """
    text = row.get(column)
    if not text:
        return None
    printed = finder.name(known) if known else ""
    if printed and (printed == text or name_key(printed) == name_key(text)):
        return known
    try:
        found = finder.find(text)
    except cells.CellError as error:
        row.error(column, error.sentence)
        return False
    if finder.rows[found].get("in_file"):
        row.needs |= {found}
    return found


class Superior(Timelines):
    """上级党组织. The first value holds without bound; later ones from a day on."""

    model, owner, fields = ParentLink, "organization_id", ("parent_id",)
    nothing = {"parent_id": None}

    def __init__(self, column: Column, code: Column, name: Column):
        self.columns = (column,)
        self.code, self.name = code, name

    def load(self, ids, options):
        super().load(ids, options)
        self.finder = OrganizationFinder(options)
        self.parents = dict(
            ParentLink.objects.at(options.day).values_list("organization_id", "parent_id")
        )

    def prepare(self, rows, options):
        for row in rows:
            if row.is_new and row.given(self.name):
                self.finder.add(row.record, row.get(self.code), row.get(self.name))

    def plan(self, row, options):
        column = self.columns[0]
        if not row.wants(column, options):
            return
        old = None if row.is_new else self.known_at(row.record, options.day)["parent_id"]
        parent = find_organization(row, column, self.finder, old)
        if parent is False:
            return
        if parent == row.record:
            row.error(column, "党组织不能是自己的上级，请改填上一级党组织。")
            return
        row.facts["parent"] = parent
        if parent == old:
            return
        self.parents[row.record] = parent
        row.facts["parent_changed"] = True
        if row.is_new:
            link = {"organization_id": row.record, "parent_id": parent}
            row.changes.append(changes.insert(ParentLink, link))
            return
        values = {"parent_id": parent}
        self.rewrite(row, self.changed_timeline(row.record, options.day, values, options))
        row.changed(column, self.finder.name(old), self.finder.name(parent))

    def values(self, pk, day):
        parent = self.known_at(pk, day)["parent_id"]
        return {self.columns[0].column_name: self.finder.name(parent)}


class Secretary(Timelines):
    """书记. The name says who; another name is another post, details belong to the person."""

    model, owner = Post, "organization_id"
    fields = ("person", "born_on", "phone", "identity")
    nothing = {"person": "", "born_on": None, "phone": "", "identity": ""}

    def __init__(self, person: Column, *details: Column):
        self.person, self.details = person, details
        self.columns = (person, *details)

    @property
    def dated_columns(self):
        return (self.person,)

    def plan(self, row, options):
        known = self.nothing if row.is_new else self.known_at(row.record, options.day)
        person = row.get(self.person) if row.wants(self.person, options) else known["person"]
        given = {
            column.attribute: row.get(column)
            for column in self.details
            if row.wants(column, options)
        }
        if not person:
            if any(given.values()):
                row.warn(self.person, "没有书记姓名，书记的其他信息未记。")
            if known["person"]:
                self._change(row, dict(self.nothing), known, options)
            return
        if name_key(person) != name_key(known["person"]):
            details = {key: self._stored(key, value) for key, value in given.items()}
            self._change(row, {**self.nothing, **details, "person": person}, known, options)
        elif not row.is_new:
            self._update_details(row, given, known)

    def _stored(self, key: str, value: Any) -> Any:
        return secrets.conceal(value) if key == "phone" else value

    def _change(self, row: Row, values: dict[str, Any], known: Mapping, options: Options) -> None:
        """Another person (or nobody) from a day on."""
        founded = row.facts.get("founded_on") or BEGINNING
        if row.is_new:
            post = {"organization_id": row.record, "starts_on": founded, **values}
            row.changes.append(changes.insert(Post, post))
            return
        new = self.changed_timeline(row.record, options.day, values, options)
        first = value_at(new, options.day)
        if first.starts_on == BEGINNING and values["person"] and founded < first.ends_on:
            new = [replace(p, starts_on=founded) if p is first else p for p in new]
        self.rewrite(row, new)
        for column in self.columns:
            old, now = known[column.attribute], values[column.attribute]
            if column.show(old) != column.show(now):
                row.changed(column, column.show(old), column.show(now))

    def _update_details(self, row: Row, given: Mapping[str, Any], known: Mapping) -> None:
        """The same person: details are overwritten."""
        changed = {}
        for column in self.details:
            key = column.attribute
            if key not in given:
                continue
            old, new = known[key], given[key]
            same = secrets.same(old, new) if column.is_secret else old == new
            if not same:
                changed[key] = self._stored(key, new)
                row.changed(column, column.show(old), column.show(changed[key]))
        if changed:
            row.changes.append(changes.update(Post, known["id"], changed))

    def values(self, pk, day):
        known = self.known_at(pk, day)
        return {c.column_name: c.printed(known[c.attribute]) for c in self.columns}


class Terms(Timelines):
    """本届: each beginning is a row of its own and holds until the next one.

    Years without a beginning are kept (starting without bound) and count in no figure.
    """

    model, owner, fields = Term, "organization_id", ("years",)

    def __init__(self, start: Column, years: Column):
        self.start, self.years = start, years
        self.columns = (start, years)

    @property
    def dated_columns(self):
        return (self.start,)

    def printed(self, pk: uuid.UUID, day: date) -> dict[str, Any] | None:
        """The latest term that has begun by ``day``."""
        begun = [row for row in self.found.get(pk, ()) if row["starts_on"] <= day]
        return max(begun, key=lambda row: row["starts_on"], default=None)

    def plan(self, row, options):
        terms = [] if row.is_new else self.found.get(row.record, [])
        printed = None if row.is_new else self.printed(row.record, options.day)
        start = row.get(self.start) if row.wants(self.start, options) else None
        cleared = not row.is_new and row.is_blank(self.start) and options.empty_clears
        years = row.get(self.years)
        if cleared and printed and printed["starts_on"] != BEGINNING:
            self._clear(row, terms, printed, options)
            return
        same = next((t for t in terms if t["starts_on"] == start), None) if start else printed
        if start is None and same is None:
            if years is not None:
                later = [term["starts_on"] for term in terms]
                self._insert(row, BEGINNING, min(later, default=FOREVER), years)
            return
        if same is not None:
            self._set_years(row, same, options)
            return
        self._begin(row, start, terms, printed, options)

    def _clear(self, row: Row, terms: list, printed: Mapping[str, Any], options: Options) -> None:
        """No beginning is known any more: of what has begun only the years stay, if given."""
        for term in terms:
            if term["starts_on"] <= options.day:
                row.changes.append(changes.delete(Term, term["id"]))
        row.changed(self.start, self.start.show(printed["starts_on"]), "")
        years = row.get(self.years) if row.wants(self.years, options) else printed["years"]
        if years != printed["years"]:
            row.changed(self.years, self.years.show(printed["years"]), self.years.show(years))
        if years is not None:
            later = [term["starts_on"] for term in terms if term["starts_on"] > options.day]
            self._insert(row, BEGINNING, min(later, default=FOREVER), years)

    def _set_years(self, row: Row, term: Mapping, options: Options) -> None:
        years = row.get(self.years)
        if row.wants(self.years, options) and years != term["years"]:
            row.changes.append(changes.update(Term, term["id"], {"years": years}))
            row.changed(self.years, self.years.show(term["years"]), self.years.show(years))

    def _begin(self, row: Row, start: date, terms: list, printed, options: Options) -> None:
        """A beginning that is not known yet: a new term, or the right date of one."""
        years = row.get(self.years)
        wrong = printed and (options.is_correction or printed["starts_on"] == BEGINNING)
        if not row.is_new:
            old = _shown(printed["starts_on"]) if printed else None
            row.changed(self.start, self.start.show(old), self.start.show(start))
        if wrong and start < printed["ends_on"]:
            if not row.given(self.years):
                years = printed["years"]
            values = {"starts_on": start, "years": years}
            row.changes.append(changes.update(Term, printed["id"], values))
            before = [t for t in terms if t["starts_on"] < start and t is not printed]
            previous = max(before, key=lambda t: t["starts_on"], default=None)
            if previous:
                row.changes.append(changes.update(Term, previous["id"], {"ends_on": start}))
            return
        earlier = [t for t in terms if t["starts_on"] < start]
        if earlier:
            last = max(earlier, key=lambda t: t["starts_on"])
            if last["ends_on"] > start:
                row.changes.append(changes.update(Term, last["id"], {"ends_on": start}))
        later = [t["starts_on"] for t in terms if t["starts_on"] > start]
        self._insert(row, start, min(later, default=FOREVER), years)

    def _insert(self, row: Row, start: date, end: date, years: int | None) -> None:
        term = {"organization_id": row.record, "starts_on": start, "ends_on": end, "years": years}
        row.changes.append(changes.insert(Term, term))

    def values(self, pk, day):
        printed = self.printed(pk, day)
        start = _shown(printed["starts_on"]) if printed else None
        years = printed["years"] if printed else None
        return {
            self.start.column_name: self.start.show(start),
            self.years.column_name: self.years.show(years),
        }


def _shown(day: date) -> date | None:
    """A date as it is printed: "without bound" is blank."""
    return None if day in (BEGINNING, FOREVER) else day


class Units(Facet):
    """依托单位: only adds links for pairs that never had one (ledgers.md §1)."""

    only_adds = True

    def __init__(self, column: Column):
        self.columns = (column,)

    def load(self, ids, options):
        self.pairs: dict[uuid.UUID, set[uuid.UUID]] = {}
        self.current: dict[uuid.UUID, list[uuid.UUID]] = {}
        fields = ["organization_id", "entity_id", "starts_on", "ends_on"]
        for link in rows_of(CoverageLink, "organization_id", ids, fields):
            organization = link["organization_id"]
            self.pairs.setdefault(organization, set()).add(link["entity_id"])
            if link["starts_on"] <= options.day < link["ends_on"]:
                self.current.setdefault(organization, []).append(link["entity_id"])
        covered = {pk for entities in self.current.values() for pk in entities}
        self.names = listed(printed_entities(covered, options))
        self.pending: dict[uuid.UUID, dict[str, dict]] = {}
        for unit in rows_of(
            PendingUnit, "organization_id", ids, ["id", "organization_id", "text", "text_key"]
        ):
            self.pending.setdefault(unit["organization_id"], {})[unit["text_key"]] = unit

    def prepare(self, rows, options):
        texts = [text for row in rows for text in row.get(self.columns[0])]
        self.entities = EntityFinder(texts, options)

    def plan(self, row, options):
        column = self.columns[0]
        pending = self.pending.get(row.record, {})
        pairs = self.pairs.setdefault(row.record, set())
        added = []
        for text in row.get(column):
            key = name_key(text)
            if key in pending and row.is_found_by_number:
                continue
            entity = self.entities.find(text)
            if entity is None:
                row.warn(column, self.entities.why(text))
                if key not in pending:
                    values = {"organization_id": row.record, "text": text, "text_key": key}
                    row.changes.append(changes.insert(PendingUnit, values))
                    pending[key] = values
                    added.append(text)
                continue
            if key in pending and "id" in pending[key]:
                row.changes.append(changes.delete(PendingUnit, pending[key]["id"]))
            if entity not in pairs:
                pairs.add(entity)
                self._cover(row, entity)
                added.append(text)
        if added and not row.is_new:
            row.changed(column, "", "、".join(added))

    def _cover(self, row: Row, entity: uuid.UUID) -> None:
        founded = self.entities.rows[entity]["founded_on"]
        starts_on = max(founded or BEGINNING, row.facts.get("founded_on") or BEGINNING)
        link = {
            "entity_id": entity,
            "organization_id": row.record,
            "mode": row.facts["mode"],
            "starts_on": starts_on,
        }
        row.changes.append(changes.insert(CoverageLink, link))

    def values(self, pk, day):
        from_ledger = [self.names.get(entity, "") for entity in self.current.get(pk, ())]
        from_ledger += [unit["text"] for unit in self.pending.get(pk, {}).values()]
        return {self.columns[0].column_name: "、".join(fitting(sorted(filter(None, from_ledger))))}


# Excel keeps at most 32,767 characters in a cell.
LONGEST_CELL = 30_000


def fitting(names: list[str]) -> list[str]:
    """As many names as fit in a cell; 依托单位 only adds, so what is left out loses nothing."""
    length, result = 0, []
    for name in names:
        length += len(name) + 1
        if length > LONGEST_CELL:
            break
        result.append(name)
    return result
