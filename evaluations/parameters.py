"""Dated settings about ratings (common/parameters.py)."""

from common.parameters import Kind, Setting, declare

RATINGS = "星级评定"

declare(
    Setting(
        "rating.publish_days", "公示时间", RATINGS, Kind.INTEGER, 5, unit="个工作日",
        minimum=1, maximum=30, help="新的评定周期按这个天数公示，开始后可在该周期里改。",
    )
)
declare(
    Setting(
        "rating.inactive_months", "长期未开展活动", RATINGS, Kind.INTEGER, 6, unit="个月",
        minimum=1, maximum=24, help="这么多个月没有活动记录的党组织，提示核实否决情形。",
    )
)
