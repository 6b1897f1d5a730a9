"""State × verb × role of a flow, as a table."""

from collections.abc import Collection
from itertools import product

from django.db import models

from accounts.choices import Role
from accounts.scope import Scope
from common.models import FlowStep
from common.transitions import Flow, TransitionRefused


def assert_table(
    flow: Flow, row: models.Model, verb: str, sources: Collection[str], target: str,
    roles: Collection[str],
) -> None:
    """The verb is offered in ``sources`` to ``roles`` and nowhere else, and making the step (to
    ``target``, "" = the state stays) says the same. The step is tried in every state by one who
    may, and by every role where it is due: state and right are asked for one after the other."""
    states = list(dict(row._meta.get_field(flow.field).flatchoices))
    for state, role in product(states, Role):
        setattr(row, flow.field, state)
        assert flow.can(row, verb, _scope(role)) == (state in sources and role in roles)
        if state in sources or role == next(iter(roles), Role.DISTRICT):
            _try(flow, row, verb, state, role, target, state in sources and role in roles)


def _scope(role: str) -> Scope:
    return Scope(roles=frozenset({role}))


def _try(
    flow: Flow, row: models.Model, verb: str, state: str, role: str, target: str, allowed: bool
) -> None:
    rows = type(row)._base_manager.filter(pk=row.pk)
    rows.update(**{flow.field: state})
    FlowStep.objects.all().delete()
    try:
        flow.apply(row, verb, by=None, scope=_scope(role), note="原因")
    except TransitionRefused:
        assert not allowed, (state, role)
    else:
        assert allowed, (state, role)
    assert rows.values_list(flow.field, flat=True).get() == (target or state if allowed else state)
    assert FlowStep.objects.filter(row=row.pk, verb=verb).count() == allowed
