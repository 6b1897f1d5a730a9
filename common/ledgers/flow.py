"""The flow of an import batch (design.md §4.3). People check, apply, undo and discard; the job
that does it makes the steps in between, and puts the batch back when it fails."""

from common.models import BatchState
from common.transitions import Flow, Transition

BATCH_FLOW = Flow(
    "state",
    Transition(
        "check", "检查", right="import",
        sources={BatchState.UPLOADED, BatchState.CHECKED}, target=BatchState.CHECKING,
    ),
    Transition(
        "finish_check", "检查完成",
        sources={BatchState.CHECKING}, target=BatchState.CHECKED,
    ),
    Transition(
        "fail", "未能读取",
        sources={BatchState.UPLOADED, BatchState.CHECKING}, target=BatchState.FAILED,
    ),
    Transition(
        "apply", "确认入库", right="import",
        sources={BatchState.CHECKED}, target=BatchState.APPLYING,
    ),
    Transition(
        "finish_apply", "入库完成",
        sources={BatchState.APPLYING}, target=BatchState.APPLIED,
    ),
    # The job broke, or the ledgers have changed since the check: look again, nothing is written.
    Transition(
        "stop_apply", "退回待确认",
        sources={BatchState.APPLYING}, target=BatchState.CHECKED,
    ),
    Transition(
        "undo", "撤销本次导入", right="import",
        sources={BatchState.APPLIED}, target=BatchState.UNDOING,
    ),
    Transition(
        "finish_undo", "撤销完成",
        sources={BatchState.UNDOING}, target=BatchState.UNDONE,
    ),
    Transition(
        "stop_undo", "撤销未成",
        sources={BatchState.UNDOING}, target=BatchState.APPLIED,
    ),
    Transition(
        "discard", "放弃", right="import",
        sources={BatchState.UPLOADED, BatchState.CHECKED, BatchState.FAILED},
        target=BatchState.DISCARDED,
    ),
)
