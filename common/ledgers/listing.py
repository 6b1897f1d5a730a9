"""What the list of a declared ledger shows and by what it is narrowed, read from its model."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import django_filters
from django import forms
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from common.filters import ScopedFilterSet, scoped
from common.ledgers.declared import PLACES, DeclaredLedger
from common.ledgers.references import reference_to
from common.ledgers.related import namings, rows_naming
from common.lists import Sort
from common.secrets import SecretField
from common.tables import Column

# How an enterprise or organization that a row names is searched.
_SEARCHED = ("name_key__contains", "initials__istartswith")
_NUMBERS = (models.IntegerField, models.DecimalField)


def label_of(ledger: type[DeclaredLedger], name: str) -> str:
    """The header of a column."""
    either = getattr(ledger.model, "either", {})
    if name in either:
        return either[name][0]
    if name in ledger.links:
        model, _owner, target = ledger.links[name]
        return str(model._meta.get_field(target).verbose_name)
    return str(ledger.model._meta.get_field(name).verbose_name)


def _words(field: models.Field, row: Any) -> Any:
    """A value as the list shows it."""
    value = getattr(row, field.name)
    if isinstance(field, ArrayField):
        labels = dict(field.base_field.flatchoices)
        return "、".join(str(labels.get(one, one)) for one in value)
    if field.choices:
        return getattr(row, f"get_{field.name}_display")()
    if isinstance(field, models.ForeignKey):
        return str(value) if value else None
    return str(value) if field.name == "year" else value


def text_of(row: Any, name: str) -> Any:
    """The value of a column of a record, in words or as a number or day."""
    if name in getattr(type(row), "either", {}):
        host = getattr(row, name)
        return str(host) if host else None
    return _words(type(row)._meta.get_field(name), row)


@cache
def columns_of(ledger: type[DeclaredLedger]) -> tuple[Column, ...]:
    """The columns of the list: the listed ones, then what else may be chosen. Never secrets."""
    names = [*ledger.listed, *(n for n in ledger.field_names() if n not in ledger.listed)]
    found = [
        _column(ledger, name, at)
        for at, name in enumerate(names)
        if not isinstance(_field(ledger, name), SecretField)
    ]
    at = len(ledger.listed)
    return (*found[:at], *ledger.more_columns, *found[at:])


def _field(ledger: type[DeclaredLedger], name: str) -> models.Field | None:
    is_own = name not in ledger.links and name not in getattr(ledger.model, "either", {})
    return ledger.model._meta.get_field(name) if is_own else None


def _column(ledger: type[DeclaredLedger], name: str, at: int) -> Column:
    field = _field(ledger, name)
    options: dict[str, Any] = {"shown": name in ledger.listed, "wide": at > 4}
    if name in ledger.links:
        options |= {"value": f"n_{name}", "kind": "number"}
    else:
        options["value"] = lambda row: text_of(row, name)
    if isinstance(field, models.DateField):
        options["kind"] = "date"
    elif isinstance(field, _NUMBERS) and not field.choices and name != "year":
        options["kind"] = "number"
    if name == ledger.day or name in ledger.sums:
        options["sort"] = (f"-{name}", name)
    if at == 0:
        options |= {"link": lambda row: row.get_absolute_url(), "fixed": True, "wide": False}
    return Column(name, label_of(ledger, name), **options)


@cache
def sorts_of(ledger: type[DeclaredLedger]) -> tuple[Sort, ...]:
    """The orders of the list: by day, by name, by the summed numbers."""
    found: list[Sort] = []
    if ledger.day:
        found.append(Sort(f"-{ledger.day}", "日期近的在前", f"-{ledger.day}"))
        found.append(Sort(ledger.day, "日期早的在前", ledger.day))
    found.append(Sort("name", "按名称", *map(_by_name(ledger), ledger.names)))
    for name in ledger.sums:
        label = label_of(ledger, name)
        found.append(Sort(f"-{name}", f"{label}多的在前", f"-{name}"))
        found.append(Sort(name, f"{label}少的在前", name))
    return tuple(found)


def _by_name(ledger: type[DeclaredLedger]) -> Any:
    def path(name: str) -> str:
        field = _field(ledger, name)
        return f"{name}__name" if isinstance(field, models.ForeignKey) else name

    return path


def listed(ledger: type[DeclaredLedger], rows: QuerySet) -> QuerySet:
    """The rows with what the columns show of them, in one query."""
    related = [
        field.name
        for field in ledger.model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
    ]
    counts = {f"n_{name}": _linked(*link) for name, link in ledger.links.items()}
    return rows.select_related(*related).annotate(**counts) if related else rows


def _linked(model: type[models.Model], owner: str, _target: str) -> Coalesce:
    rows = model._default_manager.filter(**{owner: OuterRef("pk")}).order_by().values(owner)
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def _scoped(field: models.ForeignKey) -> Any:
    def choices(request: HttpRequest) -> QuerySet:
        return reference_to(field.related_model).choices(request.scope, field.name)

    return choices


def _has(name: str) -> Any:
    def narrow(_filters: Any, rows: QuerySet, _name: str, value: str) -> QuerySet:
        return rows.filter(**{f"{name}__contains": [value]})

    return narrow


@cache
def filters_of(ledger: type[DeclaredLedger]) -> type[ScopedFilterSet]:
    """The filters of the list: choices, places, organizations and parents, the day, the year."""
    made: dict[str, Any] = {"search_fields": tuple(_searched(ledger)), "search_hint": "名称"}
    folded = []
    for name in ledger.field_names():
        field = _field(ledger, name)
        found = _filter(ledger, name, field) if field else None
        if found is None:
            continue
        made[name] = found
        if isinstance(field, ArrayField):
            made[f"has_{name}"] = _has(name)
        if isinstance(field, models.DateField) or name not in ledger.listed:
            folded.append(name)
    made |= _naming(ledger)
    made |= {"folded": tuple(folded), **ledger.more_filters}
    return type(f"{ledger.__name__}Filter", (ScopedFilterSet,), made)


def _naming(ledger: type[DeclaredLedger]) -> dict[str, Any]:
    """Filters by a record that a row names anywhere: its page leads here with them."""
    made: dict[str, Any] = {}
    for label, naming in namings().items():
        condition = rows_naming(ledger, label)
        if condition is None:
            continue
        made[naming.filter] = django_filters.ModelChoiceFilter(
            label=naming.label, queryset=scoped(apps.get_model(label)),
            widget=forms.HiddenInput, method=f"by_{naming.filter}",
        )
        made[f"by_{naming.filter}"] = _names(condition)
    return made


def _names(condition: Any) -> Any:
    def narrow(_filters: Any, rows: QuerySet, _name: str, value: models.Model) -> QuerySet:
        return rows.filter(condition(value))

    return narrow


def _filter(ledger: type[DeclaredLedger], name: str, field: models.Field) -> Any:
    label = str(field.verbose_name)
    if isinstance(field, ArrayField):
        choices = field.base_field.choices
        return choices and django_filters.ChoiceFilter(
            label=label, choices=choices, method=f"has_{name}"
        )
    if field.choices:
        return django_filters.ChoiceFilter(label=label, choices=field.choices)
    if isinstance(field, models.ForeignKey):
        if reference_to(field.related_model).choices is None or name in PLACES[2:]:
            return None
        return django_filters.ModelChoiceFilter(label=label, queryset=_scoped(field))
    if isinstance(field, models.DateField) and name == ledger.day:
        return django_filters.DateFromToRangeFilter(label=label)
    if name == "year":
        box = forms.NumberInput(attrs={"placeholder": label})
        return django_filters.NumberFilter(label=label, widget=box)
    return None


def _searched(ledger: type[DeclaredLedger]) -> Sequence[str]:
    """Where the search box looks: the names of the record, of its enterprise and organization."""
    found = []
    own = {field.name: field for field in ledger.model._meta.concrete_fields}
    for name in dict.fromkeys((*ledger.names, "name", "organization", "entity")):
        field = own.get(name)
        if isinstance(field, models.ForeignKey):
            known = {one.name for one in field.related_model._meta.concrete_fields}
            found += [f"{name}__{path}" for path in _SEARCHED if path.split("__")[0] in known]
        elif isinstance(field, models.CharField) and not field.choices:
            found.append(f"{name}__contains")
    return found
