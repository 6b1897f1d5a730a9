"""Dated settings about logs, meetings, visits and grids (common/parameters.py).

A log keeps the days that were in force when its month opened.
"""

from common.parameters import Kind, Setting, declare

LOGS = "月度日志"
MEETINGS = "三会一课"
INSTRUCTORS = "指导员"
BRANCH_RULES = "《中国共产党支部工作条例（试行）》"

declare(
    Setting(
        "log.due_day", "日志截止日", LOGS, Kind.INTEGER, 6, unit="日", minimum=1, maximum=28,
        help="每月日志在次月几日前报送算按期，当日 24 时前都算。新的规定从它生效后开始的月份起用。",
    )
)
declare(
    Setting(
        "log.lock_day", "日志锁定日", LOGS, Kind.INTEGER, 20, unit="日", minimum=1, maximum=28,
        help="次月几日后不能再报，要补报须由镇街或区里开放。不会早于截止日。",
    )
)
declare(
    Setting(
        "log.return_days", "退回后修改时间", LOGS, Kind.INTEGER, 5, unit="个工作日",
        minimum=1, maximum=30,
        help="退回的日志至少有这么多工作日可以修改再报，过了锁定日也一样。",
    )
)
declare(
    Setting(
        "log.review_days", "镇街审核期限", LOGS, Kind.INTEGER, 5, unit="个工作日",
        minimum=0, maximum=30,
        help="镇街应在日志提交后这么多个工作日内审核，提交当天不算，退回后重报的从重报起算。"
        "过了期限的标为审核超期。填 0 表示不限。",
    )
)
declare(
    Setting(
        "log.photos", "每份日志最多照片", LOGS, Kind.INTEGER, 9, unit="张", minimum=1, maximum=30,
        help="照片都可以不传。",
    )
)
for _key, _label, _unit, _default, _basis in (
    ("meetings.general_per_quarter", "支部党员大会", "次/季度", 1, BRANCH_RULES),
    ("meetings.committee_per_month", "支委会", "次/月", 1, BRANCH_RULES),
    ("meetings.group_per_month", "党小组会", "次/月", 1, BRANCH_RULES),
    ("meetings.lecture_per_quarter", "党课", "次/季度", 1, BRANCH_RULES),
):
    declare(
        Setting(
            _key, f"{_label}次数", MEETINGS, Kind.INTEGER, _default, unit=_unit,
            minimum=0, maximum=10, help="少于这个数的党组织，列为三会一课不全。填 0 表示不查。",
            basis=_basis,
        )
    )
declare(
    Setting(
        "grid.full_time", "每个网格专职指导员", INSTRUCTORS, Kind.INTEGER, 1, unit="名",
        minimum=0, maximum=20, help="少于这个数的网格列为缺口。",
    )
)
declare(
    Setting(
        "grid.part_time", "每个网格兼职指导员", INSTRUCTORS, Kind.INTEGER, 2, unit="名",
        minimum=0, maximum=20, help="少于这个数的网格列为缺口。",
    )
)
declare(
    Setting(
        "instructor.max_entities", "每名指导员联系主体上限", INSTRUCTORS, Kind.INTEGER, 10,
        unit="家", minimum=1, maximum=1000, help="超过的指导员列为负担过重。",
    )
)
declare(
    Setting(
        "work_coverage.visit_days", "工作覆盖要求的走访", INSTRUCTORS, Kind.INTEGER, 0, unit="天内",
        minimum=0, maximum=730,
        help="指导员在这么多天内走访过的主体才算工作覆盖。填 0 表示有在任指导员联系就算。",
    )
)
declare(
    Setting(
        "visit.due_days", "走访间隔", INSTRUCTORS, Kind.INTEGER, 90, unit="天", minimum=0,
        maximum=730, help="联系的主体这么多天没有走访，提醒指导员。填 0 表示不提醒。",
    )
)
declare(
    Setting(
        "visit.edit_days", "走访记录可修改", INSTRUCTORS, Kind.INTEGER, 7, unit="天内", minimum=0,
        maximum=90, help="记录人在记录后这么多天内可以改自己的走访记录；镇街工作人员不受这个限制。",
    )
)
