"""The form that opens a cycle."""

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from common.forms import DayInput
from evaluations import actions, boards
from evaluations.models import RatingCycle
from evaluations.models_schemes import SchemeVersion
from evaluations.veto_forms import ActingForm


class CycleForm(ActingForm):
    """Which version, which year, until when each level has time."""

    groups = (
        ("方案", ("version", "name")),
        ("考核期", ("first_on", "last_on")),
        ("截止日期", ("self_by", "town_by", "district_by")),
    )
    version = forms.ModelChoiceField(
        label="方案版本", queryset=SchemeVersion.objects.none(),
        help_text="开始以后这个版本不能再改；要改，另编一个新版本。",
    )
    name = forms.CharField(label="名称", max_length=100, help_text="如：2026 年度星级评定。")
    first_on = forms.DateField(label="考核期自", widget=DayInput)
    last_on = forms.DateField(
        label="考核期至", widget=DayInput, help_text="这一天在用的党组织参加评定。"
    )
    self_by = forms.DateField(label="自评截止", widget=DayInput)
    town_by = forms.DateField(label="初评截止", widget=DayInput)
    district_by = forms.DateField(label="复评截止", widget=DayInput)
    made: RatingCycle

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["version"].queryset = boards.drafts()
        year = timezone.localdate().year
        self.initial.setdefault("first_on", date(year, 1, 1))
        self.initial.setdefault("last_on", date(year, 12, 31))

    def act(self) -> None:
        self.made = actions.open_cycle(by=self.user, scope=self.scope, **self.given)

    def save(self) -> RatingCycle:
        return self.made
