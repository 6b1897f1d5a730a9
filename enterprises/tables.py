"""Columns of the entities list (市场主体)."""

from typing import Any

from common.tables import Column
from enterprises.choices import Stage
from enterprises.industries import division_name, section_name

STATUS_TONES = {
    "正常": "ok",
    "停业": "warn",
    "吊销": "bad",
    "注销": "bad",
    "迁出": "info",
    "空壳": "bad",
}


def industry_words(section: str, division: str) -> str:
    """C33 金属制品业 · C 制造业 · "" for nothing."""
    if division:
        return f"{section}{division} {division_name(division)}"
    return f"{section} {section_name(section)}" if section else ""


def small_place(row: Any) -> str:
    """Community and grid as one: 青石社区 02网格 (a grid's name often begins with the
    community's)."""
    community, grid = row.community_name or "", row.grid_name or ""
    if grid.startswith(community):
        return grid or row.park_name or ""
    return " ".join(part for part in (community, grid) if part)


COLUMNS = (
    Column(
        "name",
        "名称",
        sub=Column("uscc", "统一社会信用代码"),
        fixed=True,
        link=lambda row: row.get_absolute_url(),
        sort=("name", "-name"),
    ),
    Column("kind", "类型", value="get_kind_display"),
    Column(
        "town",
        "所属镇街",
        value="town_name",
        short="镇街",
        sub=Column("place", "社区、网格", value=small_place),
    ),
    Column("employees", "从业人数", kind="number", short="从业", sort=("-employees", "employees")),
    Column(
        "status", "经营状态", value="status_words", kind="state", tones=STATUS_TONES, shown=False
    ),
    Column("size", "企业划型", value="size_class", shown=False),
    Column("three", "三有", value="is_three", shown=False),
    Column(
        "industry",
        "所属行业",
        value=lambda row: industry_words(row.section, row.division),
        shown=False,
    ),
    Column("chain", "产业链", shown=False),
    Column("park", "园区", value="park_name", shown=False),
    Column("above_scale", "规模以上", shown=False),
    Column("revenue", "营业收入（万元）", kind="number", shown=False),
    Column(
        "stage",
        "发展阶段",
        shown=False,
        value=lambda row: Stage(row.stage).label if row.stage else "",
    ),
    Column("tags", "资质标签", value=lambda row: "、".join(row.tags or ()), shown=False),
    Column("legal_representative", "法定代表人", shown=False),
    Column("address", "地址", shown=False),
    Column("founded", "成立日期", value="founded_on", kind="date", shown=False),
    Column("closed", "注销日期", value="closed_on", kind="date", shown=False),
    Column("updated", "更新", value="updated_on", kind="date", wide=True),
)
