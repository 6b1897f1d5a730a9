"""Report runs: a report that was asked for, its frozen figures and its files, of three kinds: the
coverage report, the rating book of a cycle, a bulletin. Bulletins: the figures that a district
publishes, in its own words and order."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from common.ledgers.record import DeclaredRecord
from common.scoping import ScopedQuerySet
from reports.choices import Part, PeriodMode, RunKind, RunState, Wording

COVERAGE_TITLE = "党的组织和工作覆盖情况报告"
# The conditions of each kind of run.
KINDS: dict[str, models.Q] = {
    RunKind.COVERAGE: models.Q(cycle=None, bulletin=None),
    RunKind.BOOK: models.Q(cycle__isnull=False),
    RunKind.BULLETIN: models.Q(bulletin__isnull=False),
}
_PREFIXES = {RunKind.COVERAGE: "BG", RunKind.BOOK: "PD", RunKind.BULLETIN: "SJ"}


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
    bulletin = models.ForeignKey(
        "reports.Bulletin", models.PROTECT, null=True, related_name="runs", verbose_name="工作数据"
    )
    is_worded = models.BooleanField("用余、近、超的说法", default=False)
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
    def kind(self) -> RunKind:
        """What it makes."""
        if self.bulletin_id:
            return RunKind.BULLETIN
        return RunKind.BOOK if self.cycle_id else RunKind.COVERAGE

    @property
    def title(self) -> str:
        """What the report is called, without its area."""
        if self.bulletin_id:
            return str(self.bulletin)
        return book_title(str(self.cycle)) if self.cycle_id else COVERAGE_TITLE

    @property
    def prefix(self) -> str:
        """Before the day in its number."""
        return _PREFIXES[self.kind]


class Bulletin(DeclaredRecord):
    """工作数据: what a district publishes of its work on a day, line by line. Everybody who reads
    figures sees the lines, each counted within the own scope."""

    name = models.CharField("标题", max_length=100, unique=True)
    as_of = models.DateField("时点")

    class Meta:
        ordering = ["-as_of", "name"]
        verbose_name = "工作数据"

    def __str__(self) -> str:
        return self.name


class BulletinLine(DeclaredRecord):
    """工作数据项: one figure of a bulletin: which indicator, under which conditions, of which
    period, and how it is spoken of."""

    reached_by = ()  # everybody's, as the bulletin is

    bulletin = models.ForeignKey(
        Bulletin, models.CASCADE, related_name="lines", verbose_name="工作数据",
        help_text="工作数据的标题",
    )
    number = models.CharField("数据编号", max_length=10)
    position = models.PositiveIntegerField("顺序", help_text="从小到大排")
    section = models.CharField("栏目", max_length=60, blank=True)
    label = models.CharField("名称", max_length=100)
    indicator = models.CharField(
        "指标", max_length=60, help_text="指标的代码，如 org_coverage、trainings"
    )
    part = models.CharField(
        "取数", max_length=10, choices=Part, default=Part.VALUE, blank=True,
        help_text="覆盖率这类指标要选比率、分子或分母",
    )
    conditions = models.CharField(
        "条件", max_length=300, blank=True,
        help_text="写成“类别=书记培训；级别=区级”，等号前是台账的列名",
    )
    mode = models.CharField(
        "期间", max_length=12, choices=PeriodMode, default=PeriodMode.DAY, blank=True
    )
    since = models.DateField(
        "起始日期", null=True, blank=True, help_text="“以来”从这一天起；全年、上半年写当年任一天"
    )
    unit = models.CharField(
        "单位", max_length=10, blank=True, help_text="空着就用指标自己的单位"
    )
    divisor = models.PositiveIntegerField(
        "除以", null=True, blank=True, help_text="金额按元记，印万元就填 10000"
    )
    wording = models.CharField(
        "说法", max_length=10, choices=Wording, default=Wording.EXACT, blank=True
    )
    step = models.DecimalField(
        "取整到", max_digits=12, decimal_places=2, null=True, blank=True,
        help_text="2714 说成 2700余，填 100",
    )

    class Meta:
        ordering = ["bulletin", "position", "number"]
        verbose_name = "工作数据项"
        constraints = [
            models.UniqueConstraint(
                fields=["bulletin", "number"], name="bulletin_number_once",
                violation_error_message="同一份工作数据里编号不能重复。",
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.label}"
