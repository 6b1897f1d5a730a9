"""Help given, counted by category over a period: times, enterprises, quantities, money."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet, Sum

from areas.models import Area
from common.periods import Span
from services.help_models import Help, HelpBeneficiary, HelpCategory


@dataclass
class Counted:
    """What was done of one category. ``quantities``: (number, unit), a line for each unit;
    ``entities``: enterprises of the ledger, each once."""

    category: HelpCategory
    times: int = 0
    entities: int = 0
    quantities: list[tuple[Decimal, str]] = field(default_factory=list)
    amount: Decimal = Decimal(0)


@dataclass
class Summary:
    """All categories with anything done, by group, and the whole."""

    groups: Mapping[str, list[Counted]]
    times: int
    entities: int
    amount: Decimal


def helps_of(scope: Any, span: Span, town: Area | None = None) -> QuerySet:
    """Helps in scope whose day lies in the period."""
    rows = Help.objects.within(scope).filter(happened_on__range=(span.first, span.last))
    return rows.filter(town=town) if town else rows


def quantities(rows: QuerySet) -> dict[str, Decimal]:
    """What was counted, by unit."""
    sums: dict[str, Decimal] = {}
    for at in (1, 2):
        counted = rows.exclude(**{f"quantity_{at}": None}).order_by().values_list(f"unit_{at}")
        for unit, number in counted.annotate(number=Sum(f"quantity_{at}")):
            sums[unit] = sums.get(unit, Decimal(0)) + number
    return sums


def summary(scope: Any, span: Span, town: Area | None = None) -> Summary:
    """The figures of a period (domain.md §8); four queries."""
    rows = helps_of(scope, span, town).order_by()
    found = {one.pk: Counted(one) for one in HelpCategory.objects.all()}
    lines = rows.values("category", "unit_1", "unit_2").annotate(
        times=Count("pk"), first=Sum("quantity_1"), second=Sum("quantity_2"), money=Sum("amount")
    )
    sums: dict[tuple, Decimal] = {}
    for line in lines:
        one = found[line["category"]]
        one.times += line["times"]
        one.amount += line["money"] or 0
        for number, unit in ((line["first"], line["unit_1"]), (line["second"], line["unit_2"])):
            if number is not None:
                key = (one.category.pk, unit)
                sums[key] = sums.get(key, Decimal(0)) + number
    for (category, unit), number in sums.items():
        found[category].quantities.append((number, unit))
    links = HelpBeneficiary.objects.filter(help__in=rows.values("pk"))
    for category, number in links.order_by().values_list("help__category").annotate(
        n=Count("entity", distinct=True)
    ):
        found[category].entities = number
    done = [one for one in found.values() if one.times]
    groups: dict[str, list[Counted]] = {}
    for one in done:
        groups.setdefault(one.category.get_group_display(), []).append(one)
    return Summary(
        groups, sum(one.times for one in done),
        links.aggregate(n=Count("entity", distinct=True))["n"],
        sum((one.amount for one in done), Decimal(0)),
    )
