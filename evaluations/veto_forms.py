"""The form of 登记否决情形."""

from typing import Any

from django import forms

from common.forms import VERSION_FIELD, DayInput, ScopedForm
from common.refusals import Refused
from evaluations import vetoes
from evaluations.models import Review
from evaluations.models_schemes import Veto


class ActingForm(ScopedForm):
    """A form whose action may refuse: the sentence stands on the form."""

    instance: Any

    def initial_of(self, instance: Any) -> dict[str, Any]:
        return {}

    @property
    def given(self) -> dict[str, Any]:
        """What was filled in, without the mark of the form."""
        values = self.cleaned_data
        return {name: value for name, value in values.items() if name != VERSION_FIELD}

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

    def save(self) -> Any:
        return self.instance


class ReportForm(ActingForm):
    """Which case, when, what happened."""

    instance: Review
    veto = forms.ModelChoiceField(label="否决情形", queryset=Veto.objects.none())
    happened_on = forms.DateField(label="发生日期", widget=DayInput)
    text = forms.CharField(
        label="情况", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写明事实和依据，如处理决定的文号。不写无关的个人信息。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["veto"].queryset = self.instance.cycle.version.vetoes.all()

    def act(self) -> None:
        vetoes.report(
            review=self.instance, by=self.user, scope=self.scope,
            veto=self.cleaned_data["veto"], text=self.cleaned_data["text"],
            happened_on=self.cleaned_data["happened_on"],
        )
