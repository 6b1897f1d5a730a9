"""The form of a visit: one page on a phone."""

import uuid
from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from activities.choices import VisitWay
from activities.models import Visit
from activities.needs import may_change
from activities.visit_actions import Account, Whom, change_visit, record_visit
from activities.visits import assigned_to
from common.cells import name_key
from common.constraints import sentence_of
from common.forms import DayInput, ScopedForm
from common.refusals import Refused
from enterprises.models import Entity
from organizations.models import Instructor, PartyOrganization

# Up to so many are shown open, more are a list.
_OPEN = 6
_FOUND = 8
NOBODY = "还没有指派联系的主体，请镇街先在指导员台账里填写联系主体。"
_MODELS = {"entity": Entity, "organization": PartyOrganization}


def key_of(record: Whom) -> str:
    """The value of a choice: entity:… or organization:…."""
    return f"{'entity' if isinstance(record, Entity) else 'organization'}:{record.pk}"


def record_of(key: str, scope: Any) -> Whom | None:
    """The record of a choice, if the user may see it."""
    kind, _, pk = key.partition(":")
    try:
        return _MODELS[kind].objects.within(scope).filter(pk=uuid.UUID(pk)).first()
    except (KeyError, ValueError):
        return None


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


def found_by(text: str, scope: Any) -> list[Whom]:
    """Entities and organizations in scope of this code or name, else those whose name has it."""
    key, code = name_key(text), text.strip().upper()
    if not key:
        return []
    exact = [
        *Entity.objects.within(scope).filter(Q(name_key=key) | Q(uscc=code))[:_FOUND],
        *PartyOrganization.objects.within(scope).filter(Q(name_key=key) | Q(code=code))[:_FOUND],
    ]
    if exact:
        return exact
    return [
        *Entity.objects.within(scope).filter(name_key__contains=key)[:_FOUND],
        *PartyOrganization.objects.within(scope).filter(name_key__contains=key)[:_FOUND],
    ][:_FOUND]


class WhomField(forms.ChoiceField):
    """Somebody must be named, here or as text: ``required`` only says so on the page."""

    def validate(self, value: str) -> None:
        if value:
            super().validate(value)


class VisitForm(ScopedForm):
    """走访: whom, when, how, met whom, what about, and what the firm needs help with."""

    whom = WhomField(label="走访了谁")
    other = forms.CharField(
        label="不在上面的，填名称或代码", required=False, max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
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
    found: Whom | None = None

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
        choices = dict(assigned_choices(self.instructor, scope, today))
        for one in (self.chosen, self.instance and self.instance.whom):
            if one:
                choices.setdefault(key_of(one), str(one))
        # An instructor sees nobody but those assigned.
        if not (scope.everything or scope.areas):
            del self.fields["other"]
        elif self.data:
            choices |= self._candidates(scope)
        if self.chosen:
            self.fields["whom"].initial = key_of(self.chosen)
        need = getattr(self.instance, "raised", None)
        if need and not may_change(need):
            del self.fields["need"]
        self._offer(choices.items())

    def _candidates(self, scope: Any) -> dict[str, str]:
        """Those that the typed text may mean, to choose from when there are several."""
        found = found_by(self.data.get("other", ""), scope)
        return {key_of(one): str(one) for one in found}

    def _offer(self, choices: Iterable[tuple[str, str]]) -> None:
        field, choices = self.fields["whom"], list(choices)
        if not choices:
            field.widget = forms.HiddenInput()
            if "other" in self.fields:
                self.fields["other"].label = "走访了谁，填名称或代码"
        elif len(choices) <= _OPEN:
            field.widget = forms.RadioSelect()
            field.choices = choices
        else:
            field.choices = [("", "请选择"), *choices]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if "whom" not in self.errors:
            self.found = self._whom(cleaned)
        return cleaned

    def _whom(self, cleaned: dict[str, Any]) -> Whom | None:
        if key := cleaned.get("whom"):
            known = self.instance.whom if self.instance else None
            if known and key == key_of(known):
                return known
            return record_of(key, self.scope)
        text = cleaned.get("other", "")
        found = found_by(text, self.scope) if text else []
        if len(found) == 1:
            return found[0]
        if found:
            self.add_error("whom", f"“{text}”找到 {len(found)} 个，请选一个。")
        elif text:
            self.add_error("other", f"您的管理范围内没有“{text}”，请核对名称或代码。")
        elif self.fields["whom"].choices:
            self.add_error("whom", "请选择走访了谁。")
        elif "other" in self.fields:
            self.add_error("other", "请填写走访了谁。")
        else:
            self.add_error(None, NOBODY)
        return None

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
