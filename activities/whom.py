"""Whom a form is about: an enterprise or an organization, chosen or found by name or code."""

import uuid
from collections.abc import Iterable
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from activities.visit_actions import Whom
from common.cells import name_key
from common.forms import ScopedForm
from common.lookups import LookupInput
from enterprises.models import Entity
from organizations.models import PartyOrganization

# Up to so many are shown open, more are a list.
_OPEN = 6
_FOUND = 8
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


class NamedField(forms.CharField):
    """A name or code; where it is the only way, ``required`` says so on the page."""

    def validate(self, value: str) -> None:
        """The form's business: what is missing is told in its own words."""


class WhomForm(ScopedForm):
    """A form about one whom; ``found`` is who it is when the form is valid."""

    whom_label: ClassVar[str]
    nobody: ClassVar[str]  # what is said to somebody who has nobody to choose

    whom = WhomField()
    other = NamedField(
        label="不在上面的，填名称或代码", required=False, max_length=200,
        widget=LookupInput("whom", {"placeholder": "名称里的几个字，或代码"}),
    )
    chosen: Whom | None = None
    found: Whom | None = None

    def offer_whom(self, choices: dict[str, str], scope: Any, *, may_search: bool) -> None:
        """Fill the choices: those given (key → words), who was chosen before, and with
        ``may_search`` those that the typed text may mean."""
        self.fields["whom"].label = self.whom_label
        for one in (self.chosen, self.instance and self.instance.whom):
            if one:
                choices.setdefault(key_of(one), str(one))
        if not may_search:
            del self.fields["other"]
        elif self.data:
            choices |= self._candidates(scope)
        if self.chosen:
            self.fields["whom"].initial = key_of(self.chosen)
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
                self.fields["other"].label = f"{self.whom_label}，填名称或代码"
                self.fields["other"].required = True
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
            self.add_error("whom", f"请选择{self.whom_label}。")
        elif "other" in self.fields:
            self.add_error("other", f"请填写{self.whom_label}。")
        else:
            self.add_error(None, self.nobody)
        return None
