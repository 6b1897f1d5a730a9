"""党组织台账 and 党建指导员台账 (ledgers.md §1)."""

from areas.choices import AreaLevel
from areas.columns import AreaColumn, PlacedValues
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
)
from common.ledgers.facets import Plain
from common.ledgers.ledger import Figure, KeyIndex, Ledger
from common.ledgers.rules import mark_twins, refuse_cycles, refuse_repeated
from common.pinyin import initials
from common.secrets import fingerprint, mark_of
from organizations.choices import (
    Commitment,
    InstructorSource,
    OrganizationCategory,
    OrganizationStatus,
    SecretaryIdentity,
)
from organizations.coverage_facet import mode_column
from organizations.facets import Secretary, Superior, Terms, Units
from organizations.instructor_facets import Appointments, Assignments
from organizations.models import Instructor, OrganizationState, PartyOrganization
from organizations.reach import own_organizations


class OrganizationLedger(Ledger):
    """党组织台账: key 党组织代码, else 党组织全称."""

    kind = "organizations"
    title = "党组织台账"
    unit = "个"
    model = PartyOrganization
    merged_columns = ("上级党组织", "所属镇街")
    code_field = "code"
    preview = ("类别", "上级党组织", "所属镇街", "书记姓名")
    counted = "在用的"
    figures = (
        Figure("all", "党组织", "个"),
        *(Figure(value, label, "个") for value, label in OrganizationCategory.choices),
    )

    name = Column(
        "党组织全称",
        "name",
        TextCell(200),
        required=True,
        synonyms=["党组织名称", "全称", "支部名称", "党支部名称", "名称"],
    )
    short_name = Column("简称", "short_name", TextCell(100), synonyms=["党组织简称"])
    code = Column("党组织代码", "code", CodeCell(40, exact_digits=15), synonyms=["党组织编码"])
    category = Column(
        "类别",
        "category",
        ChoiceCell(
            OrganizationCategory.choices,
            {
                "支部": OrganizationCategory.BRANCH,
                "联合支部": OrganizationCategory.JOINT_BRANCH,
                "总支": OrganizationCategory.GENERAL_BRANCH,
                "功能型支部": OrganizationCategory.FUNCTIONAL_BRANCH,
                "党的基层委员会": OrganizationCategory.COMMITTEE,
            },
        ),
        required=True,
        synonyms=["建制", "支部类别", "党组织类别", "建制类型"],
    )
    mode = mode_column(required=True)
    parent = Column(
        "上级党组织",
        "parent_id",
        TextCell(200),
        suggestions="organizations",
        synonyms=["上级", "隶属党组织", "所属分党委", "上级党组织名称"],
    )
    town = AreaColumn(
        "所属镇街",
        "town_id",
        AreaLevel.TOWN,
        required=True,
        synonyms=["地区", "乡镇（街道）", "乡镇街道", "属地", "所在街道", "镇街"],
    )
    park = AreaColumn("所属园区", "park_id", AreaLevel.PARK, synonyms=["园区", "所在园区"])
    industry = Column("所属行业", "industry", TextCell(100), synonyms=["行业"])
    founded_on = Column(
        "成立日期",
        "founded_on",
        DateCell(),
        required=True,
        synonyms=["成立时间", "批准日期", "成立（批准）日期", "党组织成立时间"],
    )
    dissolved_on = Column("撤销日期", "dissolved_on", DateCell(), synonyms=["撤销时间"])
    units = Column("依托单位", "units", ManyCell(), synonyms=["所在单位", "覆盖单位", "联合单位"])
    person = Column(
        "书记姓名", "person", TextCell(60), synonyms=["书记", "党组织书记", "党组织负责人姓名"]
    )
    born_on = Column("书记出生日期", "born_on", DateCell(), synonyms=["书记出生年月日"])
    phone = Column(
        "书记联系电话", "phone", PhoneCell(), synonyms=["书记电话", "书记号码", "负责人电话"]
    )
    identity = Column("书记身份", "identity", ChoiceCell(SecretaryIdentity.choices))
    term_start = Column(
        "本届起始日期",
        "starts_on",
        DateCell(),
        synonyms=["本届任期起", "本届起", "任命时间", "实际换届日期", "实际换届时间"],
    )
    term_years = Column("任期年限", "years", IntegerCell(1, 10), synonyms=["任期", "任期年"])
    group_count = Column("党小组数", "group_count", IntegerCell(0, 1000))
    premises_area = Column(
        "活动场所面积",
        "premises_area",
        DecimalCell(2),
        synonyms=["活动场所面积（平方米）", "活动场所面积(㎡)", "活动场所面积（㎡）"],
    )
    brand = Column("党建品牌", "brand", TextCell(100))
    status = Column(
        "状态",
        "status",
        ChoiceCell(
            OrganizationStatus.choices,
            {"正常": OrganizationStatus.IN_USE, "已撤销": OrganizationStatus.DISSOLVED},
        ),
        required=True,
    )
    remarks = Column("备注", "remarks", TextCell(2000))

    def make_facets(self):
        f = self.fields
        plain = [
            f[n]
            for n in (
                "name",
                "short_name",
                "code",
                "industry",
                "founded_on",
                "dissolved_on",
                "group_count",
                "premises_area",
                "brand",
                "status",
                "remarks",
            )
        ]
        dated = [f[n] for n in ("town", "park", "category", "mode")]
        self.superior = Superior(f["parent"], f["code"], f["name"])
        return [
            Plain(PartyOrganization, plain, derive=derived_names),
            PlacedValues(OrganizationState, "organization_id", dated),
            self.superior,
            Secretary(f["person"], f["born_on"], f["phone"], f["identity"]),
            Terms(f["term_start"], f["term_years"]),
            Units(f["units"]),
        ]

    def identify(self, rows, options):
        code, name = self.fields["code"], self.fields["name"]
        everyone = PartyOrganization.objects.all()
        by_code = KeyIndex(everyone, "code", (row.get(code) for row in rows))
        names = [name_key(row.get(name)) for row in rows]
        by_name = KeyIndex(everyone, "name_key", names)
        uncoded = KeyIndex(everyone.filter(code=""), "name_key", names)
        for row in rows:
            row.facts["founded_on"] = row.get(self.fields["founded_on"])
            row.facts["mode"] = row.get(self.fields["mode"])
            key = name_key(row.get(name))
            if row.get(code):
                found = by_code.ids(row.get(code)) or uncoded.ids(key)
                self._claim(row, code, by_code.ids(row.get(code)), found)
            else:
                self._claim(row, name, (), by_name.ids(key))
        refuse_repeated(rows, code, lambda row: row.get(code))
        refuse_repeated(rows, name, lambda row: None if row.get(code) else name_key(row.get(name)))

    def _claim(self, row, column, owners, found):
        if row.record is not None:
            if owners and owners[0] != row.record:
                row.error(column, "这个代码已属于另一个党组织，请核对。")
            elif column is self.fields["name"] and found and row.record not in found:
                row.error(column, "这个名称已属于另一个党组织，请核对。")
            return
        if len(found) > 1:
            row.error(column, f"有 {len(found)} 个党组织叫这个名称，请补上党组织代码。")
        elif found:
            row.record, row.is_new = found[0], False

    def label(self, row):
        return row.get(self.fields["name"])

    def check_row(self, row, options):
        f = self.fields
        founded, dissolved = self.as_they_will_stand(row, ("founded_on", "dissolved_on"), options)
        if founded and dissolved and dissolved <= founded:
            row.error(f["dissolved_on"], "撤销日期应晚于成立日期。")
        if founded and founded > options.day:
            row.warn(f["founded_on"], "成立日期在数据截止日之后。")
        if (
            dissolved
            and row.get(f["status"]) == OrganizationStatus.IN_USE
            and dissolved <= options.day
        ):
            row.warn(f["status"], "已有撤销日期，状态仍是在用，以撤销日期为准。")
        start = row.get(f["term_start"])
        if start and founded and start < founded:
            row.warn(f["term_start"], "本届起始日期早于成立日期。")

    def finish(self, rows, options):
        refuse_cycles(rows, self.superior.parents, self.fields["parent"])
        mark_twins(
            rows,
            self.fields["name"],
            lambda row: name_key(row.label),
            lambda keys: self._stored_twins(keys, options),
            "同名",
        )

    def _stored_twins(self, keys, options):
        """Organizations that are not dissolved, by name."""
        found = PartyOrganization.objects.within(options.scope).filter(name_key__in=keys)
        for name, pk, code, ended in found.order_by().values_list(
            "name_key", "id", "code", "dissolved_on"
        ):
            if not (ended and ended <= options.day):
                yield name, pk, code

    def standing(self, options):
        active = PartyOrganization.objects.within(options.scope).active(options.day)
        found = active.at(options.day).order_by().values_list("id", "state__category")
        for pk, category in found.iterator(chunk_size=5000):
            yield pk, "all"
            yield pk, category

    def stands(self, row, options):
        founded = self.after(row, "founded_on", options)
        dissolved = self.after(row, "dissolved_on", options)
        in_use = self.after(row, "status", options) == OrganizationStatus.IN_USE
        if founded <= options.day and (dissolved > options.day if dissolved else in_use):
            yield from ("all", self.after(row, "category", options))

    def in_scope(self, row, options):
        if super().in_scope(row, options):
            return True
        own = own_organizations(options.scope, options.day)
        return row.record in own or row.facts.get("parent") in own


