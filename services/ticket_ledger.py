"""The ledger 企业诉求 (工单): what districts kept in lists before, and what the portal keeps now.

Key: 工单编号, else 登记日期 + whose it is + 标题. A row may bring what is done (办结) or what is to
be taken up (待受理); what is handled here is exported, read back without a change, and changed on
its page only.
"""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from common import cells, changes
from common.cells import name_key
from common.chance import new_id
from common.ledgers import Ledger
from common.ledgers.columns import ChoiceCell, Column, DateCell, DecimalCell, ProseCell, TextCell
from common.ledgers.facets import Facet, rows_of
from common.ledgers.rules import refuse_repeated
from services.choices import (
    TicketChannel,
    TicketGrade,
    TicketKind,
    TicketOutcome,
    TicketSatisfaction,
    TicketState,
)
from services.models import Ticket
from services.ticket_names import REFERENCES, Names
from services.ticket_rows import Ground

_FIELDS = (
    "id", "number", "registered_on", "entity_id", "organization_id", "channel", "kind", "grade",
    "category_id", "title", "text", "contact", "state", "department_id", "accepted_on",
    "answered_on", "closed_on", "answer", "outcome", "satisfaction", "saved_amount", "is_imported",
)
_EMPTY = {
    "number": "", "entity_id": None, "organization_id": None, "channel": TicketChannel.ENTERPRISE,
    "kind": TicketKind.REQUEST, "grade": TicketGrade.ORDINARY, "category_id": None, "text": "",
    "contact": "", "department_id": None, "accepted_on": None, "answered_on": None,
    "closed_on": None, "answer": "", "outcome": "", "satisfaction": "", "saved_amount": None,
}
# What a blank never clears: it has no empty value.
_KEPT = frozenset({"number", "channel", "kind", "grade", "state", "registered_on", "title"})
HANDLED = "这件诉求在系统里办理，请在它的页面上办，不用导入修改。"


class TicketFacet(Facet):
    """A ticket with what it refers to. What the row makes of it stands in ``row.facts["ticket"]``:
    database column → value, None after an error."""

    names: Names | None = None

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = tuple(columns)

    def load(self, ids, options):
        self.found = {row["id"]: row for row in rows_of(Ticket, "id", ids, _FIELDS)}
        self.names = self.names or Names(options)
        self.names.know(self.found.values())

    def prepare(self, rows, options):
        wanted = [row.facts["ticket"] for row in rows if row.facts.get("ticket")]
        self.towns, self.ground = self.names.towns(wanted), Ground.read()

    def plan(self, row, options):
        wanted = row.facts["ticket"]
        if row.errors or wanted is None:
            return
        known = self.found.get(row.record)
        if known is None:
            self._add(row, wanted)
            return
        changed = {key: value for key, value in wanted.items() if known[key] != value}
        for column in self.columns:
            if column.attribute in changed:
                new = row.get(column)
                text = new if column.attribute in REFERENCES else column.show(new)
                row.changed(column, self._shown(column, known), text)
        if changed and not known["is_imported"]:
            row.error(row.diff[0][0] if row.diff else "标题", HANDLED)
        elif changed:
            after = {**known, **changed}
            changed |= self.ground.derived(after)
            row.changes.append(changes.update(Ticket, row.record, changed))
            row.changes.append(self.ground.clock_change(row.record, after, self.names.clocks))

    def _add(self, row, wanted: dict[str, Any]) -> None:
        record = row.record or new_id()
        values = {
            **wanted, **self.ground.derived(wanted), "town_id": self.towns.get(_whose(wanted)),
            "is_imported": wanted["state"] == TicketState.CLOSED,
        }
        day = f"{values['registered_on']:%Y%m%d}"
        values["number"] = values["number"] or f"DR-{day}-{record.hex[-6:]}"
        row.changes.append(changes.insert(Ticket, values, record))
        row.changes.append(self.ground.clock_change(record, values, {}))

    def _shown(self, column: Column, known: dict[str, Any]) -> str:
        value = known[column.attribute]
        if column.attribute in REFERENCES:
            return self.names.printed(column.attribute, value)
        return column.show(value)

    def stored_at(self, pk, day):
        return self.found[pk]

    def values(self, pk, day):
        known = self.found[pk]
        return {column.column_name: self._shown(column, known) for column in self.columns}


