"""Value sets of ratings."""

from django.db.models import TextChoices


class RatedKind(TextChoices):
    """评定对象."""

    ORGANIZATION = "organization", "党组织"
    TOWN = "town", "镇街"
    DEPARTMENT = "department", "部门"


class VersionState(TextChoices):
    """A version is edited until a cycle opens with it; after that it never changes."""

    DRAFT = "draft", "编制中"
    FROZEN = "frozen", "已启用"


class Method(TextChoices):
    """计分方式."""

    MANUAL = "manual", "人工打分"
    DEDUCTION = "deduction", "扣分"
    FORMULA = "formula", "系统计算"


class Level(TextChoices):
    """Who scores, in the order of the steps."""

    SELF = "self", "自评"
    TOWN = "town", "镇街初评"
    DISTRICT = "district", "区复评"
    CITY = "city", "市评"


class GrantLevel(TextChoices):
    """审定层级: who grants a band."""

    TOWN = "town", "镇街"
    DISTRICT = "district", "区"
    CITY = "city", "市"


class CycleState(TextChoices):
    OPEN = "open", "评定中"
    PUBLISHED = "published", "公示中"
    CLOSED = "closed", "已结束"


class ReviewState(TextChoices):
    """评定进度 of one organization in a cycle."""

    SELF = "self", "待自评"
    TOWN = "town", "待初评"
    DISTRICT = "district", "待复评"
    CITY = "city", "待市评"
    SCORED = "scored", "待公示"
    PUBLISHED = "published", "公示中"
    OBJECTED = "objected", "异议核查"
    GRANTED = "granted", "已授星"
    UNRATED = "unrated", "未授星"


class FindingState(TextChoices):
    """Whether a veto holds: found by the records or by a person, judged by a person."""

    SUSPECTED = "suspected", "待核实"
    CONFIRMED = "confirmed", "确认触发"
    DISMISSED = "dismissed", "不触发"


class GrantChange(TextChoices):
    """How a star came to be; revoking only ends it, and says why."""

    RATED = "rated", "评定授予"
    RAISED = "raised", "复核升星"
    LOWERED = "lowered", "复核降星"


class Side(TextChoices):
    """Whose promise an item of a commitment is."""

    ORGANIZATION = "organization", "党组织承诺"
    ENTERPRISE = "enterprise", "企业承诺"


class CommitmentState(TextChoices):
    """提诺 → 审诺 (branch, town, district) → 亮诺 → 评诺; 践诺 is told by its items."""

    PROPOSED = "proposed", "提诺"
    BRANCH = "branch", "支部已审"
    TOWN = "town", "镇街已审"
    REGISTERED = "registered", "区已备案"
    SHOWN = "shown", "已亮诺"
    APPRAISED = "appraised", "已评诺"
    HOLLOW = "hollow", "走过场"


# A commitment that counts: on file with the district, and not found hollow.
VALID_COMMITMENTS = frozenset(
    {CommitmentState.REGISTERED, CommitmentState.SHOWN, CommitmentState.APPRAISED}
)


class Appraiser(TextChoices):
    SELF = "self", "自评"
    PEERS = "peers", "互评"
    MASSES = "masses", "群众评议"
    SUPERIOR = "superior", "上级评议"


class Appraised(TextChoices):
    GOOD = "good", "好"
    FAIRLY_GOOD = "fairly_good", "较好"
    FAIR = "fair", "一般"
    POOR = "poor", "差"


class HonourLevel(TextChoices):
    STATE = "state", "国家级"
    PROVINCE = "province", "省级"
    CITY = "city", "市级"
    DISTRICT = "district", "区级"
    TOWN = "town", "镇街级"


class HonourKind(TextChoices):
    MEMBER = "member", "优秀共产党员"
    WORKER = "worker", "优秀党务工作者"
    ORGANIZATION = "organization", "先进基层党组织"
    GOOD_BRANCH = "good_branch", "好支部"
    GOOD_SECRETARY = "good_secretary", "好支书"
    GOOD_MEMBER = "good_member", "好党员"
    MODEL_SITE = "model_site", "示范点"
    BENCHMARK = "benchmark", "标杆党组织"
    DOUBLE_STRONG = "double_strong", "双强六好"
    MODEL_SHOP = "model_shop", "共产党员示范经营户"
    OTHER = "other", "其他"


# 三好 (domain.md §6.4) → the kind of honour that it ends as.
THREE_GOOD = (HonourKind.GOOD_BRANCH, HonourKind.GOOD_SECRETARY, HonourKind.GOOD_MEMBER)


class NominationState(TextChoices):
    """三好评选: recommended, reviewed by the town, honoured by the district."""

    NOMINATED = "nominated", "已推荐"
    REVIEWED = "reviewed", "镇街已审"
    HONOURED = "honoured", "已表彰"
    DECLINED = "declined", "未通过"
