"""The least that a contact group must have: rules like those of grids, dated settings."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone

from common import parameters
from common.tables import Column
from registers.choices import ContactKind

SHORT, COMPLETE = "不足", "齐全"

FIRMS = "firms"
# Kind → (field, what is counted, unit, setting).
_RULES: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    ContactKind.OFFICIAL: (),
    ContactKind.ONE_ONE_FIVE: (
        ("officials", "联系干部", "名", "contact.group_officials"),
        ("promoters", "招商部门人员", "名", "contact.group_promoters"),
        (FIRMS, "联系企业", "家", "contact.group_firms"),
    ),
    ContactKind.STUDIO: (
        ("veterans", "老书记", "名", "contact.studio_veterans"),
        ("instructors", "指导员", "名", "contact.studio_instructors"),
        (FIRMS, "联系企业", "家", "contact.studio_firms"),
    ),
}


def shortage_words(values: Mapping[str, Any], firms: int, day: date) -> str:
    """What a contact group with these values lacks on ``day``, in words; "" for nothing.
    ``firms``: the number of its entities."""
    lacks = []
    for field, label, unit, key in _RULES[values["kind"]]:
        number = firms if field == FIRMS else len(values[field])
        least = parameters.value(key, on=day)
        if number < least:
            lacks.append(f"{label}少 {least - number} {unit}")
    return "，".join(lacks)


def _lacks(row: Any) -> str:
    """What a row of the list, which has ``n_firms``, lacks."""
    return shortage_words(vars(row), row.n_firms, timezone.localdate())


def _word(row: Any) -> str:
    return SHORT if _lacks(row) else COMPLETE


def short_ones(rows: QuerySet, day: date) -> QuerySet:
    """Contact groups with ``n_firms`` that lack something: shortage_words() as a query."""
    lacks = Q(pk__in=[])
    for kind, rules in _RULES.items():
        for field, _label, _unit, key in rules:
            number = f"n_{FIRMS}__lt" if field == FIRMS else f"{field}__len__lt"
            least = parameters.value(key, on=day)
            found = Q(**{number: least})
            if field != FIRMS and least:
                found |= Q(**{field: []})  # the length of an empty list is NULL
            lacks |= Q(kind=kind) & found
    return rows.filter(lacks)


def _narrow(rows: QuerySet, _name: str, value: str) -> QuerySet:
    found = short_ones(rows, timezone.localdate())
    return found if value == "short" else rows.exclude(pk__in=found.values("pk"))


COLUMN = Column(
    "lacks", "配备", value=_word, kind="state", tones={COMPLETE: "ok", SHORT: "warn"},
    sub=Column("lacking", "缺什么", value=_lacks),
)
FILTER = django_filters.ChoiceFilter(
    label="配备", choices=(("short", SHORT), ("complete", COMPLETE)), method=_narrow
)
