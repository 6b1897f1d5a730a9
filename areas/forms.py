"""The form of an area."""

from typing import Any

from django import forms

from areas.models import Area
from common.ledgers.forms import LedgerForm


class AreaForm(LedgerForm):
    """登记 and 修改 of 区划."""

    kind = "areas"
    groups = (("区划", ("code", "name", "level", "parent", "grid_type", "opened_on", "closed_on")),)
    helps = {
        "code": "区县 6 位、镇街 9 位、村社区 12 位，按国家代码；园区和网格自编，不重复即可",
        "grid_type": "只有网格要填",
        "closed_on": "填了停用日期，从那天起不再使用，以前的记录不变",
    }

    def narrow(self, scope: Any) -> None:
        """The superior is chosen by name; the ledger keeps its code."""
        super().narrow(scope)
        areas = Area.objects.within(scope).order_by("code").values_list("code", "name")
        choices = [("", "没有上级"), *((code, f"{name}（{code}）") for code, name in areas)]
        current = self.texts["上级代码"]
        if current and current not in dict(choices):
            choices.append((current, current))
        self.fields["parent"].widget = forms.Select(choices=choices)
        self.fields["parent"].label = "上级"
