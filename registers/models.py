"""Small ledgers: one model each; what a ledger shows follows from its fields, in this order."""

import uuid
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common.ledgers.record import DeclaredRecord
from common.scoping import ScopedQuerySet
from common.secrets import SecretField, fingerprint_of
from registers.choices import (
    AllianceKind,
    CampaignKind,
    ContactKind,
    Duty,
    FundKind,
    Level,
    MassKind,
    MeetingKind,
    Occupation,
    PlanState,
    PostKind,
    SiteKind,
    Standing,
    TeamKind,
    Title,
    TraineeRole,
    TrainingKind,
)
from registers.hosts import Hosted


def _town(**options: Any) -> models.ForeignKey:
    """所属镇街: whose the row is. Empty: the district's."""
    return models.ForeignKey(
        "areas.Area", models.PROTECT, null=True, blank=True, related_name="+",
        **{"verbose_name": "所属镇街"} | options,
    )


def _organization(label: str = "党组织", **options: Any) -> models.ForeignKey:
    options = {"null": True, "blank": True} | options
    return models.ForeignKey(
        "organizations.PartyOrganization", models.PROTECT, related_name="+", verbose_name=label,
        **options,
    )


def _entity(label: str = "市场主体", **options: Any) -> models.ForeignKey:
    options = {"null": True, "blank": True, "help_text": "统一社会信用代码或名称"} | options
    return models.ForeignKey(
        "enterprises.Entity", models.PROTECT, related_name="+", verbose_name=label,
        db_constraint=False,  # common/guards.py
        **options,
    )


def _names(label: str, **options: Any) -> ArrayField:
    return ArrayField(
        models.CharField(max_length=60), verbose_name=label, default=list, blank=True, **options
    )


class Link(models.Model):
    """One of several records that a row is linked to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class MassOrganization(DeclaredRecord):
    """群团组织: a union, a youth league or a women's organization of an entity or a place."""

    personal = ("leader",)

    kind = models.CharField("类别", max_length=10, choices=MassKind)
    name = models.CharField("名称", max_length=200)
    entity = _entity("所在单位")
    organization = _organization("所属党组织")
    town = _town()
    founded_on = models.DateField("成立日期", null=True, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    leader = models.CharField("负责人", max_length=60, blank=True)
    phone = SecretField("联系电话")
    people = models.PositiveIntegerField("会员人数", null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "群团组织"

    def __str__(self) -> str:
        return self.name


class Team(DeclaredRecord):
    """队伍: a named team, such as a 宣讲团, that hosts activities and helps."""

    kind = models.CharField("类别", max_length=12, choices=TeamKind)
    name = models.CharField("名称", max_length=100)
    level = models.CharField("级别", max_length=10, choices=Level, blank=True)
    organization = _organization("所属党组织")
    town = _town()
    leader = models.CharField("负责人", max_length=60, blank=True)
    people = _names("成员")
    founded_on = models.DateField("成立日期", null=True, blank=True)
    dissolved_on = models.DateField("解散日期", null=True, blank=True)

    personal = ("leader", "people")

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "队伍"

    def __str__(self) -> str:
        return self.name


class Fund(DeclaredRecord):
    """经费: money given for Party building (domain.md §1.2 K)."""

    kind = models.CharField("类别", max_length=10, choices=FundKind)
    granted_on = models.DateField("下拨日期")
    amount = models.DecimalField("金额（元）", max_digits=14, decimal_places=2)
    organization = _organization("拨给党组织")
    entity = _entity("拨给市场主体")
    town = _town(verbose_name="拨给镇街")
    person = models.CharField("领款人", max_length=60, blank=True)
    document = models.CharField("文号", max_length=60, blank=True)
    purpose = models.CharField("用途", max_length=200, blank=True)

    personal = ("person",)

    class Meta:
        ordering = ["-granted_on", "id"]
        verbose_name = "经费"
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="fund_not_negative")]

    def __str__(self) -> str:
        return f"{self.granted_on} {self.get_kind_display()}"


