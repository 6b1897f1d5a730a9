"""Value sets of the members ledger (党员花名册, ledgers.md §1)."""

from django.db.models import TextChoices


class Sex(TextChoices):
    MALE = "男", "男"
    FEMALE = "女", "女"


class MemberCategory(TextChoices):
    FULL = "full", "正式党员"
    PROBATIONARY = "probationary", "预备党员"


class MembershipStatus(TextChoices):
    NORMAL = "normal", "正常"
    SUSPENDED = "suspended", "停止党籍"
    TRANSFERRED = "transferred", "已转出"
    LEFT = "left", "出党"
    DECEASED = "deceased", "死亡"


class PositionLevel(TextChoices):
    INVESTOR = "investor", "出资人"
    MANAGEMENT = "management", "管理层"
    BACKBONE = "backbone", "业务骨干"
    EMPLOYEE = "employee", "员工"


class Mobility(TextChoices):
    IN = "in", "流入"
    OUT = "out", "流出"
    NO = "no", "否"
