"""Filters of the lists: every choice is narrowed to the user's scope.

A filter whose value is another one's row answers 404, like the row itself; a value that makes no
sense is named and left out, the list stays a list.
"""

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest, QueryDict

from common.cells import name_key
from common.forms import in_words


@dataclass(frozen=True)
class Chip:
    """A condition in force: what it says, and the query without it."""

    label: str
    text: str
    query: str


def scoped(model: type[Model]) -> Callable[[HttpRequest], QuerySet]:
    """The rows of ``model`` that the asking user may choose from (for ``queryset=``)."""
    return lambda request: model._default_manager.within(request.scope)


def plain(text: str) -> str:
    """What the user means: half-width, no outer blanks."""
    return unicodedata.normalize("NFKC", text).strip()


# Fields that hold Latin letters and digits only.
_ASCII_FIELDS = frozenset({"initials", "uscc"})
EMPTY_CHOICE = "---------"  # what django-filter says for no choice
_FOREIGN = ("invalid_choice", "invalid_pk_value", "invalid_list")


def in_any(lookups: Iterable[str], value: str) -> Q:
    """The condition that one of the lookups fits a text; an empty one where it says nothing."""
    text, key = plain(value), name_key(value)
    condition = Q()
    for lookup in lookups if key else ():
        field = lookup.split("__")[-2]
        if field in _ASCII_FIELDS and not text.isascii():
            continue  # asked of every row for nothing
        is_key = field.endswith("name_key")
        condition |= Q(**{lookup: key if is_key else text})
    return condition


class ScopedFilterSet(django_filters.FilterSet):
    """Base of all filter sets.

    search_fields: lookups that the search box tries, such as ``name_key__contains`` (compared in
    the form of common.cells.name_key) or ``uscc__istartswith`` (half-width).
    folded: names of filters that stand under 更多条件.
    """

    search_fields: ClassVar[tuple[str, ...]] = ()
    search_hint: ClassVar[str] = "名称或代码"
    folded: ClassVar[tuple[str, ...]] = ()

    q = django_filters.CharFilter(label="搜索", method="search")

    def search(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        """Rows of which any search field fits the text."""
        return queryset.filter(in_any(self.search_fields, value))

    def get_form_class(self) -> type[forms.Form]:
        """The form of the filters, dressed for the page."""
        form_class = super().get_form_class()
        for field in form_class.base_fields.values():
            dress(field)
        if "q" in form_class.base_fields:
            hint = {"placeholder": self.search_hint, "type": "search"}
            form_class.base_fields["q"].widget.attrs.update(hint)
        return form_class

    def refuse_foreign(self) -> None:
        """404 when a filter names a row that this user may not see, or that is none."""
        if not self.is_bound:
            return
        for name, errors in self.form.errors.as_data().items():
            is_row = isinstance(self.form.fields[name], forms.ModelChoiceField)
            if is_row and any(error.code in _FOREIGN for error in errors):
                raise Http404

    @property
    def ignored(self) -> list[str]:
        """Labels of the filters whose value makes no sense."""
        if not self.is_bound:
            return []
        return [str(self.form.fields[name].label) for name in self.form.errors]

    @property
    def main_fields(self) -> list[forms.BoundField]:
        return [f for f in self.form if f.name != "q" and f.name not in self.folded]

    @property
    def folded_fields(self) -> list[forms.BoundField]:
        return [f for f in self.form if f.name in self.folded]

    @property
    def is_folded_used(self) -> bool:
        """Whether a condition under 更多条件 is in force."""
        if not self.is_bound or not self.form.is_valid():
            return False
        return any(_is_set(self.form.cleaned_data.get(name)) for name in self.folded)

    def query_without_filters(self, query: QueryDict) -> str:
        """The query with every condition dropped."""
        names = [name for bound in self.form for name in _parameters(bound)]
        return query_without(query, *names)

    def chips(self, query: QueryDict) -> list[Chip]:
        """The conditions in force, each with the query that drops it."""
        if not self.is_bound:
            return []
        self.errors  # noqa: B018 -- validates the form
        chips = []
        for name, value in self.form.cleaned_data.items():
            if _is_set(value):
                field = self.form.fields[name]
                rest = query_without(query, *_parameters(self.form[name]))
                chips.append(Chip(str(field.label), in_words(field, value), rest))
        return chips


def dress(field: forms.Field) -> None:
    """A name for screen readers, the browser's date picker, "全部…" for no choice."""
    parts = getattr(field.widget, "widgets", None)
    if parts is None:
        _dress_widget(field.widget, str(field.label), is_day=isinstance(field, forms.DateField))
    for part, end in zip(parts or (), ("从", "至"), strict=False):
        is_day = isinstance(field, django_filters.fields.DateRangeField)
        _dress_widget(part, f"{field.label}，{end}", is_day=is_day)
    if getattr(field, "empty_label", None) == EMPTY_CHOICE:
        field.empty_label = f"全部{field.label}"


def _dress_widget(widget: forms.Widget, label: str, *, is_day: bool) -> None:
    widget.attrs.setdefault("aria-label", label)
    if is_day:
        widget.input_type = "date"
        widget.format = "%Y-%m-%d"


def query_without(query: QueryDict, *names: str) -> str:
    """The query string without some parameters and without a place in the list."""
    rest = query.copy()
    for name in (*names, "at"):
        rest.pop(name, None)
    return rest.urlencode()


def _is_set(value: Any) -> bool:
    if isinstance(value, QuerySet):
        return value.exists()
    return value not in (None, "", [], ())


def _parameters(bound: forms.BoundField) -> list[str]:
    """Names of the query parameters behind a field (a range has several)."""
    suffixes = getattr(bound.field.widget, "suffixes", None)
    return [f"{bound.name}_{suffix}" for suffix in suffixes] if suffixes else [bound.name]
