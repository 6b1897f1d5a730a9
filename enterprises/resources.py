"""市场主体台账 (ledgers.md §1). Coverage columns come from organizations, which stands above."""

import uuid
from typing import Any

from areas.choices import AreaLevel
from areas.columns import AreaColumn
from areas.finder import AreaFinder
from common import cells
from common.cells import name_key
from common.ledgers.columns import (
    ChoiceCell,
    CodeCell,
    Column,
    DateCell,
    DecimalCell,
    IntegerCell,
    ManyCell,
    PhoneCell,
    TextCell,
    YesNoCell,
)
from common.ledgers.facets import FEW, Plain
from common.ledgers.ledger import Figure, KeyIndex, Ledger
from common.ledgers.rules import mark_twins, refuse_repeated
from common.pinyin import initials
from enterprises.choices import KINDS_CODE_OPTIONAL, BusinessStatus, EntityKind, Stage
from enterprises.columns import EntityValues, IndustryCell
from enterprises.models import Entity, EntityState
from enterprises.rules import uscc_problem


class EnterpriseLedger(Ledger):
    """市场主体台账: key 统一社会信用代码, else 主体类型 + 名称 + 所属镇街."""

    kind = "enterprises"
    title = "市场主体台账"
    unit = "家"
    model = Entity
    merged_columns = ("主体类型", "所属镇街", "村社区")
    extension_before = "未建原因"
    code_field = "uscc"
    preview = ("主体类型", "所属镇街", "从业人员数", "经营状态")
    counted = "正常经营的"
    figures = tuple(Figure(value, label, "家") for value, label in EntityKind.choices)

    entity_kind = Column(
        "主体类型",
        "kind",
        ChoiceCell(
            EntityKind.choices,
            {
                "个体户": EntityKind.SELF_EMPLOYED,
                "个体": EntityKind.SELF_EMPLOYED,
                "市场": EntityKind.MARKET,
                "协会商会": EntityKind.ASSOCIATION,
                "小型微型企业": EntityKind.SMALL_MICRO,
                "小微": EntityKind.SMALL_MICRO,
                "非公企业": EntityKind.OTHER_NON_PUBLIC,
            },
        ),
        required=True,
        synonyms=["类别", "单位类别", "组织类型"],
    )
    name = Column(
        "名称",
        "name",
        TextCell(200),
        required=True,
        synonyms=[
            "企业名称",
            "单位名称",
            "商户名称",
            "字号名称",
            "市场名称",
            "组织名称",
            "主体名称",
        ],
    )
    uscc = Column(
        "统一社会信用代码",
        "uscc",
        CodeCell(18),
        synonyms=[
            "信用代码",
            "社会信用代码",
            "统一信用代码",
            "组织机构代码",
            "营业执照注册号",
            "税号",
            "注册号",
        ],
    )
    uscc_reason = Column(
        "代码核实说明",
        "uscc_reason",
        TextCell(200),
        help="代码校验位不符、但已与营业执照核对一致时填写",
    )
    town = AreaColumn(
        "所属镇街",
        "town_id",
        AreaLevel.TOWN,
        required=True,
        synonyms=["地区", "乡镇（街道）", "乡镇街道", "属地", "所在街道", "镇街"],
    )
    community = AreaColumn(
        "村社区",
        "community_id",
        AreaLevel.COMMUNITY,
        synonyms=["村/社区", "社区", "居委会", "村（社区）"],
    )
    park = AreaColumn(
        "园区", "park_id", AreaLevel.PARK, synonyms=["工业园", "开发区", "商圈", "楼宇", "所属园区"]
    )
    grid = AreaColumn("网格", "grid_id", AreaLevel.GRID, synonyms=["网格编号", "所属网格"])
    address = Column(
        "地址",
        "address",
        TextCell(300),
        required=True,
        synonyms=["经营场所", "住所", "注册地址", "生产经营地址", "经营地址"],
    )
    industry = Column(
        "所属行业",
        "industry",
        IndustryCell(),
        required=True,
        synonyms=["行业类别", "行业门类", "行业代码", "行业"],
    )
    chain = Column("产业链", "chain", TextCell(100), synonyms=["所属产业链"])
    founded_on = Column(
        "成立日期",
        "founded_on",
        DateCell(),
        synonyms=["创办时间", "注册时间", "成立时间", "注册日期"],
    )
    closed_on = Column("注销日期", "closed_on", DateCell(), synonyms=["注销时间"])
    employees = Column(
        "从业人员数",
        "employees",
        IntegerCell(),
        required=True,
        synonyms=["职工数", "员工数", "员工人数", "从业人数", "用工人数", "在岗职工数", "职工数量"],
    )
    revenue = Column(
        "营业收入",
        "revenue",
        DecimalCell(4, None),
        synonyms=["营业收入（万元）", "年营业收入", "主营收入", "年产值", "销售额"],
    )
    assets = Column(
        "资产总额", "assets", DecimalCell(4, None), synonyms=["资产总额（万元）", "总资产"]
    )
    above_scale = Column(
        "是否规模以上", "above_scale", YesNoCell(), synonyms=["规上", "四上", "规模以上"]
    )
    tags = Column("资质标签", "tags", ManyCell(sort=True, max_length=40), synonyms=["资质", "标签"])
    stage = Column(
        "发展阶段",
        "stage",
        ChoiceCell(
            Stage.choices, {"初创": Stage.START_UP, "成长": Stage.GROWTH, "成熟": Stage.MATURE}
        ),
        synonyms=["生命周期"],
    )
    fixed_premises = Column(
        "固定场所", "fixed_premises", YesNoCell(), synonyms=["有固定场所", "是否有固定场所"]
    )
    status = Column(
        "经营状态",
        "status",
        ChoiceCell(
            BusinessStatus.choices,
            {
                "在业": BusinessStatus.NORMAL,
                "存续": BusinessStatus.NORMAL,
                "开业": BusinessStatus.NORMAL,
                "正常经营": BusinessStatus.NORMAL,
                "歇业": BusinessStatus.SUSPENDED,
                "停业（歇业）": BusinessStatus.SUSPENDED,
                "僵尸": BusinessStatus.SHELL,
                "空壳（僵尸）": BusinessStatus.SHELL,
                "已注销": BusinessStatus.CLOSED,
            },
        ),
        required=True,
        synonyms=["企业经营状况", "状态", "存续状态", "经营状况"],
    )
    legal_representative = Column(
        "法定代表人",
        "legal_representative",
        TextCell(100),
        required=True,
        synonyms=[
            "法人姓名",
            "负责人",
            "业主",
            "企业主",
            "法人代表",
            "经营者",
            "出资人",
            "经营者姓名",
            "法定代表人/经营者",
        ],
    )
    political_status = Column(
        "法定代表人政治面貌",
        "political_status",
        TextCell(20),
        synonyms=["法人政治面貌", "政治面貌"],
    )
    phone = Column("联系电话", "phone", PhoneCell(), synonyms=["电话", "手机", "联系方式"])
    reason = Column("未建原因", "no_organization_reason", TextCell(200), synonyms=["未组建原因"])
    has_union = Column("工会", "has_union", YesNoCell(), synonyms=["是否建工会"])
    has_youth_league = Column(
        "共青团", "has_youth_league", YesNoCell(), synonyms=["团组织", "是否建团", "团"]
    )
    has_womens_federation = Column(
        "妇联", "has_womens_federation", YesNoCell(), synonyms=["是否建妇联"]
    )
    is_member_run = Column(
        "三亮经营户", "is_member_run", YesNoCell(), synonyms=["三亮户", "共产党员经营户"]
    )
    stated_member_count = Column(
        "党员总数", "stated_member_count", IntegerCell(0, 100_000), synonyms=["党员人数", "党员数"]
    )
    remarks = Column("备注", "remarks", TextCell(2000))

    DATED = (
        "town",
        "community",
        "park",
        "grid",
        "industry",
        "employees",
        "revenue",
        "assets",
        "above_scale",
        "tags",
        "stage",
        "fixed_premises",
        "status",
        "has_union",
        "has_youth_league",
        "has_womens_federation",
    )

    def make_facets(self):
        dated = [self.fields[name] for name in self.DATED]
        plain = [c for c in self.fields.values() if c not in dated and c.attribute != "id"]
        return [
            Plain(Entity, plain, derive=derived_names),
            EntityValues(EntityState, "entity_id", dated),
        ]

    def identify(self, rows, options):
        self.areas = AreaFinder()
        for row in rows:
            self._read_code(row)
        uscc, name = self.fields["uscc"], self.fields["name"]
        own = Entity.objects.exclude(kind=EntityKind.MARKET)
        by_code = KeyIndex(own, "uscc", map(self._key_code, rows))
        names = {
            row.facts["name_key"]
            for row in rows
            if not ((code := self._key_code(row)) and (row.record or by_code.ids(code)))
        }
        by_name = self._named(names, options)
        for row in rows:
            self._find(row, by_code, by_name)
        refuse_repeated(rows, uscc, self._key_code)
        refuse_repeated(
            rows, name, lambda row: None if self._keeps_key(row, by_name) else self._name_key(row)
        )

    @staticmethod
    def _key_code(row) -> str:
        """The code where it is the row's key, else "": a market's code is that of its organizer."""
        return row.facts["key_code"]

    def _read_code(self, row) -> None:
        f, facts = self.fields, row.facts
        kind, code = row.get(f["entity_kind"]), row.get(f["uscc"])
        facts["name_key"] = name_key(row.get(f["name"]))
        facts["founded_on"] = row.get(f["founded_on"])
        facts["closed_on"] = row.get(f["closed_on"])
        facts["key_code"] = code if kind != EntityKind.MARKET else ""
        if not code:
            if kind and kind not in KINDS_CODE_OPTIONAL and "统一社会信用代码" not in row.unread:
                row.error(f["uscc"], "必填，请补上。")
            return
        if kind == EntityKind.SELF_EMPLOYED and len(code) == 15 and code.isdigit():
            return
        problem = uscc_problem(code)
        if problem and row.given(f["uscc_reason"]) and len(code) == 18:
            row.warn(f["uscc"], f"{problem}已按说明保留。")
        elif problem:
            row.error(f["uscc"], problem)

    def _named(self, names: set[str], options) -> dict[tuple, list[tuple[uuid.UUID, str]]]:
        """(kind, name, town) → entities with their code."""
        entities = Entity.objects.at(options.day).order_by()
        if len(names) <= FEW:
            entities = entities.filter(name_key__in=names)
        found: dict[tuple, list[tuple[uuid.UUID, str]]] = {}
        rows = entities.values_list("id", "uscc", "kind", "name_key", "state__town_id")
        for pk, code, kind, key, town in rows.iterator(chunk_size=5000):
            if key in names:
                found.setdefault((kind, key, town), []).append((pk, code))
        return found

    def _name_key(self, row) -> tuple[str, str, Any] | None:
        f = self.fields
        key, town = row.facts["name_key"], row.get(f["town"])
        if not key or not town:
            return None
        try:
            town_id = self.areas.find(town, AreaLevel.TOWN)
        except cells.CellError:
            return None
        return row.get(f["entity_kind"]), key, town_id

    def _keeps_key(self, row, by_name) -> bool:
        """Whether the name is not the row's key, or 记录号 found the record and the key is its
        own: two shops may have shared one before one of them moved."""
        if self._key_code(row):
            return True
        return row.is_found_by_number and row.record in self._owners(row, by_name)

    def _owners(self, row, by_name) -> list[uuid.UUID]:
        """The records that have the row's 主体类型, 名称 and 所属镇街."""
        return [pk for pk, _code in by_name.get(self._name_key(row), ())]

    def _refuse_taken(self, row, owners, by_name) -> None:
        """Refuse a changed key that belongs to another record."""
        f = self.fields
        if owners and owners[0] != row.record:
            row.error(f["uscc"], "这个代码已属于另一家主体，请核对。")
        elif not self._key_code(row):
            named = self._owners(row, by_name)
            if named and row.record not in named:
                row.error(f["name"], "本镇街已有另一家同名主体，请核对。")

    def _find(self, row, by_code, by_name) -> None:
        f = self.fields
        code = self._key_code(row)
        owners = by_code.ids(code) if code else []
        if row.record is not None:
            self._refuse_taken(row, owners, by_name)
            return
        found = owners
        if by_name and not found:
            named = by_name.get(self._name_key(row), [])
            found = [pk for pk, other in named if not (code and other)]
        if len(found) > 1:
            row.error(f["name"], f"本镇街有 {len(found)} 家同名主体，请补上统一社会信用代码。")
        elif found:
            row.record, row.is_new = found[0], False

    def label(self, row):
        return row.get(self.fields["name"])

    def check_row(self, row, options):
        f = self.fields
        founded, closed = self.as_they_will_stand(row, ("founded_on", "closed_on"), options)
        if founded and closed and closed <= founded:
            row.error(f["closed_on"], "注销日期应晚于成立日期。")
        kind = row.get(f["entity_kind"])
        needs_phone = kind and kind != EntityKind.SELF_EMPLOYED and not row.given(f["phone"])
        if needs_phone and f["phone"].column_name not in row.unread:
            row.error(f["phone"], "必填，请补上。")
        if founded and founded > options.day:
            row.warn(f["founded_on"], "成立日期在数据截止日之后。")
        if (
            closed
            and row.get(f["status"]) not in ("", BusinessStatus.CLOSED)
            and closed <= options.day
        ):
            row.warn(f["status"], "已有注销日期，以注销日期为准。")
        self._warn_grid(row)

    def _warn_grid(self, row) -> None:
        places = row.facts.get("places", {})
        grid, town = places.get("grid"), places.get("town")
        if grid and town and town not in self.areas.above(grid):
            row.warn(self.fields["grid"], "网格不在所属镇街内，请核对。")

    def finish(self, rows, options):
        mark_twins(
            rows,
            self.fields["name"],
            self._twin_key,
            lambda keys: self._stored_twins(keys, options),
            "同名、同镇街",
        )

    def _twin_key(self, row):
        town = row.facts.get("places", {}).get("town")
        return (row.facts["name_key"], town.int) if row.label and town else None

    def _stored_twins(self, keys, options):
        """Entities that have not ceased, by name and town."""
        names = {name for name, _town in keys}
        entities = Entity.objects.within(options.scope).at(options.day).order_by()
        if len(names) <= FEW:
            entities = entities.filter(name_key__in=names)
        found = entities.values_list("name_key", "state__town_id", "id", "uscc", "closed_on")
        for name, town, pk, code, closed in found.iterator(chunk_size=5000):
            key = (name, town and town.int)
            if key in keys and not (closed and closed <= options.day):
                yield key, pk, code

    def standing(self, options):
        entities = Entity.objects.within(options.scope).counting(options.day).order_by()
        return entities.values_list("id", "kind").iterator(chunk_size=5000)

    def stands(self, row, options):
        founded = self.after(row, "founded_on", options)
        closed = self.after(row, "closed_on", options)
        status = self.after(row, "status", options)
        if (founded and founded > options.day) or (closed and closed <= options.day):
            return
        if status == BusinessStatus.NORMAL or (closed and status == BusinessStatus.CLOSED):
            yield self.after(row, "entity_kind", options)

    def values(self, pk, day):
        """An entity that has ceased by ``day`` is printed as 注销, whatever it was before."""
        result = super().values(pk, day)
        closed = result[self.fields["closed_on"].column_name]
        if closed and closed <= day.isoformat():
            result[self.fields["status"].column_name] = BusinessStatus.CLOSED.label
        return result

    def absent(self, batch_records, scope):
        """Entities of the kinds that the file names."""
        kinds = Entity.objects.filter(pk__in=batch_records).values("kind").distinct()
        return super().absent(batch_records, scope).filter(kind__in=kinds)


def derived_names(values):
    """What search needs: the name as it is compared, pinyin initials."""
    return {"name_key": name_key(values["name"]), "initials": initials(values["name"])}
