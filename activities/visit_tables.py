"""Columns of the lists of visits and of instructors' load."""

from typing import Any

from activities.needs import TONES
from common.tables import Column

OVER, WITHIN, MISSING, COMPLETE = "超过上限", "上限内", "有缺口", "配齐"


def _need_words(row: Any) -> str:
    need = getattr(row, "raised", None)
    return need.get_state_display() if need else ""


def _need_url(row: Any) -> str | None:
    need = getattr(row, "raised", None)
    return need.get_absolute_url() if need else None


VISIT_COLUMNS = (
    Column("whom", "走访对象", value="whom_name", fixed=True,
           link=lambda row: row.get_absolute_url()),
    Column("visited_on", "日期", kind="date", sort=("-day", "day")),
    Column("instructor", "指导员", link=lambda row: row.instructor_url, whole=True),
    Column("way", "方式", value="get_way_display", whole=True),
    Column("met", "见到谁"),
    Column("need", "企业需求", value=_need_words, kind="state", tones=TONES, short="需求"),
    Column("matters", "谈了什么", shown=False),
    Column("recorded_by", "记录人", shown=False),
    Column("recorded_at", "记录时间", shown=False),
)

LOAD_COLUMNS = (
    Column("name", "姓名", sub=Column("workplace", "工作单位"), fixed=True,
           link=lambda row: row.get_absolute_url(), sort=("name", "-name")),
    Column("town", "所属镇街", value="town_name", short="镇街",
           sub=Column("grid", "网格", value=lambda row: row.grid_name or "")),
    Column("commitment", "专职兼职", value="get_commitment_display", short="专兼职", whole=True),
    Column("entities", "联系主体", value="entities_assigned", kind="number", short="主体",
           link=lambda row: row.entities_url, sort=("-load", "load"),
           sub=Column("elsewhere", "范围外")),
    Column("organizations", "联系党组织", value="organizations_assigned", kind="number",
           short="党组织", link=lambda row: row.organizations_url),
    Column("over", "负担", value="over_words", kind="state", tones={OVER: "bad"}, up=True),
    Column("last", "最近走访", value="last_visit", kind="date", sort=("last", "-last"),
           link=lambda row: row.visits_url, sub=Column("ago", "距今")),
    Column("never", "从没走访", value="never_visited", kind="number",
           link=lambda row: row.never_url),
    Column("due", "该走访", value="due_visits", kind="number", link=lambda row: row.due_url),
)

GRID_COLUMNS = (
    Column("name", "网格", sub=Column("code", "编号"), fixed=True,
           link=lambda row: row.get_absolute_url(), sort=("code", "-code")),
    Column("place", "所属镇街", short="镇街"),
    Column("full", "专职", value="full_time", kind="number", link=lambda row: row.full_url),
    Column("part", "兼职", value="part_time", kind="number", link=lambda row: row.part_url),
    Column("gap", "配备", value="gap_words", kind="state",
           tones={COMPLETE: "ok", MISSING: "bad"}, up=True, sub=Column("missing", "缺")),
    Column("entities", "市场主体", value="entity_count", kind="number", short="主体",
           link=lambda row: row.entity_list),
    Column("alone", "没有党组织也没有指导员", value="alone_count", kind="number", short="没人联系",
           link=lambda row: row.alone_url),
)
