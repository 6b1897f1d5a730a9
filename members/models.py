"""Party members: the person, dated values, affiliation and management."""

import uuid
from datetime import date

from django.db import models
from django.db.models import Q
from django.urls import reverse

from common.dated import DatedQuerySet, DatedRecord, StateOf, no_overlap, with_state
from common.scoping import ScopedQuerySet
from common.secrets import SecretField, fingerprint_of
from members.choices import MemberCategory, MembershipStatus, Mobility, PositionLevel, Sex


class MemberQuerySet(ScopedQuerySet):
    """Members."""

    def at(self, day: date) -> "MemberQuerySet":
        """Each member with the ``state`` of ``day``."""
        return with_state(self, day)

    def counting(self, day: date) -> "MemberQuerySet":
        """加入党组织日期 ≤ day and 党籍状态 正常 on ``day`` (ledgers.md §3)."""
        return self.at(day).filter(joined_on__lte=day, state__status=MembershipStatus.NORMAL)

    def full(self, day: date) -> "MemberQuerySet":
        """Counting members who are 正式党员 with 转正日期 ≤ day."""
        return self.counting(day).filter(
            state__category=MemberCategory.FULL, full_member_on__lte=day
        )


class Member(models.Model):
    """党员. Dated values lie in :class:`MemberState`."""

    # What the trail's pages leave out (accounts/trail_words.py).
    personal = (
        "name", "initials", "sex", "ethnicity", "born_on", "education", "joined_on",
        "full_member_on", "position", "party_post", "dues_paid_until", "monthly_dues",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("姓名", max_length=60)
    initials = models.CharField("拼音首字母", max_length=60, blank=True)
    sex = models.CharField("性别", max_length=2, choices=Sex)
    ethnicity = models.CharField("民族", max_length=20)
    id_number = SecretField("公民身份号码")
    born_on = models.DateField("出生日期", null=True, blank=True)
    education = models.CharField("学历", max_length=20)
    joined_on = models.DateField("加入党组织日期")
    full_member_on = models.DateField("转正日期", null=True, blank=True)
    position = models.CharField("工作岗位", max_length=100, blank=True)
    party_post = models.CharField("党内职务", max_length=40, blank=True)
    phone = SecretField("手机")
    mobility = models.CharField("是否流动", max_length=6, choices=Mobility, blank=True)
    dues_paid_until = models.DateField("党费交至", null=True, blank=True)
    monthly_dues = models.DecimalField(
        "月党费（元）", max_digits=10, decimal_places=2, null=True, blank=True
    )
    remarks = models.TextField("备注", blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = "党员"
        indexes = [models.Index(fields=["name", "id"], name="member_by_name")]
        constraints = [
            models.UniqueConstraint(fingerprint_of("id_number"), name="member_id_number_unique")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("members:member_detail", args=[self.pk])


class DatedScopedQuerySet(ScopedQuerySet, DatedQuerySet):
    """Dated rows that stand or fall with a member in scope."""


class MemberState(DatedRecord):
    """党员状况: the dated values of a member; exactly one row holds on any day."""

    personal = ("status", "category", "workplace_text", "position_level")

    scope_parent = "member"

    member = StateOf(Member, models.CASCADE, related_name="states", verbose_name="党员")
    status = models.CharField("党籍状态", max_length=12, choices=MembershipStatus)
    category = models.CharField("人员类别", max_length=12, choices=MemberCategory)
    workplace = models.ForeignKey(
        "enterprises.Entity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="member_states",
        db_constraint=False,  # common/guards.py
        verbose_name="工作单位",
    )
    workplace_text = models.CharField("工作单位（未匹配）", max_length=200, blank=True)
    position_level = models.CharField("岗位层级", max_length=12, choices=PositionLevel, blank=True)

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["member", "starts_on"]
        verbose_name = "党员状况"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("member_state_no_overlap", "member"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.starts_on}"


class Affiliation(DatedRecord):
    """组织关系: where a member's membership lies, from a day to a day."""

    scope_parent = "member"

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="affiliations", verbose_name="党员"
    )
    organization = models.ForeignKey(
        "organizations.PartyOrganization",
        models.PROTECT,
        related_name="affiliations",
        verbose_name="组织关系所在党组织",
    )
    transferred_on = models.DateField("组织关系转入日期", null=True, blank=True)

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["member", "starts_on"]
        verbose_name = "组织关系"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("affiliation_no_overlap", "member"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} → {self.organization_id}"


class Management(DatedRecord):
    """管理关系: where a member takes part when that differs from the affiliation.

    Without a row the member is managed where the affiliation lies, and follows it.
    """

    scope_parent = "member"

    member = models.ForeignKey(
        Member, models.CASCADE, related_name="managements", verbose_name="党员"
    )
    organization = models.ForeignKey(
        "organizations.PartyOrganization",
        models.PROTECT,
        related_name="managements",
        verbose_name="管理党组织",
    )

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["member", "starts_on"]
        verbose_name = "管理关系"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("management_no_overlap", "member"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} → {self.organization_id}"


def managed_in(organizations: models.QuerySet, day: date) -> Q:
    """Members whose managing organization on ``day`` is one of ``organizations``: the explicit
    one if there is any, else the affiliation."""
    managed = Management.objects.at(day)
    return Q(id__in=managed.filter(organization__in=organizations).values("member")) | (
        Q(
            id__in=Affiliation.objects.at(day)
            .filter(organization__in=organizations)
            .values("member")
        )
        & ~Q(id__in=managed.values("member"))
    )
