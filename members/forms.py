"""The form of a member: the roster's columns in groups."""

from typing import Any

from common.ledgers.forms import LedgerForm
from enterprises.models import Entity


class MemberForm(LedgerForm):
    """登记 and 修改 of 党员."""

    kind = "members"
    groups = (
        ("本人", (
            "name", "sex", "ethnicity", "id_number", "born_on", "education", "phone",
        )),
        ("党籍", (
            "category", "joined_on", "full_member_on", "status", "status_since", "party_post",
        )),
        ("组织关系", ("affiliation", "transferred_on", "management", "mobility")),
        ("工作", ("workplace", "position", "position_level")),
        ("党费和其他", ("monthly_dues", "dues_paid_until", "remarks")),
    )
    helps = {
        "born_on": "空着就按身份号码填",
        "status_since": "党籍状态不是正常时填，从那天起不再计入",
        "management": "在哪里参加活动；和组织关系相同就空着",
        "workplace": "名称或信用代码",
        "monthly_dues": "元",
    }

    def narrow(self, scope: Any) -> None:
        """A workplace is printed by its code, which says little: name it beside."""
        super().narrow(scope)
        code = self.texts["工作单位"]
        found = Entity.objects.within(scope).filter(uscc=code).first() if code else None
        if found:
            self.fields["workplace"].help_text = f"现为 {found}；要换就填名称或信用代码"
