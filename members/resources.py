"""党员花名册 (ledgers.md §1): key 公民身份号码."""

from common import secrets
from common.ledgers.columns import (
    ChoiceCell,
    Column,
    DateCell,
    DecimalCell,
    IdNumberCell,
    MonthCell,
    PhoneCell,
    TextCell,
)
from common.ledgers.facets import FEW, Plain
from common.ledgers.ledger import Figure, Ledger
from common.ledgers.rules import mark_twins, refuse_repeated
from common.pinyin import initials
from common.secrets import fingerprint_of
from members.choices import MemberCategory, MembershipStatus, Mobility, PositionLevel, Sex
from members.facets import Affiliations, Managements, MemberValues
from members.models import Member
from members.rules import birth_date, id_number_problem, sex_of
from organizations.models import PartyOrganization


class MemberLedger(Ledger):
    """党员花名册."""

    kind = "members"
    title = "党员花名册"
    unit = "名"
    model = Member
    edit_right = "edit_members"
    merged_columns = ("组织关系所在党组织", "工作单位")
    preview = ("人员类别", "组织关系所在党组织", "工作单位", "加入党组织日期")
    counted = "党籍正常的"
    figures = (
        Figure("all", "党员", "名"),
        *(Figure(value, label, "名") for value, label in MemberCategory.choices),
    )

    name = Column("姓名", "name", TextCell(60), required=True, synonyms=["党员姓名"])
    sex = Column(
        "性别",
        "sex",
        ChoiceCell(Sex.choices, {"男性": Sex.MALE, "女性": Sex.FEMALE}),
        required=True,
    )
    ethnicity = Column("民族", "ethnicity", TextCell(20), required=True)
    id_number = Column(
        "公民身份号码",
        "id_number",
        IdNumberCell(id_number_problem),
        required=True,
        synonyms=["身份证号", "身份证号码", "公民身份证号码", "身份证", "居民身份证号码"],
    )
    born_on = Column("出生日期", "born_on", DateCell(), synonyms=["出生年月日", "出生时间"])
    education = Column("学历", "education", TextCell(20), required=True, synonyms=["文化程度"])
    category = Column(
        "人员类别",
        "category",
        ChoiceCell(
            MemberCategory.choices,
            {"正式": MemberCategory.FULL, "预备": MemberCategory.PROBATIONARY},
        ),
        required=True,
        synonyms=["党员类别"],
    )
    status = Column(
        "党籍状态",
        "status",
        ChoiceCell(MembershipStatus.choices, {"转出": MembershipStatus.TRANSFERRED}),
        required=True,
    )
    status_since = Column("党籍变动日期", "status_since", DateCell(), synonyms=["党籍变动时间"])
    joined_on = Column(
        "加入党组织日期",
        "joined_on",
        DateCell(),
        required=True,
        synonyms=["入党时间", "入党日期", "加入党组织时间", "加入中共组织日期"],
    )
    full_member_on = Column(
        "转正日期", "full_member_on", DateCell(), synonyms=["转正时间", "转为正式党员日期"]
    )
    affiliation = Column(
        "组织关系所在党组织",
        "organization_id",
        TextCell(200),
        required=True,
        suggestions="organizations",
        synonyms=["组织关系所在支部", "所在党支部", "所在党组织"],
    )
    transferred_on = Column("组织关系转入日期", "transferred_on", DateCell(), synonyms=["转入日期"])
    management = Column(
        "管理党组织",
        "organization_id",
        TextCell(200),
        suggestions="organizations",
        synonyms=["参加活动党组织", "管理支部"],
    )
    workplace = Column("工作单位", "workplace", TextCell(200), synonyms=["单位", "工作单位名称"])
    position = Column(
        "工作岗位", "position", TextCell(100), synonyms=["岗位", "职务", "工作单位及职务"]
    )
    position_level = Column("岗位层级", "position_level", ChoiceCell(PositionLevel.choices))
    party_post = Column("党内职务", "party_post", TextCell(40))
    phone = Column(
        "手机",
        "phone",
        PhoneCell(),
        required=True,
        synonyms=["手机号码", "手机号", "联系电话", "电话"],
    )
    mobility = Column(
        "是否流动",
        "mobility",
        ChoiceCell(Mobility.choices, {"是": Mobility.OUT, "无": Mobility.NO}),
        synonyms=["流动党员", "流动情况"],
    )
    dues_paid_until = Column("党费交至", "dues_paid_until", MonthCell(), synonyms=["党费交至年月"])
    monthly_dues = Column(
        "月党费",
        "monthly_dues",
        DecimalCell(2),
        synonyms=["月党费（元）", "党费月标准", "党费标准"],
    )
    remarks = Column("备注", "remarks", TextCell(2000))

    def make_facets(self):
        f = self.fields
        plain = [
            f[n]
            for n in (
                "name",
                "sex",
                "ethnicity",
                "id_number",
                "born_on",
                "education",
                "joined_on",
                "full_member_on",
                "position",
                "party_post",
                "phone",
                "mobility",
                "dues_paid_until",
                "monthly_dues",
                "remarks",
            )
        ]
        self.state = MemberValues(f)
        return [
            Plain(Member, plain, derive=lambda v: {"initials": initials(v["name"])}),
            self.state,
            Affiliations(f["affiliation"], f["transferred_on"], f["joined_on"]),
            Managements(f["management"], f["joined_on"]),
        ]

    def identify(self, rows, options):
        column = self.fields["id_number"]
        marks = {
            row.number: secrets.fingerprint(row.get(column)) for row in rows if row.given(column)
        }
        known = self._known(set(marks.values()))
        for row in rows:
            found = known.get(marks.get(row.number))
            if row.record and found and found != row.record:
                row.error(column, "这个号码已属于另一名党员，请核对。")
            elif row.record is None and found:
                row.record, row.is_new = found, False
            self._fill_birth(row)
        refuse_repeated(rows, column, lambda row: marks.get(row.number))

    def _known(self, marks: set[str]) -> dict:
        members = Member.objects.order_by().annotate(mark=fingerprint_of("id_number"))
        if len(marks) <= FEW:
            members = members.filter(mark__in=marks)
        return {mark: pk for mark, pk in members.values_list("mark", "pk") if mark in marks}

    def _fill_birth(self, row) -> None:
        """The birth date of a new member follows from the ID number when it is left blank."""
        column, number = self.fields["born_on"], row.get(self.fields["id_number"])
        if row.is_new and number and not row.given(column) and column.column_name not in row.unread:
            row.cells[column.column_name] = birth_date(number)

    def label(self, row):
        return row.get(self.fields["name"])

    def check_row(self, row, options):
        f = self.fields
        joined, full = self.as_they_will_stand(row, ("joined_on", "full_member_on"), options)
        is_full = row.get(f["category"]) == MemberCategory.FULL
        needs_date = is_full and not row.given(f["full_member_on"])
        if needs_date and f["full_member_on"].column_name not in row.unread:
            row.error(f["full_member_on"], "正式党员要填转正日期，请补上。")
        if joined and full and full < joined:
            row.error(f["full_member_on"], "转正日期早于加入党组织日期，请核对。")
        since = self._since(row, options)
        if joined and since and since < joined:
            row.error(f["status_since"], "党籍变动日期早于加入党组织日期，请核对。")
        if row.given(f["status_since"]) and row.get(f["status"]) == MembershipStatus.NORMAL:
            row.warn(f["status_since"], "党籍状态正常，变动日期未记。")
        transferred = row.get(f["transferred_on"])
        if joined and transferred and transferred < joined:
            row.warn(f["transferred_on"], "组织关系转入日期早于加入党组织日期，请核对。")
        self._warn_identity(row, joined)

    def _since(self, row, options):
        """党籍变动日期 as the row gives it, or as it stands for a state that stays."""
        column = self.fields["status_since"]
        if row.given(column) or row.is_new or not row.given(self.fields["joined_on"]):
            return row.get(column)
        return self.state.since(row.record, options.day)

    def _warn_identity(self, row, joined) -> None:
        f = self.fields
        number = row.get(f["id_number"])
        if not number:
            return
        born = birth_date(number)
        if row.get(f["sex"]) and row.get(f["sex"]) != sex_of(number):
            row.warn(f["sex"], "与身份号码上的性别不一致，请核对。")
        if row.get(f["born_on"]) and row.get(f["born_on"]) != born:
            row.warn(f["born_on"], "与身份号码上的出生日期不一致，请核对。")
        if (
            joined
            and (joined.year - born.year - ((joined.month, joined.day) < (born.month, born.day)))
            < 18
        ):
            row.warn(f["joined_on"], "加入党组织时不满 18 岁，请核对。")

    def finish(self, rows, options):
        born = self.fields["born_on"]
        mark_twins(
            rows,
            self.fields["name"],
            lambda row: (row.label, row.get(born)) if row.label and row.get(born) else None,
            lambda keys: self._stored_twins(keys, options),
            "姓名、出生日期相同，号码不同",
        )

    def _stored_twins(self, keys, options):
        """Members by name and birth date."""
        found = Member.objects.within(options.scope).filter(name__in={name for name, _day in keys})
        for name, born, pk in found.order_by().values_list("name", "born_on", "id"):
            if (name, born) in keys:
                yield (name, born), pk, ""

    def standing(self, options):
        members = Member.objects.within(options.scope).counting(options.day).order_by()
        for pk, category in members.values_list("id", "state__category").iterator(chunk_size=5000):
            yield pk, "all"
            yield pk, category

    def stands(self, row, options):
        status, since = self.after(row, "status", options), row.get(self.fields["status_since"])
        is_normal = status == MembershipStatus.NORMAL or (since and since > options.day)
        if is_normal and self.after(row, "joined_on", options) <= options.day:
            yield from ("all", self.after(row, "category", options))

    def in_scope(self, row, options):
        managing = row.facts.get("managing")
        visible = PartyOrganization.objects.within(options.scope)
        return bool(managing) and visible.filter(pk=managing).exists()
