"""Form fields made from ledger columns: what a cell of the column may hold, as a browser offers it.

Values are texts, as a cell of the workbook holds them: the engine reads both in the same way.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms

from common.forms import DayInput
from common.ledgers.columns import (
    ChoiceCell,
    Column,
    DateCell,
    DecimalCell,
    IntegerCell,
    ManyCell,
    MonthCell,
    SecretCell,
    TextCell,
    YesNoCell,
)
from common.ledgers.export import choices_of
from common.ledgers.ledger import Ledger
from common.lookups import LookupArea, LookupInput

# Up to so many names are a list to open, up to the second number suggestions while one types.
_OPEN, _SUGGESTED = 60, 3000
_LONG_TEXT, _SHORT_NAME = 300, 60

Choices = Sequence[tuple[str, Any]]


class LedgerField(forms.CharField):
    """A text for the engine, which decides whether it is needed and whether it can be read.

    ``required`` only sets the mark ★.
    """

    def __init__(self, column: Column, *, widget: forms.Widget, **options: Any) -> None:
        super().__init__(
            widget=widget, required=column.required, label=column.column_name, **options
        )
        self.column = column

    def validate(self, value: Any) -> None:
        """The engine's business."""


class SuggestInput(forms.TextInput):
    """A text with suggestions: <input list> and its <datalist>."""

    template_name = "ledgers/suggest.html"

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(attrs={"autocomplete": "off"})
        self.names = list(names)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["names"] = self.names
        context["widget"]["attrs"]["list"] = f"{context['widget']['attrs'].get('id', name)}_names"
        return context


def field_names(ledger: Ledger) -> dict[str, str]:
    """Column name → form field name: the name in the ledger's declaration, for columns of facets
    the attribute they fill."""
    declared = {column.column_name: key for key, column in ledger.fields.items()}
    return {
        column.column_name: declared.get(column.column_name, column.attribute)
        for column in ledger.columns
    }


def only_adding(ledger: Ledger) -> set[str]:
    """Names of the columns whose cell only adds."""
    return {
        column.column_name for facet in ledger.facets if facet.only_adds for column in facet.columns
    }


def field_of(column: Column, scope: Any, *, current: str = "", adds: bool = False) -> LedgerField:
    """The field of a column. ``current``: what stands in the database now (masked when secret);
    it can always be left, also where the scope would not offer it."""
    help_text = column.help
    if isinstance(column.cell, SecretCell):
        return _secret_field(column, current, help_text)
    if isinstance(column.cell, ManyCell):
        help_text = help_text or "可以填多个，用顿号隔开"
    if adds:
        known = f"现有：{current}。" if current else ""
        help_text = f"{known}这里只填要增加的，已有的不会去掉"
    return LedgerField(column, widget=_widget(column, scope, current), help_text=help_text)


def _secret_field(column: Column, mask: str, help_text: str) -> LedgerField:
    attrs = {"autocomplete": "off", "inputmode": "text"}
    if mask:
        attrs["placeholder"] = mask
        help_text = help_text or f"现为 {mask}，不改就空着"
    return LedgerField(column, widget=forms.TextInput(attrs=attrs), help_text=help_text)


def _widget(column: Column, scope: Any, current: str) -> forms.Widget:
    cell = column.cell
    nothing = "请选择" if column.required else "未填"
    if grouped := getattr(cell, "form_choices", None):
        return forms.Select(choices=_with_current(grouped(), current, nothing))
    if isinstance(cell, ChoiceCell | YesNoCell):
        names = choices_of(column, scope)
        return forms.Select(
            choices=_with_current([(name, name) for name in names], current, nothing)
        )
    if isinstance(cell, ManyCell) and column.lookup:
        return LookupArea(column.lookup)
    if column.suggestions:
        return _suggesting(column, scope, current)
    return _plain_widget(column)


def _suggesting(column: Column, scope: Any, current: str) -> forms.Widget:
    names = choices_of(column, scope)
    nothing = "请选择" if column.required else "未填"
    if isinstance(column.cell, ManyCell) or not 0 < len(names) <= _SUGGESTED:
        return _plain_widget(column)
    if len(names) > _OPEN:
        return SuggestInput(names)
    return forms.Select(choices=_with_current([(name, name) for name in names], current, nothing))


def _with_current(choices: Choices, current: str, nothing: str) -> Choices:
    """Nothing, what stands there already, and the choices."""
    known = {
        key
        for value, label in choices
        for key in ([inner for inner, _ in label] if isinstance(label, list | tuple) else [value])
    }
    extra = [(current, current)] if current and current not in known else []
    return [("", nothing), *extra, *choices]


def _plain_widget(column: Column) -> forms.Widget:
    cell = column.cell
    if column.lookup:
        return LookupInput(column.lookup)
    if isinstance(cell, MonthCell):
        return forms.TextInput(attrs={"placeholder": "如 2026-10 或 2026-10-31"})
    if isinstance(cell, DateCell):
        return DayInput()
    if isinstance(cell, IntegerCell):
        return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    if isinstance(cell, DecimalCell):
        return forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    is_long = isinstance(cell, TextCell) and cell.max_length > _LONG_TEXT
    if is_long or (isinstance(cell, ManyCell) and cell.max_length > _SHORT_NAME):
        return forms.Textarea(attrs={"rows": 3})
    attrs = {"autocomplete": "off"}
    if isinstance(cell, TextCell):
        attrs["maxlength"] = str(cell.max_length)
    return forms.TextInput(attrs=attrs)
