"""Parts of a member that the ledger row fills: dated values, affiliation, management."""

from dataclasses import replace
from datetime import date
from typing import Any

from common import cells, changes
from common.dated import (
    BEGINNING,
    FOREVER,
    Period,
    begin_run,
    correct,
    merged,
    run_start,
    value_at,
)
from common.ledgers.columns import Column
from common.ledgers.facets import DatedValues, Facet, Timelines, rows_of
from common.ledgers.ledger import Ledger
from common.ledgers.rows import Options, Row
from members.choices import MemberCategory, MembershipStatus
from members.models import Affiliation, Management, Member, MemberState
from organizations.coverage_facet import Awaited
from organizations.facets import find_organization
from organizations.finder import EntityFinder, OrganizationFinder, printed_entities


class MemberValues(DatedValues):
    """党籍状态 (since 党籍变动日期), 人员类别, 工作单位, 岗位层级."""

    def __init__(self, columns: dict[str, Column]):
        super().__init__(
            MemberState,
            "member_id",
            [
                columns[n]
                for n in ("category", "status", "status_since", "workplace", "position_level")
            ],
        )
        self.by_name = columns

    def load(self, ids, options):
        super().load(ids, options)
        at_work = {row["workplace_id"] for rows in self.found.values() for row in rows} - {None}
        self.workplaces = printed_entities(at_work, options)

    def prepare(self, rows, options):
        texts = [row.get(self.by_name["workplace"]) for row in rows]
        self.entities = EntityFinder(texts, options)

    def is_direct(self, column):
        return column.attribute not in ("status_since", "workplace")

    def read(self, row, column, known, options):
        if column.attribute == "status_since":
            return {}
        if column.attribute != "workplace":
            return super().read(row, column, known, options)
        text = row.get(column)
        if row.is_found_by_number and text and cells.name_key(text) == cells.name_key(
            known["workplace_text"]
        ):
            return {"workplace_id": None, "workplace_text": known["workplace_text"]}
        if known.get("workplace_id") and cells.name_key(text) == cells.name_key(
            self.workplaces.get(known["workplace_id"], "")
        ):
            return {"workplace_id": known["workplace_id"], "workplace_text": ""}
        found = self.entities.find(text) if text else None
        if text and found is None:
            row.warn(column, self.entities.why(text))
            return {"workplace_id": None, "workplace_text": text}
        return {"workplace_id": found, "workplace_text": ""}

    def show(self, column, values):
        if column.attribute == "status_since":
            return ""
        if column.attribute == "workplace":
            pk = values["workplace_id"]
            return self.name_of_workplace(pk) if pk else values["workplace_text"]
        return super().show(column, values)

    def name_of_workplace(self, pk) -> str:
        """A workplace as printed; blank when the user may not see the entity."""
        if pk in self.workplaces:
            return self.workplaces[pk]
        known = getattr(self, "entities", None)
        return known.rows[pk]["name"] if known and pk in known.rows else ""

    def first_periods(self, row, values):
        since = row.get(self.by_name["status_since"])
        if values["status"] == MembershipStatus.NORMAL or not since:
            return super().first_periods(row, values)
        before = {**values, "status": MembershipStatus.NORMAL}
        return [Period(BEGINNING, since, before), Period(since, FOREVER, values)]

    def begins(self, row, column, options):
        if column.attribute == "status":
            since = row.get(self.by_name["status_since"])
            if since and row.get(column) != MembershipStatus.NORMAL:
                return since
        if column.attribute == "category" and row.get(column) == MemberCategory.FULL:
            since = row.get(self.by_name["full_member_on"]) or options.day
            # Full on the day already: a date that is still to come says nothing new.
            known = {} if row.is_new else self.known_at(row.record, options.day)
            is_known = known.get("category") == MemberCategory.FULL
            return min(since, options.day) if is_known else since
        return options.day

    def adjust(self, row, timeline, options):
        """Another 党籍变动日期 for a state that is known corrects its beginning."""
        status, since = self.by_name["status"], row.get(self.by_name["status_since"])
        wanted = row.get(status)
        if not since or not row.given(status) or wanted == MembershipStatus.NORMAL:
            return timeline
        new = timeline or self.timeline(row.record)
        if options.is_correction:
            new = correct(new, options.day, {"status": wanted})
        day = max(since, options.day)
        if value_at(new, day).values["status"] != wanted:
            return timeline
        start = run_start(new, "status", day)
        if start == since:
            return timeline
        row.changed(
            self.by_name["status_since"],
            "" if start == BEGINNING else start.isoformat(),
            since.isoformat(),
        )
        return begin_run(new, "status", day, since, MembershipStatus.NORMAL)

    def values(self, pk, day):
        result = super().values(pk, day)
        if start := self.since(pk, day):
            result[self.by_name["status_since"].column_name] = start.isoformat()
        return result

    def since(self, pk, day: date) -> date | None:
        """When the 党籍状态 of ``day`` began; None for 正常 and for one without a beginning."""
        if self.known_at(pk, day)["status"] == MembershipStatus.NORMAL:
            return None
        start = run_start(self.timeline(pk), "status", day)
        return None if start == BEGINNING else start


