"""Forms of the service menu and of categories, for the district."""

from typing import Any

from django import forms
from django.utils import timezone

from accounts.models import Department
from common.forms import VERSION_FIELD, DayInput, ScopedForm
from services.choices import ServiceKind
from services.help_models import HelpCategory
from services.menu_actions import save_category, save_item
from services.models import ServiceItem, TicketCategory
from services.ticket_forms import CategoryField, area


class ItemForm(ScopedForm):
    """服务事项 or policy: what it is, who offers it, how to get it."""

    name = forms.CharField(label="名称", max_length=100)
    kind = forms.ChoiceField(label="类型", choices=ServiceKind, widget=forms.RadioSelect)
    category = CategoryField(help_text="企业申请后，工单归到这一类。")
    department = forms.ModelChoiceField(
        Department.objects.all(), label="提供部门", required=False
    )
    provider = forms.CharField(label="提供单位", required=False, max_length=100)
    summary = forms.CharField(label="一句话说明", max_length=120)
    guide = forms.CharField(
        label="怎样申请", max_length=4000, widget=area(8),
        help_text="谁可以申请、要带什么、找谁、多久办好、收不收费。",
    )
    days = forms.IntegerField(label="几个工作日办好", required=False, min_value=1, max_value=250)
    starts_on = forms.DateField(label="开始日期", widget=DayInput, initial=timezone.localdate)
    ends_on = forms.DateField(label="截止日期", required=False, widget=DayInput)

    def narrow(self, scope: Any) -> None:
        self.fields["category"].offer()

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        first, last = cleaned.get("starts_on"), cleaned.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", "截止日期早于开始日期，请核对。")
        return cleaned

    def save(self) -> ServiceItem:
        """Write it. Raises Refused."""
        return save_item(item=self.instance, values=_values(self), by=self.user)


class CategoryForm(ScopedForm):
    """诉求类别."""

    name = forms.CharField(label="名称", max_length=40)
    parent = forms.ModelChoiceField(
        TicketCategory.objects.filter(parent=None), label="上级类别", required=False
    )
    order = forms.IntegerField(label="次序", min_value=0, max_value=30000, initial=100)
    is_used = forms.BooleanField(label="可以选用", required=False, initial=True)
    help_category = forms.ModelChoiceField(
        HelpCategory.objects.all(), label="办成后记为哪类帮扶", required=False,
        empty_label="随上级类别，没有就记其他帮扶",
    )

    def save(self) -> TicketCategory:
        """Write it. Raises Refused."""
        return save_category(category=self.instance, values=_values(self), by=self.user)


def _values(form: ScopedForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != VERSION_FIELD}
