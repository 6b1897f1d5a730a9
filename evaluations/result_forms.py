"""Forms of objections, of the decision, and of the yearly re-check."""

from typing import Any

from django import forms
from django.utils import timezone

from common.forms import DayInput
from common.refusals import Refused
from evaluations import actions, publication
from evaluations.choices import GrantLevel, ReviewState
from evaluations.models import Objection, RatingCycle, Review, StarGrant
from evaluations.queries import blocks
from evaluations.veto_forms import ActingForm

_REVOKE = "revoke"


class ObjectionForm(ActingForm):
    """登记异议."""

    instance: Review
    said_on = forms.DateField(label="日期", widget=DayInput, initial=timezone.localdate)
    said_by = forms.CharField(
        label="提出人", max_length=60, required=False, help_text="匿名的不填。"
    )
    text = forms.CharField(label="异议", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def act(self) -> None:
        publication.object_to(
            review=self.instance, by=self.user, scope=self.scope, **self.given
        )


class AnswerForm(ActingForm):
    """核查结果."""

    instance: Objection
    verb = forms.ChoiceField(
        label="异议", widget=forms.RadioSelect,
        choices=[("uphold", "不成立，维持公示结果"), ("rescore", "成立，重新复评")],
    )
    text = forms.CharField(
        label="核查结果", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="重新复评后要撤回公示、重新拟定，再公示一次。",
    )

    def act(self) -> None:
        publication.answer(
            objection=self.instance, verb=self.cleaned_data["verb"],
            text=self.cleaned_data["text"], by=self.user, scope=self.scope,
        )

    def save(self) -> Review:
        return self.instance.review


class DecisionForm(ActingForm):
    """授星: a level, a document, a day. ``cycle`` and ``reviews`` (in the user's scope) come from
    the view."""

    cycle: RatingCycle
    level = forms.ChoiceField(label="审定层级", widget=forms.RadioSelect)
    document = forms.CharField(
        label="文号", max_length=60, help_text="如：明川组发〔2026〕31号。",
    )
    decided_on = forms.DateField(label="审定日期", widget=DayInput, initial=timezone.localdate)

    def __init__(
        self, *args: Any, cycle: RatingCycle, reviews: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cycle, self.granted = cycle, 0
        waiting = list(
            reviews.filter(state=ReviewState.PUBLISHED, band__isnull=False).select_related(
                "band", "cycle__version__scheme", "organization", "town", "department"
            )
        )
        self.barred = blocks(waiting) if waiting else {}
        self.waiting = {
            level: [one for one in waiting if one.band.granted_by == level]
            for level in GrantLevel
        }
        self.fields["level"].choices = [
            (level.value, f"{level.label}（{len(self.free(level))} 个）")
            for level in self._levels() if self.waiting[level]
        ]

    def _levels(self) -> list[GrantLevel]:
        """The levels whose decisions this user enters."""
        found = [GrantLevel.TOWN] if self.scope.may("rate_town") else []
        if self.scope.may("rate_district"):
            found += [GrantLevel.DISTRICT, GrantLevel.CITY]
        return found

    def free(self, level: str) -> list[Review]:
        """Those of a level that nothing blocks."""
        return [one for one in self.waiting[GrantLevel(level)] if one.pk not in self.barred]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Everybody who waits at a level of this user, with what blocks."""
        return [
            {"review": one, "level": level.label,
             "against": [str(block) for block in self.barred.get(one.pk, ())]}
            for level in self._levels() for one in self.waiting[level]
        ]

    def act(self) -> None:
        given = self.given
        reviews = self.free(given["level"])
        if not reviews:
            raise Refused("这一级没有可以授星的。")
        stars = actions.decide(
            cycle=self.cycle, reviews=reviews, by=self.user, scope=self.scope, **given
        )
        self.granted = len(stars)

    def save(self) -> RatingCycle:
        return self.cycle


class RecheckForm(ActingForm):
    """年度复核: raise, lower or revoke."""

    instance: StarGrant
    outcome = forms.ChoiceField(label="复核结果", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="原因", max_length=300, widget=forms.Textarea(attrs={"rows": 3})
    )
    document = forms.CharField(label="文号", max_length=60)
    on = forms.DateField(
        label="自", widget=DayInput, initial=timezone.localdate,
        help_text="从这一天起按复核结果，之前的星级保留在历史里。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bands = _bands_of(self.instance)
        choices = [
            (str(band.rank), f"{'升' if band.rank > self.instance.rank else '降'}为{band.label}")
            for band in self.bands if band.rank != self.instance.rank
        ]
        self.fields["outcome"].choices = [*choices, (_REVOKE, "取消（摘牌）")]

    def act(self) -> None:
        given = self.given
        outcome = given.pop("outcome")
        band = next((one for one in self.bands if str(one.rank) == outcome), None)
        self.begun = actions.recheck(
            grant=self.instance, band=band, by=self.user, scope=self.scope, **given
        )

    def save(self) -> StarGrant:
        return self.begun or self.instance


def _bands_of(grant: StarGrant) -> list[Any]:
    """The bands of the version that the star was granted by; of the newest for a star that came
    from elsewhere."""
    if grant.review:
        version = grant.review.cycle.version
    else:
        version = grant.scheme.versions.order_by("-number").first()
    return list(version.bands.all()) if version else []