class Affiliations(Timelines):
    """组织关系所在党组织. The first begins at 加入党组织日期, a later one at 组织关系转入日期."""

    model, owner = Affiliation, "member_id"
    fields = ("organization_id", "transferred_on")
    nothing = {"organization_id": None, "transferred_on": None}

    def __init__(self, organization: Column, transferred: Column, joined: Column):
        self.organization, self.transferred, self.joined = organization, transferred, joined
        self.columns = (organization, transferred)

    @property
    def dated_columns(self):
        return (self.organization,)

    def load(self, ids, options):
        super().load(ids, options)
        self.finder = OrganizationFinder(options)
        self.joined_on = {
            row["id"]: row["joined_on"] for row in rows_of(Member, "id", ids, ["id", "joined_on"])
        }

    def _reference(self, pk, day: date) -> date:
        """``day``, or the day of the first affiliation where that is later: before a member
        joined, a ledger prints where the member joined."""
        return max(day, min((r["starts_on"] for r in self.found.get(pk, ())), default=day))

    def plan(self, row, options):
        if not row.is_new:
            options = replace(options, day=self._reference(row.record, options.day))
        known = self.nothing if row.is_new else self.known_at(row.record, options.day)
        organization = find_organization(
            row, self.organization, self.finder, known["organization_id"]
        )
        if not organization:
            return
        row.facts["affiliated"] = organization
        if row.is_new:
            values = {
                "member_id": row.record,
                "organization_id": organization,
                "transferred_on": row.get(self.transferred),
                "starts_on": row.get(self.joined) or BEGINNING,
            }
            row.changes.append(changes.insert(Affiliation, values))
            return
        timeline = self.timeline(row.record)
        new = self._first_moved(row, timeline)
        new = self._with(row, new, organization, known, options)
        if new != timeline:
            self.rewrite(row, new)

    def _first_moved(self, row: Row, timeline: list[Period]) -> list[Period]:
        """The first affiliation begins at 加入党组织日期, also when that date is corrected."""
        joined, old = row.get(self.joined), self.joined_on.get(row.record)
        at = next((p for p in timeline if p.id and p.starts_on == old), None)
        if not joined or joined == old or at is None or joined >= at.ends_on:
            return timeline
        return self._moved(timeline, at, joined)

    def _with(self, row, timeline, organization, known, options: Options) -> list[Period]:
        since = row.get(self.transferred)
        if organization == known["organization_id"]:
            return self._same_organization(row, timeline, since, known, options)
        values = {"organization_id": organization, "transferred_on": since}
        if options.is_correction:
            self._note(row, known, organization)
            return self._begin(self._corrected(timeline, options.day, values), since, options)
        first = min(p.starts_on for p in timeline if p.values["organization_id"])
        day = max(first, since or options.day)
        before = value_at(timeline, day).values
        if before["organization_id"] == organization:
            return timeline
        self._note(row, before, organization)
        return self._from(timeline, day, values)

    def _note(self, row: Row, known, organization) -> None:
        old, new = self.finder.name(known["organization_id"]), self.finder.name(organization)
        row.changed(self.organization, old, new)

    @staticmethod
    def _corrected(timeline: list[Period], day: date, values: dict[str, Any]) -> list[Period]:
        """The affiliation of ``day`` with other values; those beside it stay as they are."""
        return merged([
            replace(p, values={**p.values, **values}) if p.holds(day) else p for p in timeline
        ])

    @staticmethod
    def _from(timeline: list[Period], day: date, values: dict[str, Any]) -> list[Period]:
        """Another affiliation from ``day`` until the next one."""
        at = value_at(timeline, day)
        new = replace(at, starts_on=day, values={**at.values, **values}, id=None)
        cut = [replace(at, ends_on=day), new] if at.starts_on < day else [replace(new, id=at.id)]
        where = timeline.index(at)
        return merged([*timeline[:where], *cut, *timeline[where + 1:]])

    def _same_organization(self, row, timeline, since, known, options) -> list[Period]:
        if not since or since == known["transferred_on"]:
            return timeline
        row.changed(
            self.transferred, self.transferred.show(known["transferred_on"]), since.isoformat()
        )
        new = self._corrected(timeline, options.day, {"transferred_on": since})
        return self._begin(new, since, options)

    def _begin(self, timeline: list[Period], since: date | None, options: Options):
        """Let the affiliation begin at the day of transfer, if there was an earlier one."""
        at = value_at(timeline, options.day)
        earlier = any(p.values["organization_id"] for p in timeline if p.ends_on <= at.starts_on)
        if not since or not earlier or since > options.day:
            return timeline
        return self._moved(timeline, at, since)

    def _moved(self, timeline: list[Period], at: Period, start: date) -> list[Period]:
        """Let the affiliation ``at`` begin on ``start``; the one before it ends there."""
        where = timeline.index(at)
        before = [p for p in timeline[:where] if p.starts_on < start]
        before = before or [Period(BEGINNING, start, self.nothing)]
        before[-1] = replace(before[-1], ends_on=start)
        return merged([*before, replace(at, starts_on=start), *timeline[where + 1:]])

    def values(self, pk, day):
        known = self.known_at(pk, self._reference(pk, day))
        return {
            self.organization.column_name: self.finder.name(known["organization_id"]),
            self.transferred.column_name: self.transferred.show(known["transferred_on"]),
        }


