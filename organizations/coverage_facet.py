"""覆盖党组织 of the entities ledger, and what an import that brings an entity makes possible."""

import uuid
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from common import changes
from common.cells import name_key
from common.dated import BEGINNING, FOREVER
from common.ledgers.columns import ChoiceCell, Column, DateCell, TextCell
from common.ledgers.facets import Facet, rows_of
from common.ledgers.ledger import Ledger
from common.ledgers.rows import Options, Row
from organizations.choices import MODE_RANK, SetUpMode
from organizations.facets import find_organization
from organizations.finder import OrganizationFinder
from organizations.models import (
    Assignment,
    CoverageLink,
    OrganizationState,
    PendingUnit,
)
from organizations.reach import own_organizations

MODE_SYNONYMS = {
    "单独": SetUpMode.SINGLE,
    "单独建": SetUpMode.SINGLE,
    "单独建立": SetUpMode.SINGLE,
    "联合": SetUpMode.JOINT,
    "联合建": SetUpMode.JOINT,
    "联建": SetUpMode.JOINT,
    "挂靠": SetUpMode.ATTACHED,
    "挂靠建": SetUpMode.ATTACHED,
    "兜底": SetUpMode.AREA_FALLBACK,
    "兜底组建": SetUpMode.AREA_FALLBACK,
    "区域兜底组建": SetUpMode.AREA_FALLBACK,
    "区域组建": SetUpMode.AREA_FALLBACK,
    "商圈": SetUpMode.MARKET_CIRCLE,
    "楼宇组建": SetUpMode.MARKET_CIRCLE,
    "市场组建": SetUpMode.MARKET_CIRCLE,
    "统建": SetUpMode.INDUSTRY,
    "产业链统建": SetUpMode.INDUSTRY,
    "行业组建": SetUpMode.INDUSTRY,
}


def mode_column(**options) -> Column:
    """组建方式, in the entities and the organizations ledger."""
    cell = ChoiceCell(SetUpMode.choices, MODE_SYNONYMS)
    return Column("组建方式", "mode", cell, synonyms=["组建形式", "设置形式"], **options)


