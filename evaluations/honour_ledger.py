"""The ledger 荣誉: key 年度 + 级别 + 荣誉名称 + whose it is (党组织, 市场主体, 个人)."""

from typing import Any

from common.cells import name_key
from common.ledgers.columns import ChoiceCell, Column, DateCell, IntegerCell, TextCell
from common.ledgers.facets import rows_of
from common.ledgers.ledger import Ledger
from common.ledgers.rows import Options, Row
from common.ledgers.rules import refuse_repeated
from evaluations.choices import HonourKind, HonourLevel
from evaluations.commitment_ledger import FIRST_YEAR, LAST_YEAR
from evaluations.models import Honour
from evaluations.references import ReferenceCell, Referring, entity_names, refer_to_entity
from organizations.facets import find_organization
from organizations.finder import EntityFinder, OrganizationFinder
from organizations.models import PartyOrganization

_KEY = ("id", "year", "level", "name", "organization_id", "entity_id", "person")


class HonourLedger(Ledger):
    """荣誉."""

    kind = "honours"
    title = "荣誉"
    unit = "项"
    model = Honour
    read_right = "read_honours"
    preview = ("级别", "年度", "党组织", "个人")

    year = Column(
        "年度", "year", IntegerCell(FIRST_YEAR, LAST_YEAR), required=True,
        synonyms=["表彰年度", "年份", "获奖年度"],
    )
    level = Column(
        "级别", "level",
        ChoiceCell(
            HonourLevel.choices,
            {
                "国家": HonourLevel.STATE, "全国": HonourLevel.STATE, "省": HonourLevel.PROVINCE,
                "市": HonourLevel.CITY, "区": HonourLevel.DISTRICT, "区县级": HonourLevel.DISTRICT,
                "县级": HonourLevel.DISTRICT, "镇": HonourLevel.TOWN, "镇级": HonourLevel.TOWN,
                "街道级": HonourLevel.TOWN,
            },
        ),
        required=True, synonyms=["荣誉级别", "表彰级别", "获奖级别"],
    )
    category = Column(
        "荣誉类别", "kind",
        ChoiceCell(
            HonourKind.choices,
            {
                "优秀党员": HonourKind.MEMBER, "先进党组织": HonourKind.ORGANIZATION,
                "标杆": HonourKind.BENCHMARK, "党员示范经营户": HonourKind.MODEL_SHOP,
            },
        ),
        required=True, synonyms=["类别", "荣誉类型"],
    )
    name = Column(
        "荣誉名称", "name", TextCell(200), required=True, synonyms=["名称", "奖项", "称号"]
    )
    organization = Column(
        "党组织", "organization_id", ReferenceCell(200), suggestions="organizations",
        synonyms=["党组织名称", "所在党组织", "获奖党组织"],
        help="全称或党组织代码；和市场主体至少填一项，个人填所在的党组织",
    )
    entity = Column(
        "市场主体", "entity_id", ReferenceCell(200),
        synonyms=["企业", "企业名称", "主体名称", "获奖企业"], help="名称或统一社会信用代码",
        lookup="entities",
    )
    person = Column("个人", "person", TextCell(60), synonyms=["姓名", "获奖人", "对象"])
    granted_on = Column(
        "表彰日期", "granted_on", DateCell(), synonyms=["授予日期", "获奖日期", "日期"]
    )
    granted_by = Column("表彰单位", "granted_by", TextCell(100), synonyms=["授予单位", "发文单位"])
    document = Column("文号", "document", TextCell(60), synonyms=["表彰文号", "文件号"])
    remarks = Column("备注", "remarks", TextCell(200), synonyms=["说明"])

    def make_facets(self):
        own = [column for name, column in self.fields.items() if name != "record_number"]
        self.held = Referring(Honour, own)
        return [self.held]

    def load(self, ids, options):
        self._find(options)
        super().load(ids, options)
        self.fields["entity"].cell.names = lambda pk: self.held.entities.get(pk, "")

    def _find(self, options: Options) -> OrganizationFinder:
        if not hasattr(self, "_organizations"):
            self._organizations = OrganizationFinder(options)
            self.fields["organization"].cell.names = self._organizations.name
        return self._organizations

    # Which honour a row is -----------------------------------------------------------------------

    def identify(self, rows, options):
        finder = self._find(options)
        known = {one["id"]: one for one in rows_of(
            Honour, "id", {row.record for row in rows} - {None}, _KEY
        )}
        shown = entity_names((one["entity_id"] for one in known.values()), options)
        entities = EntityFinder([row.get(self.fields["entity"]) for row in rows], options)
        for row in rows:
            self._refer(row, known.get(row.record), finder, entities, shown)
        keys = {id(row): self._key(row) for row in rows}
        stored = _stored({key[0] for key in keys.values() if key})
        for row in rows:
            self._settle(row, stored.get(keys[id(row)]))
        refuse_repeated(rows, self.fields["name"], lambda row: keys[id(row)])

    def _refer(self, row, known, finder, entities: EntityFinder, shown: dict) -> None:
        organization = find_organization(
            row, self.fields["organization"], finder, known and known["organization_id"]
        )
        row.facts["organization_id"] = organization or None
        row.facts["entity_id"] = refer_to_entity(
            row, self.fields["entity"], known and known["entity_id"], shown, entities
        ) if row.get(self.fields["entity"]) else None

    def _key(self, row: Row) -> tuple | None:
        f = self.fields
        year, level, name = (row.get(f[one]) for one in ("year", "level", "name"))
        if not (year and level and name) or row.errors:
            return None
        whose = (row.facts["organization_id"], row.facts["entity_id"], row.get(f["person"]))
        return (year, level, name_key(name), *whose)

    def _settle(self, row: Row, found: dict[str, Any] | None) -> None:
        if found is None:
            return
        if row.record is None:
            row.record, row.is_new = found["id"], False
        elif found["id"] != row.record:
            row.error(self.fields["name"], "这项荣誉已有另一条记录，请核对。")

    def label(self, row):
        f = self.fields
        whose = row.get(f["person"]) or row.get(f["organization"]) or row.get(f["entity"])
        return f"{row.get(f['name'])} {whose}".strip()

    # What a row says -----------------------------------------------------------------------------

    def check_row(self, row, options):
        f = self.fields
        if self._is_nobodys(row, options):
            row.error(f["organization"], "党组织和市场主体至少填一项。")
        granted, year = row.get(f["granted_on"]), row.get(f["year"])
        if granted and granted > options.day:
            row.warn(f["granted_on"], "表彰日期在数据截止日之后，请核对。")
        elif granted and year and granted.year not in (year, year + 1):
            row.warn(f["granted_on"], f"表彰日期不在 {year} 年，请核对。")

    def _is_nobodys(self, row: Row, options: Options) -> bool:
        known = self.held.found.get(row.record, {})
        for column in (self.fields["organization"], self.fields["entity"]):
            if column.column_name in row.unread or row.errors:
                return False
            stands = row.get(column) if row.wants(column, options) else known.get(column.attribute)
            if stands:
                return False
        return True

    def in_scope(self, row, options):
        """An organization above the scope may be named, but gets no honours from there."""
        organization = row.facts.get("organization_id")
        if not organization:
            return row.facts.get("entity_id") is not None  # looked for in the scope only
        if not hasattr(self, "_visible"):
            within = PartyOrganization.objects.within(options.scope)
            self._visible = set(within.values_list("pk", flat=True))
        return organization in self._visible

    def absent(self, batch_records, scope):
        """Honours of the years that the file is about."""
        years = Honour.objects.filter(pk__in=batch_records).values("year")
        return super().absent(batch_records, scope).filter(year__in=years)


def _stored(years: set[int]) -> dict[tuple, dict[str, Any]]:
    """Honours of the years by their key."""
    rows = Honour.objects.order_by("pk").filter(year__in=years).values(*_KEY)
    return {
        (one["year"], one["level"], name_key(one["name"]), one["organization_id"],
         one["entity_id"], one["person"]): one
        for one in rows.iterator(chunk_size=5000)
    }
