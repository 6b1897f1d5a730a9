"""Dated settings of tickets: time limits (domain.md §7), office hours, escalation."""

from decimal import Decimal

from common.parameters import Kind, Setting, declare

TICKETS = "企业诉求"
HOURS = "办公时间"

for _key, _label, _default, _help in (
    ("accept_days", "受理时限", 1, "登记后这么多个工作日内受理或退回补正。"),
    ("assign_days", "交办时限", 1, "受理后或部门提出异议后，这么多个工作日内交办。"),
    ("sign_days", "签收时限", 1, "交办后这么多个工作日内签收或提出异议。"),
    ("first_reply_days", "首次反馈时限", 3, "受理后这么多个工作日内第一次告诉企业办到哪一步。"),
    ("consultation_days", "咨询办理时限", 3, "从受理起算。"),
    ("ordinary_days", "一般事项办理时限", 7, "从受理起算。"),
    ("complex_days", "复杂事项办理时限", 15, "从受理起算。"),
    ("urgent_days", "紧急事项办理时限", 1, "从受理起算。"),
    ("rate_days", "企业评价时限", 5, "反馈后这么多个工作日没有评价，按未评价办结。"),
    ("yellow_days", "超期亮黄牌", 1, "超期这么多个工作日，自动亮黄牌。"),
    ("red_days", "超期亮红牌", 3, "超期这么多个工作日，自动亮红牌。"),
    ("raise_days", "超期升级", 5, "超期这么多个工作日，自动升级由区级牵头。"),
    ("archive_days", "办结后归档", 10, "办结后这么多个工作日自动归档。"),
):
    declare(
        Setting(
            f"ticket.{_key}", _label, TICKETS, Kind.INTEGER, _default, unit="个工作日", minimum=1,
            maximum=250, help=_help,
        )
    )
declare(
    Setting(
        "ticket.extension_notice", "延期要提前", TICKETS, Kind.INTEGER, 1, unit="个工作日",
        minimum=0, maximum=30, help="到期前至少这么多个工作日申请延期，每次办理只能延一次。",
    )
)
declare(
    Setting(
        "ticket.files", "每件诉求最多附件", TICKETS, Kind.INTEGER, 9, unit="张", minimum=1,
        maximum=30, help="附件是照片，都可以不传。",
    )
)
for _key, _label, _hour in (
    ("opens", "上班时间", Decimal(9)), ("closes", "下班时间", Decimal("17.5")),
):
    declare(
        Setting(
            f"office.{_key}", _label, HOURS, Kind.DECIMAL, _hour, unit="时", minimum=0, maximum=23,
            help="17.5 就是 17:30。时限只在工作日的办公时间里计算，升级也只在这段时间发出。",
        )
    )
