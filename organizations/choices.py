"""Value sets of the organizations and instructors ledgers (ledgers.md §1)."""

from django.db.models import TextChoices


class OrganizationCategory(TextChoices):
    COMMITTEE = "committee", "党委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"
    JOINT_BRANCH = "joint_branch", "联合党支部"
    FUNCTIONAL_BRANCH = "functional_branch", "功能型党支部"


class SetUpMode(TextChoices):
    """组建方式, best first: an entity's coverage state is the best of its valid links."""

    SINGLE = "single", "单独组建"
    JOINT = "joint", "联合组建"
    ATTACHED = "attached", "挂靠组建"
    AREA_FALLBACK = "area_fallback", "区域兜底"
    MARKET_CIRCLE = "market_circle", "商圈组建"
    INDUSTRY = "industry", "行业统建"


MODE_RANK = {mode: rank for rank, mode in enumerate(SetUpMode.values)}


class OrganizationStatus(TextChoices):
    IN_USE = "in_use", "在用"
    DISSOLVED = "dissolved", "撤销"


class SecretaryIdentity(TextChoices):
    OWNER = "owner", "企业主"
    EXECUTIVE = "executive", "高管"
    MIDDLE = "middle", "中层"
    EMPLOYEE = "employee", "员工"
    RETIRED = "retired", "退休"
    FIRST_SECRETARY = "first_secretary", "第一书记"


class InstructorSource(TextChoices):
    OFFICIAL = "official", "机关干部"
    RETIRED = "retired", "退二线离退休"
    PARK = "park", "园区人员"
    COMMUNITY = "community", "社区"
    MARKET_BUREAU = "market_bureau", "市监所"
    VETERAN_SECRETARY = "veteran_secretary", "老书记"
    RECRUITED = "recruited", "社会招聘"


class Commitment(TextChoices):
    FULL_TIME = "full_time", "专职"
    PART_TIME = "part_time", "兼职"


class CoverageState(TextChoices):
    """覆盖状态 of an entity (design.md §6): the best of its valid links, else what remains."""

    SINGLE = "single", "单独组建"
    JOINT = "joint", "联合组建"
    ATTACHED = "attached", "挂靠或兜底"
    WORK_ONLY = "work_only", "仅工作覆盖"
    NONE = "none", "未覆盖"
    NOT_COUNTED = "not_counted", "不纳入"
