"""The forms of organizations and of instructors: their ledgers' columns in groups."""

from typing import Any

from common.ledgers.forms import LedgerForm
from enterprises.models import Entity


class OrganizationForm(LedgerForm):
    """登记 and 修改 of 党组织."""

    kind = "organizations"
    groups = (
        ("基本信息", (
            "name", "short_name", "code", "category", "mode", "parent", "founded_on",
            "dissolved_on", "status",
        )),
        ("所在地和行业", ("town", "park", "industry")),
        ("书记", ("person", "born_on", "phone", "identity")),
        ("换届", ("term_start", "term_years")),
        ("依托单位", ("units",)),
        ("其他", ("group_count", "premises_area", "brand", "remarks")),
    )
    helps = {
        "short_name": "平时的叫法，名单和页面上用",
        "parent": "隶属的上一级党组织",
        "dissolved_on": "填了撤销日期，从那天起不再计入",
        "person": "换了书记填新书记姓名，原书记的任职自动结束",
        "term_years": "年；党委 5 年，党总支、党支部 3 年",
        "units": "覆盖的主体，名称或信用代码，多个用顿号隔开；只填要增加的，已有的不会去掉",
        "premises_area": "平方米",
    }


class InstructorForm(LedgerForm):
    """登记 and 修改 of 党建指导员."""

    kind = "instructors"
    groups = (
        ("本人", (
            "name", "sex", "political_status", "phone", "workplace", "position", "source",
            "commitment",
        )),
        ("聘期", ("start", "end", "town", "grid")),
        ("联系对象", ("entities", "organizations")),
        ("其他", ("remarks",)),
    )
    helps = {
        "start": "续聘填新的起止日期，原聘期保留",
        "entities": "名称或信用代码，多个用顿号隔开；去掉的从变更日期起不再联系",
        "organizations": "名称或代码，多个用顿号隔开",
    }

    def narrow(self, scope: Any) -> None:
        """Entities are printed by their codes, which say little: name them beside."""
        super().narrow(scope)
        codes = [code for code in self.texts["联系主体"].split("、") if code]
        rows = Entity.objects.within(scope).filter(uscc__in=codes).order_by("name")
        if names := "、".join(rows.values_list("name", flat=True)):
            self.fields["entities"].help_text = f"现为 {names}。{self.helps['entities']}"
