"""Asking for a report."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from accounts.scope import Scope
from areas.choices import AreaLevel
from areas.models import Area
from common.forms import DayInput, ScopedForm
from common.refusals import Refused
from evaluations.models import RatingCycle
from reports.actions import request_book, request_bulletin, request_report
from reports.conditions import Places
from reports.models import Bulletin, ReportRun

_LEVELS = (AreaLevel.DISTRICT, AreaLevel.TOWN, AreaLevel.PARK)


def _areas(scope: Scope) -> Any:
    """Areas that lie wholly in the scope, the largest first."""
    inside = [area.pk for area in Places(scope).inside.values() if area.level in _LEVELS]
    return Area.objects.filter(pk__in=inside).order_by("code")


class AskingForm(ScopedForm):
    """Base of forms that queue a run."""

    def save(self) -> ReportRun:
        """Queue it. Raises Refused."""
        raise NotImplementedError

    def try_save(self) -> ReportRun | None:
        """Queue it, or say on the form why not."""
        try:
            return self.save()
        except Refused as refusal:
            self.add_error(None, str(refusal))
            return None


class RunForm(AskingForm):
    """Area, day and comparison of a new report."""

    area = forms.ModelChoiceField(
        label="范围", queryset=Area.objects.none(), to_field_name="code", empty_label=None
    )
    as_of = forms.DateField(label="时点", widget=DayInput, help_text="按这一天的记录统计。")
    against = forms.DateField(
        label="对比时点", widget=DayInput, required=False,
        help_text="报告说明从这一天以来的变化。空着就不对比。",
    )

    def narrow(self, scope: Scope) -> None:
        self.fields["area"].queryset = _areas(scope)

    def clean_as_of(self) -> date:
        day = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise forms.ValidationError("时点还没有到，请选今天或以前的日期。")
        return day

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        as_of, against = self.cleaned_data.get("as_of"), self.cleaned_data.get("against")
        if as_of and against and against >= as_of:
            self.add_error("against", "对比时点应早于报告时点。")
        return cleaned

    def save(self) -> ReportRun:
        """Queue the report. Raises Refused."""
        return request_report(by=self.user, scope=self.scope, **self.cleaned_data)


class BookForm(AskingForm):
    """Cycle and area of a rating book."""

    cycle = forms.ModelChoiceField(
        label="评定周期", queryset=RatingCycle.objects.all(), empty_label=None
    )
    area = forms.ModelChoiceField(
        label="范围", queryset=Area.objects.none(), to_field_name="code", empty_label=None
    )

    def narrow(self, scope: Scope) -> None:
        self.fields["area"].queryset = _areas(scope)

    def save(self) -> ReportRun:
        """Queue the book. Raises Refused."""
        return request_book(by=self.user, scope=self.scope, **self.cleaned_data)


class BulletinForm(AskingForm):
    """Bulletin, area and wording of its files."""

    bulletin = forms.ModelChoiceField(
        label="工作数据", queryset=Bulletin.objects.none(), empty_label=None
    )
    area = forms.ModelChoiceField(
        label="范围", queryset=Area.objects.none(), to_field_name="code", empty_label=None
    )
    is_worded = forms.BooleanField(
        label="用余、近、超的说法", required=False,
        help_text="数印成“2700余家”这样，准确数印在旁边。不勾选就只印准确数。",
    )

    def narrow(self, scope: Scope) -> None:
        self.fields["bulletin"].queryset = Bulletin.objects.within(scope)
        self.fields["area"].queryset = _areas(scope)

    def save(self) -> ReportRun:
        """Queue the files. Raises Refused."""
        return request_bulletin(by=self.user, scope=self.scope, **self.cleaned_data)
