"""Dated settings about figures and reports (common/parameters.py)."""

from common.parameters import Kind, Setting, declare
from enterprises.choices import EntityKind

REPORTS = "报告"

declare(
    Setting(
        "report.body", "报告落款单位", REPORTS, Kind.TEXT, "", maximum=100, is_required=False,
        help="空着就用主管单位。",
    )
)
declare(
    Setting(
        "report.kinds_without_rate", "不计算覆盖率的主体类型", REPORTS, Kind.CHOICES,
        (EntityKind.SELF_EMPLOYED.value,), choices=tuple(EntityKind.choices), is_required=False,
        help="这些类型只列党组织个数和党员数，覆盖率写“—”并说明原因。",
        basis="党组织个数不是户数，两者相除没有意义",
    )
)
declare(
    Setting(
        "report.no_rate_reason", "不计算覆盖率的说明", REPORTS, Kind.TEXT,
        "{n} 是党组织个数，不是户数，不能相除", maximum=100,
        help="写在“—”旁边，{n} 处填入党组织个数。",
    )
)
declare(
    Setting(
        "report.main_kind", "报告主要分析的主体类型", REPORTS, Kind.CHOICES,
        (EntityKind.SMALL_MICRO.value,), choices=tuple(EntityKind.choices),
        help="覆盖状态、变化原因、分镇街等部分按这一类型统计，选一个。",
    )
)
