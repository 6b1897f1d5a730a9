"""Rating schemes: versions, criteria, vetoes, bands."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from evaluations.choices import GrantLevel, Method, RatedKind, VersionState


class RatingScheme(models.Model):
    """评定方案: what is rated by which criteria. Its versions say how, year by year."""

    named_openly = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("方案名称", max_length=100, unique=True)
    rated = models.CharField("评定对象", max_length=20, choices=RatedKind)
    # What a band of it is called beside its label: 星 has stars, 堡垒指数 has grades.
    has_stars = models.BooleanField("授星", default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "评定方案"

    def __str__(self) -> str:
        return self.name


class SchemeVersion(models.Model):
    """方案版本. Frozen once a cycle opens with it; results that exist are never scaled anew."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    scheme = models.ForeignKey(
        RatingScheme, models.PROTECT, related_name="versions", verbose_name="方案"
    )
    number = models.PositiveSmallIntegerField("版本")
    bonus_cap = models.DecimalField("加分上限", max_digits=6, decimal_places=2, default=0)
    notes = models.TextField("说明", blank=True)
    state = models.CharField(
        "状态", max_length=10, choices=VersionState, default=VersionState.DRAFT
    )

    class Meta:
        ordering = ["scheme", "-number"]
        verbose_name = "方案版本"
        constraints = [
            models.UniqueConstraint(fields=["scheme", "number"], name="scheme_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.scheme} 第 {self.number} 版"

    def get_absolute_url(self) -> str:
        return reverse("evaluations:version_detail", args=[self.pk])

    @property
    def is_frozen(self) -> bool:
        return self.state == VersionState.FROZEN


class Criterion(models.Model):
    """评定指标 with its category. ``formula``: a name of evaluations/formulas.py; ``per_case``:
    points that a case takes off (扣分制)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        SchemeVersion, models.CASCADE, related_name="criteria", verbose_name="方案版本"
    )
    category = models.CharField("类别", max_length=60)
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("指标", max_length=200)
    points = models.DecimalField("分值", max_digits=6, decimal_places=2)
    method = models.CharField("计分方式", max_length=10, choices=Method, default=Method.MANUAL)
    formula = models.CharField("公式", max_length=60, blank=True)
    per_case = models.DecimalField(
        "每次扣分", max_digits=6, decimal_places=2, null=True, blank=True
    )
    how = models.CharField("评分办法", max_length=400, blank=True)
    evidence = models.CharField("佐证要求", max_length=200, blank=True)
    is_bonus = models.BooleanField("加分项", default=False)

    class Meta:
        ordering = ["version", "number"]
        verbose_name = "评定指标"
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="criterion_once"),
            models.CheckConstraint(condition=Q(points__gt=0), name="criterion_has_points"),
            models.CheckConstraint(
                condition=Q(method=Method.FORMULA) ^ Q(formula=""), name="formula_is_named"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class Veto(models.Model):
    """否决项. ``formula``: a name of evaluations/formulas.py that finds cases in the records, ""
    where only a person knows."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        SchemeVersion, models.CASCADE, related_name="vetoes", verbose_name="方案版本"
    )
    number = models.PositiveSmallIntegerField("序号")
    name = models.CharField("否决情形", max_length=200)
    look_back = models.PositiveSmallIntegerField("追溯月数", default=12)
    formula = models.CharField("公式", max_length=60, blank=True)

    class Meta:
        ordering = ["version", "number"]
        verbose_name = "否决项"
        constraints = [models.UniqueConstraint(fields=["version", "number"], name="veto_once")]

    def __str__(self) -> str:
        return self.name


class Band(models.Model):
    """星级或等次: from which score, for how many of a hundred, granted by whom. ``rank``: the best
    has the highest; for stars it is their number. ``conditions``: keys of conditions.py."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(
        SchemeVersion, models.CASCADE, related_name="bands", verbose_name="方案版本"
    )
    rank = models.PositiveSmallIntegerField("星级")
    label = models.CharField("名称", max_length=20)
    minimum = models.DecimalField("最低分", max_digits=6, decimal_places=2)
    share = models.DecimalField(
        "占比上限（%）", max_digits=5, decimal_places=2, null=True, blank=True
    )
    granted_by = models.CharField("审定层级", max_length=10, choices=GrantLevel)
    conditions = ArrayField(
        models.CharField(max_length=40), verbose_name="附加条件", default=list, blank=True
    )

    class Meta:
        ordering = ["version", "-rank"]
        verbose_name = "星级规则"
        constraints = [models.UniqueConstraint(fields=["version", "rank"], name="band_once")]

    def __str__(self) -> str:
        return self.label
