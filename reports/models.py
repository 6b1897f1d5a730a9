"""Report runs: a report that was asked for, its frozen figures and its files. There are two kinds:
the coverage report, and the rating book of a cycle. Bulletins: the figures that a district
publishes, in its own words and order."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from common.scoping import ScopedQuerySet
from reports.choices import Part, PeriodMode, RunState, Wording

COVERAGE_TITLE = "党的组织和工作覆盖情况报告"


def book_title(cycle: str) -> str:
    """What the rating book of a cycle is called."""
    return f"{cycle.removesuffix('评定')}评定结果册"


class ReportRun(models.Model):
    """统计报告: figures, definitions, day, area and asker are frozen in ``payload``; the files are
    drawn from it, and a new drawing from it gives the same figures."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField("编号", max_length=20, unique=True)
    area = models.ForeignKey("areas.Area", models.PROTECT, verbose_name="范围")
    as_of = models.DateField("时点")
    against = models.DateField("对比时点", null=True)
    cycle = models.ForeignKey(
        "evaluations.RatingCycle", models.PROTECT, null=True, related_name="books",
        verbose_name="评定周期",
    )
    state = models.CharField("状态", max_length=10, choices=RunState, default=RunState.QUEUED)
    message = models.TextField("说明", blank=True)
    is_automatic = models.BooleanField("自动生成", default=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="生成人"
    )
    asked_at = models.DateTimeField("提交时间", default=timezone.now)
    finished_at = models.DateTimeField("完成时间", null=True)
    payload = models.JSONField("数据", null=True)
    checksum = models.CharField("校验码", max_length=64, blank=True)
    lists = models.FileField("名单数据", upload_to="reports/", blank=True)
    pdf = models.FileField("PDF", upload_to="reports/", blank=True)
    xlsx = models.FileField("数据表", upload_to="reports/", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        verbose_name = "统计报告"

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("reports:run", args=[self.pk])

    @property
    def title(self) -> str:
        """What the report is called, without its area."""
        return book_title(str(self.cycle)) if self.cycle_id else COVERAGE_TITLE

    @property
    def prefix(self) -> str:
        """Before the day in its number."""
        return "PD" if self.cycle_id else "BG"

class Bulletin(models.Model):
    """工作数据: what a district publishes of its work on a day, line by line. Everybody who reads
    figures sees the lines, each counted within the own scope."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    title = models.CharField("标题", max_length=100, unique=True)
    as_of = models.DateField("时点")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-as_of", "title"]
        verbose_name = "工作数据"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("reports:bulletin", args=[self.pk])


class BulletinLine(models.Model):
    """工作数据项: one figure of a bulletin: which indicator, under which conditions, of which
    period, and how it is spoken of. ``conditions``: key of a dimension or filter → value."""

    scope_parent = "bulletin"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    bulletin = models.ForeignKey(
        Bulletin, models.CASCADE, related_name="lines", verbose_name="工作数据"
    )
    position = models.PositiveIntegerField("顺序")
    section = models.CharField("栏目", max_length=60, blank=True)
    number = models.CharField("编号", max_length=10)
    label = models.CharField("名称", max_length=100)
    indicator = models.CharField("指标", max_length=60)
    part = models.CharField("取数", max_length=10, choices=Part, default=Part.VALUE)
    conditions = models.JSONField("条件", default=dict)
    mode = models.CharField("期间", max_length=12, choices=PeriodMode, default=PeriodMode.DAY)
    since = models.DateField("起始日期", null=True, blank=True)
    unit = models.CharField("单位", max_length=10, blank=True)
    divisor = models.PositiveIntegerField("除以", default=1)
    wording = models.CharField("说法", max_length=10, choices=Wording, default=Wording.EXACT)
    step = models.DecimalField("取整到", max_digits=12, decimal_places=2, default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["bulletin", "position"]
        verbose_name = "工作数据项"
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "number"], name="bulletin_number_once",
                violation_error_message="同一份工作数据里编号不能重复。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"
