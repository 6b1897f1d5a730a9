"""Party organizations, their posts and terms, what they cover; instructors and assignments."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse

from common.dated import DatedQuerySet, DatedRecord, StateOf, no_overlap, with_state
from common.guards import NeverOverlap
from common.scoping import ScopedQuerySet
from common.secrets import SecretField
from organizations.choices import (
    Commitment,
    InstructorSource,
    OrganizationCategory,
    OrganizationStatus,
    SecretaryIdentity,
    SetUpMode,
)


class OrganizationQuerySet(ScopedQuerySet):
    """Party organizations."""

    def at(self, day: date) -> "OrganizationQuerySet":
        """Each organization with its ``state`` of ``day``."""
        return with_state(self, day)

    def active(self, day: date) -> "OrganizationQuerySet":
        """成立日期 ≤ day < 撤销日期 and, without a 撤销日期, 状态 在用 (ledgers.md §3)."""
        return self.filter(active_on(day))


def active_on(day: date, prefix: str = "") -> Q:
    """The condition "this organization is active on ``day``"; ``prefix``: ``organization__``."""
    return Q(**{f"{prefix}founded_on__lte": day}) & (
        Q(**{f"{prefix}dissolved_on__gt": day})
        | Q(**{f"{prefix}dissolved_on__isnull": True, f"{prefix}status": OrganizationStatus.IN_USE})
    )


class PartyOrganization(models.Model):
    """党组织. Dated values lie in :class:`OrganizationState`."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField("党组织代码", max_length=40, blank=True, db_index=True)
    name = models.CharField("党组织全称", max_length=200)
    name_key = models.CharField("全称（比对用）", max_length=200, db_index=True)
    initials = models.CharField("拼音首字母", max_length=200, blank=True)
    short_name = models.CharField("简称", max_length=100, blank=True)
    industry = models.CharField("所属行业", max_length=100, blank=True)
    founded_on = models.DateField("成立日期")
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)
    group_count = models.PositiveIntegerField("党小组数", null=True, blank=True)
    premises_area = models.DecimalField(
        "活动场所面积（平方米）", max_digits=10, decimal_places=2, null=True, blank=True
    )
    brand = models.CharField("党建品牌", max_length=100, blank=True)
    status = models.CharField("状态", max_length=10, choices=OrganizationStatus)
    remarks = models.TextField("备注", blank=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "党组织"
        indexes = [models.Index(fields=["name", "id"], name="organization_by_name")]
        constraints = [
            models.UniqueConstraint(
                fields=["code"], condition=~Q(code=""), name="organization_code_unique"
            )
        ]

    def __str__(self) -> str:
        return self.short_name or self.name

    def get_absolute_url(self) -> str:
        return reverse("organizations:organization_detail", args=[self.pk])


class DatedScopedQuerySet(ScopedQuerySet, DatedQuerySet):
    """Dated rows that stand or fall with a record in scope."""


class OrganizationState(DatedRecord):
    """党组织状况: the dated values of an organization; exactly one row holds on any day."""

    scope_parent = "organization"

    organization = StateOf(
        PartyOrganization, models.CASCADE, related_name="states", verbose_name="党组织"
    )
    town = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所属镇街",
    )
    park = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所属园区",
    )
    category = models.CharField("类别", max_length=20, choices=OrganizationCategory)
    mode = models.CharField("组建方式", max_length=20, choices=SetUpMode)

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["organization", "starts_on"]
        verbose_name = "党组织状况"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("organization_state_no_overlap", "organization"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.starts_on}"


class ParentLink(DatedRecord):
    """上级党组织: an organization stands under another one, from a day to a day."""

    scope_parent = "organization"

    organization = models.ForeignKey(
        PartyOrganization, models.CASCADE, related_name="parent_links", verbose_name="党组织"
    )
    parent = models.ForeignKey(
        PartyOrganization, models.PROTECT, related_name="child_links", verbose_name="上级党组织"
    )

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["organization", "starts_on"]
        verbose_name = "上下级关系"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("parent_no_overlap", "organization"),
            models.CheckConstraint(
                condition=~Q(organization=models.F("parent")),
                name="parent_is_another",
                violation_error_message="党组织不能是自己的上级。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} → {self.parent_id}"


class Post(DatedRecord):
    """书记任职: who is secretary of an organization, from a day to a day."""

    personal = ("person", "born_on", "identity")
    scope_parent = "organization"

    organization = models.ForeignKey(
        PartyOrganization, models.CASCADE, related_name="posts", verbose_name="党组织"
    )
    person = models.CharField("书记姓名", max_length=60)
    born_on = models.DateField("书记出生日期", null=True, blank=True)
    phone = SecretField("书记联系电话")
    identity = models.CharField("书记身份", max_length=20, choices=SecretaryIdentity, blank=True)

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["organization", "starts_on"]
        verbose_name = "任职"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("post_no_overlap", "organization"),
        ]

    def __str__(self) -> str:
        return self.person


