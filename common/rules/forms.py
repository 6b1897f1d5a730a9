"""Forms of a setting's value and of a day of the calendar."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from common import parameters, workdays
from common.forms import DayInput, ScopedForm
from common.models import CalendarDay
from common.parameters import Kind, Setting

_LONG_TEXT = 60
FLAGS = (("True", "是"), ("False", "否"))


class SettingForm(ScopedForm):
    """修改一个规则参数: the value and the day from which it holds. ``instance``: the Setting."""

    instance: Setting

    on = forms.DateField(
        label="生效日期", widget=DayInput,
        help_text="从这一天起按新值计算。填过去的日期，那以后各日的数字会随之改变。",
    )
    field_order: ClassVar[list[str]] = ["value", "on"]

    def __init__(self, *args: Any, instance: Setting, initial: Any = None, **kwargs: Any) -> None:
        typed = _typed(instance, parameters.value(instance.key))
        shown = {"value": typed, "on": timezone.localdate(), **(initial or {})}
        super().__init__(*args, instance=instance, initial=shown, **kwargs)

    def initial_of(self, instance: Setting) -> dict[str, Any]:
        return {"value": parameters.value(instance.key)}

    def narrow(self, scope: Any) -> None:
        self.fields["value"] = _field(self.instance)
        self.order_fields(self.field_order)

    def version(self) -> str:
        """Another one's change of any period counts, not only of today's value."""
        self.stored["timeline"] = repr(parameters.timeline(self.instance.key))
        mark = super().version()
        del self.stored["timeline"]
        return mark

    def clean_value(self) -> Any:
        return self.instance.clean(self.cleaned_data["value"])

    def save(self) -> None:
        parameters.set_from(
            key=self.instance.key, value=self.cleaned_data["value"],
            on=self.cleaned_data["on"], by=self.user,
        )


def _field(setting: Setting) -> forms.Field:
    """The field of a setting's value; what it takes is checked by the setting itself."""
    label = f"取值（{setting.unit}）" if setting.unit else "取值"
    common = {"label": label, "help_text": setting.help, "required": setting.is_required}
    if setting.kind == Kind.CHOICES:
        widget = forms.CheckboxSelectMultiple
        return forms.MultipleChoiceField(choices=setting.choices, widget=widget, **common)
    if setting.kind == Kind.FLAG:
        return forms.ChoiceField(choices=FLAGS, widget=forms.RadioSelect, **common)
    if setting.kind == Kind.TEXT:
        is_long = (setting.maximum or 0) > _LONG_TEXT
        widget = forms.Textarea(attrs={"rows": 3}) if is_long else forms.TextInput()
        return forms.CharField(widget=widget, **common)
    mode = "text" if setting.kind == Kind.INTEGERS else "numeric"
    widget = forms.TextInput(attrs={"size": 16, "inputmode": mode, "autocomplete": "off"})
    return forms.CharField(widget=widget, **common)


def _typed(setting: Setting, value: Any) -> Any:
    """A value as one would type it."""
    if setting.kind == Kind.INTEGERS:
        return "、".join(str(number) for number in value)
    return list(value) if setting.kind == Kind.CHOICES else str(value)


WORKING, RESTING, BY_WEEKDAY = "working", "resting", "weekday"


class DayForm(ScopedForm):
    """修改工作日历的一天. ``instance``: the date."""

    instance: date

    choice = forms.ChoiceField(label="这一天", widget=forms.RadioSelect)
    name = forms.CharField(
        label="说明", max_length=40, required=False,
        help_text="如：国庆节、春节调休上班。按星期的日子不用填。",
    )

    def initial_of(self, instance: date) -> dict[str, Any]:
        row = CalendarDay.objects.filter(day=instance).first()
        if row is None:
            return {"choice": BY_WEEKDAY, "name": ""}
        return {"choice": WORKING if row.is_working else RESTING, "name": row.name}

    def narrow(self, scope: Any) -> None:
        usual = "上班" if workdays.Calendar({}).is_working(self.instance) else "休息"
        self.fields["choice"].choices = [
            (WORKING, "上班"), (RESTING, "休息"), (BY_WEEKDAY, f"按星期（{usual}）"),
        ]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("choice") in (WORKING, RESTING) and not cleaned.get("name"):
            raise ValidationError({"name": "请写明为什么，如：国庆节。"})
        return cleaned

    def save(self) -> None:
        choice = self.cleaned_data["choice"]
        if choice == BY_WEEKDAY:
            workdays.clear_day(day=self.instance, by=self.user)
        else:
            workdays.set_day(
                day=self.instance, is_working=choice == WORKING,
                name=self.cleaned_data["name"], by=self.user,
            )
