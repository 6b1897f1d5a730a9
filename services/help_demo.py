"""Two years of help given in the fictional district."""

from collections.abc import Iterator
from datetime import date, timedelta
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
from services.help_models import Help, HelpBeneficiary, HelpCategory

DAYS = 365 * 2
# At most so many of the enterprises that a help was for stand in the ledger.
NAMED = 6


def load(*, seed: int, today: date) -> int:
    """Fill the ledger of help given; the number of helps. Where there are any, nothing is done."""
    if Help.objects.exists():
        return 0
    rows = list(_rows(Random(f"{seed}/help"), today))  # noqa: S311 -- invented data
    with recording(by=None, via=Via.COMMAND):
        changes.lock_writes()
        changes.write(rows)
    return Help.objects.count()


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