class TicketLedger(Ledger):
    """企业诉求."""

    kind = "tickets"
    title = "企业诉求"
    unit = "件"
    model = Ticket
    read_right = "read_tickets"
    code_field = "number"
    name_path = "title"
    preview = ("登记日期", "市场主体", "类别", "状态")

    number = Column(
        "工单编号", "number", TextCell(30), synonyms=["编号", "工单号", "诉求编号", "问题编号"],
        help="空着的由系统编号",
    )
    day = Column(
        "登记日期", "registered_on", DateCell(), required=True,
        synonyms=["登记时间", "提出日期", "受理登记日期", "收集时间", "反映时间", "日期"],
    )
    entity = Column(
        "市场主体", "entity_id", TextCell(200),
        synonyms=["主体名称", "企业名称", "诉求企业", "反映企业", "统一社会信用代码"],
        help="统一社会信用代码或名称；和党组织至少填一项",
    )
    organization = Column(
        "党组织", "organization_id", TextCell(200), suggestions="organizations",
        synonyms=["党组织名称"], help="全称或党组织代码；和市场主体至少填一项",
    )
    channel = Column(
        "渠道", "channel",
        ChoiceCell(
            TicketChannel.choices,
            {"自报": TicketChannel.ENTERPRISE, "走访日志": TicketChannel.VISIT,
             "职工议事厅": TicketChannel.WORKSHOP, "座谈会": TicketChannel.WORKSHOP,
             "12345": TicketChannel.HOTLINE, "12345转办": TicketChannel.HOTLINE,
             "党代表联系": TicketChannel.DELEGATE},
        ),
        synonyms=["来源", "诉求来源", "问题来源"],
    )
    ticket_kind = Column(
        "类型", "kind",
        ChoiceCell(
            TicketKind.choices,
            {"诉求": TicketKind.REQUEST, "意见建议": TicketKind.SUGGESTION},
        ),
        synonyms=["诉求类型", "问题类型"],
    )
    grade = Column("难易", "grade", ChoiceCell(TicketGrade.choices), synonyms=["难易程度"])
    category = Column(
        "类别", "category_id", TextCell(40), synonyms=["诉求类别", "问题类别", "事项类别"],
        help="填类别表里的名称",
    )
    title_column = Column(
        "标题", "title", TextCell(100), required=True,
        synonyms=["诉求标题", "问题", "诉求事项", "问题和需求"],
    )
    text = Column(
        "内容", "text", ProseCell(2000), synonyms=["诉求内容", "问题描述", "具体内容"]
    )
    contact = Column("联系人", "contact", TextCell(60))
    state = Column(
        "状态", "state",
        ChoiceCell(
            TicketState.choices,
            {"已办结": TicketState.CLOSED, "完成": TicketState.CLOSED,
             "未受理": TicketState.REGISTERED},
        ),
        synonyms=["办理状态", "办理情况"], help="空着的：有办结日期就是办结，没有就是待受理",
    )
    department = Column(
        "主办部门", "department_id", TextCell(100),
        synonyms=["承办部门", "主办单位", "承办单位", "责任单位"],
    )
    accepted = Column("受理日期", "accepted_on", DateCell(), synonyms=["受理时间"])
    answered = Column("反馈日期", "answered_on", DateCell(), synonyms=["反馈时间", "答复日期"])
    closed = Column("办结日期", "closed_on", DateCell(), synonyms=["办结时间", "完成日期"])
    answer = Column(
        "办理结果", "answer", ProseCell(2000), synonyms=["答复", "办理情况说明", "解决情况"]
    )
    outcome = Column(
        "是否解决", "outcome",
        ChoiceCell(
            TicketOutcome.choices, {"是": TicketOutcome.SOLVED, "否": TicketOutcome.UNSOLVED}
        ),
    )
    satisfaction = Column(
        "满意度", "satisfaction", ChoiceCell(TicketSatisfaction.choices),
        synonyms=["企业评价", "评价"],
    )
    saved = Column("节省金额(元)", "saved_amount", DecimalCell(2), synonyms=["节省金额"])

    def make_facets(self):
        own = [column for name, column in self.fields.items() if name != "record_number"]
        return [TicketFacet(own)]

    # Which ticket a row is -----------------------------------------------------------------------

    def identify(self, rows, options):
        numbered = {row.record for row in rows} - {None}
        known = {found["id"]: found for found in rows_of(Ticket, "id", numbered, _FIELDS)}
        names = Names(options, [row.get(self.fields["entity"]) for row in rows])
        names.know(known.values())
        self.facets[0].names = names
        said = {
            row.number: self._said(row, known.get(row.record), names, options) for row in rows
        }
        stored = self._stored(said.values(), options)
        for row in rows:
            self._settle(row, known.get(row.record), said[row.number], stored)
        refuse_repeated(rows, self.fields["title_column"], _key_of)

    def _said(self, row, known, names: Names, options) -> dict[str, Any]:
        """Database column → value of what the row says; a blank says nothing, unless it clears."""
        said: dict[str, Any] = {}
        for column in self.facets[0].columns:
            attribute = column.attribute
            clears = options.empty_clears and row.is_blank(column) and attribute not in _KEPT
            if not row.given(column) and not clears:
                continue
            text = row.get(column)
            if attribute not in REFERENCES:
                said[attribute] = text
                continue
            stored = known[attribute] if known else None
            if stored and name_key(text) == name_key(names.printed(attribute, stored)):
                continue  # what the export printed, nothing where it could print nothing
            try:
                said[attribute] = names.find(attribute, text) if text else None
            except cells.CellError as error:
                row.error(column, error.sentence)
        return said

    def _stored(self, said: Iterable[dict[str, Any]], options) -> dict[Any, dict[str, Any]]:
        """Tickets in scope that the rows may be about, by number and by key; None for numbers that
        belong to others."""
        said = list(said)
        numbers = {one["number"] for one in said if one.get("number")}
        days = {one["registered_on"] for one in said if one.get("registered_on")}
        found: dict[Any, Any] = dict.fromkeys(
            Ticket.objects.filter(number__in=numbers).values_list("number", flat=True)
        )
        rows = Ticket.objects.within(options.scope).filter(
            Q(number__in=numbers) | Q(registered_on__in=days)
        )
        for row in rows.order_by().values(*_FIELDS).iterator(chunk_size=5000):
            found[row["number"]] = found[_key(row)] = row
        return found

    def _settle(self, row, known, said: dict[str, Any], stored: dict[Any, Any]) -> None:
        """Find the row's ticket by its number or key, and what the ticket is to say."""
        row.facts["ticket"] = None
        if row.errors:
            return
        number = said.get("number", "")
        if known is None and number in stored and stored[number] is None:
            row.error(self.fields["number"], "这个工单编号已用于别的诉求，请核对。")
            return
        values = {**_EMPTY, **(known or {}), **said}
        if not (values["entity_id"] or values["organization_id"]):
            row.error(self.fields["entity"], "市场主体和党组织至少填一项。")
            return
        same = stored.get(number) or stored.get(_key(values))
        if same and known is None and number in ("", same["number"]):
            row.record, row.is_new = same["id"], False
            values = {**same, **said}
        elif same and known and same["id"] != row.record:
            row.error(self.fields["title_column"], "这件诉求已有另一条记录，请核对。")
            return
        if "state" not in values:
            is_done = values["closed_on"] is not None
            values["state"] = TicketState.CLOSED if is_done else TicketState.REGISTERED
        values = {key: value for key, value in values.items() if key not in ("id", "is_imported")}
        row.facts["ticket"] = values

    # What a row says -----------------------------------------------------------------------------

    def label(self, row):
        return row.get(self.fields["title_column"])

    def named(self, record):
        return f"{record.number} {record.title}"

    def check_row(self, row, options):
        values = row.facts.get("ticket")
        if not values or row.errors:
            return
        self._check_state(row, values)
        for earlier, later in (("day", "accepted"), ("accepted", "answered"), ("day", "closed")):
            first, last = (values[self.fields[one].attribute] for one in (earlier, later))
            if first and last and last < first:
                names = [self.fields[one].column_name for one in (earlier, later)]
                row.warn(self.fields[later], f"{names[1]}早于{names[0]}，请核对。")
        if values["registered_on"] > options.day:
            row.warn(self.fields["day"], "日期在数据截止日之后，请核对。")

    def _check_state(self, row, values: dict[str, Any]) -> None:
        state, closed = self.fields["state"], self.fields["closed"]
        if row.is_new and values["state"] not in (TicketState.CLOSED, TicketState.REGISTERED):
            row.error(state, "导入的诉求填“待受理”或“办结”，办理过程在系统里记。")
        if values["state"] == TicketState.CLOSED and not values["closed_on"]:
            row.error(closed, "办结的要填办结日期。")
        if row.is_new and values["state"] == TicketState.REGISTERED and values["closed_on"]:
            row.error(state, "有办结日期的，状态填“办结”。")

    def in_scope(self, row, options):
        """Enterprises and organizations are looked for in the scope only."""
        return True

    def absent(self, batch_records, scope):
        """What was imported before and is not in the file."""
        rows = super().absent(batch_records, scope).filter(is_imported=True)
        return rows.select_related("entity", "organization")


def _whose(values: dict[str, Any]) -> tuple[uuid.UUID | None, uuid.UUID | None, date]:
    return values["entity_id"], values["organization_id"], values["registered_on"]


def _key_of(row) -> tuple | None:
    ticket = row.facts.get("ticket")
    return (ticket["number"] or _key(ticket)) if ticket else None


def _key(values: dict[str, Any]) -> tuple:
    whose = values["entity_id"] or values["organization_id"]
    return values["registered_on"], whose, name_key(values.get("title") or "")
