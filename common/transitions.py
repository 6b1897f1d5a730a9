"""Flows: one table of transitions per flow; a transition locks the row, asks again, saves and
writes a step.

    REVIEW = Flow(
        "state",
        Transition("submit", "提交", {"draft", "returned"}, "submitted", right="write"),
        Transition("send_back", "退回修改", {"submitted"}, "returned", right="review"),
    )
    REVIEW.available(log, request.scope)             # buttons
    REVIEW.apply(log, "submit", by=user, scope=request.scope, note=…, submitted_at=now)
    REVIEW.advance(batch, "finish", by=user)         # a job: False when there is nothing to move

Rights are the verbs that ``scope.may`` answers; a transition without a right belongs to the
system and is offered to nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

from django.db import models, transaction

from common.models import FlowStep
from common.refusals import Refused


class TransitionRefused(Refused):
    """The step cannot be made: the state does not allow it, someone was faster, or no right."""


class HasRights(Protocol):
    """What a scope must offer here."""

    def may(self, verb: str) -> bool: ...


@dataclass(frozen=True)
class Transition:
    """``verb`` leads from any of ``sources`` to ``target`` ("" = the state stays); ``label``
    stands on the button."""

    verb: str
    label: str
    sources: Collection[str]
    target: str
    right: str = ""
    needs_note: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "sources", frozenset(str(source) for source in self.sources))


class Flow:
    """The transitions of the field ``field`` of a model."""

    def __init__(self, field: str, *transitions: Transition) -> None:
        self.field = field
        self.transitions = {transition.verb: transition for transition in transitions}
        if len(self.transitions) != len(transitions):
            raise ValueError("a verb stands twice in the flow")

    def available(self, obj: models.Model, scope: HasRights) -> list[Transition]:
        """What this user can do with ``obj`` in its state, in the order of the table."""
        return [
            transition
            for transition in self.transitions.values()
            if getattr(obj, self.field) in transition.sources and _may(transition, scope)
        ]

    def can(self, obj: models.Model, verb: str, scope: HasRights) -> bool:
        """Whether ``verb`` is among :meth:`available`."""
        return any(transition.verb == verb for transition in self.available(obj, scope))

    @transaction.atomic
    def apply(
        self, obj: models.Model, verb: str, *, by: models.Model | None, scope: HasRights,
        note: str = "", **values: Any,
    ) -> FlowStep:
        """A person makes the step ``verb``; ``values`` are saved with it.

        ``obj`` is read again under a lock, so it holds the newest values whatever happens. Raises
        TransitionRefused (one sentence) when it is no longer in the state that the person saw, or
        in one that does not allow the step.
        """
        transition = self.transitions[verb]
        seen = getattr(obj, self.field)
        self._lock(obj)
        if getattr(obj, self.field) != seen:
            raise TransitionRefused(self._overtaken(obj))
        if seen not in transition.sources:
            raise TransitionRefused(f"现在是“{self._word(obj, seen)}”，不能{transition.label}。")
        if not _may(transition, scope):
            raise TransitionRefused(f"您没有“{transition.label}”的权限。")
        if transition.needs_note and not note.strip():
            raise TransitionRefused(f"{transition.label}要写明原因。")
        return self._move(obj, transition, by, note.strip(), values)

    @transaction.atomic
    def advance(
        self, obj: models.Model, verb: str, *, by: models.Model | None = None, note: str = "",
        **values: Any,
    ) -> bool:
        """A job makes the step ``verb``. False, and nothing written, when the row (read again
        under a lock) is in none of its sources: the step was made before."""
        transition = self.transitions[verb]
        self._lock(obj)
        if getattr(obj, self.field) not in transition.sources:
            return False
        self._move(obj, transition, by, note, values)
        return True

    def steps(self, obj: models.Model) -> models.QuerySet[FlowStep]:
        """The steps that were made, newest first."""
        return FlowStep.objects.filter(table=obj._meta.db_table, row=obj.pk).order_by("-id")

    def label(self, verb: str) -> str:
        """The words of a verb; the verb itself when the flow no longer has it."""
        return self.transitions[verb].label if verb in self.transitions else verb

    def _lock(self, obj: models.Model) -> None:
        rows = type(obj)._base_manager.select_for_update(of=("self",))
        obj.refresh_from_db(from_queryset=rows)

    def _move(
        self, obj: models.Model, transition: Transition, by: models.Model | None, note: str,
        values: dict[str, Any],
    ) -> FlowStep:
        before = getattr(obj, self.field)
        after = transition.target or before
        for name, value in {**values, self.field: after}.items():
            setattr(obj, name, value)
        obj.save(update_fields=[*values, self.field])
        return FlowStep.objects.create(
            table=obj._meta.db_table, row=obj.pk, verb=transition.verb, before=before,
            after=after, by_id=by.pk if by else None, note=note[:500],
        )

    def _overtaken(self, obj: models.Model) -> str:
        """A page was left open and someone else has made a step since."""
        last = self.steps(obj).select_related("by").first()
        now = f"现在是“{self._word(obj, getattr(obj, self.field))}”，请看最新内容。"
        if last is None:
            return f"状态刚有变动，{now}"
        who = last.by or "系统"
        return f"{who}刚办过“{self.label(last.verb)}”，{now}"

    def _word(self, obj: models.Model, state: str) -> str:
        choices = dict(obj._meta.get_field(self.field).flatchoices)
        return str(choices.get(state, state))


def _may(transition: Transition, scope: HasRights) -> bool:
    return bool(transition.right) and scope.may(transition.right)
