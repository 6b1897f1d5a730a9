"""The steps of a log (design.md §4.5).

A log is filed by the secretary, accepted or returned by the town, confirmed by the district.
Whoever has acted can take it back until the next level acts.
"""

from activities.choices import LogState as S
from common.transitions import Flow, Transition

LOG_FLOW = Flow(
    "state",
    Transition("submit", "提交", {S.OWED, S.RETURNED}, S.SUBMITTED, right="file_logs"),
    Transition("withdraw", "撤回", {S.SUBMITTED}, S.OWED, right="file_logs"),
    Transition("accept", "通过", {S.SUBMITTED}, S.ACCEPTED, right="review_logs"),
    Transition(
        "send_back", "退回修改", {S.SUBMITTED}, S.RETURNED, right="review_logs", needs_note=True
    ),
    Transition("take_back", "撤回审核", {S.ACCEPTED}, S.SUBMITTED, right="review_logs"),
    Transition("confirm", "确认", {S.ACCEPTED}, S.CONFIRMED, right="confirm_logs"),
    Transition(
        "refuse", "退回镇街", {S.ACCEPTED}, S.SUBMITTED, right="confirm_logs", needs_note=True
    ),
    Transition("unconfirm", "撤回确认", {S.CONFIRMED}, S.ACCEPTED, right="confirm_logs"),
    Transition(
        "exempt", "豁免", {S.OWED, S.RETURNED}, S.EXEMPT, right="exempt_logs", needs_note=True
    ),
    Transition("restore", "取消豁免", {S.EXEMPT}, S.OWED, right="exempt_logs"),
    # The register says that the organization did not last the month, or that it did after all.
    Transition("release", "不应报", {S.OWED}, S.RELEASED),
    Transition("owe", "应报", {S.RELEASED}, S.OWED),
)
