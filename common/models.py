"""Tables without business words: batches, jobs, trace, settings, calendar."""

import uuid

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from common.dated import DatedRecord, no_overlap
from common.scoping import ScopedQuerySet


class BatchState(models.TextChoices):
    UPLOADED = "uploaded", "已上传"
    CHECKING = "checking", "检查中"
    CHECKED = "checked", "待确认"
    APPLYING = "applying", "入库中"
    APPLIED = "applied", "已入库"
    UNDOING = "undoing", "撤销中"
    UNDONE = "undone", "已撤销"
    FAILED = "failed", "未能读取"
    DISCARDED = "discarded", "已放弃"


class RowOutcome(models.TextChoices):
    NEW = "new", "新增"
    UPDATE = "update", "更新"
    SAME = "same", "无变化"
    ERROR = "error", "有误"
    OUT_OF_SCOPE = "out_of_scope", "超出权限"


class JobState(models.TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


class Via(models.TextChoices):
    """Through what a change came."""

    PAGE = "page", "页面修改"
    IMPORT = "import", "台账导入"
    UNDO = "undo", "撤销导入"
    COMMAND = "command", "命令"
    JOB = "job", "后台任务"


class ImportBatch(models.Model):
    """台账导入批次: one uploaded file, its rows, its diff and its receipt."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField("批次号", max_length=20, unique=True)
    kind = models.CharField("台账", max_length=40)
    file = models.FileField("文件", upload_to="imports/", blank=True)
    file_name = models.CharField("文件名", max_length=255)
    file_size = models.PositiveBigIntegerField("大小", default=0)
    sha256 = models.CharField(max_length=64)
    state = models.CharField("状态", max_length=12, choices=BatchState, default=BatchState.UPLOADED)
    message = models.TextField("说明", blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="上传人"
    )
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    effective_on = models.DateField("数据截止日")
    is_correction = models.BooleanField("更正", default=False)
    empty_clears = models.BooleanField("空白即清空", default=False)
    valid_rows_only = models.BooleanField("只入正确行", default=False)
    ignored_acknowledged = models.BooleanField("已知悉不导入的列", default=False)
    sheet = models.CharField("工作表", max_length=100, blank=True)
    header_row = models.PositiveIntegerField("表头行", null=True)
    columns = models.JSONField("对应列", default=list)
    layouts = models.JSONField("新行的列", default=dict)
    ignored_columns = models.JSONField("不导入的列", default=list)
    dropped_rows = models.JSONField("未读的行", default=list)
    other_sheets = models.JSONField("未读的工作表", default=list)
    totals = models.JSONField("上报数", default=dict)
    counts = models.JSONField("行数", default=dict)
    trace_mark = models.BigIntegerField("检查时的留痕号", default=0)
    checked_at = models.DateTimeField("检查时间", null=True)
    applied_at = models.DateTimeField("入库时间", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)
    undo_context = models.UUIDField("撤销的留痕批号", null=True)
    kept = models.JSONField("撤销时保留的行", default=list)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-uploaded_at", "-number"]
        verbose_name = "导入批次"

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("imports:batch_detail", args=[self.pk])


class ImportRow(models.Model):
    """导入行: a row of an import batch, what it would do, or why it cannot be done."""

    # Up to 200,000 come at once, from the check of their batch, and no batch is ever deleted: the
    # database would look it up for each of them, and keep an index beside the one below.
    guarded = False
    batch = models.ForeignKey(
        ImportBatch, models.CASCADE, related_name="rows", db_constraint=False, db_index=False
    )
    number = models.PositiveIntegerField("行号")
    outcome = models.CharField("结果", max_length=12, choices=RowOutcome)
    is_suspect = models.BooleanField("疑似重复", default=False)
    label = models.CharField("名称", max_length=200, blank=True)
    code = models.CharField("代码", max_length=40, blank=True)
    record = models.UUIDField("记录", null=True)
    diff = models.JSONField("变化", default=list)
    plan = models.JSONField("写入", default=list)
    errors = models.JSONField("错误", default=list)
    warnings = models.JSONField("提醒", default=list)
    cells = models.JSONField("原值", null=True)

    class Meta:
        ordering = ["batch", "number", "id"]
        indexes = [models.Index(fields=["batch", "outcome", "number"], name="import_row_tab")]
        verbose_name = "导入行"

    def __str__(self) -> str:
        return f"第 {self.number} 行 {self.label}"


class Job(models.Model):
    """后台任务. The truth of a job is this row; Celery and Redis only carry its id."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("种类", max_length=40)
    subject = models.UUIDField("对象")
    state = models.CharField("状态", max_length=10, choices=JobState, default=JobState.QUEUED)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="发起人"
    )
    attempts = models.PositiveSmallIntegerField("次数", default=0)
    token = models.UUIDField("领取号", null=True)
    progress = models.CharField("进度", max_length=200, blank=True)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    error = models.TextField("失败原因", blank=True)
    created_at = models.DateTimeField("发起时间", default=timezone.now)
    started_at = models.DateTimeField("开始时间", null=True)
    heartbeat_at = models.DateTimeField("最近心跳", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        ordering = ["-created_at"]
        verbose_name = "后台任务"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=models.Q(state__in=["queued", "running"]),
                name="one_live_job_per_subject",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.state}"


