"""Forms: the renderer (templates/ui/form.html and field.html) and the base class."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.forms.renderers import TemplatesSetting
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from common.tables import display

VERSION_FIELD = "seen_version"


class PortalRenderer(TemplatesSetting):
    """Every form and field of the portal looks as templates/ui/ says."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"


def in_words(field: forms.Field, value: Any) -> str:
    """A field's value as people read it: labels of choices, names of records, ranges."""
    if isinstance(value, slice):
        return _range_in_words(value)
    if isinstance(value, list | tuple | QuerySet):
        return "、".join(in_words(field, item) for item in value) or display(None)
    if isinstance(value, Model) or isinstance(field, forms.ModelChoiceField):
        return display(value)
    for key, label in getattr(field, "choices", ()):
        if str(key) == str(value):
            return str(label)
    return display(value)


def _range_in_words(value: slice) -> str:
    """A range of numbers or days; a range of days comes as first and last moment."""
    start, stop = (
        timezone.localtime(end).date() if isinstance(end, datetime) else end
        for end in (value.start, value.stop)
    )
    if stop is None:
        return f"{display(start)} 起"
    return f"至 {display(stop)}" if start is None else f"{display(start)} 至 {display(stop)}"


def speak_plainly(form: forms.BaseForm) -> None:
    """Our sentences instead of Django's for what is missing or cannot be read."""
    for field in form.fields.values():
        chooses = isinstance(field, forms.ChoiceField | forms.ModelChoiceField)
        verb = "选择" if chooses or isinstance(field, forms.FileField) else "填写"
        words = {"required": f"请{verb}{field.label}。"}
        if isinstance(field, forms.DateField):
            words["invalid"] = "日期看不懂，请按 2024-12-01 的样子填写。"
        elif isinstance(field, forms.IntegerField):
            words["invalid"] = f"{field.label}要填数字，如 2。"
        elif chooses:
            words["invalid_choice"] = f"没有这个{field.label}，请从列表中选择。"
        field.error_messages.update(words)


class DayInput(forms.DateInput):
    """The browser's own date picker, which takes ISO dates only, whatever the language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


@dataclass(frozen=True)
class Conflict:
    """One field that someone else has changed since the page was opened."""

    label: str
    theirs: str
    mine: str


class ScopedForm(forms.Form):
    """Base of the forms: knows who asks, narrows choices, notices a second editor.

    A subclass narrows the querysets of its fields in ``narrow()`` and writes in ``save()``,
    through an action. With ``instance`` the values of the record go into ``initial``
    (``initial_of``); a hidden mark of these values tells, when the form comes back, whether the
    record has changed meanwhile. Then the form is shown again with both values.
    """

    required_css_class = ""
    use_required_attribute = False
    marks_required: ClassVar[bool] = False  # ★ at what must be filled instead of 不用填
    groups: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()  # (heading, field names)

    def __init__(
        self,
        data: Any = None,
        files: Any = None,
        *,
        scope: Any = None,
        user: Any = None,
        instance: Any = None,
        initial: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.scope, self.user, self.instance = scope, user, instance
        self.conflicts: list[Conflict] = []
        stored = self.initial_of(instance) if instance is not None else {}
        super().__init__(data, files, initial={**stored, **(initial or {})}, **kwargs)
        self.stored = stored
        if scope is not None:
            self.narrow(scope)
        speak_plainly(self)
        if instance is not None:
            self.fields[VERSION_FIELD] = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=self.version()
            )

    def narrow(self, scope: Any) -> None:
        """Limit the choices of fields to what the user reaches."""

    def initial_of(self, instance: Any) -> dict[str, Any]:
        """The values of a record that the form edits, by field name."""
        return {
            name: getattr(instance, name)
            for name in self.base_fields
            if hasattr(instance, name)
        }

    @property
    def field_groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Headings with their fields; visible fields of no group stand under 其他."""
        grouped = {name for _, names in self.groups for name in names}
        rest = tuple(f.name for f in self.visible_fields() if f.name not in grouped)
        groups = (*self.groups, ("其他", rest)) if rest else self.groups
        return [(label, [self[n] for n in names if n in self.fields]) for label, names in groups]

    @property
    def wrong_labels(self) -> list[str]:
        """Labels of the fields that are not right."""
        return [str(self.fields[name].label) for name in self.errors if name in self.fields]

    def version(self) -> str:
        """A mark of the stored values; it tells nothing about them."""
        return salted_hmac("common.forms", repr(sorted(self.stored.items()))).hexdigest()[:32]

    def save(self) -> Any:
        """Write what the form says; the record, so that the page can go there."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.instance is not None:
            self._compare_versions()
        return cleaned

    def _compare_versions(self) -> None:
        seen = self.data.get(self.add_prefix(VERSION_FIELD), "")
        if not seen or constant_time_compare(seen, self.version()):
            return
        for name in self.stored:
            if name in self.cleaned_data and self.cleaned_data[name] != self.stored[name]:
                theirs, mine = self.stored[name], self.cleaned_data[name]
                self.conflicts.append(
                    Conflict(
                        label=str(self.fields[name].label),
                        theirs=in_words(self.fields[name], theirs),
                        mine=in_words(self.fields[name], mine),
                    )
                )
        if self.conflicts:
            # The next answer is given in knowledge of these values.
            self.data = self.data.copy()
            self.data[self.add_prefix(VERSION_FIELD)] = self.version()
            raise ValidationError("记录已被别人改过，请核对后再保存。", code="conflict")
