"""Value sets of the entities ledger (市场主体台账, ledgers.md §1)."""

from django.db.models import TextChoices


class EntityKind(TextChoices):
    SMALL_MICRO = "small_micro", "小微企业"
    SELF_EMPLOYED = "self_employed", "个体工商户"
    MARKET = "market", "专业市场"
    OTHER_NON_PUBLIC = "other_non_public", "其他非公企业"
    SOCIAL_ORGANIZATION = "social_organization", "社会组织"
    ASSOCIATION = "association", "行业协会商会"


class BusinessStatus(TextChoices):
    NORMAL = "normal", "正常"
    SUSPENDED = "suspended", "停业"
    REVOKED = "revoked", "吊销"
    CLOSED = "closed", "注销"
    MOVED_OUT = "moved_out", "迁出"
    SHELL = "shell", "空壳"


class Stage(TextChoices):
    START_UP = "start_up", "初创期"
    GROWTH = "growth", "成长期"
    MATURE = "mature", "成熟期"


# A market's code is that of its organizer and may repeat; the self-employed may have none.
KINDS_WITHOUT_OWN_CODE = frozenset({EntityKind.MARKET})
KINDS_CODE_OPTIONAL = frozenset({EntityKind.MARKET, EntityKind.SELF_EMPLOYED})

# How entities of a kind are counted in words; kinds are never added up under one unit.
KIND_UNITS = {
    EntityKind.SMALL_MICRO: "家",
    EntityKind.SELF_EMPLOYED: "户",
    EntityKind.MARKET: "处",
    EntityKind.OTHER_NON_PUBLIC: "家",
    EntityKind.SOCIAL_ORGANIZATION: "个",
    EntityKind.ASSOCIATION: "个",
}
