"""Monthly activity logs, what happened in them, instructors' visits."""

import uuid
from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from activities.choices import (
    FILED,
    NOT_OWED,
    ActivityType,
    Caution,
    LogState,
    VisitWay,
)
from common.dated import DatedRecord, no_overlap
from common.scoping import ScopedQuerySet
from organizations.models import DatedScopedQuerySet
from registers.hosts import Hosted

# Conditions for one log, for lists and figures alike.
IS_OWED = ~Q(state__in=NOT_OWED)  # the denominator of every rate: neither 豁免 nor 不应报
IS_FILED = Q(state__in=FILED)  # 已报: submitted, and not returned since
IS_ON_TIME = IS_FILED & Q(submitted_on__lte=F("due_on"))  # 按期: by the day it first came


class LogQuerySet(ScopedQuerySet):
    """Logs."""

    def owed(self) -> "LogQuerySet":
        """Those that are owed: the denominator of every rate."""
        return self.filter(IS_OWED)

    def filed(self) -> "LogQuerySet":
        """已报."""
        return self.filter(IS_FILED)

    def filed_on_time(self) -> "LogQuerySet":
        """按期报送."""
        return self.filter(IS_ON_TIME)


class ActivityLog(models.Model):
    """活动日志: what an organization owes for a month, and what became of it.

    The row is made when the month opens (activities/opening.py), so denominators stay what they
    were, whatever becomes of the organization. ``month``: its first day. ``town``, ``park``: where
    the organization was on that day. ``due_on``, ``lock_on``: the last days of filing on time and
    of filing at all. ``submitted_on``: the day (Asia/Shanghai) of the first submission that was
    not withdrawn.
    """

    scope_parent = "organization"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        "organizations.PartyOrganization",
        models.PROTECT,
        related_name="logs",
        verbose_name="党组织",
    )
    month = models.DateField("月份")
    town = models.ForeignKey(
        "areas.Area", models.PROTECT, null=True, related_name="+", verbose_name="所属镇街"
    )
    park = models.ForeignKey(
        "areas.Area", models.PROTECT, null=True, related_name="+", verbose_name="所属园区"
    )
    due_on = models.DateField("截止日")
    lock_on = models.DateField("锁定日")
    state = models.CharField(
        "报送状态", max_length=12, choices=LogState, default=LogState.OWED
    )
    is_zero = models.BooleanField("零报告", default=False)
    reason = models.CharField("零报告或豁免原因", max_length=200, blank=True)
    submitted_at = models.DateTimeField("报送时间", null=True)
    submitted_on = models.DateField("报送日", null=True)
    rounds = models.PositiveSmallIntegerField("提交次数", default=0)
    cautions = ArrayField(
        models.CharField(max_length=30, choices=Caution), verbose_name="提示", default=list
    )

    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ["-month", "organization__name", "id"]
        verbose_name = "活动日志"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "month"], name="one_log_per_organization_and_month"
            ),
            models.CheckConstraint(
                condition=Q(month__day=1), name="log_month_is_its_first_day"
            ),
            models.CheckConstraint(
                condition=Q(month__lt=F("due_on")) & Q(due_on__lte=F("lock_on")),
                name="log_days_in_order",
            ),
        ]
        indexes = [models.Index(fields=["month", "state"], name="log_by_month")]

    def __str__(self) -> str:
        return f"{self.organization} {self.month:%Y年}{self.month.month}月日志"

    def get_absolute_url(self) -> str:
        return reverse("activities:log_detail", args=[self.pk])

    @property
    def is_filed(self) -> bool:
        return self.state in FILED

    @property
    def is_late(self) -> bool:
        """逾期报送: filed after the due day."""
        return self.submitted_on is not None and self.submitted_on > self.due_on

    def is_overdue(self, today: date) -> bool:
        """逾期未报: still owed although the due day has passed."""
        return self.state == LogState.OWED and today > self.due_on


