"""The ledger 双向承诺: key 党组织 + 企业 + 年度, promises of both sides in two cells, and what the
four kinds of people thought of them. The steps of a commitment are made on its page; only what is
new may come in with a state (commitments of earlier years)."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from accounts.choices import Role
from common import changes
from common.ledgers.columns import ChoiceCell, Column, DateCell, IntegerCell, TextCell
from common.ledgers.facets import Facet, rows_of
from common.ledgers.ledger import Ledger
from common.ledgers.rows import Options, Row
from common.ledgers.rules import refuse_repeated
from evaluations.choices import Appraised, Appraiser, CommitmentState, Side
from evaluations.commitment_cells import FIELDS, Promise, PromisesCell, printed, promises
from evaluations.models import Commitment, CommitmentAppraisal, CommitmentItem
from evaluations.references import ReferenceCell, Referring, entity_names, refer_to_entity
from organizations.facets import find_organization
from organizations.finder import EntityFinder, OrganizationFinder
from organizations.models import PartyOrganization

FIRST_YEAR, LAST_YEAR = 2000, 2100
# What a town may bring in: what the district has on file is brought in by the district.
_BEFORE_DISTRICT = frozenset(
    {CommitmentState.PROPOSED, CommitmentState.BRANCH, CommitmentState.TOWN}
)
ITEMS_STAND = "已送审，承诺事项不能再改；要改请先退回修改。"
_HEAD = ("id", "organization_id", "entity_id", "year", "state")


class Head(Referring):
    """The commitment itself; a blank 进度 says nothing."""

    def plan(self, row, options):
        known = self.found.get(row.record)
        state = next(column for column in self.columns if column.attribute == "state")
        if known and not row.given(state):
            row.cells[state.column_name] = known["state"]
        super().plan(row, options)


class Promises(Facet):
    """The items of one side: the cell says all of them, in order."""

    def __init__(self, side: Side, column: Column) -> None:
        self.side, self.columns = side, (column,)

    def load(self, ids, options):
        self.found: dict[uuid.UUID, list[dict[str, Any]]] = {}
        names = ["id", "commitment_id", "side", "number", *FIELDS]
        for row in rows_of(CommitmentItem, "commitment_id", ids, names):
            if row["side"] == self.side:
                self.found.setdefault(row["commitment_id"], []).append(row)
        for rows in self.found.values():
            rows.sort(key=lambda row: row["number"])

    def plan(self, row, options):
        [column] = self.columns
        known = self.found.get(row.record, [])
        wanted = row.get(column)
        text = printed(self._said(known))
        if not row.wants(column, options) or wanted == promises(text):
            return
        row.changed(column, text, printed(wanted))
        row.facts.setdefault("rewritten", []).append((column, _promised(known), _worded(wanted)))
        left = {row["number"]: row for row in known}
        for number, item in enumerate(wanted, start=1):
            self._keep(row, number, item, left.pop(number, None))
        row.changes += [changes.delete(CommitmentItem, one["id"]) for one in left.values()]

    def _keep(self, row: Row, number: int, item: Promise, known: dict[str, Any] | None) -> None:
        if known is None:
            values = {"commitment_id": row.record, "side": self.side, "number": number}
            row.changes.append(changes.insert(CommitmentItem, values | item._asdict()))
            return
        changed = {key: value for key, value in item._asdict().items() if known[key] != value}
        if changed:
            row.changes.append(changes.update(CommitmentItem, known["id"], changed))

    @staticmethod
    def _said(rows: Iterable[dict[str, Any]]) -> list[Promise]:
        return [Promise(*(row[name] for name in FIELDS)) for row in rows]

    def values(self, pk, day):
        return {self.columns[0].column_name: printed(self._said(self.found.get(pk, ())))}


def _promised(rows: Iterable[dict[str, Any]]) -> list[tuple]:
    """What was promised, whatever has been done of it."""
    return [(row["text"], row["owner"], row["due_on"]) for row in rows]


def _worded(items: Iterable[Promise]) -> list[tuple]:
    return [item[:3] for item in items]


class Grades(Facet):
    """评诺: a column for each kind of people; the day is that of the batch."""

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = tuple(columns)

    def load(self, ids, options):
        names = ["id", "commitment_id", "appraiser", "grade"]
        self.found = {
            (row["commitment_id"], row["appraiser"]): row
            for row in rows_of(CommitmentAppraisal, "commitment_id", ids, names)
        }

    def plan(self, row, options):
        for column in self.columns:
            known = self.found.get((row.record, column.attribute))
            grade, stored = row.get(column), known["grade"] if known else ""
            if not row.wants(column, options) or grade == stored:
                continue
            row.changed(column, column.show(stored), column.show(grade))
            row.facts["appraised"] = True
            row.changes.append(self._change(row, column, known, grade, options.day))

    @staticmethod
    def _change(
        row: Row, column: Column, known: dict[str, Any] | None, grade: str, day: date
    ) -> changes.Change:
        if known is None:
            return changes.insert(CommitmentAppraisal, {
                "commitment_id": row.record, "appraiser": column.attribute, "grade": grade,
                "appraised_on": day,
            })
        if not grade:
            return changes.delete(CommitmentAppraisal, known["id"])
        return changes.update(
            CommitmentAppraisal, known["id"], {"grade": grade, "appraised_on": day}
        )

    def values(self, pk, day):
        return {
            column.column_name: column.show(
                self.found.get((pk, column.attribute), {}).get("grade", "")
            )
            for column in self.columns
        }


def _grade(appraiser: Appraiser, *synonyms: str) -> Column:
    choices = ChoiceCell(Appraised.choices, {"优秀": Appraised.GOOD, "良好": Appraised.FAIRLY_GOOD})
    return Column(appraiser.label, appraiser.value, choices, synonyms=synonyms,
                  help="、".join(Appraised.labels))


class CommitmentLedger(Ledger):
    """双向承诺."""

    kind = "commitments"
    title = "双向承诺"
    unit = "份"
    model = Commitment
    edit_right = "edit_commitments"
    read_right = "read_commitments"
    name_path = "organization__name"
    merged_columns = ("党组织", "企业", "年度")
    preview = ("企业", "年度", "签订日期", "进度")

    organization = Column(
        "党组织", "organization_id", ReferenceCell(200), required=True,
        suggestions="organizations",
        synonyms=["党组织名称", "党组织全称", "党支部", "所在党支部", "承诺党组织"],
    )
    entity = Column(
        "企业", "entity_id", ReferenceCell(200), required=True,
        suggestions="covered", lookup="entities",
        synonyms=["企业名称", "市场主体", "主体名称", "承诺企业", "统一社会信用代码"],
        help="名称或统一社会信用代码",
    )
    year = Column(
        "年度", "year", IntegerCell(FIRST_YEAR, LAST_YEAR), required=True,
        synonyms=["承诺年度", "年份"],
    )
    signed_on = Column(
        "签订日期", "signed_on", DateCell(), required=True,
        synonyms=["签订时间", "承诺日期", "承诺时间", "签约日期"],
    )
    state = Column(
        "进度", "state", ChoiceCell(CommitmentState.choices, {"已提诺": CommitmentState.PROPOSED}),
        synonyms=["状态", "承诺状态"], help="新登记的可以填；以后在承诺书页面上办理",
    )
    by_organization = Column(
        "党组织承诺", "by_organization", PromisesCell(),
        synonyms=["党组织承诺事项", "支部承诺", "党组织承诺内容"],
        help="一行一项：内容｜责任人｜时限｜完成日期｜佐证，后面几段没有就不写",
    )
    by_enterprise = Column(
        "企业承诺", "by_enterprise", PromisesCell(),
        synonyms=["企业承诺事项", "企业承诺内容", "出资人承诺"], help="写法和党组织承诺一样",
    )
    self_grade = _grade(Appraiser.SELF)
    peers_grade = _grade(Appraiser.PEERS, "企业互评")
    masses_grade = _grade(Appraiser.MASSES, "群众评")
    superior_grade = _grade(Appraiser.SUPERIOR, "上级评")
    remarks = Column("备注", "remarks", TextCell(200), synonyms=["说明"])

    def make_facets(self):
        f = self.fields
        self.head = Head(
            Commitment, [f[n] for n in ("organization", "entity", "year", "signed_on", "state",
                                        "remarks")],
            derive=lambda values: {"state": values.get("state") or CommitmentState.PROPOSED},
        )
        grades = (f"{appraiser}_grade" for appraiser in Appraiser.values)
        return [
            self.head,
            Promises(Side.ORGANIZATION, f["by_organization"]),
            Promises(Side.ENTERPRISE, f["by_enterprise"]),
            Grades(f[name] for name in grades),
        ]

    def load(self, ids, options):
        self._find(options)
        super().load(ids, options)
        self.fields["entity"].cell.names = lambda pk: self.head.entities.get(pk, "")

    def _find(self, options: Options) -> OrganizationFinder:
        if not hasattr(self, "_organizations"):
            self._organizations = OrganizationFinder(options)
            self.fields["organization"].cell.names = self._organizations.name
        return self._organizations

    # Which commitment a row is -------------------------------------------------------------------

    def identify(self, rows, options):
        finder = self._find(options)
        known = {one["id"]: one for one in rows_of(
            Commitment, "id", {row.record for row in rows} - {None}, _HEAD
        )}
        shown = entity_names((one["entity_id"] for one in known.values()), options)
        entities = EntityFinder([row.get(self.fields["entity"]) for row in rows], options)
        for row in rows:
            self._refer(row, known.get(row.record), finder, entities, shown)
        keys = {id(row): self._key(row) for row in rows}
        stored = _stored({key for key in keys.values() if key})
        for row in rows:
            self._settle(row, stored.get(keys[id(row)]))
        refuse_repeated(rows, self.fields["organization"], lambda row: keys[id(row)])

    def _refer(self, row, known, finder, entities: EntityFinder, shown: dict) -> None:
        """The organization and the entity that the row names."""
        organization = find_organization(
            row, self.fields["organization"], finder, known and known["organization_id"]
        )
        row.facts["organization_id"] = organization or None
        row.facts["entity_id"] = refer_to_entity(
            row, self.fields["entity"], known and known["entity_id"], shown, entities
        )

    def _key(self, row: Row) -> tuple | None:
        key = (row.facts["organization_id"], row.facts["entity_id"], row.get(self.fields["year"]))
        return key if all(key) else None

    def _settle(self, row: Row, found: dict[str, Any] | None) -> None:
        if found is None:
            return
        if row.record is None:
            row.record, row.is_new = found["id"], False
        elif found["id"] != row.record:
            row.error(self.fields["organization"], "这家企业当年已有另一份承诺书，请核对。")

    def label(self, row):
        whose = (row.get(self.fields[name]) for name in ("organization", "entity"))
        return " ".join(filter(None, whose))

    def named(self, record):
        return str(record)

    # What a row says -----------------------------------------------------------------------------

    def check_row(self, row, options):
        f = self.fields
        known = self.head.found.get(row.record)
        if known:
            self._check_known(row, known)
        elif not self._may_begin(row.get(f["state"]), options.scope):
            row.error(f["state"], "区里备案和以后的进度由区级导入；请填到“镇街已审”为止。")
        signed, year = row.get(f["signed_on"]), row.get(f["year"])
        if signed and signed > options.day:
            row.warn(f["signed_on"], "签订日期在数据截止日之后，请核对。")
        elif signed and year and signed.year not in (year - 1, year):
            row.warn(f["signed_on"], f"签订日期不在 {year} 年，请核对。")
        for name in ("by_organization", "by_enterprise"):
            if row.is_new and not row.get(f[name]):
                row.warn(f[name], "还没有承诺事项。")

    def _check_known(self, row: Row, known: dict[str, Any]) -> None:
        state = self.fields["state"]
        if row.given(state) and row.get(state) != known["state"]:
            row.error(state, "进度在承诺书页面上办理，不在表里改。")
        if known["state"] == CommitmentState.PROPOSED:
            return
        for column, before, after in row.facts.get("rewritten", ()):
            if before != after:
                row.error(column, ITEMS_STAND)

    @staticmethod
    def _may_begin(state: str, scope: Any) -> bool:
        may = scope.everything or scope.may("rate_district") or Role.IMPORTER in scope.roles
        return may or not state or state in _BEFORE_DISTRICT

    def in_scope(self, row, options):
        if not hasattr(self, "_visible"):
            within = PartyOrganization.objects.within(options.scope)
            self._visible = set(within.values_list("pk", flat=True))
        return row.facts.get("organization_id") in self._visible

    def absent(self, batch_records, scope):
        """Commitments of the years that the file is about."""
        years = Commitment.objects.filter(pk__in=batch_records).values("year")
        rows = super().absent(batch_records, scope).filter(year__in=years)
        return rows.select_related("organization", "entity")


def _stored(keys: set[tuple]) -> dict[tuple, dict[str, Any]]:
    """Commitments by their key."""
    rows = Commitment.objects.order_by().filter(
        organization__in={key[0] for key in keys}, year__in={key[2] for key in keys}
    )
    return {
        (row["organization_id"], row["entity_id"], row["year"]): row for row in rows.values(*_HEAD)
    }
