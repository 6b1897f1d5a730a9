"""The form of an entity: its ledger's columns in groups."""

from common.ledgers.forms import LedgerForm


class EntityForm(LedgerForm):
    """登记 and 修改 of 市场主体."""

    kind = "enterprises"
    groups = (
        (
            "登记信息",
            (
                "entity_kind",
                "name",
                "uscc",
                "uscc_reason",
                "legal_representative",
                "political_status",
                "phone",
                "address",
                "founded_on",
                "closed_on",
            ),
        ),
        ("所在地", ("town", "community", "park", "grid")),
        (
            "经营情况",
            (
                "status",
                "industry",
                "chain",
                "employees",
                "revenue",
                "assets",
                "above_scale",
                "fixed_premises",
                "stage",
                "tags",
            ),
        ),
        ("党组织覆盖", ("organization_id", "mode", "starts_on", "reason")),
        (
            "群团和其他",
            (
                "has_union",
                "has_youth_league",
                "has_womens_federation",
                "is_member_run",
                "stated_member_count",
                "remarks",
            ),
        ),
    )
    helps = {
        "name": "与营业执照一致，括号全角半角都可以",
        "uscc": "18 位，按营业执照填写；个体工商户可填 15 位注册号，没有可以空着",
        "revenue": "万元，上年度",
        "assets": "万元，上年末",
        "closed_on": "填了注销日期，从那天起不再计入",
        "starts_on": "空着：新登记的按党组织和主体成立日期中较晚的一天，以后按变更日期",
        "stated_member_count": "只用来和党员花名册核对，不进统计",
    }