class LogDraft(models.Model):
    """草稿: what has been typed and not submitted, saved with every change.

    ``content``: as it was typed, right or wrong (activities/drafts.py). ``revision`` counts up, so
    that a page left open elsewhere is noticed instead of overwriting.
    """

    log = models.OneToOneField(
        ActivityLog, models.CASCADE, primary_key=True, related_name="draft", verbose_name="日志"
    )
    content = models.JSONField("内容", default=dict)
    revision = models.PositiveIntegerField("版本", default=0)
    saved_at = models.DateTimeField("保存时间", default=timezone.now)
    saved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )

    scope_parent = "log"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "日志草稿"

    def __str__(self) -> str:
        return f"{self.log_id} {self.revision}"


class LogRound(models.Model):
    """一次提交: what was submitted, and what the reviewer said of it. Never changed but for the
    comments. ``comments``: field of the content → what is to be put right."""

    personal = ("content", "comments")
    scope_parent = "log"

    log = models.ForeignKey(
        ActivityLog, models.CASCADE, related_name="submissions", verbose_name="日志"
    )
    number = models.PositiveSmallIntegerField("第几次")
    content = models.JSONField("内容")
    submitted_at = models.DateTimeField("提交时间", default=timezone.now)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="提交人"
    )
    comments = models.JSONField("修改意见", default=dict)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["log", "number"]
        verbose_name = "提交"
        constraints = [
            models.UniqueConstraint(fields=["log", "number"], name="log_round_once")
        ]

    def __str__(self) -> str:
        return f"{self.log_id} {self.number}"


class LogReopening(models.Model):
    """补报许可: a locked month may be filed until a day, for a reason; it ends by itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    log = models.ForeignKey(
        ActivityLog, models.CASCADE, related_name="reopenings", verbose_name="日志"
    )
    until = models.DateField("补报至")
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    scope_parent = "log"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]
        verbose_name = "补报许可"

    def __str__(self) -> str:
        return f"{self.log_id} {self.until}"


class LogExemption(DatedRecord):
    """豁免: an organization need not file from a month to a month. Rows of these months are exempt
    as soon as they open (activities/opening.py). ``starts_on``: the first of the first month,
    ``ends_on``: the first of the month from which it files again."""

    scope_parent = "organization"

    organization = models.ForeignKey(
        "organizations.PartyOrganization",
        models.CASCADE,
        related_name="exemptions",
        verbose_name="党组织",
    )
    reason = models.CharField("原因", max_length=200)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="经办人"
    )
    at = models.DateTimeField("时间", default=timezone.now)

    objects = DatedScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["-starts_on", "organization"]
        verbose_name = "日志豁免"
        constraints = [
            *DatedRecord.Meta.constraints,
            no_overlap("exemption_no_overlap", "organization"),
            models.CheckConstraint(
                condition=Q(starts_on__day=1) & Q(ends_on__day=1),
                name="exemption_is_of_whole_months",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.starts_on:%Y-%m}"


class ActivityQuerySet(ScopedQuerySet):
    """Activities."""

    def counting(self) -> "ActivityQuerySet":
        """Those of the activities ledger, and those of logs that are filed."""
        return self.filter(Q(log=None) | Q(log__state__in=FILED))


class Activity(Hosted):
    """活动: one meeting or event of an organization. Comes with a log, or from the ledger of
    organizations that keep lists (``log`` is empty then). ``hosted_by``: who held it, where that is
    not the organization itself; ``host`` is the person in the chair."""

    personal = ("host", "recorder", "absentees", "agenda", "content", "decisions")
    scope_parent = "organization"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organization = models.ForeignKey(
        "organizations.PartyOrganization",
        models.PROTECT,
        related_name="activities",
        verbose_name="党组织",
    )
    log = models.ForeignKey(
        ActivityLog, models.CASCADE, null=True, related_name="activities", verbose_name="日志"
    )
    types = ArrayField(
        models.CharField(max_length=30, choices=ActivityType), verbose_name="活动类型"
    )
    topic = models.CharField("主题", max_length=200)
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=100, blank=True)
    host = models.CharField("主持人", max_length=60, blank=True)
    recorder = models.CharField("记录人", max_length=60, blank=True)
    expected = models.PositiveIntegerField("应到", null=True)
    attended = models.PositiveIntegerField("实到", null=True)
    absent = models.PositiveIntegerField("请假", null=True)
    absentees = models.CharField("缺席人员和原因", max_length=500, blank=True)
    agenda = models.TextField("议题", blank=True)
    content = models.TextField("内容", blank=True)
    decisions = models.TextField("决议", blank=True)
    has_micro_lecture = models.BooleanField("微党课", default=False)
    has_film = models.BooleanField("教育片", default=False)
    has_practice = models.BooleanField("实践活动", default=False)
    by_secretary = models.BooleanField("书记讲党课", default=False)

    objects = ActivityQuerySet.as_manager()

    class Meta(Hosted.Meta):
        ordering = ["-held_on", "id"]
        verbose_name = "活动"
        indexes = [
            models.Index(fields=["organization", "held_on"], name="activity_by_day"),
        ]

    def __str__(self) -> str:
        return self.topic

    def get_absolute_url(self) -> str:
        return reverse("activities:activity_detail", args=[self.pk])

    @property
    def type_labels(self) -> list[str]:
        """The types in the order of the list."""
        return [kind.label for kind in ActivityType if kind in self.types]


class LogPhoto(models.Model):
    """照片: re-encoded, without what the camera wrote into it. ``file`` lies in the storage under a
    name that cannot be guessed; it is served by a view that looks at the scope of its log."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    log = models.ForeignKey(
        ActivityLog, models.CASCADE, related_name="photos", verbose_name="日志"
    )
    file = models.FileField("文件", upload_to="photos/", max_length=200, unique=True)
    caption = models.CharField("说明", max_length=100, blank=True)
    width = models.PositiveIntegerField("宽")
    height = models.PositiveIntegerField("高")
    size = models.PositiveIntegerField("字节数")
    digest = models.CharField("摘要", max_length=64)
    added_at = models.DateTimeField("上传时间", default=timezone.now)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="上传人"
    )

    scope_parent = "log"
    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "id"]
        verbose_name = "照片"
        constraints = [
            models.UniqueConstraint(fields=["log", "digest"], name="log_photo_once")
        ]

    def __str__(self) -> str:
        return self.caption or f"{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("activities:photo", args=[self.pk])


