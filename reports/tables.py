"""Columns of the list of reports."""

from typing import Any

from common.tables import Column

STATE_TONES = {"已生成": "ok", "未生成": "bad", "等待生成": "info"}


def asker(run: Any) -> str:
    """Who asked for a report."""
    return "系统" if run.asked_by is None else str(run.asked_by)


COLUMNS = (
    Column("number", "编号", link=lambda run: run.get_absolute_url(), fixed=True),
    Column("title", "报告", value="title"),
    Column("as_of", "时点", kind="date", sort=("-as_of", "as_of")),
    Column("area", "范围", value="area.name"),
    Column("against", "对比时点", kind="date", short="对比", wide=True),
    Column("rate", "组织覆盖率", short="覆盖率",
           value=lambda run: "" if run.rate is None else f"{run.rate}%"),
    Column("state", "状态", value="get_state_display", kind="state", tones=STATE_TONES),
    Column("asked_by", "生成人", value=asker),
    Column("asked_at", "提交时间", value="asked_at", kind="date", short="提交",
           sort=("-asked", "asked")),
)
