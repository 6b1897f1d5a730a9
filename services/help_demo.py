"""Two years of help given in the fictional district."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from random import Random
from typing import Any

from areas.choices import AreaLevel
from areas.models import Area
from common import changes
from common.chance import new_id
from common.changes import Change
from common.models import Via
from common.trace import recording
from districts.mingchuan import works
from registers.demo import branches_of, departments, firms_of
from services import help_given
from services.choices import FINISHED, TicketOutcome
from services.help_models import Help, HelpBeneficiary, HelpCategory
from services.models import Ticket

DAYS = 365 * 2
# At most so many of the enterprises that a help was for stand in the ledger.
NAMED = 6
# One of so many solved tickets was recorded as help.
ONE_IN = 6


def load(*, seed: int, today: date) -> int:
    """Fill the ledger of help given; the number of helps. Where there are any, nothing is done."""
    if Help.objects.exists():
        return 0
    rows = list(_rows(Random(f"{seed}/help"), today))  # noqa: S311 -- invented data
    with recording(by=None, via=Via.COMMAND):
        changes.lock_writes()
        changes.write(rows)
        for ticket in _solved():
            help_given.make(ticket)
    return Help.objects.count()


def _solved() -> Iterator[Ticket]:
    """Tickets of enterprises that ended as help: some of those that were solved."""
    solved = Ticket.objects.filter(
        state__in=FINISHED, outcome=TicketOutcome.SOLVED, entity__isnull=False,
        department__isnull=False,
    )
    rows = solved.select_related("category__help_category", "category__parent__help_category")
    return islice(rows.order_by("number"), 0, None, ONE_IN)


def _rows(rng: Random, today: date) -> Iterator[Change]:
    categories = {one.name: one for one in HelpCategory.objects.all()}
    towns = list(Area.objects.filter(level=AreaLevel.TOWN).order_by("code"))
    branches, offices, firms = branches_of(today), departments(), firms_of(today)
    for category, name, first, second, money, often in works.HELP:
        kind = categories[category]
        for number in range(often):
            pk, town = new_id(), rng.choice(towns)
            day = today - timedelta(days=rng.randrange(DAYS))
            host: dict[str, Any] = {"host_department_id": rng.choice(offices)}
            if number % 3 == 0:
                there = [one for one in branches if one.town == town.pk] or branches
                host = {"host_organization_id": rng.choice(there).pk}
            yield changes.insert(Help, {
                "category_id": kind.pk, "name": f"{town.name}{name}{number + 1:02}",
                "happened_on": day, "town_id": town.pk, **host,
                "quantity_1": rng.randint(*first), "unit_1": kind.unit_1,
                "quantity_2": rng.randint(*second) if second else None,
                "unit_2": kind.unit_2 if second else "",
                "amount": rng.randint(*money) if money else None,
            }, pk)
            for firm in rng.sample(firms, rng.randint(0, min(NAMED, len(firms)))):
                yield changes.insert(HelpBeneficiary, {"help_id": pk, "entity_id": firm.pk})
