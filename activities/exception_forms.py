"""Forms of 豁免 and 开放补报."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from activities import actions
from activities.log_queries import month_from
from activities.models import ActivityLog
from common.forms import DayInput, ScopedForm
from common.periods import add_months
from common.refusals import Refused

_MONTHS_AHEAD = 12


class ExceptionForm(ScopedForm):
    """A form whose action may refuse: the sentence stands on the form."""

    instance: ActivityLog

    def initial_of(self, instance: Any) -> dict[str, Any]:
        return {}

    def act(self) -> None:
        """Do it; may raise Refused."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any] | None:
        """The action is part of the check: what it refuses has not been done."""
        cleaned = super().clean()
        if not self.errors:
            try:
                self.act()
            except Refused as refusal:
                raise forms.ValidationError(str(refusal)) from refusal
        return cleaned

    def save(self) -> ActivityLog:
        return self.instance


class ExemptForm(ExceptionForm):
    """豁免 from the log's month to a month."""

    until = forms.ChoiceField(label="豁免到", help_text="到期后自动恢复应报，中途可以取消。")
    reason = forms.CharField(
        label="原因", max_length=200, widget=forms.TextInput,
        help_text="如：企业停产检修，党员都在外地。会写进留痕，书记也看得到。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["until"].choices = list(_months(self.instance.month))

    def act(self) -> None:
        actions.exempt(
            log=self.instance, reason=self.cleaned_data["reason"], by=self.user, scope=self.scope,
            until=month_from(self.cleaned_data["until"]),
        )


def _months(first: date) -> Iterator[tuple[str, str]]:
    for ahead in range(_MONTHS_AHEAD):
        month = add_months(first, ahead)
        words = f"{month.year}年{month.month}月"
        yield f"{month:%Y-%m}", f"{words}（只这一个月）" if not ahead else words


class ReopenForm(ExceptionForm):
    """开放补报 until a day."""

    until = forms.DateField(
        label="补报到", widget=DayInput, help_text="当天 24 时前都可以报，过后自动关闭。"
    )
    reason = forms.CharField(label="原因", max_length=200, widget=forms.TextInput)

    def clean_until(self) -> date:
        until = self.cleaned_data["until"]
        if until < timezone.localdate():
            raise forms.ValidationError("补报的最后一天不能早于今天。")
        return until

    def act(self) -> None:
        actions.reopen(
            log=self.instance, until=self.cleaned_data["until"],
            reason=self.cleaned_data["reason"], by=self.user, scope=self.scope,
        )
