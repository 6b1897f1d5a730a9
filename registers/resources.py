"""The small ledgers: what makes a row one row, and the headers that real files use.

Columns, forms, pages and exports follow from the models (common/ledgers/declared.py).
"""

from common.ledgers.columns import ChoiceCell, DecimalCell, IdNumberCell
from common.ledgers.declared import DeclaredLedger
from members.rules import id_number_problem
from registers import models
from registers.choices import Level, PlanState
from registers.contacts import COLUMN, FILTER, shortage_words

PEOPLE, PLACES, WORK, FIRMS = "群团和人员", "阵地和联盟", "工作和保障", "企业"
_NAMES = ("党组织名称", "党组织全称", "党支部", "所在支部")
_TOWN = ("镇街", "乡镇（街道）", "乡镇街道", "属地")
_FIRM = ("企业名称", "单位名称", "名称", "企业", "统一社会信用代码")


def level_cell() -> ChoiceCell:
    """级别, with or without 级."""
    return ChoiceCell(Level.choices, {str(label)[:-1]: value for value, label in Level.choices})


class MassOrganizations(DeclaredLedger):
    """群团."""

    kind, title, unit, model = "mass_organizations", "群团组织", "个", models.MassOrganization
    lasts = True
    heading = PEOPLE
    key = ("kind", "name")
    listed = ("name", "kind", "entity", "town", "founded_on", "people")
    day = "founded_on"
    synonyms = {
        "kind": ("群团类别", "类型"), "name": ("群团名称", "组织名称", "群团组织名称"),
        "entity": ("企业名称", "单位名称"), "organization": _NAMES, "town": _TOWN,
        "founded_on": ("成立时间", "建立时间"), "leader": ("负责人姓名", "主席"),
        "people": ("会员数", "团员数", "人数"),
    }


class Teams(DeclaredLedger):
    """宣讲团等队伍."""

    kind, title, unit, model = "teams", "宣讲团等队伍", "支", models.Team
    lasts = True
    noun = "队伍"
    heading = PEOPLE
    key = ("name",)
    listed = ("name", "kind", "level", "leader", "town", "people")
    day = "founded_on"
    cells = {"level": level_cell}
    synonyms = {
        "name": ("队伍名称", "宣讲团名称"), "town": _TOWN, "organization": _NAMES,
        "people": ("成员名单", "队员"), "leader": ("团长", "队长"),
    }


class NewEmployment(DeclaredLedger):
    """新就业群体: found by ID number, else by name and phone."""

    kind, title, unit, model = "new_employment", "新就业群体", "人", models.NewEmployment
    lasts = True
    noun = "新就业人员"
    heading = PEOPLE
    read_right = "read_members"
    is_roster = True
    key = ("name", "phone")
    first_key = "id_number"
    listed = ("name", "occupation", "entity", "standing", "organization", "community", "duties")
    day = "reported_on"
    cells = {"id_number": lambda: IdNumberCell(id_number_problem)}
    synonyms = {
        "id_number": ("身份证号", "身份证号码", "公民身份证号码"),
        "phone": ("联系电话", "手机号", "手机号码"), "occupation": ("群体类别", "类别", "工种"),
        "entity": ("所属公司", "企业名称"), "platform": ("平台", "站点", "所属平台"),
        "organization": _NAMES, "town": _TOWN, "community": ("社区", "村社区"),
        "reported_on": ("报到时间",), "duties": ("兼任职务", "兼职"),
    }


class Trainings(DeclaredLedger):
    """培训."""

    kind, title, unit, model = "trainings", "培训", "期", models.Training
    noun = "培训"
    heading = WORK
    key = ("name", "starts_on")
    listed = ("name", "kind", "level", "starts_on", "hosted_by", "people")
    sums = ("people",)
    day = "starts_on"
    cells = {"level": level_cell}
    synonyms = {
        "name": ("培训名称", "培训班名称", "班次"), "kind": ("培训类别",),
        "level": ("培训级别", "层级"), "starts_on": ("培训日期", "培训时间", "日期", "开始时间"),
        "ends_on": ("结束时间",), "people": ("参训人数", "人次"), "hosted_by": ("主办", "举办单位"),
        "town": _TOWN, "place": ("培训地点",), "hours": ("课时",),
    }