class Managements(Timelines):
    """管理党组织: empty means the same as the affiliation."""

    model, owner, fields = Management, "member_id", ("organization_id",)
    nothing = {"organization_id": None}

    def __init__(self, organization: Column, joined: Column):
        self.organization, self.joined = organization, joined
        self.columns = (organization,)

    def load(self, ids, options):
        super().load(ids, options)
        self.finder = OrganizationFinder(options)

    def plan(self, row, options):
        old = None if row.is_new else self.known_at(row.record, options.day)["organization_id"]
        organization = old
        if row.wants(self.organization, options):
            organization = find_organization(row, self.organization, self.finder, old)
        if organization is False:
            return
        row.facts["managing"] = organization or row.facts.get("affiliated")
        if organization == old:
            return
        if row.is_new:
            values = {
                "member_id": row.record,
                "organization_id": organization,
                "starts_on": row.get(self.joined) or BEGINNING,
            }
            row.changes.append(changes.insert(Management, values))
            return
        values: dict[str, Any] = {"organization_id": organization}
        self.rewrite(row, self.changed_timeline(row.record, options.day, values, options))
        row.changed(self.organization, self.finder.name(old), self.finder.name(organization))

    def values(self, pk, day):
        known = self.known_at(pk, day)
        return {self.organization.column_name: self.finder.name(known["organization_id"])}


class AwaitedWorkplaces(Facet):
    """工作单位 kept as text is linked by the import that brings the entity."""

    def __init__(self, keys):
        self.keys = keys

    def prepare(self, rows, options):
        self.waiting: dict[str, list] = {}
        states = MemberState.objects.filter(workplace=None).exclude(workplace_text="").order_by()
        for pk, text in states.values_list("id", "workplace_text"):
            self.waiting.setdefault(cells.name_key(text), []).append(pk)

    def plan(self, row, options):
        if not row.is_new or not self.waiting:
            return
        for key in self.keys(row):
            for pk in self.waiting.get(key, ()):
                values = {"workplace_id": row.record, "workplace_text": ""}
                row.changes.append(changes.update(MemberState, pk, values))


def facets_of_entities(ledger: Ledger) -> list[Facet]:
    """What members add to the entities ledger."""
    awaited = next(facet for facet in ledger.facets if isinstance(facet, Awaited))
    return [AwaitedWorkplaces(awaited.keys)]