class Coverage(Facet):
    """ONE organization that covers the entity, its mode and since when."""

    def __init__(self) -> None:
        self.organization = Column(
            "覆盖党组织",
            "organization_id",
            TextCell(200),
            suggestions="organizations",
            synonyms=["所属党组织", "党组织名称", "所属党支部", "覆盖党组织名称"],
        )
        self.mode = mode_column()
        self.start = Column("覆盖起始日期", "starts_on", DateCell(), synonyms=["覆盖开始日期"])
        self.columns = (self.organization, self.mode, self.start)

    @property
    def dated_columns(self):
        return (self.organization, self.mode)

    def load(self, ids, options):
        self.finder, self.day = OrganizationFinder(options), options.day
        for known in ("modes", "singles"):
            self.__dict__.pop(known, None)
        fields = ["id", "entity_id", "organization_id", "mode", "starts_on", "ends_on"]
        self.links: dict[uuid.UUID, list[dict[str, Any]]] = {}
        for link in rows_of(CoverageLink, "entity_id", ids, fields):
            self.links.setdefault(link["entity_id"], []).append(link)

    @cached_property
    def modes(self) -> dict[uuid.UUID, str]:
        """Organization → its mode; read when a row first asks, which no export does."""
        states = OrganizationState.objects.at(self.day)
        return dict(states.values_list("organization_id", "mode"))

    @cached_property
    def singles(self) -> dict[uuid.UUID, set[uuid.UUID]]:
        """Organization → the entities that it covers as 单独组建, now or later; likewise."""
        links = CoverageLink.objects.filter(mode=SetUpMode.SINGLE, ends_on__gt=self.day)
        found: dict[uuid.UUID, set[uuid.UUID]] = {}
        for organization, entity in links.values_list("organization_id", "entity_id"):
            found.setdefault(organization, set()).add(entity)
        return found

    def printed(self, links: list[dict], day: date) -> dict[str, Any] | None:
        """The link that an export of ``day`` prints: the best mode, then the earliest."""
        holding = [link for link in links if link["starts_on"] <= day < link["ends_on"]]
        return min(
            holding,
            key=lambda link: (MODE_RANK[link["mode"]], link["starts_on"], str(link["id"])),
            default=None,
        )

    def plan(self, row, options):
        if row.unread and row.unread & {column.column_name for column in self.columns}:
            return
        links = [] if row.is_new else self.links.get(row.record, [])
        printed = self.printed(links, options.day) if links else None
        organization = find_organization(
            row, self.organization, self.finder, printed and printed["organization_id"]
        )
        if organization is False:
            return
        if organization is None:
            organization = self._without_name(row, printed, options)
            if organization is None:
                return
        mode = row.get(self.mode) or self._usual_mode(links, organization, options.day)
        self._warn(row, organization, mode)
        if row.is_new:
            # A sector committee brings the entities that its organizations cover, wherever.
            row.facts["is_own"] = organization in own_organizations(options.scope, options.day)
            self._begin(
                row, organization, mode, row.get(self.start) or self._first(row, organization)
            )
            return
        live = [
            link
            for link in links
            if link["organization_id"] == organization
            and link["mode"] == mode
            and link["ends_on"] > options.day
        ]
        if live:
            self._correct_start(row, printed if printed in live else live[0], links)
        else:
            self._replace(row, organization, mode, printed, links, options)

    def _warn(self, row: Row, organization: uuid.UUID, mode: str) -> None:
        """Say what looks wrong: one branch of two entities' own, a start before a founding."""
        if mode == SetUpMode.SINGLE:
            others = self.singles.setdefault(organization, set())
            if others - {row.record}:
                row.warn(self.mode, "这个党组织已由另一家主体单独组建，请核对组建方式。")
            others.add(row.record)
        start = row.get(self.start)
        founded = self.finder.rows[organization]["founded_on"]
        if start and founded and start < founded:
            row.warn(self.start, "覆盖起始日期早于党组织成立日期，请核对。")
        founded = row.facts.get("founded_on")
        if start and founded and start < founded:
            row.warn(self.start, "覆盖起始日期早于主体成立日期，请核对。")

    def _without_name(self, row: Row, printed, options: Options) -> uuid.UUID | None:
        """An empty 覆盖党组织: cleared, or the printed one where only mode or start is given."""
        if row.is_blank(self.organization) and options.empty_clears and printed:
            self._end(row, printed, options)
            return None
        if row.given(self.mode) or row.given(self.start):
            if printed:
                return printed["organization_id"]
            row.warn(self.organization, "没有填覆盖党组织，组建方式和起始日期未记。")
        return None

    def _usual_mode(self, links: list[dict], organization: uuid.UUID, day: date) -> str:
        for link in links:
            if link["organization_id"] == organization and link["ends_on"] > day:
                return link["mode"]
        return self.modes.get(organization, SetUpMode.JOINT)

    def _first(self, row: Row, organization: uuid.UUID) -> date:
        """Founding date of the organization or of the entity, whichever is later."""
        founded = self.finder.rows[organization]["founded_on"]
        return max(founded or BEGINNING, row.facts.get("founded_on") or BEGINNING)

    def _begin(
        self, row: Row, organization: uuid.UUID, mode: str, start: date, end: date = FOREVER
    ) -> None:
        values = {
            "entity_id": row.record,
            "organization_id": organization,
            "mode": mode,
            "starts_on": start,
            "ends_on": end,
        }
        row.facts["covered_by"] = organization
        row.changes.append(changes.insert(CoverageLink, values))

    def _correct_start(self, row: Row, link: Mapping[str, Any], links: list[dict]) -> None:
        start = row.get(self.start)
        if not start or start == link["starts_on"]:
            return
        if start >= link["ends_on"]:
            row.error(self.start, "覆盖起始日期应早于这段覆盖的结束日期。")
            return
        if self._overlaps(row, link["organization_id"], start, link["ends_on"], links, link["id"]):
            return
        row.changes.append(changes.update(CoverageLink, link["id"], {"starts_on": start}))
        row.changed(self.start, shown_start(link), self.start.show(start))

    def _end(self, row: Row, link: Mapping[str, Any], options: Options) -> None:
        if options.is_correction or link["starts_on"] >= options.day:
            row.changes.append(changes.delete(CoverageLink, link["id"]))
        else:
            row.changes.append(changes.update(CoverageLink, link["id"], {"ends_on": options.day}))
        row.changed(self.organization, self.finder.name(link["organization_id"]), "")

    def _replace(self, row, organization, mode, printed, links, options: Options) -> None:
        """Another organization or mode takes the place of the printed link."""
        begin = row.get(self.start)
        if not begin:
            wrong = options.is_correction and printed
            begin = printed["starts_on"] if wrong else options.day
        end = printed["ends_on"] if printed and printed["ends_on"] > begin else FOREVER
        spared = printed["id"] if printed else None
        if self._overlaps(row, organization, begin, end, links, spared):
            return
        if printed:
            self._note(row, printed, organization, mode, begin)
            if options.is_correction and printed["organization_id"] == organization:
                values = {"mode": mode, "starts_on": begin}
                row.changes.append(changes.update(CoverageLink, printed["id"], values))
                return
            if options.is_correction or printed["starts_on"] >= begin:
                row.changes.append(changes.delete(CoverageLink, printed["id"]))
            else:
                row.changes.append(changes.update(CoverageLink, printed["id"], {"ends_on": begin}))
        else:
            row.changed(self.organization, "", self.finder.name(organization))
        self._begin(row, organization, mode, begin, end)

    def _note(self, row: Row, printed, organization, mode, begin: date) -> None:
        if printed["organization_id"] != organization:
            old = self.finder.name(printed["organization_id"])
            row.changed(self.organization, old, self.finder.name(organization))
        if printed["mode"] != mode:
            row.changed(self.mode, self.mode.show(printed["mode"]), self.mode.show(mode))
        row.changed(self.start, shown_start(printed), self.start.show(begin))

    def _overlaps(self, row, organization, start, end, links, spared) -> bool:
        for link in links:
            if (
                link["organization_id"] == organization
                and link["id"] != spared
                and link["starts_on"] < end
                and start < link["ends_on"]
            ):
                row.error(
                    self.organization,
                    f"与该党组织 {shown_start(link) or '以前'} 起的覆盖重叠，请核对起始日期。",
                )
                return True
        return False

    def values(self, pk, day):
        link = self.printed(self.links.get(pk, []), day)
        if link is None:
            return {column.column_name: "" for column in self.columns}
        return {
            self.organization.column_name: self.finder.name(link["organization_id"]),
            self.mode.column_name: self.mode.show(link["mode"]),
            self.start.column_name: shown_start(link),
        }


