"""Organizations and entities to choose from, in ledger templates and in forms."""

from typing import Any

from django.utils import timezone

from common.ledgers.export import suggestion
from common.ledgers.rows import Options
from common.lookups import SHOWN, Named, lookup
from enterprises.search import find_entities
from enterprises.search import in_few_words as entity_in_few_words
from organizations.finder import OrganizationFinder, one_name_each
from organizations.search import find_organizations, organization_in_few_words


@suggestion("organizations")
def organizations_in_scope(scope, _argument: str) -> list[str]:
    """Printed names of the organizations that the user may name."""
    return OrganizationFinder(Options(day=timezone.localdate(), scope=scope)).names()


def _options(scope: Any) -> Options:
    return Options(day=timezone.localdate(), scope=scope)


@lookup("entities")
def entities(scope: Any, text: str) -> list[Named]:
    """Entities in scope by name, code or pinyin initials, as forms take them."""
    rows = list(find_entities(scope, text)[:SHOWN])
    names = one_name_each({row.pk for row in rows}, _options(scope))
    return [Named(names[row.pk], entity_in_few_words(row)) for row in rows if names[row.pk]]


@lookup("organizations")
def organizations(scope: Any, text: str) -> list[Named]:
    """Organizations in scope by name, code or pinyin initials, as forms take them."""
    rows = list(find_organizations(scope, text)[:SHOWN])
    finder = OrganizationFinder(_options(scope)) if rows else None
    return [Named(finder.name(row.pk), organization_in_few_words(row)) for row in rows]


@lookup("whom")
def whom(scope: Any, text: str) -> list[Named]:
    """Entities and organizations."""
    half = SHOWN // 2
    found, others = entities(scope, text), organizations(scope, text)
    return [*found[: max(half, SHOWN - len(others))], *others][:SHOWN]
