"""The ledger 走访记录: visits as districts list them (docs/ledgers.md).

Key: instructor, day and entity, or organization where no entity is named. An instructor is called
by name, by name+workplace where two have the name; entities and organizations as everywhere.
"""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Max, Min
from django.utils import timezone

from activities.choices import VisitWay
from activities.models import Visit
from activities.visit_rules import day_problem
from common import cells, changes
from common.cells import name_key
from common.ledgers import Ledger
from common.ledgers.columns import ChoiceCell, Column, DateCell, TextCell
from common.ledgers.facets import Facet, rows_of
from common.ledgers.rules import refuse_repeated
from organizations.finder import EntityFinder, OrganizationFinder, printed_entities
from organizations.models import Appointment, Instructor

_FIELDS = (
    "id", "instructor_id", "visited_on", "way", "entity_id", "organization_id", "met", "matters",
)
_EMPTY = {
    "way": VisitWay.ON_SITE, "met": "", "matters": "", "entity_id": None, "organization_id": None,
}
_REFERENCES = ("instructor_id", "entity_id", "organization_id")
JOIN = "+"


class NoteCell(TextCell):
    """Text of several lines."""

    def clean(self, value, row=None, **kwargs):
        text = value if isinstance(value, str) else cells.text(value, self.max_length)
        lines = [cells.text(line, self.max_length) for line in text.splitlines()]
        found = "\n".join(lines).strip()
        if len(found) > self.max_length:
            raise cells.CellError(f"最多 {self.max_length} 个字，请写短一些。")
        return found


class InstructorFinder:
    """Instructors in scope by name, or name+workplace."""

    def __init__(self, options: Any) -> None:
        rows = list(
            Instructor.objects.within(options.scope).order_by().values("id", "name", "workplace")
        )
        self.names: dict[uuid.UUID, str] = {}
        self._by_name: dict[str, list[uuid.UUID]] = {}
        for row in rows:
            full = f"{row['name']}{JOIN}{row['workplace']}"
            for key in {name_key(row["name"]), name_key(full)}:
                self._by_name.setdefault(key, []).append(row["id"])
        for row in rows:
            is_only = len(self._by_name[name_key(row["name"])]) == 1
            self.names[row["id"]] = (
                row["name"] if is_only else f"{row['name']}{JOIN}{row['workplace']}"
            )

    def find(self, text: str) -> uuid.UUID:
        """The instructor of this text. Raises CellError."""
        found = self._by_name.get(name_key(text), [])
        if len(found) == 1:
            return found[0]
        if found:
            raise cells.CellError(
                f"有 {len(found)} 名指导员叫“{text}”，请填成“姓名{JOIN}工作单位”。"
            )
        near = cells.nearest(name_key(text), self._by_name)
        hint = f"是不是“{self.names[self._by_name[near][0]]}”？" if near else "请先导入指导员台账。"
        raise cells.CellError(f"您的管理范围内没有这名指导员，{hint}")


class _Names:
    """How the records that visits refer to are printed, and how texts find them."""

    def __init__(self, options: Any, texts: Iterable[str] = ()) -> None:
        self.options = options
        self.instructors = InstructorFinder(options)
        self.organizations = OrganizationFinder(options)
        self.entities = EntityFinder(texts, options)
        self._printed: dict[uuid.UUID, str] = {}

    def know(self, visits: Iterable[dict[str, Any]]) -> None:
        """Read how the entities of stored visits are printed."""
        ids = {row["entity_id"] for row in visits} - {None} - self._printed.keys()
        self._printed |= dict.fromkeys(ids, "") | printed_entities(ids, self.options)

    def printed(self, reference: str, pk: uuid.UUID | None) -> str:
        """The text of a stored reference; "" where there is none, or none that finds it again."""
        if pk is None:
            return ""
        if reference == "instructor_id":
            return self.instructors.names.get(pk, "")
        if reference == "entity_id":
            return self._printed.get(pk, "")
        return self.organizations.name(pk) if pk in self.organizations.visible else ""

    def find(self, reference: str, text: str) -> uuid.UUID:
        """The record of a text. Raises CellError."""
        if reference == "instructor_id":
            return self.instructors.find(text)
        if reference == "organization_id":
            return self.organizations.find(text)
        return self.entities.get(text)