class Attendances(DeclaredLedger):
    """参训记录."""

    kind, title, unit, model = "attendances", "参训记录", "人次", models.Attendance
    heading = WORK
    read_right = "read_members"
    names_parents = ("training",)
    key = ("training", "name", "organization")
    about = "training"
    listed = ("name", "training", "organization", "role", "hours", "result")
    sums = ("hours",)
    synonyms = {
        "training": ("培训班", "培训名称", "期名"), "name": ("参训人", "学员"),
        "organization": _NAMES, "role": ("参训身份",), "result": ("结业", "成绩"),
    }


class Funds(DeclaredLedger):
    """经费."""

    kind, title, unit, model = "funds", "经费", "笔", models.Fund
    heading = WORK
    key = ("kind", "granted_on", "organization", "entity", "town", "person", "document")
    names = ("kind", "granted_on")
    found_by = ("document", "purpose")
    listed = ("kind", "granted_on", "organization", "town", "amount", "document", "purpose")
    sums = ("amount",)
    day = "granted_on"
    synonyms = {
        "kind": ("经费类别", "类型"), "granted_on": ("日期", "拨付日期", "下拨时间"),
        "amount": ("金额(元)", "下拨金额（元）", "拨付金额（元）"),
        "organization": ("党组织", *_NAMES), "entity": ("市场主体", "企业名称"), "town": _TOWN,
        "document": ("文件号", "批文"), "purpose": ("经费用途", "事由"),
    }


class Sites(DeclaredLedger):
    """阵地驿站."""

    kind, title, unit, model = "sites", "阵地驿站", "处", models.Site
    lasts = True
    heading = PLACES
    key = ("kind", "name")
    listed = ("name", "kind", "town", "community", "organization", "opened_on")
    day = "opened_on"
    synonyms = {
        "kind": ("阵地类别", "类型"), "name": ("阵地名称", "驿站名称", "站点名称"),
        "town": _TOWN, "community": ("社区", "所属社区"), "organization": _NAMES,
        "opened_on": ("启用时间", "建成时间"), "manager": ("站长", "联系人"),
    }


class Alliances(DeclaredLedger):
    """党建联盟和结对."""

    kind, title, unit, model = "alliances", "党建联盟和结对", "个", models.Alliance
    lasts = True
    noun = "联盟或结对"
    heading = PLACES
    key = ("kind", "name")
    links = {"members": (models.AllianceMember, "alliance", "organization")}
    listed = ("name", "kind", "organization", "members", "partners", "starts_on")
    day = "starts_on"
    synonyms = {
        "name": ("联盟名称", "结对名称"), "organization": ("牵头单位",),
        "members": ("成员单位", "成员"), "partners": ("合作单位", "高校"), "town": _TOWN,
        "starts_on": ("成立时间", "签约日期"), "purpose": ("共建项目", "内容"),
    }


class ModelPosts(DeclaredLedger):
    """示范岗和责任区."""

    kind, title, unit, model = "model_posts", "示范岗和责任区", "个", models.ModelPost
    lasts = True
    heading = PLACES
    key = ("kind", "name", "organization", "entity", "person")
    listed = ("name", "kind", "person", "organization", "entity", "starts_on")
    day = "starts_on"
    synonyms = {
        "name": ("岗位名称", "责任区名称"), "organization": _NAMES, "entity": ("企业名称",),
        "town": _TOWN, "person": ("责任人", "姓名"), "starts_on": ("挂牌时间",),
        "content": ("岗位职责", "承诺内容"),
    }


class Contacts(DeclaredLedger):
    """领导干部和老书记工作室联系点."""

    kind, title, unit, model = "contacts", "联系组和联系点", "个", models.ContactGroup
    lasts = True
    noun = "联系组"
    heading = PLACES
    key = ("kind", "name")
    links = {
        "firms": (models.ContactFirm, "group", "entity"),
        "branches": (models.ContactBranch, "group", "organization"),
    }
    listed = ("name", "kind", "officials", "veterans", "instructors", "firms", "branches")
    day = "starts_on"
    synonyms = {
        "name": ("联系组名称", "联系点名称"), "officials": ("联系领导", "联系人", "党员干部"),
        "firms": ("联系主体", "重点企业"), "site": ("老书记工作室",), "town": _TOWN,
    }

    more_columns = (COLUMN,)
    more_filters = {"lacks": FILTER}

    def check_values(self, row, values, options):
        if lacks := shortage_words(values, len(row.get(self.fields["firms"])), options.day):
            row.warn(self.fields["kind"], f"人手或企业不够：{lacks}。")