class Term(DatedRecord):
    """本届: a term of an organization's committee, until the next one begins.

    A term whose beginning is not known starts at BEGINNING and counts in no figure.
    """

    scope_parent = "organization"

    organization = models.ForeignKey(
        PartyOrganization, models.CASCADE, related_name="terms", verbose_name="党组织"
    )
    years = models.PositiveSmallIntegerField("任期年限", null=True, blank=True)

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["organization", "starts_on"]
        verbose_name = "届次"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("term_no_overlap", "organization"),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.starts_on}"


class CoverageLink(DatedRecord):
    """覆盖关系: an organization covers an entity in a mode, from a day to a day.

    Links of one pair never overlap; an entity may stand under several organizations.
    """

    scope_parent = "entity"

    entity = models.ForeignKey(
        "enterprises.Entity",
        models.CASCADE,
        related_name="coverage_links",
        db_constraint=False,  # common/guards.py
        verbose_name="市场主体",
    )
    organization = models.ForeignKey(
        PartyOrganization,
        models.PROTECT,
        related_name="coverage_links",
        db_constraint=False,
        verbose_name="党组织",
    )
    mode = models.CharField("组建方式", max_length=20, choices=SetUpMode)

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["entity", "starts_on"]
        verbose_name = "覆盖关系"
        constraints = [
            *DatedRecord.Meta.constraints,
            NeverOverlap(name="coverage_no_overlap", keys=("entity", "organization")),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.get_mode_display()}"


class PendingUnit(models.Model):
    """待匹配依托单位: a unit named in the ledger that no entity carries yet (ledgers.md §1)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        PartyOrganization, models.CASCADE, related_name="pending_units", verbose_name="党组织"
    )
    text = models.CharField("依托单位", max_length=200)
    text_key = models.CharField(max_length=200, db_index=True)

    scope_parent = "organization"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["organization", "text"]
        verbose_name = "待匹配依托单位"
        constraints = [
            models.UniqueConstraint(fields=["organization", "text_key"], name="pending_unit_once")
        ]

    def __str__(self) -> str:
        return self.text


class InstructorQuerySet(ScopedQuerySet):
    """Instructors."""

    def serving(self, day: date) -> "InstructorQuerySet":
        """聘期起 ≤ day ≤ 聘期止 (ledgers.md §3)."""
        return self.filter(id__in=Appointment.objects.at(day).values("instructor"))


class Instructor(models.Model):
    """党建指导员. Each 聘期 is an :class:`Appointment`."""

    personal = ("name", "initials", "sex", "political_status")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("姓名", max_length=60)
    initials = models.CharField("拼音首字母", max_length=60, blank=True)
    sex = models.CharField("性别", max_length=2, blank=True)
    political_status = models.CharField("政治面貌", max_length=20)
    workplace = models.CharField("工作单位", max_length=200)
    position = models.CharField("职务", max_length=100, blank=True)
    source = models.CharField("来源", max_length=20, choices=InstructorSource)
    commitment = models.CharField("专职兼职", max_length=10, choices=Commitment)
    phone = SecretField("联系电话")
    remarks = models.TextField("备注", blank=True)

    objects = InstructorQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "指导员"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("organizations:instructor_detail", args=[self.pk])


class Appointment(DatedRecord):
    """聘期: an instructor serves from 聘期起 to 聘期止 (``ends_on`` is the day after)."""

    scope_parent = "instructor"

    instructor = models.ForeignKey(
        Instructor, models.CASCADE, related_name="appointments", verbose_name="指导员"
    )
    town = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所属镇街",
    )
    grid = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="所属网格",
    )

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["instructor", "starts_on"]
        verbose_name = "聘期"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("appointment_no_overlap", "instructor"),
        ]

    def __str__(self) -> str:
        return f"{self.instructor_id} {self.starts_on}"


class Assignment(DatedRecord):
    """联系关系: an instructor is assigned to an entity, or to an organization.

    A name that no entity carries yet is kept as ``pending_text`` and linked by the import that
    brings the entity.
    """

    scope_parent = "instructor"

    instructor = models.ForeignKey(
        Instructor, models.CASCADE, related_name="assignments", verbose_name="指导员"
    )
    entity = models.ForeignKey(
        "enterprises.Entity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        db_constraint=False,  # common/guards.py
        verbose_name="联系主体",
    )
    organization = models.ForeignKey(
        PartyOrganization,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name="联系党组织",
    )
    pending_text = models.CharField("待匹配联系主体", max_length=200, blank=True)
    pending_key = models.CharField(max_length=200, blank=True, db_index=True)

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["instructor", "starts_on"]
        verbose_name = "联系关系"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("assignment_entity_no_overlap", "instructor", "entity"),
            no_overlap("assignment_organization_no_overlap", "instructor", "organization"),
        ]

    def __str__(self) -> str:
        return f"{self.instructor_id} → {self.entity_id or self.organization_id}"