def derived_names(values):
    """What search needs: the name as it is compared, pinyin initials."""
    return {"name_key": name_key(values["name"]), "initials": initials(values["name"])}


class InstructorLedger(Ledger):
    """党建指导员台账: key 姓名 + 工作单位 + 联系电话."""

    kind = "instructors"
    title = "党建指导员台账"
    unit = "名"
    model = Instructor
    preview = ("工作单位", "聘期起", "聘期止", "所属镇街")
    counted = "聘期内的"
    figures = (Figure("serving", "在聘指导员", "名"),)

    name = Column("姓名", "name", TextCell(60), required=True, synonyms=["指导员姓名", "指导员"])
    sex = Column("性别", "sex", ChoiceCell([("男", "男"), ("女", "女")]))
    political_status = Column("政治面貌", "political_status", TextCell(20), required=True)
    workplace = Column(
        "工作单位", "workplace", TextCell(200), required=True, synonyms=["单位", "所在单位"]
    )
    position = Column("职务", "position", TextCell(100), synonyms=["工作职务"])
    source = Column(
        "来源",
        "source",
        ChoiceCell(
            InstructorSource.choices,
            {
                "退二线": InstructorSource.RETIRED,
                "离退休": InstructorSource.RETIRED,
                "退二线、离退休": InstructorSource.RETIRED,
                "退二线/离退休": InstructorSource.RETIRED,
            },
        ),
        required=True,
        synonyms=["人员来源"],
    )
    commitment = Column(
        "专职兼职",
        "commitment",
        ChoiceCell(Commitment.choices),
        required=True,
        synonyms=["专职/兼职", "专兼职", "专职或兼职"],
    )
    start = Column(
        "聘期起", "starts_on", DateCell(), required=True, synonyms=["聘期开始", "聘期起始"]
    )
    end = Column("聘期止", "ends_on", DateCell(), required=True, synonyms=["聘期结束", "聘期截止"])
    town = AreaColumn("所属镇街", "town_id", AreaLevel.TOWN, synonyms=["镇街", "地区"])
    grid = AreaColumn("所属网格", "grid_id", AreaLevel.GRID, synonyms=["网格", "网格编号"])
    entities = Column("联系主体", "entities", ManyCell(), synonyms=["联系企业", "联系主体名称"])
    organizations = Column("联系党组织", "organizations", ManyCell(), synonyms=["联系支部"])
    phone = Column(
        "联系电话",
        "phone",
        PhoneCell(),
        required=True,
        synonyms=["电话", "手机", "手机号码", "指导员手机"],
    )
    remarks = Column("备注", "remarks", TextCell(2000))

    def make_facets(self):
        f = self.fields
        plain = [
            f[n]
            for n in (
                "name",
                "sex",
                "political_status",
                "workplace",
                "position",
                "source",
                "commitment",
                "phone",
                "remarks",
            )
        ]
        self.appointments = Appointments(f["start"], f["end"], f["town"], f["grid"])
        return [
            Plain(Instructor, plain, derive=lambda v: {"initials": initials(v["name"])}),
            self.appointments,
            Assignments(f["entities"], "entity_id"),
            Assignments(f["organizations"], "organization_id"),
        ]

    def identify(self, rows, options):
        name = self.fields["name"]
        names = {row.get(name) for row in rows}
        known = {}
        everyone = Instructor.objects.filter(name__in=names).values_list(
            "id", "name", "workplace", "phone"
        )
        for pk, person, workplace, phone in everyone:
            known[(name_key(person), name_key(workplace), mark_of(phone))] = pk
        for row in rows:
            found = known.get(self._key(row))
            if row.record and found and found != row.record:
                row.error(name, "姓名、工作单位和电话与另一名指导员相同，请核对。")
            elif row.record is None and found:
                row.record, row.is_new = found, False
        refuse_repeated(rows, name, self._key)

    def _key(self, row):
        parts = [row.get(self.fields[n]) for n in ("name", "workplace", "phone")]
        if not all(parts):
            return None
        return name_key(parts[0]), name_key(parts[1]), fingerprint(parts[2])

    def label(self, row):
        return row.get(self.fields["name"])

    def finish(self, rows, options):
        workplace = self.fields["workplace"]
        mark_twins(
            rows,
            self.fields["name"],
            lambda row: (name_key(row.label), name_key(row.get(workplace))) if row.label else None,
            lambda keys: self._stored_twins(rows, keys, options),
            "姓名、工作单位相同，电话不同",
        )

    def _stored_twins(self, rows, keys, options):
        """Instructors by name and workplace."""
        found = Instructor.objects.within(options.scope).filter(name__in={r.label for r in rows})
        for name, workplace, pk in found.order_by().values_list("name", "workplace", "id"):
            if (key := (name_key(name), name_key(workplace))) in keys:
                yield key, pk, ""

    def standing(self, options):
        serving = Instructor.objects.within(options.scope).serving(options.day).order_by()
        return ((pk, "serving") for pk in serving.values_list("id", flat=True))

    def stands(self, row, options):
        start, last = (row.get(self.fields[name]) for name in ("start", "end"))
        if start <= options.day <= last or self._serves_before(row, start, options):
            yield "serving"

    def _serves_before(self, row, start, options) -> bool:
        """Whether another term holds on the day; the new one ends it where it begins."""
        return any(
            term["starts_on"] <= options.day < term["ends_on"]
            and not term["starts_on"] < start <= options.day
            and (term["starts_on"], term["ends_on"]) != row.facts["old_term"]
            for term in self.appointments.found.get(row.record, ())
        )