class Visit(models.Model):
    """走访: an instructor was with an entity or an organization (or both: ``entity`` is then whom
    the visit was to). ``recorded_by``: who typed it, nobody for what came by import."""

    personal = ("met", "matters")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    instructor = models.ForeignKey(
        "organizations.Instructor", models.PROTECT, related_name="visits", verbose_name="指导员"
    )
    entity = models.ForeignKey(
        "enterprises.Entity",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        db_constraint=False,  # common/guards.py
        verbose_name="市场主体",
    )
    organization = models.ForeignKey(
        "organizations.PartyOrganization",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name="党组织",
    )
    visited_on = models.DateField("日期")
    way = models.CharField("方式", max_length=12, choices=VisitWay, default=VisitWay.ON_SITE)
    met = models.CharField("见到谁", max_length=100, blank=True)
    matters = models.TextField("谈了什么", blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="记录人"
    )
    recorded_at = models.DateTimeField("记录时间", default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-visited_on", "id"]
        verbose_name = "走访"
        indexes = [
            models.Index(fields=["instructor", "visited_on"], name="visit_by_instructor"),
            models.Index(fields=["entity", "visited_on"], name="visit_by_entity"),
            models.Index(fields=["visited_on", "id"], name="visit_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(entity__isnull=False) | Q(organization__isnull=False),
                name="visit_to_somebody",
            ),
            # One visit of an instructor to somebody a day: the key of the ledger.
            models.UniqueConstraint(
                fields=["instructor", "visited_on", "entity"],
                condition=Q(entity__isnull=False),
                name="visit_to_entity_once",
            ),
            models.UniqueConstraint(
                fields=["instructor", "visited_on", "organization"],
                condition=Q(entity__isnull=True),
                name="visit_to_organization_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.visited_on} {self.whom}"

    def get_absolute_url(self) -> str:
        return reverse("activities:visit_detail", args=[self.pk])

    @property
    def whom(self) -> models.Model:
        """Whom the visit was to."""
        return self.entity or self.organization
