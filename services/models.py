"""Tickets of enterprises with their clocks, what may be asked for, photos."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone

from common.scoping import ScopedQuerySet
from common.secrets import SecretField
from services.choices import (
    ENDED,
    FINISHED,
    ClockKind,
    RatingSource,
    ServiceKind,
    TicketCard,
    TicketChannel,
    TicketGrade,
    TicketKind,
    TicketLevel,
    TicketOutcome,
    TicketSatisfaction,
    TicketState,
)
from services.help_models import Help, HelpBeneficiary, HelpCategory

__all__ = ["Help", "HelpBeneficiary", "HelpCategory"]


class TicketCategory(models.Model):
    """诉求类别: a tree that the district edits. Tickets keep a category that is no longer used.

    ``help_category``: as what kind of help a ticket of it is recorded when it ends as one.
    """

    named_openly = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children",
        verbose_name="上级类别",
    )
    name = models.CharField("名称", max_length=40, unique=True)
    order = models.PositiveSmallIntegerField("次序", default=100)
    is_used = models.BooleanField("可选", default=True)
    help_category = models.ForeignKey(
        HelpCategory, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name="帮扶类别",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name"]
        verbose_name = "诉求类别"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("services:category_edit", args=[self.pk])


class ItemQuerySet(ScopedQuerySet):
    """Service items."""

    def offered(self, day: date) -> "ItemQuerySet":
        """Those that may be applied for on a day."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day), starts_on__lte=day)


class ServiceItem(models.Model):
    """服务事项: what enterprises can read about and apply for, policies among them."""

    named_openly = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("名称", max_length=100, unique=True)
    kind = models.CharField("类型", max_length=12, choices=ServiceKind)
    category = models.ForeignKey(
        TicketCategory, models.PROTECT, related_name="+", verbose_name="诉求类别"
    )
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name="提供部门",
    )
    provider = models.CharField("提供单位", max_length=100, blank=True)
    summary = models.CharField("一句话说明", max_length=120)
    guide = models.TextField("怎样申请")
    days = models.PositiveSmallIntegerField("几个工作日办好", null=True, blank=True)
    starts_on = models.DateField("开始日期", default=timezone.localdate)
    ends_on = models.DateField("截止日期", null=True, blank=True)

    objects = ItemQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name"]
        verbose_name = "服务事项"

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("services:item_detail", args=[self.pk])


