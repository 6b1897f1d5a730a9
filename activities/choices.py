"""Value sets of logs, activities and visits."""

from django.db.models import TextChoices


class ActivityType(TextChoices):
    """活动类型. One meeting may be of several (a theme Party day with a lecture)."""

    GENERAL_MEETING = "general_meeting", "支部党员大会"
    COMMITTEE_MEETING = "committee_meeting", "支委会"
    GROUP_MEETING = "group_meeting", "党小组会"
    LECTURE = "lecture", "党课"
    THEME_DAY = "theme_day", "主题党日"
    LIFE_MEETING = "life_meeting", "组织生活会"
    APPRAISAL = "appraisal", "民主评议"
    HEART_TALK = "heart_talk", "谈心谈话"
    VOLUNTEERING = "volunteering", "志愿服务"
    PUBLIC_TALK = "public_talk", "宣讲"
    OTHER = "other", "其他"


class LogState(TextChoices):
    """报送状态. OWED covers what is being written: a draft is nobody else's business."""

    OWED = "owed", "未报"
    SUBMITTED = "submitted", "待审"
    RETURNED = "returned", "退回"
    ACCEPTED = "accepted", "已审"
    CONFIRMED = "confirmed", "已确认"
    EXEMPT = "exempt", "豁免"
    RELEASED = "released", "不应报"


# What counts as filed, as accepted; what is in no denominator. A returned log is not filed until
# it comes again.
FILED = frozenset({LogState.SUBMITTED, LogState.ACCEPTED, LogState.CONFIRMED})
ACCEPTED = frozenset({LogState.ACCEPTED, LogState.CONFIRMED})
NOT_OWED = frozenset({LogState.EXEMPT, LogState.RELEASED})
# Where the secretary may write.
OPEN = frozenset({LogState.OWED, LogState.RETURNED})


class Caution(TextChoices):
    """提示: what a reviewer is told of a log; none of it holds the log back."""

    ABOVE_ROSTER = "above_roster", "应到多于在册党员"
    BELOW_ROSTER = "below_roster", "应到少于在册党员"
    ABSENCE_UNEXPLAINED = "absence_unexplained", "实到加请假不等于应到"
    REPEATED_TEXT = "repeated_text", "内容与以往日志大段重复"
    OUTSIDE_MONTH = "outside_month", "活动日期不在本月"
    NO_DECISION = "no_decision", "党员大会没有写决议"


class VisitWay(TextChoices):
    ON_SITE = "on_site", "上门走访"
    PHONE = "phone", "电话"
    MESSAGE = "message", "微信"
    MEETING = "meeting", "座谈"
    OTHER = "other", "其他"