def shown_start(link: Mapping[str, Any]) -> str:
    """The start of a link as printed."""
    return "" if link["starts_on"] == BEGINNING else link["starts_on"].isoformat()


class Awaited(Facet):
    """Links that waited for this entity: 依托单位 and 联系主体 kept as text are linked by the
    import that brings it, after the row's own 覆盖党组织."""

    def __init__(self, ledger: Ledger):
        self.ledger = ledger

    def prepare(self, rows, options):
        names: dict[str, int] = {}
        for row in rows:
            if row.is_new:
                key = row.facts["name_key"]
                names[key] = names.get(key, 0) + 1
        self.unique = {key for key, count in names.items() if count == 1}
        self.units: dict[str, list[dict]] = {}
        fields = ["id", "organization_id", "text_key", "organization__founded_on"]
        for unit in PendingUnit.objects.order_by().values(*fields):
            self.units.setdefault(unit["text_key"], []).append(unit)
        self.assigned: dict[str, list[uuid.UUID]] = {}
        waiting = Assignment.objects.exclude(pending_key="").order_by()
        for pk, key in waiting.values_list("id", "pending_key"):
            self.assigned.setdefault(key, []).append(pk)
        self.modes = dict(
            OrganizationState.objects.at(options.day).values_list("organization_id", "mode")
        )

    def keys(self, row: Row) -> list[str]:
        """The texts under which somebody may have waited for this entity."""
        name = row.facts["name_key"]
        code = name_key(row.get(self.ledger.fields["uscc"]))
        return [key for key in (code, name if name in self.unique else "") if key]

    def plan(self, row, options):
        if not row.is_new or not (self.units or self.assigned):
            return
        covered = {row.facts.get("covered_by")}
        for key in self.keys(row):
            for unit in self.units.get(key, ()):
                row.changes.append(changes.delete(PendingUnit, unit["id"]))
                if unit["organization_id"] in covered:
                    continue
                covered.add(unit["organization_id"])
                founded = row.facts.get("founded_on") or BEGINNING
                start = max(founded, unit["organization__founded_on"])
                link = {
                    "entity_id": row.record,
                    "organization_id": unit["organization_id"],
                    "mode": self.modes[unit["organization_id"]],
                    "starts_on": start,
                }
                row.changes.append(changes.insert(CoverageLink, link))
            for pk in self.assigned.get(key, ()):
                values = {"entity_id": row.record, "pending_text": "", "pending_key": ""}
                row.changes.append(changes.update(Assignment, pk, values))


def facets_of_entities(ledger: Ledger) -> list[Facet]:
    """What organizations add to the entities ledger."""
    return [Coverage(), Awaited(ledger)]
