"""Help given: one ledger for all that was done for enterprises and people."""

from django.db import models
from django.db.models import Q

from common.ledgers.record import DeclaredRecord
from registers.hosts import Hosted
from registers.models import Link
from services.help_choices import HelpGroup


class HelpCategory(DeclaredRecord):
    """帮扶类别: what kind of help, and in what it is counted. The district edits the list."""

    named_openly = True

    name = models.CharField("类别", max_length=40, unique=True)
    group = models.CharField("大类", max_length=12, choices=HelpGroup)
    unit_1 = models.CharField(
        "数量单位", max_length=10, blank=True, help_text="登记时没写单位的，按这里的"
    )
    unit_2 = models.CharField("第二数量单位", max_length=10, blank=True)
    order = models.PositiveSmallIntegerField("次序", default=900, blank=True)

    class Meta:
        ordering = ["order", "name"]
        verbose_name = "帮扶类别"

    def __str__(self) -> str:
        return self.name


class Help(Hosted, DeclaredRecord):
    """帮扶成果: one thing that was done, by whom, for whom, how much (domain.md §8.6).

    ``ticket``: the ticket that ended as this help. ``beneficiaries`` are the enterprises; what is
    counted beside them stands as a number with its unit.
    """

    beside = ("ticket",)

    category = models.ForeignKey(
        HelpCategory, models.PROTECT, related_name="helps", verbose_name="类别",
        help_text="帮扶类别台账里的一类",
    )
    name = models.CharField("名称", max_length=200)
    happened_on = models.DateField("日期")
    town = models.ForeignKey(
        "areas.Area", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="所属镇街",
    )
    quantity_1 = models.DecimalField(
        "数量", max_digits=14, decimal_places=2, null=True, blank=True
    )
    unit_1 = models.CharField("单位", max_length=10, blank=True, help_text="空着就按类别的单位")
    quantity_2 = models.DecimalField(
        "第二数量", max_digits=14, decimal_places=2, null=True, blank=True
    )
    unit_2 = models.CharField(
        "第二单位", max_length=10, blank=True, help_text="空着就按类别的第二单位"
    )
    amount = models.DecimalField(
        "金额（万元）", max_digits=14, decimal_places=4, null=True, blank=True
    )
    evidence = models.TextField("佐证", blank=True, help_text="文件、报道、回执的名称或文号")
    ticket = models.ForeignKey(
        "services.Ticket", models.PROTECT, null=True, blank=True, related_name="helps",
        verbose_name="工单",
    )

    class Meta(Hosted.Meta):
        ordering = ["-happened_on", "id"]
        verbose_name = "帮扶成果"
        constraints = [
            *Hosted.Meta.constraints,
            models.CheckConstraint(
                condition=(Q(quantity_1__isnull=True) | Q(quantity_1__gte=0))
                & (Q(quantity_2__isnull=True) | Q(quantity_2__gte=0))
                & (Q(amount__isnull=True) | Q(amount__gte=0)),
                name="help_not_negative",
                violation_error_message="数量和金额不能是负数。",
            ),
        ]
        indexes = [models.Index(fields=["category", "happened_on"], name="help_by_category")]

    def __str__(self) -> str:
        return self.name


class HelpBeneficiary(Link):
    """受益主体: an enterprise that a help was for."""

    scope_parent = "help"

    help = models.ForeignKey(
        Help, models.CASCADE, related_name="beneficiaries", verbose_name="帮扶成果"
    )
    entity = models.ForeignKey(
        "enterprises.Entity", models.PROTECT, related_name="helps",
        db_constraint=False,  # common/guards.py
        verbose_name="受益主体",
        help_text="统一社会信用代码或名称，多个用顿号隔开；不在台账里的只写数量",
    )

    class Meta:
        verbose_name = "受益主体"
        constraints = [
            models.UniqueConstraint(fields=["help", "entity"], name="help_beneficiary_once")
        ]
