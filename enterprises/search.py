"""Entities in the search of the whole portal."""

from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.scope import RIGHTS, Scope
from common.search import Group, matching, register
from enterprises.models import Entity


def find_entities(scope: Scope, text: str) -> QuerySet:
    """Entities within the scope by name, credit code or pinyin initials."""
    rows = Entity.objects.within(scope).at(timezone.localdate())
    found = matching(rows, text, key="name_key", code="uscc")
    return found.annotate(town_name=F("state__town__name"))


def in_few_words(entity: Entity) -> str:
    """Kind, code, town."""
    parts = (entity.get_kind_display(), entity.uscc, entity.town_name)
    return "　".join(part for part in parts if part)


register(
    Group(
        "entities",
        "市场主体",
        find_entities,
        in_few_words,
        order=10,
        roles=RIGHTS["read_ledgers"],
        list_url="enterprises:entity_list",
        unit="家",
    )
)
