"""What names a record, on its page: how many rows of each ledger, each number opening its list.

    show_on("enterprises.Entity", Naming("about_entity", "市场主体"))      # once, for its page

Declared ledgers need nothing more: every key, host and list of records that leads to the model
counts. Other ledgers say it themselves::

    relate("enterprises.Entity", Relation("企业诉求", "件", Ticket, RIGHTS["read_tickets"],
                                          lambda one: Q(entity=one), "services:ticket_list",
                                          "entity"))
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, ForeignKey, Model, Q, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from common.access import having
from common.additions import CONTEXT, Figure, panel
from common.ledgers.declared import DeclaredLedger, declared_ledgers


@dataclass(frozen=True)
class Naming:
    """How lists are narrowed to the rows that name a record: the filter and its label."""

    filter: str
    label: str


@dataclass(frozen=True)
class Relation:
    """Rows of ``model`` that name a record; ``list_url``?``filter``=<id> is their list."""

    title: str
    unit: str
    model: type[Model]
    roles: Collection[str]
    condition: Callable[[Any], Q]
    list_url: str
    filter: str
    list_args: Sequence[str] = ()

    def address(self, record: Model) -> str:
        """The list of the rows that name the record."""
        path = reverse(self.list_url, args=self.list_args)
        return f"{path}?{urlencode({self.filter: record.pk})}"


_NAMINGS: dict[str, Naming] = {}
_RELATIONS: dict[str, list[Relation]] = {}


def namings() -> Mapping[str, Naming]:
    """Label of a model → how lists are narrowed to its records."""
    return _NAMINGS


def show_on(label: str, naming: Naming) -> None:
    """Give the pages of a model's records the panel (called in AppConfig.ready)."""
    _NAMINGS[label] = naming

    @panel(label, slot=CONTEXT, order=60, template="ledgers/related.html")
    def of_record(request: HttpRequest, record: Any, _day: date) -> Mapping[str, Any] | None:
        found = figures_of_ledgers(request.scope, record)
        return {"figures": found} if found else None


def relate(label: str, relation: Relation) -> None:
    """Add a ledger that is not a declared one to the panel of a model."""
    _RELATIONS.setdefault(label, []).append(relation)


def rows_naming(ledger: type[DeclaredLedger], label: str) -> Callable[[Any], Q] | None:
    """The condition "this row names that record of the model ``label``"; None: no column can."""
    beside = getattr(ledger.model, "beside", ())
    keys = [
        field.name
        for field in ledger.model._meta.concrete_fields
        if isinstance(field, ForeignKey) and field.name not in beside
        and field.related_model._meta.label == label
    ]
    links = [
        link for link in ledger.links.values()
        if link[0]._meta.get_field(link[2]).related_model._meta.label == label
    ]
    if not keys and not links:
        return None

    def condition(record: Any) -> Q:
        found = Q()
        for name in keys:
            found |= Q(**{name: record})
        for model, owner, target in links:
            rows = model._default_manager.filter(**{target: record})
            found |= Q(pk__in=rows.values(owner))
        return found

    return condition


def _relations(label: str) -> list[Relation]:
    """All that may name a record of the model: what was told, then the declared ledgers."""
    found = list(_RELATIONS.get(label, ()))
    for ledger in declared_ledgers():
        if condition := rows_naming(ledger, label):
            found.append(Relation(
                ledger.title, ledger.unit, ledger.model, having(ledger.read_right), condition,
                "ledgers:record_list", _NAMINGS[label].filter, (ledger.kind,),
            ))
    return found


def figures_of_ledgers(scope: Any, record: Model) -> list[Figure]:
    """How many rows of each ledger name the record, in one query; those with none are left out."""
    relations = [one for one in _relations(record._meta.label) if scope.roles & set(one.roles)]
    reached = {frozenset(one.roles): scope.only(one.roles) for one in relations}
    parts = [
        one.model._default_manager.within(reached[frozenset(one.roles)])
        .filter(one.condition(record)).order_by()
        .annotate(at=Value(at)).values("at").annotate(n=Count("pk")).values_list("at", "n")
        for at, one in enumerate(relations)
    ]
    if not parts:
        return []
    first, *others = parts
    counts = dict(first.union(*others, all=True) if others else first)
    return [
        Figure(one.title, counts[at], one.unit, one.address(record))
        for at, one in enumerate(relations)
        if counts.get(at)
    ]