class EnterpriseYears(DeclaredLedger):
    """企业年度数据."""

    kind, title, unit, model = "enterprise_years", "企业年度数据", "条", models.EnterpriseYear
    heading = FIRMS
    key = ("entity", "year")
    names = ("entity", "year")
    about = "year"
    listed = ("entity", "year", "revenue", "profit", "tax", "titles")
    sums = ("revenue", "profit", "tax")
    cells = {"profit": lambda: DecimalCell(minimum=None)}
    synonyms = {
        "entity": _FIRM, "year": ("年份",), "revenue": ("营业收入(万元)", "主营收入（万元）"),
        "profit": ("利润(万元)", "利润总额（万元）"), "tax": ("税收(万元)", "纳税额（万元）"),
        "employees": ("职工数", "从业人员"), "titles": ("资质标签", "企业资质"),
        "new_titles": ("新增资质",),
    }


class FirmPlans(DeclaredLedger):
    """一企一策."""

    kind, title, unit, model = "plans", "一企一策", "份", models.FirmPlan
    noun = "方案"
    heading = FIRMS
    key = ("entity", "name")
    listed = ("name", "entity", "state", "person", "starts_on", "due_on")
    day = "starts_on"
    synonyms = {
        "entity": _FIRM[:3], "name": ("方案", "策略名称"), "problem": ("问题", "存在问题"),
        "measures": ("帮扶措施", "对策"), "organization": ("负责支部",),
        "starts_on": ("制定时间",), "due_on": ("完成时限",), "state": ("状态",),
    }

    def check_values(self, row, values, options):
        if values["state"] == PlanState.DONE and not values["ends_on"]:
            row.warn(self.fields["ends_on"], "已完成的方案没有写完成日期。")


class Campaigns(DeclaredLedger):
    """攻坚行动与项目."""

    kind, title, unit, model = "campaigns", "攻坚行动与项目", "项", models.Campaign
    noun = "行动或项目"
    heading = WORK
    key = ("name", "starts_on")
    listed = ("name", "kind", "hosted_by", "starts_on", "ends_on", "target", "unit")
    day = "starts_on"
    synonyms = {
        "name": ("行动名称", "项目名称"), "target": ("目标", "目标任务"), "unit": ("单位",),
        "starts_on": ("开始时间",), "ends_on": ("结束时间", "完成时限"), "town": _TOWN,
        "hosted_by": ("牵头单位", "责任单位"),
    }


class CampaignClaims(DeclaredLedger):
    """认领和进度."""

    kind, title, unit, model = "campaign_claims", "任务认领和进度", "项", models.CampaignClaim
    noun = "任务"
    heading = WORK
    names_parents = ("campaign",)
    key = ("campaign", "name", "town", "organization", "entity")
    about = "campaign"
    listed = ("name", "campaign", "town", "organization", "target", "done", "progress_on")
    sums = ("target", "done")
    day = "claimed_on"
    synonyms = {
        "campaign": ("攻坚行动", "项目名称", "行动名称"), "name": ("任务名称", "认领事项"),
        "town": _TOWN, "organization": _NAMES, "entity": ("企业名称",),
        "target": ("目标", "任务数"), "done": ("完成", "已完成"), "claimed_on": ("认领时间",),
    }

    def check_values(self, row, values, options):
        if values["done"] > values["target"]:
            row.warn(self.fields["done"], f"完成数多于目标数 {values['target']}，请核对。")


class Meetings(DeclaredLedger):
    """联席会议和党代表联系."""

    kind, title, unit, model = "meetings", "联席会议和党代表联系", "次", models.Meeting
    noun = "会商联系"
    heading = WORK
    key = ("kind", "name", "held_on", "hosted_by")
    links = {"firms": (models.MeetingFirm, "meeting", "entity")}
    listed = ("name", "kind", "held_on", "hosted_by", "people", "firms")
    day = "held_on"
    cells = {"level": level_cell}
    synonyms = {
        "name": ("会议名称", "事项", "主题"), "held_on": ("会议日期", "联系日期", "时间"),
        "people": ("党代表", "参会人员", "联系人"), "firms": ("参加企业", "企业"),
        "content": ("会议内容", "联系内容"), "result": ("议定事项", "办理结果"),
        "hosted_by": ("召集单位",), "town": _TOWN,
    }


LEDGERS = (
    MassOrganizations, Teams, NewEmployment, Sites, Alliances, Contacts, ModelPosts, Trainings,
    Attendances, Funds, Campaigns, CampaignClaims, Meetings, EnterpriseYears, FirmPlans,
)
