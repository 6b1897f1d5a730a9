"""Value sets of reports and of what districts publish."""

from django.db.models import TextChoices


class RunState(TextChoices):
    QUEUED = "queued", "等待生成"
    DONE = "done", "已生成"
    FAILED = "failed", "未生成"


class RunKind(TextChoices):
    """What a run makes."""

    COVERAGE = "coverage", "覆盖情况报告"
    BOOK = "book", "评定结果册"
    BULLETIN = "bulletin", "工作数据"


class PeriodMode(TextChoices):
    """What a published figure is of: a day, or a period in one of the four ways of speaking."""

    DAY = "day", "时点"
    SINCE = "since", "以来"
    YEAR = "year", "全年"
    TOTAL = "total", "累计"
    FIRST_HALF = "first_half", "上半年"


class Part(TextChoices):
    """Which number of a share is published."""

    VALUE = "value", "数值"
    PERCENT = "percent", "比率"
    MET = "met", "分子"
    UNMET = "unmet", "未计入"
    TOTAL = "total", "分母"


class Wording(TextChoices):
    """How an exact number is spoken of: 2714 → 2700余 · 98 → 近100 · 81.5% → 超80%."""

    EXACT = "exact", "准确数"
    OVER = "over", "余"
    NEARLY = "nearly", "近"
    ABOVE = "above", "超"