class VisitFacet(Facet):
    """A visit: plain values, and three records that it refers to. What the row makes of it stands
    in ``row.facts["visit"]``: database column → value, None after an error."""

    names: _Names | None = None

    def __init__(self, columns: Iterable[Column]) -> None:
        self.columns = tuple(columns)

    def load(self, ids, options):
        self.found = {row["id"]: row for row in rows_of(Visit, "id", ids, _FIELDS)}
        self.names = self.names or _Names(options)
        self.names.know(self.found.values())

    def plan(self, row, options):
        wanted = row.facts["visit"]
        if row.errors or wanted is None:
            return
        known = self.found.get(row.record)
        if known is None:
            values = {**wanted, "recorded_at": timezone.now(), "recorded_by_id": None}
            row.changes.append(changes.insert(Visit, values, row.record))
            return
        changed = {key: value for key, value in wanted.items() if known[key] != value}
        for column in self.columns:
            if column.attribute in changed:
                new = row.get(column)
                text = new if column.attribute in _REFERENCES else column.show(new)
                row.changed(column, self._shown(column, known), text)
        if changed:
            row.changes.append(changes.update(Visit, row.record, changed))

    def _shown(self, column: Column, known: dict[str, Any]) -> str:
        value = known[column.attribute]
        if column.attribute in _REFERENCES:
            return self.names.printed(column.attribute, value)
        return column.show(value)

    def stored_at(self, pk, day):
        return self.found[pk]

    def values(self, pk, day):
        known = self.found[pk]
        return {column.column_name: self._shown(column, known) for column in self.columns}