class Training(Hosted, DeclaredRecord):
    """培训: a course; who took part stands in :class:`Attendance`, or as a number."""

    kind = models.CharField("类别", max_length=10, choices=TrainingKind)
    name = models.CharField("期名", max_length=200)
    level = models.CharField("级别", max_length=10, choices=Level)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    hours = models.DecimalField("学时", max_digits=6, decimal_places=1, null=True, blank=True)
    place = models.CharField("地点", max_length=100, blank=True)
    town = _town()
    people = models.PositiveIntegerField("参训人次", null=True, blank=True)

    class Meta(Hosted.Meta):
        ordering = ["-starts_on", "id"]
        verbose_name = "培训"

    def __str__(self) -> str:
        return self.name


class Attendance(DeclaredRecord):
    """参训记录: somebody took part in a training."""

    personal = ("name", "result")

    training = models.ForeignKey(
        Training, models.PROTECT, related_name="attendances", verbose_name="培训",
        help_text="培训台账里的期名；重名的写成“期名+开始日期”",
    )
    name = models.CharField("姓名", max_length=60)
    organization = _organization("所在党组织")
    role = models.CharField("身份", max_length=10, choices=TraineeRole)
    hours = models.DecimalField("学时", max_digits=6, decimal_places=1, null=True, blank=True)
    result = models.CharField("结业情况", max_length=60, blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "参训记录"

    def __str__(self) -> str:
        return self.name


class Site(DeclaredRecord):
    """阵地驿站: a place where people are guided, rest or get help."""

    personal = ("manager",)

    kind = models.CharField("类别", max_length=14, choices=SiteKind)
    name = models.CharField("名称", max_length=100)
    town = _town()
    community = models.ForeignKey(
        "areas.Area", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="村社区",
    )
    address = models.CharField("地址", max_length=200, blank=True)
    organization = _organization("依托党组织")
    opened_on = models.DateField("启用日期", null=True, blank=True)
    closed_on = models.DateField("停用日期", null=True, blank=True)
    manager = models.CharField("负责人", max_length=60, blank=True)
    phone = SecretField("联系电话")
    services = models.TextField("服务内容", blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "阵地驿站"

    def __str__(self) -> str:
        return self.name


class Alliance(DeclaredRecord):
    """党建联盟: organizations that work together, or a pairing with a partner outside."""

    kind = models.CharField("类别", max_length=12, choices=AllianceKind)
    name = models.CharField("名称", max_length=100)
    organization = _organization("牵头党组织")
    town = _town()
    partners = _names("区外单位", help_text="高校、科研院所等不在台账里的单位，多个用顿号隔开")
    starts_on = models.DateField("成立日期", null=True, blank=True)
    ends_on = models.DateField("结束日期", null=True, blank=True)
    purpose = models.TextField("共建内容", blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "党建联盟"

    def __str__(self) -> str:
        return self.name


class AllianceMember(Link):
    """联盟成员: an organization in an alliance."""

    scope_parent = "alliance"

    alliance = models.ForeignKey(
        Alliance, models.CASCADE, related_name="members", verbose_name="联盟"
    )
    organization = models.ForeignKey(
        "organizations.PartyOrganization", models.PROTECT, related_name="+",
        verbose_name="成员党组织", help_text="党组织全称，多个用顿号隔开",
    )

    class Meta:
        verbose_name = "联盟成员"
        constraints = [
            models.UniqueConstraint(fields=["alliance", "organization"], name="alliance_once")
        ]


class NewEmployment(DeclaredRecord):
    """新就业群体人员: somebody in a new form of employment."""

    personal = ("name", "standing", "reported_on", "duties")

    name = models.CharField("姓名", max_length=60)
    id_number = SecretField("公民身份号码")
    phone = SecretField("手机", blank=False)
    occupation = models.CharField("职业", max_length=10, choices=Occupation)
    entity = _entity("所属企业")
    platform = models.CharField("平台或站点", max_length=100, blank=True)
    standing = models.CharField("政治面貌", max_length=12, choices=Standing, blank=True)
    organization = _organization("所在党组织")
    town = _town()
    community = models.ForeignKey(
        "areas.Area", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="报到社区",
    )
    reported_on = models.DateField("报到日期", null=True, blank=True)
    duties = ArrayField(
        models.CharField(max_length=10, choices=Duty), verbose_name="兼任", default=list,
        blank=True,
    )

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "新就业群体人员"
        constraints = [
            models.UniqueConstraint(
                fingerprint_of("id_number"), condition=~Q(id_number=""), name="new_employment_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class EnterpriseYear(DeclaredRecord):
    """企业年度数据: what an enterprise reported for a year, and its titles in that year."""

    entity = _entity(null=False, blank=False)
    year = models.PositiveSmallIntegerField("年度")
    revenue = models.DecimalField(
        "营业收入（万元）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    profit = models.DecimalField(
        "利润（万元）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    tax = models.DecimalField(
        "税收（万元）", max_digits=14, decimal_places=2, null=True, blank=True
    )
    employees = models.PositiveIntegerField("从业人员数", null=True, blank=True)
    titles = ArrayField(
        models.CharField(max_length=24, choices=Title), verbose_name="资质", default=list,
        blank=True,
    )
    new_titles = ArrayField(
        models.CharField(max_length=24, choices=Title), verbose_name="当年新认定", default=list,
        blank=True,
    )

    class Meta:
        ordering = ["-year", "entity__name", "id"]
        verbose_name = "企业年度数据"
        constraints = [
            models.UniqueConstraint(fields=["entity", "year"], name="enterprise_year_once")
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.year}年"


class FirmPlan(DeclaredRecord):
    """一企一策: what is to be done for one enterprise or social organization, and how far it is."""

    entity = _entity(null=False, blank=False)
    name = models.CharField("方案名称", max_length=100)
    problem = models.TextField("主要问题")
    measures = models.TextField("措施")
    organization = _organization("负责党组织")
    person = models.CharField("责任人", max_length=60, blank=True)
    starts_on = models.DateField("制定日期")
    due_on = models.DateField("完成期限", null=True, blank=True)
    state = models.CharField("进展", max_length=10, choices=PlanState)
    ends_on = models.DateField("完成日期", null=True, blank=True)
    result = models.TextField("成效", blank=True)

    personal = ("person",)

    class Meta:
        ordering = ["-starts_on", "id"]
        verbose_name = "一企一策"

    def __str__(self) -> str:
        return self.name


class Campaign(Hosted, DeclaredRecord):
    """攻坚行动: a campaign or a project with a target; who claims what stands in
    :class:`CampaignClaim`."""

    kind = models.CharField("类别", max_length=10, choices=CampaignKind)
    name = models.CharField("名称", max_length=100)
    town = _town()
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    target = models.PositiveIntegerField("总目标", null=True, blank=True)
    unit = models.CharField("计量单位", max_length=10, blank=True)
    content = models.TextField("内容", blank=True)

    class Meta(Hosted.Meta):
        ordering = ["-starts_on", "id"]
        verbose_name = "攻坚行动"

    def __str__(self) -> str:
        return self.name


class CampaignClaim(DeclaredRecord):
    """认领任务: what a town, an organization or an enterprise has taken on, and how far it is."""

    campaign = models.ForeignKey(
        Campaign, models.PROTECT, related_name="claims", verbose_name="行动或项目",
        help_text="攻坚行动台账里的名称；重名的写成“名称+开始日期”",
    )
    name = models.CharField("任务", max_length=100)
    town = _town(verbose_name="认领镇街")
    organization = _organization("认领党组织")
    entity = _entity("认领企业")
    person = models.CharField("责任人", max_length=60, blank=True)
    claimed_on = models.DateField("认领日期", null=True, blank=True)
    target = models.PositiveIntegerField("目标数")
    done = models.PositiveIntegerField("完成数", default=0, blank=True)
    progress_on = models.DateField("进度截至", null=True, blank=True)

    personal = ("person",)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "认领任务"

    def __str__(self) -> str:
        return self.name


class Meeting(Hosted, DeclaredRecord):
    """会商联系: a joint meeting, a delegate's contact, a talk: who, whom, when, what came of it."""

    kind = models.CharField("类别", max_length=10, choices=MeetingKind)
    name = models.CharField("议题", max_length=200)
    held_on = models.DateField("日期")
    level = models.CharField("级别", max_length=10, choices=Level, blank=True)
    town = _town()
    people = _names("参加人员", help_text="党代表、干部、企业代表的姓名，用顿号隔开")
    content = models.TextField("内容", blank=True)
    result = models.TextField("结果", blank=True)

    personal = ("people",)

    class Meta(Hosted.Meta):
        ordering = ["-held_on", "id"]
        verbose_name = "会商联系"

    def __str__(self) -> str:
        return self.name


class MeetingFirm(Link):
    """会商企业: an entity that a meeting or a contact was with."""

    scope_parent = "meeting"

    meeting = models.ForeignKey(
        Meeting, models.CASCADE, related_name="firms", verbose_name="会商联系"
    )
    entity = _entity(
        "联系企业", null=False, blank=False,
        help_text="统一社会信用代码或名称，多个用顿号隔开",
    )

    class Meta:
        verbose_name = "会商企业"
        constraints = [
            models.UniqueConstraint(fields=["meeting", "entity"], name="meeting_firm_once")
        ]


class ContactGroup(DeclaredRecord):
    """联系组: officials, a studio or a 1+1+5 group that keep in touch with firms and organizations
    (domain.md §5, S3); registers/contacts.py says which is too small."""

    personal = ("officials", "promoters", "veterans", "instructors")

    kind = models.CharField("类别", max_length=12, choices=ContactKind)
    name = models.CharField("名称", max_length=100, help_text="联系组或联系点的名称")
    town = _town()
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, blank=True, related_name="contacts",
        verbose_name="工作室",
    )
    officials = _names("联系干部", help_text="领导干部或园区党组织成员的姓名")
    promoters = _names("招商部门人员")
    veterans = _names("老书记")
    instructors = _names("指导员")
    starts_on = models.DateField("起始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "联系组"

    def __str__(self) -> str:
        return self.name


class ContactFirm(Link):
    """联系企业: an entity of a contact group."""

    scope_parent = "group"

    group = models.ForeignKey(
        ContactGroup, models.CASCADE, related_name="firms", verbose_name="联系组"
    )
    entity = _entity(
        "联系企业", null=False, blank=False,
        help_text="统一社会信用代码或名称，多个用顿号隔开",
    )

    class Meta:
        verbose_name = "联系企业"
        constraints = [
            models.UniqueConstraint(fields=["group", "entity"], name="contact_firm_once")
        ]


class ContactBranch(Link):
    """联系党组织: an organization of a contact group."""

    scope_parent = "group"

    group = models.ForeignKey(
        ContactGroup, models.CASCADE, related_name="branches", verbose_name="联系组"
    )
    organization = models.ForeignKey(
        "organizations.PartyOrganization", models.PROTECT, related_name="+",
        verbose_name="联系党组织", help_text="党组织全称，多个用顿号隔开",
    )

    class Meta:
        verbose_name = "联系党组织"
        constraints = [
            models.UniqueConstraint(fields=["group", "organization"], name="contact_branch_once")
        ]


class ModelPost(DeclaredRecord):
    """示范岗和责任区: a post or a zone that a member is seen to answer for."""

    personal = ("person",)

    kind = models.CharField("类别", max_length=12, choices=PostKind)
    name = models.CharField("名称", max_length=100)
    organization = _organization()
    entity = _entity("所在单位")
    town = _town()
    person = models.CharField("党员姓名", max_length=60, blank=True)
    starts_on = models.DateField("挂牌日期", null=True, blank=True)
    ends_on = models.DateField("摘牌日期", null=True, blank=True)
    content = models.CharField("职责和承诺", max_length=300, blank=True)

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "示范岗和责任区"
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="model_post_days_in_order",
                violation_error_message="摘牌日期不能早于挂牌日期。",
            )
        ]

    def __str__(self) -> str:
        return self.name
