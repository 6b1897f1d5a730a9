"""The steps of a ticket (domain.md §7).

A transition without a target leaves the state as it is. Who may make a step on a given ticket is
asked in services/ticket_rights.py: the department that it was assigned to, the enterprise whose it
is, the town where it lies.
"""

from common.transitions import Flow, Transition
from services.choices import TicketState as S

_OPEN = {S.REGISTERED, S.RETURNED, S.ACCEPTED, S.ASSIGNED, S.DISPUTED, S.WORKING, S.SUSPENDED}
_PUSHED = _OPEN - {S.RETURNED}
_DONE = {S.ANSWERED, S.CLOSED, S.ARCHIVED}
_ACCEPTING, _HANDLING, _RATING = "assign_tickets", "handle_tickets", "rate_tickets"
_RAISING, _SIGNING, _HELPING = "raise_tickets", "sign_tickets", "record_help"

TICKET_FLOW = Flow(
    "state",
    Transition("accept", "受理", {S.REGISTERED}, S.ACCEPTED, right=_ACCEPTING),
    Transition(
        "reply", "直接答复", {S.REGISTERED, S.ACCEPTED, S.DISPUTED}, S.ANSWERED, right=_ACCEPTING,
        needs_note=True,
    ),
    Transition(
        "send_back", "退回补正", {S.REGISTERED}, S.RETURNED, right=_ACCEPTING, needs_note=True
    ),
    Transition(
        "resubmit", "补正后重交", {S.RETURNED}, S.REGISTERED, right=_RAISING, needs_note=True
    ),
    Transition("withdraw", "撤回诉求", {S.REGISTERED, S.RETURNED}, S.WITHDRAWN, right=_RAISING),
    Transition(
        "assign", "交办", {S.ACCEPTED, S.ASSIGNED, S.DISPUTED}, S.ASSIGNED, right=_ACCEPTING
    ),
    Transition(
        "take", "自行办理", {S.ACCEPTED, S.ASSIGNED, S.DISPUTED}, S.WORKING, right=_ACCEPTING
    ),
    Transition("sign", "签收", {S.ASSIGNED}, S.WORKING, right=_SIGNING),
    Transition("dispute", "提出异议", {S.ASSIGNED}, S.DISPUTED, right=_SIGNING, needs_note=True),
    Transition("answer", "反馈结果", {S.WORKING}, S.ANSWERED, right=_HANDLING, needs_note=True),
    Transition("progress", "告知进度", {S.WORKING}, "", right=_HANDLING, needs_note=True),
    Transition("suspend", "挂起", {S.WORKING}, S.SUSPENDED, right=_HANDLING, needs_note=True),
    Transition("resume", "恢复办理", {S.SUSPENDED}, S.WORKING, right="resume_tickets"),
    Transition("ask_extension", "申请延期", {S.WORKING}, "", right=_HANDLING, needs_note=True),
    Transition("extend", "同意延期", {S.WORKING}, "", right=_ACCEPTING),
    Transition(
        "refuse_extension", "不同意延期", {S.WORKING}, "", right=_ACCEPTING, needs_note=True
    ),
    Transition("rate", "评价", {S.ANSWERED}, S.CLOSED, right=_RATING),
    Transition("redo", "不满意，重办", {S.ANSWERED}, S.WORKING, right=_RATING, needs_note=True),
    Transition("supplement", "补充材料", _OPEN, "", right=_RAISING, needs_note=True),
    Transition("supervise", "督办", _PUSHED, "", right=_ACCEPTING, needs_note=True),
    Transition("escalate", "升级", _PUSHED, "", right=_ACCEPTING, needs_note=True),
    Transition(
        "conclude", "终结", {S.WORKING, S.SUSPENDED, S.ANSWERED}, S.CLOSED,
        right="conclude_tickets", needs_note=True,
    ),
    Transition("archive", "归档", {S.CLOSED}, S.ARCHIVED, right=_ACCEPTING),
    Transition("record_help", "记为帮扶成果", _DONE, "", right=_HELPING),
    Transition("drop_help", "撤回帮扶成果", _DONE, "", right=_HELPING),
    # By the clock.
    Transition("warn", "超期亮牌", _PUSHED, ""),
    Transition("climb", "超期升级", _PUSHED, ""),
    Transition("lapse", "逾期未评价，办结", {S.ANSWERED}, S.CLOSED),
    Transition("store", "自动归档", {S.CLOSED}, S.ARCHIVED),
)
