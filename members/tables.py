"""Columns of the members list."""

from typing import Any

from common.reveal import masked
from common.tables import Column
from members.choices import MemberCategory, PositionLevel

STATUS_TONES = {
    "正常": "ok", "停止党籍": "warn", "已转出": "info", "出党": "bad", "尚未加入": "info",
}
MOBILITY_TONES = {"流入": "info", "流出": "warn"}


def workplace_words(row: Any) -> str:
    """The entity, or the text that no entity carries yet."""
    return row.workplace_name or row.workplace_text


def mobility_words(row: Any) -> str:
    """流入 or 流出; nothing for those who stay."""
    return row.get_mobility_display() if row.mobility in ("in", "out") else ""


COLUMNS = (
    Column(
        "name", "姓名", fixed=True, link=lambda row: row.get_absolute_url(),
        sub=Column("id_number", "公民身份号码", value=lambda row: masked(row.id_number)),
        sort=("name", "-name"),
    ),
    Column("category", "人员类别", value=lambda row: MemberCategory(row.category).label,
           short="类别", whole=True),
    Column("status", "党籍状态", value="status_words", kind="state", tones=STATUS_TONES,
           short="党籍", up=True),
    Column("affiliation", "组织关系所在党组织", value="affiliated_name", short="组织关系",
           sub=Column("management", "管理党组织", value=lambda row: row.managed_name or "")),
    Column("workplace", "工作单位", value=workplace_words, short="单位"),
    Column("phone", "手机", value=lambda row: masked(row.phone), whole=True),
    Column("joined", "加入日期", value="joined_on", kind="date", sort=("-joined", "joined")),
    Column("mobility", "流动", value=mobility_words, wide=True, whole=True),
    Column("sex", "性别", value="get_sex_display", shown=False),
    Column("ethnicity", "民族", shown=False),
    Column("education", "学历", shown=False),
    Column("full", "转正日期", value="full_member_on", kind="date", shown=False),
    Column("position", "工作岗位", shown=False),
    Column("level", "岗位层级", shown=False,
           value=lambda row: PositionLevel(row.position_level).label if row.position_level else ""),
    Column("post", "党内职务", value="party_post", shown=False),
    Column("dues", "党费交至", value="dues_words", shown=False, sort=("dues", "-dues")),
    Column("updated", "更新", value="updated_on", kind="date", wide=True, shown=False),
)
