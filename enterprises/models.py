"""Market entities: enterprises, the self-employed, specialized markets, social organizations."""

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Case, F, Q, When
from django.urls import reverse

from common.dated import DatedQuerySet, DatedRecord, StateOf, with_state
from common.guards import NeverOverlap
from common.scoping import ScopedQuerySet
from common.secrets import SecretField
from enterprises.choices import BusinessStatus, EntityKind, Stage


class EntityQuerySet(ScopedQuerySet):
    """Entities."""

    def at(self, day: date) -> "EntityQuerySet":
        """Each entity with its ``state`` of ``day``."""
        return with_state(self, day)

    def existing(self, day: date) -> "EntityQuerySet":
        """成立日期 ≤ day < 注销日期; an empty date is no bound (ledgers.md §3)."""
        return self.filter(exists_on(day))

    def counting(self, day: date) -> "EntityQuerySet":
        """Entities that count on ``day``: they exist and operate (with ``state`` joined)."""
        return self.at(day).filter(counts_on(day))


def exists_on(day: date, prefix: str = "") -> Q:
    """The condition "this entity exists on ``day``"; ``prefix`` as in ``entity__``."""
    founded, closed = f"{prefix}founded_on", f"{prefix}closed_on"
    return (Q(**{f"{founded}__isnull": True}) | Q(**{f"{founded}__lte": day})) & (
        Q(**{f"{closed}__isnull": True}) | Q(**{f"{closed}__gt": day})
    )


def counts_on(day: date, state: str = "state__") -> Q:
    """The condition "this entity counts on ``day``", whose state of that day is joined."""
    return exists_on(day) & Q(**{f"{state}status": BusinessStatus.NORMAL})


class Entity(models.Model):
    """市场主体: one registered enterprise, self-employed business, market or social organization.

    Values that figures depend on are dated and lie in :class:`EntityState`.
    """

    personal = ("legal_representative", "political_status")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("主体类型", max_length=20, choices=EntityKind)
    # Collation C: the same order as that of the database (C.UTF-8), compared byte by byte, which
    # halves what the indexes of a load cost.
    name = models.CharField("名称", max_length=200, db_collation="C")
    name_key = models.CharField("名称（比对用）", max_length=200, db_collation="C")
    initials = models.CharField("拼音首字母", max_length=200, blank=True)
    uscc = models.CharField("统一社会信用代码", max_length=18, blank=True, db_collation="C")
    uscc_reason = models.CharField("代码核实说明", max_length=200, blank=True)
    address = models.CharField("地址", max_length=300)
    chain = models.CharField("产业链", max_length=100, blank=True)
    founded_on = models.DateField("成立日期", null=True, blank=True)
    closed_on = models.DateField("注销日期", null=True, blank=True)
    legal_representative = models.CharField("法定代表人", max_length=100)
    political_status = models.CharField("法定代表人政治面貌", max_length=20, blank=True)
    phone = SecretField("联系电话")
    no_organization_reason = models.CharField("未建原因", max_length=200, blank=True)
    is_member_run = models.BooleanField("三亮经营户", null=True, blank=True)
    stated_member_count = models.PositiveIntegerField("党员总数", null=True, blank=True)
    remarks = models.TextField("备注", blank=True)

    objects = EntityQuerySet.as_manager()

    class Meta:
        # By the form in which names are compared: brackets and letters of any width stand together,
        # and the index that an import finds names by is the one that the list is read from.
        ordering = ["name_key", "id"]
        verbose_name = "市场主体"
        # Not db_index: that makes a second index for LIKE, which a load of all rows pays for and
        # no search uses.
        indexes = [
            models.Index(fields=["name_key", "id"], name="entity_by_name"),
        ]
        constraints = [
            # One index that also finds by code: of rows that may repeat a code the id counts.
            models.UniqueConstraint(
                "uscc",
                Case(When(Q(uscc="") | Q(kind=EntityKind.MARKET), then=F("id"))),
                nulls_distinct=False,
                name="entity_uscc_unique",
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("enterprises:entity_detail", args=[self.pk])


class StateQuerySet(ScopedQuerySet, DatedQuerySet):
    """Dated states."""


class EntityState(DatedRecord):
    """主体状况: the dated values of an entity; exactly one row holds on any day."""

    scope_parent = "entity"

    # What it names is guarded for all rows of a statement at once (common/guards.py).
    entity = StateOf(
        Entity, models.CASCADE, related_name="states", db_constraint=False, verbose_name="市场主体"
    )
    status = models.CharField("经营状态", max_length=12, choices=BusinessStatus)
    section = models.CharField("行业门类", max_length=1, blank=True)
    division = models.CharField("行业大类", max_length=2, blank=True)
    town = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,  # entity_state_town
        verbose_name="所属镇街",
    )
    community = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        verbose_name="村社区",
    )
    park = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,  # entity_state_park
        verbose_name="园区",
    )
    grid = models.ForeignKey(
        "areas.Area",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,  # entity_state_grid
        verbose_name="网格",
    )
    employees = models.PositiveIntegerField("从业人员数", null=True, blank=True)
    revenue = models.DecimalField(
        "营业收入（万元）", max_digits=16, decimal_places=4, null=True, blank=True
    )
    assets = models.DecimalField(
        "资产总额（万元）", max_digits=16, decimal_places=4, null=True, blank=True
    )
    above_scale = models.BooleanField("是否规模以上", null=True, blank=True)
    fixed_premises = models.BooleanField("固定场所", null=True, blank=True)
    has_union = models.BooleanField("工会", null=True, blank=True)
    has_youth_league = models.BooleanField("共青团", null=True, blank=True)
    has_womens_federation = models.BooleanField("妇联", null=True, blank=True)
    tags = ArrayField(models.CharField(max_length=40), default=list, verbose_name="资质标签")
    stage = models.CharField("发展阶段", max_length=10, choices=Stage, blank=True)

    objects = StateQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["entity", "starts_on"]
        verbose_name = "主体状况"
        constraints = [
            *DatedRecord.Meta.constraints,
            NeverOverlap(name="entity_state_no_overlap", keys=("entity",)),
        ]
        indexes = [
            models.Index(fields=["town", "entity"], name="entity_state_town"),
            models.Index(
                fields=["park"], condition=Q(park__isnull=False), name="entity_state_park"
            ),
            models.Index(
                fields=["grid"], condition=Q(grid__isnull=False), name="entity_state_grid"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity_id} {self.starts_on}"
