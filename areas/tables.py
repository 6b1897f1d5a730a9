"""Columns of the list of areas (区划)."""

from typing import Any

from django.urls import reverse

from common.tables import Column


def _children(row: Any) -> str | None:
    """The list of the areas right below."""
    return f"{reverse('areas:area_list')}?parent={row.code}" if row.child_count else None


COLUMNS = (
    Column(
        "name",
        "名称",
        sub=Column("code", "区划代码"),
        fixed=True,
        link=lambda row: row.get_absolute_url(),
        sort=("name", "-name"),
    ),
    Column("level", "层级", value="get_level_display"),
    Column("parent", "上级", value="parent_name"),
    Column("child_count", "下级", kind="number", link=_children),
    Column("grid_type", "网格类型", value="get_grid_type_display"),
    Column(
        "use",
        "使用状态",
        kind="state",
        tones={"在用": "ok", "停用": "warn"},
        value=lambda row: "在用" if row.is_used else "停用",
    ),
    Column("opened", "启用日期", value="opened_on", kind="date", shown=False),
    Column("closed", "停用日期", value="closed_on", kind="date", shown=False),
)