class VisitLedger(Ledger):
    """走访记录: key 指导员 + 日期 + 市场主体 or 党组织."""

    kind = "visits"
    title = "走访记录"
    unit = "次"
    model = Visit
    read_right = "read_visits"
    name_path = "instructor__name"
    preview = ("日期", "市场主体", "党组织", "方式")

    instructor = Column(
        "指导员", "instructor_id", TextCell(270), required=True,
        synonyms=["指导员姓名", "走访人", "走访人员", "联系人"],
        help=f"姓名；两人同名的，填姓名{JOIN}工作单位",
    )
    day = Column(
        "日期", "visited_on", DateCell(), required=True,
        synonyms=["走访日期", "走访时间", "时间", "调研时间"],
    )
    way = Column(
        "方式", "way",
        ChoiceCell(
            VisitWay.choices,
            {"走访": VisitWay.ON_SITE, "上门": VisitWay.ON_SITE, "实地走访": VisitWay.ON_SITE,
             "电话走访": VisitWay.PHONE, "微信走访": VisitWay.MESSAGE, "座谈会": VisitWay.MEETING},
        ),
        synonyms=["走访方式"],
    )
    entity = Column(
        "市场主体", "entity_id", TextCell(200),
        synonyms=["主体名称", "企业名称", "走访企业", "走访对象", "统一社会信用代码"],
        help="统一社会信用代码或名称；和党组织至少填一项",
    )
    organization = Column(
        "党组织", "organization_id", TextCell(200), suggestions="organizations",
        synonyms=["党组织名称", "走访党组织"], help="全称或党组织代码；和市场主体至少填一项",
    )
    met = Column("见到谁", "met", TextCell(100), synonyms=["见到的人", "接待人", "访谈对象"])
    matters = Column("谈了什么", "matters", NoteCell(2000), synonyms=["走访内容", "情况", "内容"])

    def make_facets(self):
        names = ("instructor", "day", "way", "entity", "organization", "met", "matters")
        return [VisitFacet(self.fields[name] for name in names)]

    # Which visit a row is ------------------------------------------------------------------------

    def identify(self, rows, options):
        numbered = {row.record for row in rows} - {None}
        known = {found["id"]: found for found in rows_of(Visit, "id", numbered, _FIELDS)}
        names = _Names(options, [row.get(self.fields["entity"]) for row in rows])
        names.know(known.values())
        self.facets[0].names = names
        said = {
            row.number: self._said(row, known.get(row.record), names, options) for row in rows
        }
        by_key = self._stored(said.values())
        for row in rows:
            self._settle(row, known.get(row.record), said[row.number], by_key)
        refuse_repeated(rows, self.fields["instructor"], _key_of)

    def _said(self, row, known, names: _Names, options) -> dict[str, Any]:
        """Database column → value of what the row says; a blank says nothing, unless it clears."""
        said: dict[str, Any] = {}
        for column in self.facets[0].columns:
            attribute = column.attribute
            clears = options.empty_clears and row.is_blank(column) and attribute != "way"
            if not row.given(column) and not clears:
                continue
            if attribute not in _REFERENCES:
                said[attribute] = row.get(column)
                continue
            stored = known[attribute] if known else None
            text = row.get(column)
            if stored and name_key(text) == name_key(names.printed(attribute, stored)):
                continue  # what the export printed, nothing where it could print nothing
            try:
                said[attribute] = names.find(attribute, text) if text else None
            except cells.CellError as error:
                row.error(column, error.sentence)
        return said

    def _stored(self, said: Iterable[dict[str, Any]]) -> dict[tuple, dict[str, Any]]:
        """Visits that the rows may be about, by key."""
        said = [one for one in said if one.get("instructor_id") and one.get("visited_on")]
        if not said:
            return {}
        days = [one["visited_on"] for one in said]
        rows = Visit.objects.order_by().filter(
            instructor__in={one["instructor_id"] for one in said},
            visited_on__gte=min(days), visited_on__lte=max(days),
        )
        return {_key(row): row for row in rows.values(*_FIELDS).iterator(chunk_size=5000)}

    def _settle(self, row, known, said: dict[str, Any], by_key: dict[tuple, dict]) -> None:
        """Find the row's visit by its key, and what the visit is to say."""
        row.facts["visit"] = None
        if row.errors:
            return
        values = {**_EMPTY, **(known or {}), **said}
        same = by_key.get(_key(values))
        if same and known is None:
            row.record, row.is_new = same["id"], False
            values = {**same, **said}
        elif same and same["id"] != row.record:
            row.error(self.fields["instructor"], "这次走访已有另一条记录，请核对。")
            return
        if not (values["entity_id"] or values["organization_id"]):
            row.error(self.fields["entity"], "市场主体和党组织至少填一项。")
            return
        values.pop("id", None)
        row.facts["visit"] = values

    # What a row says -----------------------------------------------------------------------------

    def label(self, row):
        whom = row.get(self.fields["entity"]) or row.get(self.fields["organization"])
        return f"{row.get(self.fields['instructor'])} {whom}".strip()

    def named(self, record):
        return f"{record.instructor} {record}"

    def check_row(self, row, options):
        day = row.get(self.fields["day"])
        if day and (problem := day_problem(day, timezone.localdate())):
            row.error(self.fields["day"], problem)

    def finish(self, rows, options):
        """Warn of visits outside the instructor's term: they count, but somebody slipped."""
        people = {row.facts["visit"]["instructor_id"] for row in rows if row.facts["visit"]}
        terms: dict[uuid.UUID, list] = {}
        names = ["instructor_id", "starts_on", "ends_on"]
        for term in rows_of(Appointment, "instructor_id", people, names):
            terms.setdefault(term["instructor_id"], []).append(term)
        for row in rows:
            visit = row.facts["visit"]
            if row.errors or not visit or not row.changes:
                continue
            held = terms.get(visit["instructor_id"], ())
            if not any(t["starts_on"] <= visit["visited_on"] < t["ends_on"] for t in held):
                row.warn(self.fields["day"], "当天不在这名指导员的聘期内，请核对。")

    def in_scope(self, row, options):
        """Instructors, entities and organizations are looked for in the scope only."""
        return True

    def absent(self, batch_records, scope):
        """Visits of the days that the file is about."""
        span = Visit.objects.filter(pk__in=batch_records).aggregate(
            first=Min("visited_on"), last=Max("visited_on")
        )
        rows = super().absent(batch_records, scope).select_related(
            "instructor", "entity", "organization"
        )
        if span["first"] is None:
            return rows.none()
        return rows.filter(visited_on__gte=span["first"], visited_on__lte=span["last"])


def _key_of(row) -> tuple | None:
    visit = row.facts.get("visit")
    return _key(visit) if visit else None


def _key(values: dict[str, Any]) -> tuple:
    if values["entity_id"]:
        return values["instructor_id"], values["visited_on"], values["entity_id"]
    return values["instructor_id"], values["visited_on"], None, values["organization_id"]
