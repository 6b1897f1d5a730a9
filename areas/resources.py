"""区划台账 (ledgers.md §1): key 区划代码."""

import uuid
from datetime import date
from typing import Any

from areas.choices import AreaLevel, GridType
from areas.models import Area
from common import cells
from common.cells import name_key
from common.changes import update
from common.ledgers.columns import ChoiceCell, CodeCell, Column, DateCell, TextCell
from common.ledgers.facets import Facet, Plain, rows_of
from common.ledgers.ledger import Figure, KeyIndex, Ledger
from common.ledgers.rows import Options, Row
from common.ledgers.rules import refuse_cycles, refuse_repeated

LEVEL_SYNONYMS = {
    "街道": AreaLevel.TOWN,
    "乡镇": AreaLevel.TOWN,
    "镇": AreaLevel.TOWN,
    "乡": AreaLevel.TOWN,
    "乡镇街道": AreaLevel.TOWN,
    "村": AreaLevel.COMMUNITY,
    "社区": AreaLevel.COMMUNITY,
    "区": AreaLevel.DISTRICT,
    "县": AreaLevel.DISTRICT,
    "开发区": AreaLevel.PARK,
}


class Superior(Facet):
    """上级代码: an area stands under another one, which may come later in the same file."""

    def __init__(self, column: Column):
        self.columns = (column,)

    def load(self, ids, options):
        self.known = {
            row["id"]: row["parent_id"] for row in rows_of(Area, "id", ids, ["id", "parent_id"])
        }
        self.codes = {}
        self.parents = {}
        for pk, code, parent in Area.objects.order_by().values_list("id", "code", "parent_id"):
            self.codes[pk] = code
            self.parents[pk] = parent
        self.by_code = {name_key(code): pk for pk, code in self.codes.items()}
        self.in_file: dict[str, uuid.UUID] = {}

    def prepare(self, rows, options):
        for row in rows:
            if text := row.cells.get("区划代码"):
                self.in_file.setdefault(name_key(text), row.record)

    def plan(self, row: Row, options: Options) -> None:
        column = self.columns[0]
        if not row.wants(column, options):
            return
        parent = self._find(row, column)
        if parent is False:
            return
        old = self.known.get(row.record)
        if parent == old:
            return
        self.parents[row.record] = parent
        if row.is_new:
            insertion = row.changes[0]
            insertion.values["parent_id"] = parent
        else:
            row.changes.append(update(Area, row.record, {"parent_id": parent}))
            row.changed(column, self.codes.get(old, ""), row.get(column))

    def _find(self, row: Row, column: Column):
        text = row.get(column)
        if not text:
            return None
        key = name_key(text)
        parent = self.in_file.get(key) or self.by_code.get(key)
        if parent is None:
            near = cells.nearest(text, self.codes.values())
            hint = f"是不是“{near}”？" if near else "请先登记上级。"
            row.error(column, f"没有这个区划代码，{hint}")
            return False
        if parent == row.record:
            row.error(column, "上级不能是自己，请改填上一级的代码。")
            return False
        if parent not in self.codes:
            row.needs |= {parent}
        return parent

    def values(self, pk: uuid.UUID, day: date) -> dict[str, Any]:
        return {self.columns[0].column_name: self.codes.get(self.known.get(pk), "")}


class AreaLedger(Ledger):
    """区划台账."""

    kind = "areas"
    title = "区划台账"
    unit = "个"
    model = Area
    edit_right = "edit_areas"
    read_right = "read_areas"
    code_field = "code"
    preview = ("层级", "上级代码", "网格类型")
    counted = "在用的"
    figures = tuple(
        Figure(level.value, level.label, "个")
        for level in (AreaLevel.TOWN, AreaLevel.PARK, AreaLevel.COMMUNITY, AreaLevel.GRID)
    )

    code = Column(
        "区划代码",
        "code",
        CodeCell(40, exact_digits=15),
        required=True,
        synonyms=["代码", "区划编码", "行政区划代码", "编码"],
    )
    name = Column("名称", "name", TextCell(100), required=True, synonyms=["区划名称"])
    level = Column(
        "层级",
        "level",
        ChoiceCell(AreaLevel.choices, LEVEL_SYNONYMS),
        required=True,
        synonyms=["级别", "类型"],
    )
    parent = Column(
        "上级代码",
        "parent_id",
        CodeCell(40, exact_digits=15),
        synonyms=["上级区划代码", "上级", "上级编码"],
    )
    grid_type = Column("网格类型", "grid_type", ChoiceCell(GridType.choices))
    opened_on = Column("启用日期", "opened_on", DateCell())
    closed_on = Column("停用日期", "closed_on", DateCell())

    def make_facets(self):
        plain = [c for c in self.fields.values() if c.attribute not in {"id", "parent_id"}]
        self.superior = Superior(self.fields["parent"])
        return [Plain(Area, plain), self.superior]

    def identify(self, rows, options):
        column = self.fields["code"]
        index = KeyIndex(Area.objects.all(), "code", (row.get(column) for row in rows))
        for row in rows:
            found = index.ids(row.get(column))
            if row.record and found and found[0] != row.record:
                row.error(column, "这个代码已属于另一条记录，请核对。")
            elif row.record is None and found:
                row.record, row.is_new = found[0], False
        refuse_repeated(rows, column, lambda row: row.get(column))

    def label(self, row):
        return row.get(self.fields["name"])

    def check_row(self, row, options):
        opened, closed = self.as_they_will_stand(row, ("opened_on", "closed_on"), options)
        if opened and closed and closed <= opened:
            row.error(self.fields["closed_on"], "停用日期应晚于启用日期。")
        if row.get(self.fields["grid_type"]) and row.get(self.fields["level"]) not in ("", "grid"):
            row.warn(self.fields["grid_type"], "只有网格填网格类型。")

    def finish(self, rows, options):
        refuse_cycles(rows, self.superior.parents, self.fields["parent"])

    def standing(self, options):
        areas = Area.objects.within(options.scope).in_use(options.day).order_by()
        return areas.values_list("id", "level").iterator(chunk_size=5000)

    def stands(self, row, options):
        opened, closed = (self.after(row, name, options) for name in ("opened_on", "closed_on"))
        if not (opened and opened > options.day) and not (closed and closed <= options.day):
            yield self.after(row, "level", options)

    def in_scope(self, row, options):
        """New areas belong below a granted one."""
        parent = self.superior.parents.get(row.record)
        seen = set()
        while parent and parent not in seen:
            if parent in options.scope.roots:
                return True
            seen.add(parent)
            parent = self.superior.parents.get(parent)
        return row.record in options.scope.roots
