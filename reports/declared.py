"""Figures of the declared ledgers, read from their declarations (common/ledgers/declared.py): how
many rows, how much, how many different enterprises and organizations, by any of their columns.

Of the ledger ``trainings``: trainings (期), trainings_people (人次). What lasts is counted on a day
(sites) and as it begins (sites_new); what happens is counted over a period.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet

from accounts.scope import Scope
from common.ledgers import listing
from common.ledgers.declared import DeclaredLedger, declared_ledgers
from common.periods import Span
from common.scoping import is_within
from common.secrets import SecretField
from enterprises.choices import EntityKind
from enterprises.models import Entity
from organizations.models import PartyOrganization
from organizations.reach import own_organizations
from registers.hosts import HOSTS, Hosted
from reports.extent import Extent
from reports.figures import Dimension, Filter, Indicator, Population
from reports.hosting import hosted_by
from reports.kinds import DistinctIndicator, MedianIndicator, RowsIndicator, SumIndicator
from reports.opening import opening
from reports.populations import TOWN, YES
from reports.sheet import Sheet

YEAR = "year"
_LISTED = {
    Entity: ("entities", "涉及主体", "家"),
    PartyOrganization: ("organizations", "涉及党组织", "个"),
}
_KIND_OF = {label: value for value, label in EntityKind.choices}


# --- Rows ---------------------------------------------------------------------------------------


def lasting(ledger: type[DeclaredLedger], day: date) -> Q:
    """What has begun by ``day`` and has not ended; an empty date is no bound."""
    condition = Q()
    own = {field.name for field in ledger.model._meta.concrete_fields}
    for first, last in ledger.spans:
        if first in own:
            condition &= Q(**{f"{first}__isnull": True}) | Q(**{f"{first}__lte": day})
        if last in own:
            condition &= Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gt": day})
    return condition


def happened(ledger: type[DeclaredLedger], span: Span) -> Q:
    """What the day, or the year, of a row puts into ``span``."""
    if ledger.day:
        return Q(**{f"{ledger.day}__range": (span.first, span.last)})
    if ledger.names_parents:  # a part is of the day of the whole
        [parent] = ledger.names_parents
        above = next(
            one for one in declared_ledgers()
            if one.model is ledger.model._meta.get_field(parent).related_model
        )
        return Q(**{f"{parent}__{above.day}__range": (span.first, span.last)})
    return Q(year__range=(span.first.year, span.last.year))


def _population(ledger: type[DeclaredLedger], chosen: Callable[[Any], Q]) -> Population:
    def rows(extent: Extent, when: Any) -> QuerySet:
        day = when.last if isinstance(when, Span) else when
        found = ledger.model._default_manager.filter(chosen(when))
        for scope in (extent.scope, extent.area):
            if scope is not None:
                found = found.filter(counts_in(ledger.model, scope, day))
        return found

    return Population(rows, dict(_dimensions(ledger)), dict(_filters(ledger)))


def counts_in(model: type[models.Model], scope: Scope, day: date) -> Q:
    """The condition "this row counts in ``scope``": where its 所属镇街 is; without one where what
    it names is. So a row that names somebody of another town counts once, and towns sum to the
    district. A committee's or a secretary's organizations count theirs wherever they are."""
    fields = {field.name for field in model._meta.concrete_fields}
    reached = is_within(model, scope, day)
    if scope.everything or TOWN not in fields:
        return reached
    condition = Q(town__isnull=True) & reached
    condition |= scope.in_areas(TOWN) or Q(pk__in=[])
    own = own_organizations(scope, day)
    for name in ("organization", "host_organization"):
        if own and name in fields:
            condition |= Q(**{f"{name}__in": own})
    return condition


# --- Conditions ---------------------------------------------------------------------------------


def _fields(ledger: type[DeclaredLedger]) -> Iterator[models.Field]:
    """The columns by which rows may be counted: what names a person, and prose, is none."""
    personal = getattr(ledger.model, "personal", ())
    for field in ledger.model._meta.concrete_fields:
        is_set = (isinstance(field, ArrayField) and field.base_field.choices) or field.choices
        if field.name in ("id", "remarks", *HOSTS):
            continue
        if isinstance(field, SecretField | models.TextField):
            continue
        if is_set or field.name not in personal:
            yield field


def _dimensions(ledger: type[DeclaredLedger]) -> Iterator[tuple[str, Dimension]]:
    for field in _fields(ledger):
        title = str(field.verbose_name)
        if field.name == TOWN:
            yield TOWN, Dimension(TOWN, title, "town__code", "未填镇街", name="town__name")
        elif field.choices:
            words = {value: (str(label), str(label)) for value, label in field.flatchoices}
            yield field.name, Dimension(field.name, title, field.name, f"未填{title}", words=words)


def _filters(ledger: type[DeclaredLedger]) -> Iterator[tuple[str, Filter]]:
    for field in _fields(ledger):
        if matches := _matching(field):
            yield field.name, Filter(str(field.verbose_name), matches)
        if isinstance(field, models.ForeignKey) and field.related_model is Entity:
            yield f"{field.name}_kind", Filter("主体类型", _of_kind(f"{field.name}__kind"))
    if issubclass(ledger.model, Hosted):
        yield "host", Filter("主办单位", hosted_by)
    for parent in ledger.names_parents:
        yield from _filters_of_whole(ledger.model._meta.get_field(parent))


def _filters_of_whole(parent: models.ForeignKey) -> Iterator[tuple[str, Filter]]:
    """What a part is counted by of its whole: 培训的级别."""
    for field in parent.related_model._meta.concrete_fields:
        if field.choices:
            stored = {str(label): value for value, label in field.flatchoices}
            path, title = f"{parent.name}__{field.name}", field.verbose_name
            yield path, Filter(f"{parent.verbose_name}的{title}", _stored(path, stored))


def _stored(path: str, stored: Mapping[str, Any]) -> Callable[[str, Any], Q]:
    return lambda value, _when: Q(**{path: stored.get(value, "")})


def _matching(field: models.Field) -> Callable[[str, Any], Q] | None:
    """How a column is compared with what a condition says; None when it is no condition."""
    if isinstance(field, ArrayField):
        stored = {str(label): value for value, label in field.base_field.choices or ()}
        return lambda value, _when: Q(**{f"{field.name}__contains": [stored.get(value, value)]})
    if isinstance(field, models.ForeignKey):
        return None if field.name == TOWN else _of_name(field.name)
    if isinstance(field, models.BooleanField):
        return lambda value, _when: Q(**{field.name: value == YES})
    if isinstance(field, models.IntegerField) and field.name == YEAR:
        return lambda value, _when: Q(year=value) if value.isdecimal() else Q(pk__in=[])
    if isinstance(field, models.CharField) and not field.choices:
        return lambda value, _when: Q(**{field.name: value})
    return None


def _of_name(name: str) -> Callable[[str, Any], Q]:
    return lambda value, _when: Q(**{f"{name}__name": value})


def _of_kind(path: str) -> Callable[[str, Any], Q]:
    return lambda value, _when: Q(**{path: _KIND_OF.get(value, "")})


# --- Indicators ---------------------------------------------------------------------------------


def _made(ledger: type[DeclaredLedger]) -> Iterator[Indicator]:
    noun = ledger.noun or ledger.title
    if ledger.lasts:
        common = {"population": _population(ledger, lambda day: lasting(ledger, day))}
        yield from _of(ledger, ledger.kind, noun, f"时点在用的{noun}", common)
    if ledger.lasts and not ledger.day:
        return
    key, label = (f"{ledger.kind}_new", f"新增{noun}") if ledger.lasts else (ledger.kind, noun)
    common = {
        "population": _population(ledger, lambda span: happened(ledger, span)),
        "period": "year", "by_day": True,
    }
    yield from _of(ledger, key, label, f"{_day_words(ledger)}在期间内的{noun}", common)


def _day_words(ledger: type[DeclaredLedger]) -> str:
    if ledger.day:
        return listing.label_of(ledger, ledger.day)
    return "年度" if not ledger.names_parents else "日期"


def _of(
    ledger: type[DeclaredLedger], key: str, label: str, basis: str, common: Mapping[str, Any]
) -> Iterator[Indicator]:
    yield RowsIndicator(key=key, label=label, unit=ledger.unit, basis=basis, **common)
    for name in ledger.measured or ledger.sums:
        field = ledger.model._meta.get_field(name)
        title = str(field.verbose_name)
        yield SumIndicator(
            key=f"{key}_{name}", label=f"{label}{title}", unit="", column=name,
            column_title=title, places=getattr(field, "decimal_places", 0),
            basis=f"{basis}的{title}合计", **common,
        )
        if ledger.measured:
            yield MedianIndicator(
                key=f"{key}_{name}_median", label=f"{label}{title}中位数", unit="", column=name,
                column_title=title, places=1, basis=f"{basis}的{title}的中位数", **common,
            )
    for path, model in _things(ledger):
        name, words, unit = _LISTED[model]
        yield DistinctIndicator(
            key=f"{key}_{name}", label=f"{label}{words}", unit=unit, of=path, listed=model,
            basis=f"{basis}{words}，一{unit}只算一次", **common,
        )


def _things(ledger: type[DeclaredLedger]) -> Iterator[tuple[str, type[models.Model]]]:
    """Paths to the enterprises and to the organizations that rows name, one of each at most:
    links go before keys."""
    found: dict[type[models.Model], str] = {}
    for name, (model, owner, target) in ledger.links.items():
        related = model._meta.get_field(owner).remote_field.related_name or name
        found.setdefault(model._meta.get_field(target).related_model, f"{related}__{target}")
    for field in _fields(ledger):
        if isinstance(field, models.ForeignKey):
            found.setdefault(field.related_model, field.name)
    yield from ((found[model], model) for model in _LISTED if model in found)


DECLARED: tuple[Indicator, ...] = tuple(
    one for ledger in declared_ledgers() if ledger.is_counted for one in _made(ledger)
)

# --- Lists --------------------------------------------------------------------------------------


@cache
def sheet_of(ledger: type[DeclaredLedger]) -> Sheet:
    """The list of a ledger's rows, as its own page shows them."""

    def prepare(rows: list[Any], scope: Scope, _day: date) -> None:
        found = ledger.model._default_manager.filter(pk__in=[row.pk for row in rows])
        shown = listing.listed(ledger, found).annotate(opens=opening(ledger.model, scope))
        known = {row.pk: row for row in shown}
        for row in rows:
            row.__dict__.update(known[row.pk].__dict__)
            row.opens = bool(row.opens)
            if not row.opens:
                row.get_absolute_url = lambda: ""

    return Sheet(
        ledger.model, ledger.noun or ledger.title, ledger.unit, listing.filters_of(ledger),
        listing.columns_of(ledger), listing.sorts_of(ledger), prepare,
    )
