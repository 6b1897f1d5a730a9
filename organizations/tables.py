"""Columns of the lists of organizations and of instructors."""

from typing import Any

from common.tables import Column
from organizations.choices import OrganizationCategory, SetUpMode

STATUS_TONES = {"在用": "ok", "撤销": "bad", "尚未成立": "info"}
SERVING_TONES = {"在聘": "ok", "即将到期": "warn", "已到期": "bad", "尚未开始": "info"}


def secretary_words(row: Any) -> str:
    """The secretary; 空缺 of an organization in use that has none."""
    return row.secretary or ("空缺" if row.status_words == "在用" else "")


ORGANIZATION_COLUMNS = (
    Column(
        "name", "党组织", sub=Column("code", "党组织代码"), fixed=True,
        link=lambda row: row.get_absolute_url(), sort=("name", "-name"),
    ),
    Column("category", "类别", whole=True,
           value=lambda row: OrganizationCategory(row.category).label),
    Column("town", "所属镇街", value="town_name", short="镇街",
           sub=Column("park", "园区", value=lambda row: row.park_name or "")),
    Column("secretary", "书记", value=secretary_words, whole=True),
    Column("due", "应换届日期", value="due_on", kind="date", short="换届", sort=("due", "-due"),
           sub=Column("stage", "提醒")),
    Column("covered", "覆盖主体", kind="number", short="覆盖", link=lambda row: row.covered_url),
    Column("mode", "组建方式", value=lambda row: SetUpMode(row.mode).label, shown=False),
    Column("status", "状态", value="status_words", kind="state", tones=STATUS_TONES, shown=False),
    Column("superior", "上级党组织", shown=False),
    Column("industry", "所属行业", shown=False),
    Column("groups", "党小组数", value="group_count", kind="number", shown=False),
    Column("premises", "活动场所面积（平方米）", value="premises_area", kind="number", shown=False),
    Column("brand", "党建品牌", shown=False),
    Column("founded", "成立日期", value="founded_on", kind="date", shown=False, sort=("-founded",)),
    Column("dissolved", "撤销日期", value="dissolved_on", kind="date", shown=False),
    Column("updated", "更新", value="updated_on", kind="date", wide=True, shown=False),
)

INSTRUCTOR_COLUMNS = (
    Column("name", "姓名", sub=Column("workplace", "工作单位"), fixed=True,
           link=lambda row: row.get_absolute_url(), sort=("name", "-name")),
    Column("serving", "聘期状态", kind="state", tones=SERVING_TONES, short="聘期", up=True),
    Column("source", "来源", value="get_source_display"),
    Column("commitment", "专职兼职", value="get_commitment_display", short="专兼职", whole=True),
    Column("town", "所属镇街", value="town_name", short="镇街",
           sub=Column("grid", "网格", value=lambda row: row.grid_name or "")),
    Column("first", "聘期起", value="term_starts_on", kind="date", wide=True),
    Column("last", "聘期止", value="last_day", kind="date", sort=("ends", "-ends")),
    Column("entities", "联系主体", value="entities_assigned", kind="number",
           link=lambda row: row.entities_url),
    Column("organizations", "联系党组织", value="organizations_assigned", kind="number", wide=True),
    Column("position", "职务", shown=False),
    Column("political", "政治面貌", value="political_status", shown=False),
    Column("updated", "更新", value="updated_on", kind="date", wide=True, shown=False),
)
