"""Cycles and scores with evidence, stars that were granted, commitments, honours; the schemes are
in models_schemes.py."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from common.dated import DatedQuerySet, DatedRecord, no_overlap
from common.scoping import ScopedQuerySet
from evaluations.choices import (
    Appraised,
    Appraiser,
    CommitmentState,
    CycleState,
    FindingState,
    GrantChange,
    GrantLevel,
    HonourKind,
    HonourLevel,
    Level,
    NominationState,
    ReviewState,
    Side,
)
from evaluations.models_schemes import Band, Criterion, RatingScheme, SchemeVersion, Veto

# --- Cycles and scores --------------------------------------------------------------------------


class Rated(models.Model):
    """Something that is said of one organization, or of one town, or of one department."""

    organization = models.ForeignKey(
        "organizations.PartyOrganization", models.PROTECT, null=True, blank=True,
        related_name="%(class)ss", verbose_name="党组织",
    )
    town = models.ForeignKey(
        "areas.Area", models.PROTECT, null=True, blank=True, related_name="%(class)ss",
        verbose_name="镇街",
    )
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, blank=True, related_name="%(class)ss",
        verbose_name="部门",
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=False) ^ Q(town__isnull=False)
                ^ Q(department__isnull=False),
                name="%(class)s_of_one",
            )
        ]

    @property
    def subject(self) -> models.Model:
        """What is rated."""
        return self.organization or self.town or self.department


class RatingCycle(models.Model):
    """评定周期: a version applied to a year. ``first_on`` … ``last_on``: the days whose records
    count; the other days are the last ones of each step."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        SchemeVersion, models.PROTECT, related_name="cycles", verbose_name="方案版本"
    )
    name = models.CharField("名称", max_length=100)
    first_on = models.DateField("考核期自")
    last_on = models.DateField("考核期至")
    self_by = models.DateField("自评截止")
    town_by = models.DateField("初评截止")
    district_by = models.DateField("复评截止")
    publish_days = models.PositiveSmallIntegerField("公示工作日", default=5)
    published_on = models.DateField("公示日", null=True, blank=True)
    published_until = models.DateField("公示至", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=CycleState, default=CycleState.OPEN)
    computed_at = models.DateTimeField("系统分算于", null=True, blank=True)

    class Meta:
        ordering = ["-last_on", "name"]
        verbose_name = "评定周期"
        constraints = [
            models.UniqueConstraint(fields=["version", "last_on"], name="cycle_once"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("evaluations:cycle_detail", args=[self.pk])


class Review(Rated):
    """一份评定: one organization (or town, or department) in a cycle. The totals are kept with the
    scores that made them; ``band``: what is proposed, then granted."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cycle = models.ForeignKey(
        RatingCycle, models.PROTECT, related_name="reviews", verbose_name="评定周期"
    )
    state = models.CharField(
        "评定进度", max_length=12, choices=ReviewState, default=ReviewState.SELF
    )
    total_self = models.DecimalField("自评分", max_digits=7, decimal_places=2, null=True)
    total_town = models.DecimalField("初评分", max_digits=7, decimal_places=2, null=True)
    total_district = models.DecimalField("复评分", max_digits=7, decimal_places=2, null=True)
    total_city = models.DecimalField("市评分", max_digits=7, decimal_places=2, null=True)
    band = models.ForeignKey(
        Band, models.PROTECT, null=True, related_name="reviews", verbose_name="拟定星级"
    )
    is_tied = models.BooleanField("同分待定", default=False)
    note = models.CharField("说明", max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta(Rated.Meta):
        abstract = False
        ordering = ["cycle", "organization__name", "id"]
        verbose_name = "评定"
        constraints = [
            *Rated.Meta.constraints,
            models.UniqueConstraint(
                fields=["cycle", "organization"], name="organization_rated_once"
            ),
            models.UniqueConstraint(fields=["cycle", "town"], name="town_rated_once"),
            models.UniqueConstraint(fields=["cycle", "department"], name="department_rated_once"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.cycle}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:review_detail", args=[self.pk])

    @property
    def total(self) -> Decimal | None:
        """The total of the highest level that has scored."""
        totals = (self.total_city, self.total_district, self.total_town, self.total_self)
        return next((one for one in totals if one is not None), None)


class Score(models.Model):
    """得分 of one criterion: what the records say, and what each level says. A level that differs
    from the records says why; the computed value stays beside it. ``revision`` counts up, so that
    of two reviewers at once one is told."""

    scope_parent = "review"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(
        Review, models.CASCADE, related_name="scores", verbose_name="评定"
    )
    criterion = models.ForeignKey(
        Criterion, models.PROTECT, related_name="scores", verbose_name="指标"
    )
    computed = models.DecimalField("系统分", max_digits=6, decimal_places=2, null=True)
    basis = models.CharField("系统分依据", max_length=200, blank=True)
    by_self = models.DecimalField("自评分", max_digits=6, decimal_places=2, null=True)
    by_town = models.DecimalField("初评分", max_digits=6, decimal_places=2, null=True)
    by_district = models.DecimalField("复评分", max_digits=6, decimal_places=2, null=True)
    by_city = models.DecimalField("市评分", max_digits=6, decimal_places=2, null=True)
    reasons = models.JSONField("理由", default=dict)
    revision = models.PositiveIntegerField("版本", default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["review", "criterion__number"]
        verbose_name = "得分"
        constraints = [models.UniqueConstraint(fields=["review", "criterion"], name="scored_once")]

    def __str__(self) -> str:
        return f"{self.review_id} {self.criterion_id}"

    @property
    def by(self) -> dict[str, Decimal | None]:
        """Level → score."""
        return {level: getattr(self, f"by_{level}") for level in Level.values}


class Evidence(models.Model):
    """佐证: attached once to what is rated, used for many criteria: a record of the portal
    (``table`` and ``row``) or a file (``file``: an unguessable name in the storage; ``digest``: the
    same file again is the one that is there)."""

    personal = ("title",)

    scope_parent = "review"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(
        Review, models.CASCADE, related_name="evidence", verbose_name="评定"
    )
    title = models.CharField("名称", max_length=100)
    table = models.CharField("台账", max_length=60, blank=True)
    row = models.UUIDField("记录", null=True, blank=True)
    file = models.FileField("文件", upload_to="evidence/", max_length=200, blank=True)
    digest = models.CharField("摘要", max_length=64, blank=True)
    criteria = models.ManyToManyField(Criterion, related_name="evidence_used", verbose_name="指标")
    added_at = models.DateTimeField("添加时间", default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["review", "added_at"]
        verbose_name = "佐证"
        constraints = [
            models.CheckConstraint(
                condition=Q(row__isnull=False) ^ ~Q(file=""), name="evidence_is_something"
            ),
            models.UniqueConstraint(
                fields=["review", "digest"], condition=~Q(digest=""), name="evidence_file_once"
            ),
            models.UniqueConstraint(fields=["review", "row"], name="evidence_record_once"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("evaluations:evidence_file", args=[self.pk])


class Finding(models.Model):
    """否决情形核查: a veto that may hold, with the record that says so, and what was judged."""

    scope_parent = "review"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(
        Review, models.CASCADE, related_name="findings", verbose_name="评定"
    )
    veto = models.ForeignKey(Veto, models.PROTECT, related_name="findings", verbose_name="否决项")
    state = models.CharField(
        "状态", max_length=10, choices=FindingState, default=FindingState.SUSPECTED
    )
    happened_on = models.DateField("发生日期", null=True, blank=True)
    text = models.CharField("情况", max_length=300)
    table = models.CharField("台账", max_length=60, blank=True)
    row = models.UUIDField("记录", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["review", "veto__number"]
        verbose_name = "否决情形"
        constraints = [
            models.UniqueConstraint(fields=["review", "veto", "row"], name="finding_once",
                                    nulls_distinct=False)
        ]

    def __str__(self) -> str:
        return self.text


# --- Decisions ----------------------------------------------------------------------------------


class Objection(models.Model):
    """异议 against a result that is being published, and what came of it."""

    personal = ("said_by", "text", "answer")
    scope_parent = "review"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    review = models.ForeignKey(
        Review, models.CASCADE, related_name="objections", verbose_name="评定"
    )
    said_on = models.DateField("日期")
    said_by = models.CharField("提出人", max_length=60, blank=True)
    text = models.TextField("异议")
    answer = models.TextField("核查结果", blank=True)
    answered_on = models.DateField("核查日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["review", "said_on"]
        verbose_name = "异议"

    def __str__(self) -> str:
        return self.text[:30]


class StarGrantQuerySet(ScopedQuerySet, DatedQuerySet):
    """Stars that are held."""


class StarGrant(Rated, DatedRecord):
    """授星: what an organization (town, department) holds from a day to a day, by which decision.

    A re-check closes one row and begins the next (复核升星、降星); revoking only closes it, and
    says why in ``ended_reason`` and ``ended_document``.
    """

    scheme = models.ForeignKey(
        RatingScheme, models.PROTECT, related_name="grants", verbose_name="方案"
    )
    review = models.ForeignKey(
        Review, models.PROTECT, null=True, related_name="grants", verbose_name="评定"
    )
    rank = models.PositiveSmallIntegerField("星级")
    label = models.CharField("名称", max_length=20)
    granted_by = models.CharField("审定层级", max_length=10, choices=GrantLevel)
    document = models.CharField("文号", max_length=60)
    change = models.CharField("来由", max_length=10, choices=GrantChange)
    reason = models.CharField("原因", max_length=300, blank=True)
    ended_reason = models.CharField("终止原因", max_length=300, blank=True)
    ended_document = models.CharField("终止文号", max_length=60, blank=True)

    objects = StarGrantQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on"]
        verbose_name = "授星"
        constraints = [
            *DatedRecord.Meta.constraints,
            *Rated.Meta.constraints,
            no_overlap("stars_no_overlap", "organization", "scheme"),
            no_overlap("town_stars_no_overlap", "town", "scheme"),
            no_overlap("department_stars_no_overlap", "department", "scheme"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:star_detail", args=[self.pk])

    @property
    def called(self) -> str:
        """五星 · 堡垒指数 A: what it is, beside its holder."""
        return self.label if self.scheme.has_stars else f"{self.scheme} {self.label}"


# --- Commitments and honours --------------------------------------------------------------------


class Commitment(models.Model):
    """双向承诺 between an organization and an enterprise for a year (domain.md §6.5)."""

    scope_parent = "organization"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        "organizations.PartyOrganization", models.PROTECT, related_name="commitments",
        verbose_name="党组织",
    )
    entity = models.ForeignKey(
        "enterprises.Entity", models.PROTECT, related_name="commitments", db_constraint=False,
        verbose_name="企业",
    )
    year = models.PositiveSmallIntegerField("年度")
    signed_on = models.DateField("签订日期")
    state = models.CharField(
        "状态", max_length=12, choices=CommitmentState, default=CommitmentState.PROPOSED
    )
    remarks = models.CharField("备注", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "organization__name", "entity__name"]
        verbose_name = "双向承诺"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "entity", "year"], name="commitment_once_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization}与{self.entity} {self.year}年双向承诺"

    def get_absolute_url(self) -> str:
        return reverse("commitments:commitment_detail", args=[self.pk])


class CommitmentItem(models.Model):
    """承诺事项: what one side promises, who sees to it, until when; done when it is struck off."""

    scope_parent = "commitment"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commitment = models.ForeignKey(
        Commitment, models.CASCADE, related_name="items", verbose_name="双向承诺"
    )
    side = models.CharField("承诺方", max_length=12, choices=Side)
    number = models.PositiveSmallIntegerField("序号")
    text = models.CharField("承诺内容", max_length=300)
    owner = models.CharField("责任人", max_length=60, blank=True)
    due_on = models.DateField("完成时限", null=True, blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    evidence = models.CharField("佐证", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["commitment", "side", "number"]
        verbose_name = "承诺事项"
        constraints = [
            models.UniqueConstraint(fields=["commitment", "side", "number"], name="item_once")
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("commitments:commitment_detail", args=[self.commitment_id])


class CommitmentAppraisal(models.Model):
    """评诺: what one kind of people thought of how a commitment was kept."""

    scope_parent = "commitment"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    commitment = models.ForeignKey(
        Commitment, models.CASCADE, related_name="appraisals", verbose_name="双向承诺"
    )
    appraiser = models.CharField("评议方", max_length=12, choices=Appraiser)
    grade = models.CharField("结果", max_length=12, choices=Appraised)
    appraised_on = models.DateField("评议日期")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["commitment", "appraised_on"]
        verbose_name = "评诺结果"
        constraints = [
            models.UniqueConstraint(fields=["commitment", "appraiser"], name="appraised_once")
        ]

    def __str__(self) -> str:
        return f"{self.get_appraiser_display()}{self.get_grade_display()}"


class Honour(models.Model):
    """荣誉 of an organization, an enterprise or a person, by level and year; the three-good
    selection (好支部、好支书、好党员) among them."""

    personal = ("person",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("荣誉类别", max_length=20, choices=HonourKind)
    name = models.CharField("荣誉名称", max_length=200)
    level = models.CharField("级别", max_length=12, choices=HonourLevel)
    year = models.PositiveSmallIntegerField("年度")
    granted_on = models.DateField("表彰日期", null=True, blank=True)
    granted_by = models.CharField("表彰单位", max_length=100, blank=True)
    document = models.CharField("文号", max_length=60, blank=True)
    organization = models.ForeignKey(
        "organizations.PartyOrganization", models.PROTECT, null=True, blank=True,
        related_name="honours", verbose_name="党组织",
    )
    entity = models.ForeignKey(
        "enterprises.Entity", models.PROTECT, null=True, blank=True, related_name="honours",
        db_constraint=False, verbose_name="市场主体",
    )
    person = models.CharField("个人", max_length=60, blank=True)
    remarks = models.CharField("备注", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "level", "name", "id"]
        verbose_name = "荣誉"
        constraints = [
            models.CheckConstraint(
                condition=Q(organization__isnull=False) | Q(entity__isnull=False),
                name="honour_of_somebody",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("honours:honour_detail", args=[self.pk])

    @property
    def holder(self) -> str:
        """Who holds it, in words: the person first."""
        return self.person or str(self.organization or self.entity)


class Nomination(models.Model):
    """三好推荐: a branch, a secretary or a member of ``organization`` recommended for a year; it
    ends as an honour."""

    personal = ("person", "deeds")
    scope_parent = "organization"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("评选类别", max_length=20, choices=HonourKind)
    year = models.PositiveSmallIntegerField("年度")
    organization = models.ForeignKey(
        "organizations.PartyOrganization", models.PROTECT, related_name="nominations",
        verbose_name="党组织",
    )
    person = models.CharField("个人", max_length=60, blank=True)
    deeds = models.TextField("主要事迹")
    state = models.CharField(
        "评选进度", max_length=12, choices=NominationState, default=NominationState.NOMINATED
    )
    nominated_on = models.DateField("推荐日期")
    nominated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name="推荐人",
    )
    honour = models.OneToOneField(
        Honour, models.PROTECT, null=True, blank=True, related_name="nomination",
        verbose_name="荣誉",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "kind", "organization__name", "person"]
        verbose_name = "三好推荐"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "year", "organization", "person"], name="nominated_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.person or self.organization}"

    def get_absolute_url(self) -> str:
        return reverse("honours:nomination_detail", args=[self.pk])
