"""Commitments and honours in the search of the whole portal."""

from django.db.models import QuerySet

from accounts.scope import RIGHTS, Scope
from common.search import Group, containing, register
from evaluations.commitment_lists import CommitmentFilter
from evaluations.models import Commitment, Honour

# Not by the person honoured: people are found among the members.
_HONOURS = ("name__contains", "organization__name_key__contains", "entity__name_key__contains")


def find_commitments(scope: Scope, text: str) -> QuerySet:
    """Commitments within the scope by organization or enterprise, the last year first."""
    rows = containing(Commitment.objects.within(scope), text, CommitmentFilter.search_fields)
    return rows.select_related("organization", "entity")


def find_honours(scope: Scope, text: str) -> QuerySet:
    """Honours within the scope by name, organization or enterprise, the last year first."""
    rows = containing(Honour.objects.within(scope), text, _HONOURS)
    return rows.select_related("organization", "entity")


def honour_in_few_words(honour: Honour) -> str:
    """Year, level, holder."""
    return "　".join((f"{honour.year} 年", honour.get_level_display(), honour.holder))


register(Group(
    "commitments", "双向承诺", find_commitments, lambda row: row.get_state_display(), order=60,
    roles=RIGHTS["read_commitments"], list_url="commitments:commitment_list", unit="份",
))
register(Group(
    "honours", "荣誉", find_honours, honour_in_few_words, order=70,
    roles=RIGHTS["read_honours"], list_url="honours:honour_list", unit="项",
))
