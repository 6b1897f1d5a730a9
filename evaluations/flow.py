"""The steps of a rating (design.md §4.5): self-assessment, town, district, city where the band is
granted by the city, publication, decision. A level can hand back to the one before until it has
handed on itself."""

from common.transitions import Flow, Transition
from evaluations.choices import CommitmentState as P
from evaluations.choices import CycleState as C
from evaluations.choices import FindingState as F
from evaluations.choices import NominationState as N
from evaluations.choices import ReviewState as S

REVIEW_FLOW = Flow(
    "state",
    Transition("assess", "提交自评", {S.SELF}, S.TOWN, right="rate_self"),
    Transition("withdraw", "撤回自评", {S.TOWN}, S.SELF, right="rate_self"),
    Transition("return_self", "退回支部", {S.TOWN}, S.SELF, right="rate_town", needs_note=True),
    Transition("review", "提交初评", {S.TOWN}, S.DISTRICT, right="rate_town"),
    Transition(
        "return_town", "退回镇街", {S.DISTRICT}, S.TOWN, right="rate_district", needs_note=True
    ),
    Transition("finish", "提交复评", {S.DISTRICT}, S.SCORED, right="rate_district"),
    Transition("refer", "报市评定", {S.DISTRICT}, S.CITY, right="rate_district"),
    Transition("record_city", "登记市评结果", {S.CITY}, S.SCORED, right="rate_district"),
    Transition(
        "reopen", "退回复评", {S.SCORED}, S.DISTRICT, right="rate_district", needs_note=True
    ),
    Transition("publish", "公示", {S.SCORED}, S.PUBLISHED, right="run_cycles"),
    Transition("object", "登记异议", {S.PUBLISHED}, S.OBJECTED, right="rate_district",
               needs_note=True),
    Transition("uphold", "异议不成立", {S.OBJECTED}, S.PUBLISHED, right="rate_district",
               needs_note=True),
    Transition("rescore", "异议成立，重新复评", {S.OBJECTED}, S.DISTRICT, right="rate_district",
               needs_note=True),
    # With its cycle (actions_results.reopen_cycle).
    Transition("unpublish", "撤回公示", {S.PUBLISHED}, S.SCORED),
    # Granting is a decision of the level that the band demands (actions.decide).
    Transition("grant", "授星", {S.PUBLISHED}, S.GRANTED),
    Transition("pass_over", "不授星", {S.PUBLISHED}, S.UNRATED),
)
CYCLE_FLOW = Flow(
    "state",
    Transition("publish", "公示", {C.OPEN}, C.PUBLISHED, right="run_cycles"),
    Transition("reopen", "撤回公示", {C.PUBLISHED}, C.OPEN, right="run_cycles", needs_note=True),
    Transition("close", "结束", {C.PUBLISHED}, C.CLOSED, right="run_cycles"),
)
FINDING_FLOW = Flow(
    "state",
    Transition("confirm", "确认触发", {F.SUSPECTED, F.DISMISSED}, F.CONFIRMED,
               right="judge_vetoes", needs_note=True),
    Transition("dismiss", "不触发", {F.SUSPECTED, F.CONFIRMED}, F.DISMISSED,
               right="judge_vetoes", needs_note=True),
)
COMMITMENT_FLOW = Flow(
    "state",
    Transition("approve", "支部审定", {P.PROPOSED}, P.BRANCH, right="commit"),
    Transition("town_approve", "镇街审定", {P.BRANCH}, P.TOWN, right="rate_town"),
    Transition("register", "区里备案", {P.TOWN}, P.REGISTERED, right="rate_district"),
    Transition("send_back", "退回修改", {P.BRANCH}, P.PROPOSED, right="rate_town",
               needs_note=True),
    Transition("return_town", "退回镇街", {P.TOWN}, P.BRANCH, right="rate_district",
               needs_note=True),
    Transition("show", "亮诺", {P.REGISTERED}, P.SHOWN, right="commit"),
    Transition("appraise", "评诺", {P.SHOWN}, P.APPRAISED, right="rate_town"),
    Transition("find_hollow", "认定走过场", {P.REGISTERED, P.SHOWN, P.APPRAISED}, P.HOLLOW,
               right="judge_vetoes", needs_note=True),
    Transition("clear", "撤销认定", {P.HOLLOW}, P.SHOWN, right="judge_vetoes", needs_note=True),
)
NOMINATION_FLOW = Flow(
    "state",
    Transition("review", "镇街审核通过", {N.NOMINATED}, N.REVIEWED, right="rate_town"),
    Transition("decline", "不通过", {N.NOMINATED}, N.DECLINED, right="rate_town",
               needs_note=True),
    Transition("refuse", "区里不通过", {N.REVIEWED}, N.DECLINED, right="rate_district",
               needs_note=True),
    Transition("renew", "重新推荐", {N.DECLINED}, N.NOMINATED, right="nominate"),
    Transition("honour", "表彰", {N.REVIEWED}, N.HONOURED, right="rate_district"),
)