class ExportFile(models.Model):
    """导出文件: a list or a ledger too long to wait for, made by a job and kept for some hours."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    list_name = models.CharField("名单", max_length=100)
    query = models.TextField("条件", blank=True)
    asked = models.JSONField("格式", default=dict)
    title = models.CharField("名称", max_length=100)
    total = models.PositiveIntegerField("条数")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="导出人"
    )
    asked_at = models.DateTimeField("提出时间", default=timezone.now)
    file = models.FileField("文件", upload_to="exports/", blank=True)
    size = models.PositiveBigIntegerField("大小", default=0)
    made_at = models.DateTimeField("生成时间", null=True)
    message = models.TextField("说明", blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        verbose_name = "导出文件"

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("exports:export_detail", args=[self.pk])

    @property
    def file_name(self) -> str:
        """The name that the file has for people."""
        return f"{self.title}{timezone.localtime(self.asked_at):%Y%m%d}.xlsx"


class HistoryEntry(models.Model):
    """留痕: one change of one row, written by a database trigger (common/trace.py).

    ``before`` and ``after`` hold the changed keys of an update, ``before`` the whole row of a
    deletion, nothing for an insertion. The application role may only add (through the trigger)
    and read.
    """

    at = models.DateTimeField("时间")
    context = models.UUIDField("批号", null=True)
    actor = models.UUIDField("人员", null=True)
    via = models.CharField("途径", max_length=10, choices=Via, blank=True)
    table = models.CharField("表", max_length=63)
    row = models.UUIDField("行")
    owner = models.UUIDField("记录", null=True)
    other = models.UUIDField("对方记录", null=True)
    operation = models.CharField("操作", max_length=1)
    before = models.JSONField("原值", null=True)
    after = models.JSONField("新值", null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        db_table = "common_history"
        ordering = ["-id"]
        verbose_name = "留痕"
        indexes = [
            models.Index(fields=["owner", "id"], name="history_owner"),
            models.Index(
                fields=["other", "id"],
                condition=models.Q(other__isnull=False),
                name="history_other",
            ),
            models.Index(fields=["context", "id"], name="history_context"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.operation} {self.at:%F %T}"


class ReadEntry(models.Model):
    """查阅记录: who saw whose personal data, when and why. Added and read, never changed."""

    at = models.DateTimeField("时间", default=timezone.now)
    actor = models.UUIDField("人员", null=True)
    action = models.CharField("操作", max_length=20)
    table = models.CharField("表", max_length=63)
    rows = models.JSONField("记录", default=list)
    fields = models.CharField("项目", max_length=100, blank=True)
    reason = models.CharField("事由", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        db_table = "common_read"
        ordering = ["-id"]
        verbose_name = "查阅记录"

    def __str__(self) -> str:
        return f"{self.action} {self.at:%F %T}"


class FlowStep(models.Model):
    """流程步骤: a transition that was made (common/transitions.py)."""

    table = models.CharField("表", max_length=63)
    row = models.UUIDField("行")
    verb = models.CharField("动作", max_length=30)
    before = models.CharField("原状态", max_length=20)
    after = models.CharField("新状态", max_length=20)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, verbose_name="办理人"
    )
    at = models.DateTimeField("时间", default=timezone.now)
    note = models.CharField("说明", max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["table", "row"], name="flow_step_subject")]
        verbose_name = "流程步骤"

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%F %T}"


class Parameter(DatedRecord):
    """规则参数: a threshold, deadline or name that holds from a date on (common/parameters.py)."""

    key = models.CharField("参数", max_length=60)
    value = models.JSONField("取值")

    objects = ScopedQuerySet.as_manager()

    class Meta(DatedRecord.Meta):
        ordering = ["key", "starts_on"]
        verbose_name = "规则参数"
        constraints = [*DatedRecord.Meta.constraints, no_overlap("parameter_no_overlap", "key")]

    def __str__(self) -> str:
        return self.key


class CalendarDay(models.Model):
    """工作日历: a day that differs from its weekday (a holiday, a make-up working day)."""

    named_openly = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    name = models.CharField("名称", max_length=40)

    class Meta:
        ordering = ["day"]
        verbose_name = "工作日历"

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Digest(models.Model):
    """提醒: what was due for a person on a working day; at most one a day (common/digests.py).

    ``lines``: as digests.LineOfDigest; ``mailed_at``: when it also went out as an e-mail, which
    those without an address do not get; ``opened_at``: when its reader first saw it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="digests", verbose_name="收件人"
    )
    day = models.DateField("日期")
    lines = models.JSONField("事项", default=list)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name="催办人"
    )
    sent_at = models.DateTimeField("发出时间", default=timezone.now)
    mailed_at = models.DateTimeField("邮件时间", null=True)
    opened_at = models.DateTimeField("打开时间", null=True)

    class Meta:
        ordering = ["-day"]
        verbose_name = "提醒"
        constraints = [
            models.UniqueConstraint(fields=["user", "day"], name="one_digest_per_person_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"