class Ticket(models.Model):
    """企业诉求（工单）: what an enterprise asked for, and what became of it.

    ``town``: where the enterprise was when it came. ``department``: who handles it (主办), empty
    while it is the town's own. ``due_on``: the nearest last day of the clocks that run now, empty
    while none does; ``is_on_time``: whether no finished round of work took longer than allowed;
    ``days_used``: the working days of all rounds. The three follow from the clocks
    (services/clocks.py). ``first_satisfaction``: what the enterprise said of the first answer,
    before anything was done again. ``raised``: the log or visit that brought it knows the ticket
    by this name.
    """

    personal = ("text", "contact", "contact_phone", "answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField("工单编号", max_length=30, unique=True)
    entity = models.ForeignKey(
        "enterprises.Entity", models.PROTECT, null=True, blank=True, related_name="tickets",
        db_constraint=False,  # common/guards.py
        verbose_name="市场主体",
    )
    organization = models.ForeignKey(
        "organizations.PartyOrganization", models.PROTECT, null=True, blank=True,
        related_name="tickets", verbose_name="党组织",
    )
    town = models.ForeignKey(
        "areas.Area", models.PROTECT, null=True, related_name="+", verbose_name="所属镇街"
    )
    channel = models.CharField("渠道", max_length=12, choices=TicketChannel)
    kind = models.CharField("类型", max_length=12, choices=TicketKind)
    category = models.ForeignKey(
        TicketCategory, models.PROTECT, null=True, related_name="tickets", verbose_name="类别"
    )
    grade = models.CharField(
        "难易", max_length=10, choices=TicketGrade, default=TicketGrade.ORDINARY
    )
    item = models.ForeignKey(
        ServiceItem, models.PROTECT, null=True, related_name="tickets", verbose_name="服务事项"
    )
    title = models.CharField("标题", max_length=100)
    text = models.TextField("内容", blank=True)
    contact = models.CharField("联系人", max_length=60, blank=True)
    contact_phone = SecretField("联系电话")
    log = models.OneToOneField(
        "activities.ActivityLog", models.PROTECT, null=True, related_name="raised",
        verbose_name="日志",
    )
    visit = models.OneToOneField(
        "activities.Visit", models.PROTECT, null=True, related_name="raised", verbose_name="走访"
    )
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    registered_at = models.DateTimeField("登记时间", default=timezone.now)
    registered_on = models.DateField("登记日期")
    state = models.CharField(
        "状态", max_length=12, choices=TicketState, default=TicketState.REGISTERED
    )
    level = models.CharField(
        "由谁牵头", max_length=14, choices=TicketLevel, default=TicketLevel.TOWN
    )
    card = models.CharField(
        "督办牌", max_length=8, choices=TicketCard, blank=True, default=TicketCard.NONE
    )
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, null=True, related_name="tickets",
        verbose_name="主办部门",
    )
    round = models.PositiveSmallIntegerField("第几次办理", default=1)
    extension_asked = models.PositiveSmallIntegerField("申请延期工作日", null=True)
    is_extended = models.BooleanField("已延期", default=False)
    due_on = models.DateField("到期日", null=True)
    is_on_time = models.BooleanField("按期", null=True)
    days_used = models.PositiveSmallIntegerField("办理工作日", null=True)
    accepted_on = models.DateField("受理日期", null=True)
    answered_on = models.DateField("反馈日期", null=True)
    closed_on = models.DateField("办结日期", null=True)
    answer = models.TextField("办理结果", blank=True)
    saved_amount = models.DecimalField("节省金额", max_digits=12, decimal_places=2, null=True)
    saved_percent = models.PositiveSmallIntegerField("节省比例", null=True)
    outcome = models.CharField("是否解决", max_length=10, choices=TicketOutcome, blank=True)
    satisfaction = models.CharField(
        "满意度", max_length=18, choices=TicketSatisfaction, blank=True
    )
    first_satisfaction = models.CharField(
        "首次满意度", max_length=18, choices=TicketSatisfaction, blank=True
    )
    rating_source = models.CharField(
        "评价来源", max_length=12, choices=RatingSource, blank=True
    )
    is_imported = models.BooleanField("台账导入", default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-registered_at", "id"]
        verbose_name = "企业诉求"
        constraints = [
            models.CheckConstraint(
                condition=Q(entity__isnull=False) | Q(organization__isnull=False),
                name="ticket_of_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=FINISHED) | Q(closed_on__isnull=False),
                name="finished_ticket_has_its_day",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="ticket_by_state"),
            models.Index(fields=["department", "state"], name="ticket_by_department"),
            models.Index(fields=["town", "registered_on"], name="ticket_by_town"),
            models.Index(fields=["closed_on"], name="ticket_by_closing"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("services:ticket_detail", args=[self.pk])

    @property
    def whom(self) -> models.Model:
        """Whose it is."""
        return self.entity or self.organization

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED


class TicketSupport(models.Model):
    """协办: a department that helps the one in charge."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="supports", verbose_name="企业诉求"
    )
    department = models.ForeignKey(
        "accounts.Department", models.PROTECT, related_name="+", verbose_name="协办部门"
    )

    scope_parent = "ticket"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["department__name"]
        verbose_name = "协办"
        constraints = [
            models.UniqueConstraint(fields=["ticket", "department"], name="ticket_support_once")
        ]

    def __str__(self) -> str:
        return f"{self.department}"


class TicketClock(models.Model):
    """计时: a time limit of a ticket. ``limit``: working days. ``due_on`` follows from the moments,
    the pauses and the calendar; it is kept for lists and renewed by services/clocks.py."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="clocks", verbose_name="企业诉求"
    )
    kind = models.CharField("环节", max_length=12, choices=ClockKind)
    number = models.PositiveSmallIntegerField("第几次", default=1)
    limit = models.PositiveSmallIntegerField("时限")
    started_at = models.DateTimeField("开始时间")
    stopped_at = models.DateTimeField("结束时间", null=True)
    due_on = models.DateField("到期日", null=True)

    scope_parent = "ticket"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["started_at", "id"]
        verbose_name = "计时"
        constraints = [
            models.UniqueConstraint(fields=["ticket", "kind", "number"], name="ticket_clock_once"),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                name="clock_stops_after_its_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.limit}"


class TicketPause(models.Model):
    """暂停计时: from when to when the clocks of a ticket stood still, and why."""

    personal = ("reason",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="pauses", verbose_name="企业诉求"
    )
    starts_at = models.DateTimeField("开始时间")
    ends_at = models.DateTimeField("结束时间", null=True)
    reason = models.CharField("原因", max_length=500)

    scope_parent = "ticket"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        verbose_name = "暂停计时"
        constraints = [
            ExclusionConstraint(
                name="pause_no_overlap",
                expressions=[
                    ("ticket", RangeOperators.EQUAL),
                    (
                        Func(
                            "starts_at", "ends_at", function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.reason


class TicketPhoto(models.Model):
    """附件: a photo of a ticket, re-encoded, without what the camera wrote into it. ``file`` lies
    in the storage under a name that cannot be guessed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="photos", verbose_name="企业诉求"
    )
    file = models.FileField("文件", upload_to="tickets/", max_length=200, unique=True)
    caption = models.CharField("说明", max_length=100, blank=True)
    size = models.PositiveIntegerField("字节数")
    digest = models.CharField("摘要", max_length=64)
    added_at = models.DateTimeField("上传时间", default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )

    scope_parent = "ticket"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "id"]
        verbose_name = "附件"
        constraints = [
            models.UniqueConstraint(fields=["ticket", "digest"], name="ticket_photo_once")
        ]

    def __str__(self) -> str:
        return self.caption or f"{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("services:photo", args=[self.pk])
