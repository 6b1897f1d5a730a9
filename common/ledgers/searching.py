"""Rows of the declared ledgers in the search of the whole portal: by name or number, in one query
for all of them. Rows that are people are not found here."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import (
    Case,
    CharField,
    Expression,
    F,
    Field,
    ForeignKey,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat
from django.urls import reverse

from common.access import having
from common.cells import name_key
from common.filters import in_any
from common.ledgers.declared import DeclaredLedger, declared_ledgers
from common.search import SHOWN, Found, Group, Hit, more_of, register_many

Ledgers = Sequence[type[DeclaredLedger]]


@dataclass(frozen=True)
class _Row:
    """A row found: which ledger's, its id, how it is called."""

    at: int
    pk: Any
    name: str


def _found_by(ledger: type[DeclaredLedger]) -> list[str]:
    """Lookups of what the rows of a ledger are called; none where that is a person's name."""
    personal = getattr(ledger.model, "personal", ())
    names = ledger.found_by or ledger.names
    if ledger.is_roster or not ledger.is_counted or set(names) & set(personal):
        return []
    found = []
    for name in names:
        field = ledger.model._meta.get_field(name)
        if isinstance(field, ForeignKey):
            found.append(f"{name}__name_key__contains")
        elif isinstance(field, CharField) and not field.choices:
            found.append(f"{name}__contains")
    return found


def _words(field: Field) -> Expression:
    """What a field says, as a text of the database."""
    if field.choices:
        cases = (When(**{field.name: key}, then=_text(label)) for key, label in field.flatchoices)
        return Case(*cases, default=_text(""), output_field=TextField())
    path = f"{field.name}__name" if isinstance(field, ForeignKey) else field.name
    return Coalesce(Cast(F(path), TextField()), _text(""))


def _text(words: Any) -> Value:
    return Value(str(words), output_field=TextField())


def _called(ledger: type[DeclaredLedger]) -> Expression:
    """The name of a row: the fields that name it, with blanks between them."""
    names = dict.fromkeys((*ledger.names, *ledger.found_by))
    parts = [
        part for name in names
        for part in (_words(ledger.model._meta.get_field(name)), _text(" "))
    ]
    return Concat(*parts, output_field=TextField())


def _rows(scope: Any, text: str, ledgers: Ledgers) -> list[_Row]:
    """The first rows of each ledger that the text finds, in one query."""
    reached = {right: scope.only(having(right)) for right in {one.read_right for one in ledgers}}
    parts: list[QuerySet] = [
        ledger.model._default_manager.within(reached[ledger.read_right])
        .filter(in_any(_found_by(ledger), text))
        .annotate(at=Value(at), called=_called(ledger)).order_by("called", "pk")
        .values_list("at", "pk", "called")[: SHOWN + 1]
        for at, ledger in enumerate(ledgers)
    ]
    first, *others = parts
    return [_Row(*row) for row in (first.union(*others, all=True) if others else first)]


@register_many
def of_ledgers(scope: Any, text: str) -> list[Found]:
    """A group for each ledger with hits; its list shows all of them."""
    ledgers = [
        one for one in declared_ledgers()
        if scope.roles & having(one.read_right) and _found_by(one)
    ]
    if not ledgers or not name_key(text):  # nothing but signs
        return []
    by_ledger: dict[int, list[_Row]] = {}
    for row in _rows(scope, text, ledgers):
        by_ledger.setdefault(row.at, []).append(row)
    return [_group(ledgers[at], rows, text) for at, rows in sorted(by_ledger.items())]


def _group(ledger: type[DeclaredLedger], rows: Sequence[_Row], text: str) -> Found:
    page = "ledgers:record_detail"
    hits = [
        Hit(" ".join(row.name.split()), reverse(page, args=[ledger.kind, row.pk]), "")
        for row in rows[:SHOWN]
    ]
    path = reverse("ledgers:record_list", args=[ledger.kind])
    more = more_of(path, text) if len(rows) > SHOWN else ""
    return Found(Group(ledger.kind, ledger.title, unit=ledger.unit), hits, more)

