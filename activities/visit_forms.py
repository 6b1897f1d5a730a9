"""The form of a visit: one page on a phone."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from activities.choices import VisitWay
from activities.models import Visit
from activities.needs import may_change
from activities.visit_actions import Account, Whom, change_visit, record_visit
from activities.visits import assigned_to
from activities.whom import WhomForm, key_of
from common.constraints import sentence_of
from common.forms import DayInput
from common.refusals import Refused
from enterprises.models import Entity
from organizations.models import Instructor, PartyOrganization

NOBODY = "还没有指派联系的主体，请镇街先在指导员台账里填写联系主体。"


def since_words(last: date | None, today: date) -> str:
    """今天走访过 · 21 天前走访 · 还没走访过."""
    if last is None:
        return "还没走访过"
    days = (today - last).days
    return f"{days} 天前走访" if days else "今天走访过"


def assigned_choices(instructor: Instructor, scope: Any, today: date) -> list[tuple[str, str]]:
    """Whom the instructor is assigned to, who waits longest first."""
    rows = assigned_to(instructor, today).select_related("entity", "organization")
    entities = set(
        Entity.objects.within(scope)
        .filter(pk__in=rows.filter(entity__isnull=False).values("entity"))
        .values_list("pk", flat=True)
    )
    organizations = set(
        PartyOrganization.objects.within(scope)
        .filter(pk__in=rows.filter(organization__isnull=False).values("organization"))
        .values_list("pk", flat=True)
    )
    firms = sorted(
        (one for one in rows if one.entity_id in entities),
        key=lambda one: (one.last_visit or date.min, one.entity.name),
    )
    branches = sorted(
        (one.organization for one in rows if one.organization_id in organizations),
        key=lambda one: one.name,
    )
    return [
        (key_of(one.entity), f"{one.entity}（{since_words(one.last_visit, today)}）")
        for one in firms
    ] + [(key_of(one), str(one)) for one in branches]


class VisitForm(WhomForm):
    """走访: whom, when, how, met whom, what about, and what the firm needs help with."""

    whom_label, nobody = "走访了谁", NOBODY
    visited_on = forms.DateField(label="哪天", widget=DayInput)
    way = forms.ChoiceField(
        label="怎样走访", choices=VisitWay, initial=VisitWay.ON_SITE, widget=forms.RadioSelect
    )
    met = forms.CharField(label="见到谁", required=False, max_length=100)
    matters = forms.CharField(
        label="谈了什么", required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )
    need = forms.CharField(
        label="有需要帮助的", required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="写下来就交给镇街受理，办好后在工作台提醒您。",
    )

    def __init__(
        self, *args: Any, instructor: Instructor, chosen: Whom | None = None, **kwargs: Any
    ) -> None:
        self.instructor, self.chosen = instructor, chosen
        super().__init__(*args, **kwargs)

    def initial_of(self, instance: Visit) -> dict[str, Any]:
        need = getattr(instance, "raised", None)
        values = {name: getattr(instance, name) for name in ("visited_on", "way", "met", "matters")}
        return values | {"whom": key_of(instance.whom), "need": need.text if need else ""}

    def narrow(self, scope: Any) -> None:
        today = timezone.localdate()
        self.fields["visited_on"].initial = today
        self.fields["visited_on"].widget.attrs["max"] = today.isoformat()
        # An instructor sees nobody but those assigned.
        self.offer_whom(
            dict(assigned_choices(self.instructor, scope, today)), scope,
            may_search=bool(scope.everything or scope.areas),
        )
        need = getattr(self.instance, "raised", None)
        if need and not may_change(need):
            del self.fields["need"]

    def save(self) -> Visit | None:
        """Write the visit; None, with an error on the form, when it is refused."""
        said = self.cleaned_data
        answered = "need" not in self.fields
        account = Account(
            said["visited_on"], VisitWay(said["way"]), said["met"], said["matters"],
            self.stored["need"] if answered else said["need"],
        )
        try:
            if self.found is None:
                raise Refused("请写明走访了谁。")
            if self.instance is None:
                return record_visit(
                    instructor=self.instructor, whom=self.found, account=account, by=self.user,
                    scope=self.scope,
                )
            change_visit(
                visit=self.instance, whom=self.found, account=account, by=self.user,
                scope=self.scope,
            )
        except Refused as refusal:
            self.add_error(None, ValidationError(str(refusal)))
            return None
        except IntegrityError as error:  # an import has brought the same visit meanwhile
            self.add_error(None, ValidationError(sentence_of(error)))
            return None
        return self.instance
