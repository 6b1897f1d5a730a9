"""Dated settings about Party organizations (common/parameters.py)."""

from common.parameters import Kind, Setting, declare

SET_UP = "党组织设置"
ELECTIONS = "换届"
BRANCH_RULES = "《中国共产党支部工作条例（试行）》"

declare(
    Setting(
        "eligible.full_members", "应建党组织的正式党员数", SET_UP, Kind.INTEGER, 3,
        unit="名", minimum=1, maximum=100,
        help="正式党员不少于这个数的主体应当单独组建，列入应建未建名单；支部不足这个数的提示调整。",
        basis=BRANCH_RULES,
    )
)
declare(
    Setting(
        "branch.max_members", "党支部党员数上限", SET_UP, Kind.INTEGER, 50,
        unit="名", minimum=3, maximum=1000,
        help="达到这个数的支部，提示改设党总支。", basis=BRANCH_RULES,
    )
)
declare(
    Setting(
        "general_branch.max_members", "党总支党员数上限", SET_UP, Kind.INTEGER, 100,
        unit="名", minimum=3, maximum=10_000,
        help="达到这个数的党组织，提示改设党委。", basis="《中国共产党章程》",
    )
)
declare(
    Setting(
        "committee_required.full_members", "应设支委会的正式党员数", SET_UP, Kind.INTEGER, 7,
        unit="名", minimum=3, maximum=100,
        help="正式党员不少于这个数的支部，提示设立支部委员会。", basis=BRANCH_RULES,
    )
)
declare(
    Setting(
        "joint_branch.max_units", "联合党支部覆盖单位上限", SET_UP, Kind.INTEGER, 5,
        unit="家", minimum=2, maximum=100,
        help="超过的联合党支部，提示拆分。", basis=BRANCH_RULES,
    )
)
declare(
    Setting(
        "election.reminder_months", "换届提醒", ELECTIONS, Kind.INTEGERS, (6, 3, 1),
        unit="个月前", minimum=0, maximum=24,
        help="任期届满前几个月提醒，可填几个数，用顿号隔开。",
        basis="《中国共产党基层组织选举工作条例》，届满前 6 个月提醒",
    )
)
