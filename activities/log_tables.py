"""Columns of the list of logs and of the lists of exceptions."""

from typing import Any

from activities.choices import Caution, LogState
from activities.models import ActivityLog
from common.tables import Column

TONES = {
    LogState.SUBMITTED.label: "info", LogState.RETURNED.label: "warn", LogState.OWED.label: "bad",
    LogState.ACCEPTED.label: "ok", LogState.CONFIRMED.label: "ok",
}


OVERDUE = "审核超期"


def month_words(log: ActivityLog) -> str:
    """2026年10月."""
    return f"{log.month.year}年{log.month.month}月"


def caution_words(log: ActivityLog) -> str:
    """What a reviewer is told, in one cell."""
    return "；".join(Caution(code).label for code in log.cautions)


def _timing(log: ActivityLog) -> str:
    if log.submitted_on is None:
        return ""
    return "逾期" if log.is_late else "按期"


LOG_COLUMNS = (
    Column(
        "organization", "党组织", link=lambda row: row.opens, sort=("name", "-name"), fixed=True,
    ),
    Column("month", "月份", value=month_words, sort=("-month", "month"), whole=True),
    Column("state", "状态", value="get_state_display", kind="state", tones=TONES, up=True),
    Column("submitted", "报送日", value="submitted_on", kind="date", sort=("-filed", "filed")),
    Column("timing", "按期", value=_timing, kind="state", tones={"逾期": "warn"}),
    Column("review", "审核期限", value="review_words", kind="state", tones={OVERDUE: "bad"}),
    Column("cautions", "提示", value=caution_words),
    Column("town", "所属镇街", value="town", wide=True),
    Column("zero", "零报告", value=lambda log: "零报告" if log.is_zero else "", shown=False),
    Column("reason", "零报告或豁免原因", value="reason", shown=False),
    Column("due", "截止日", value="due_on", kind="date", shown=False),
    Column("rounds", "提交次数", value="rounds", kind="number", shown=False),
)


def _first(row: Any) -> str:
    return f"{row.starts_on.year}年{row.starts_on.month}月"


EXEMPTION_COLUMNS = (
    Column("organization", "党组织", link=lambda row: row.opens, sort=("name",), fixed=True),
    Column("first", "从", value=_first, sort=("-first",), whole=True),
    Column("last", "到", value="last_words", whole=True),
    Column("reason", "原因", value="reason"),
    Column("by", "经办人", value="by"),
    Column("at", "办理时间", value="at", wide=True),
)
REOPENING_COLUMNS = (
    Column("organization", "党组织", value="log.organization", link=lambda row: row.opens,
           sort=("name",), fixed=True),
    Column("month", "月份", value=lambda row: month_words(row.log), whole=True),
    Column("state", "状态", value="log.get_state_display", kind="state", tones=TONES, up=True),
    Column("until", "补报至", value="until", kind="date", sort=("until",)),
    Column("reason", "原因", value="reason"),
    Column("by", "经办人", value="by"),
)
