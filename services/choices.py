"""Value sets of tickets and of the service menu (domain.md §7)."""

from django.db.models import TextChoices


class TicketChannel(TextChoices):
    """渠道: how a ticket came."""

    ENTERPRISE = "enterprise", "企业自报"
    VISIT = "visit", "走访"
    HELP_DAY = "help_day", "书记帮办日"
    WORKSHOP = "workshop", "车间恳谈会"
    STATION = "station", "指导站"
    CHAMBER = "chamber", "商会"
    HOTLINE = "hotline", "12345 转"
    DELEGATE = "delegate", "党代表"


class TicketKind(TextChoices):
    """诉求类型."""

    CONSULTATION = "consultation", "咨询"
    REQUEST = "request", "求助"
    COMPLAINT = "complaint", "投诉"
    SUGGESTION = "suggestion", "建议"


class TicketGrade(TextChoices):
    """难易: what the time limit hangs on, beside the kind."""

    ORDINARY = "ordinary", "一般"
    COMPLEX = "complex", "复杂"
    URGENT = "urgent", "紧急"


class TicketState(TextChoices):
    """工单状态."""

    REGISTERED = "registered", "待受理"
    RETURNED = "returned", "退回补正"
    ACCEPTED = "accepted", "待交办"
    ASSIGNED = "assigned", "待签收"
    DISPUTED = "disputed", "有异议"
    WORKING = "working", "办理中"
    SUSPENDED = "suspended", "挂起"
    ANSWERED = "answered", "待评价"
    CLOSED = "closed", "办结"
    ARCHIVED = "archived", "已归档"
    WITHDRAWN = "withdrawn", "已撤回"


# Where government has to act, where the enterprise has to, and where nobody has any more.
PENDING = frozenset({
    TicketState.REGISTERED, TicketState.ACCEPTED, TicketState.ASSIGNED, TicketState.DISPUTED,
    TicketState.WORKING,
})
WITH_ENTERPRISE = frozenset(
    {TicketState.RETURNED, TicketState.SUSPENDED, TicketState.ANSWERED}
)
FINISHED = frozenset({TicketState.CLOSED, TicketState.ARCHIVED})
ENDED = FINISHED | {TicketState.WITHDRAWN}


class TicketLevel(TextChoices):
    """由谁牵头: where a ticket stands after it was raised (升级)."""

    TOWN = "town", "镇街"
    DISTRICT = "district", "区级"
    JOINT_MEETING = "joint_meeting", "联席会议"
    SECRETARY = "secretary", "书记包案"


LEVELS = tuple(TicketLevel)


class TicketCard(TextChoices):
    """督办牌."""

    NONE = "", "没有督办"
    YELLOW = "yellow", "黄牌"
    RED = "red", "红牌"


class TicketSatisfaction(TextChoices):
    """满意度: what the enterprise says of the answer."""

    VERY_SATISFIED = "very_satisfied", "非常满意"
    SATISFIED = "satisfied", "满意"
    FAIRLY_SATISFIED = "fairly_satisfied", "基本满意"
    DISSATISFIED = "dissatisfied", "不满意"


SATISFIED = frozenset({TicketSatisfaction.VERY_SATISFIED, TicketSatisfaction.SATISFIED})


class TicketOutcome(TextChoices):
    """是否解决: as the enterprise says."""

    SOLVED = "solved", "已解决"
    PARTLY = "partly", "部分解决"
    EXPLAINED = "explained", "已解释说明"
    UNSOLVED = "unsolved", "未解决"


class RatingSource(TextChoices):
    """评价来源."""

    ENTERPRISE = "enterprise", "企业评价"
    CALL_BACK = "call_back", "回访记录"
    LEDGER = "ledger", "台账导入"


class ClockKind(TextChoices):
    """计时环节: what a time limit runs for."""

    ACCEPT = "accept", "受理"
    ASSIGN = "assign", "交办"
    SIGN = "sign", "签收"
    FIRST_REPLY = "first_reply", "首次反馈"
    WORK = "work", "办理"
    RATE = "rate", "评价"


class ServiceKind(TextChoices):
    """服务事项类型."""

    POLICY = "policy", "惠企政策"
    EQUIPMENT = "equipment", "共享设备"
    FINANCE = "finance", "金融服务"
    LAW = "law", "法律服务"
    SITE = "site", "场地共享"
    PEOPLE = "people", "人才用工"
    OTHER = "other", "其他服务"
