"""帮扶成果: what was done in a period, by category; every number opens its list."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.scope import RIGHTS
from areas.choices import AreaLevel
from areas.models import Area
from common.forms import DayInput
from common.periods import Span
from common.views import PageView, asked_day
from services.help_figures import Summary, summary

LIST = "ledgers:record_list"


class HelpSummary(PageView):
    """Help given from a day to a day, of the whole scope or one town."""

    roles = RIGHTS["read_ledgers"]
    template_name = "help/summary.html"

    @property
    def span(self) -> Span:
        """The period in the address; the year until today when there is none."""
        today = timezone.localdate()
        last = asked_day(self.request, "until") or today
        first = asked_day(self.request, "since") or last.replace(month=1, day=1)
        return Span(first, last) if first <= last else Span(last, first)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        span = self.span
        form = PeriodForm(self.request.GET or None, scope=self.scope)
        town = form.cleaned_data.get("town") if form.is_bound and form.is_valid() else None
        form.initial = {"since": span.first, "until": span.last}
        found = summary(self.scope, span, town)
        return super().get_context_data(
            title="帮扶成果", form=form, span=span, town=town, found=found,
            groups=self.lines(found, span, town), list_url=_list(span, town),
            may_edit=self.scope.may("edit_ledgers"),
            create_url=reverse("ledgers:record_create", args=["help"]),
            categories_url=reverse(LIST, args=["help_categories"]),
            **kwargs,
        )

    def lines(self, found: Summary, span: Span, town: Area | None) -> list[tuple[str, list]]:
        """(Group, [(figures of a category, address of its list)])."""
        return [
            (group, [(one, _list(span, town, category=one.category.pk)) for one in counted])
            for group, counted in found.groups.items()
        ]


def _list(span: Span, town: Area | None, **query: Any) -> str:
    """The rows behind a number."""
    if town:
        query["town"] = town.pk
    query |= {"happened_on_after": span.first, "happened_on_before": span.last}
    return f"{reverse(LIST, args=['help'])}?{urlencode(query)}"


class PeriodForm(forms.Form):
    """From, to, and one town of the scope."""

    use_required_attribute = False

    since = forms.DateField(label="从", required=False, widget=DayInput)
    until = forms.DateField(label="至", required=False, widget=DayInput)
    town = forms.ModelChoiceField(
        Area.objects.none(), label="镇街", required=False, empty_label="全部镇街"
    )

    def __init__(self, *args: Any, scope: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["town"].queryset = Area.objects.within(scope).filter(level=AreaLevel.TOWN)
