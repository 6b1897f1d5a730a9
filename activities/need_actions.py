"""Writing needs of enterprises: what a log or a visit says is one, the town answers, who is not
helped asks again."""

from django.utils import timezone

from accounts.models import User
from accounts.scope import Scope
from activities.choices import NeedState
from activities.flow import NEED_FLOW
from activities.models import ActivityLog, Need, Visit
from common.models import Via
from common.refusals import Refused
from common.trace import recording


def keep_need(
    *, text: str, by: User, log: ActivityLog | None = None, visit: Visit | None = None
) -> Need | None:
    """Make the need of a log or a visit say ``text``, inside the caller's recorded transaction.

    "" takes an open need back; an answered one is left alone. Returns the need, if there is one.
    """
    need = Need.objects.filter(log=log, visit=visit).first()
    if need and need.state == NeedState.ANSWERED:
        return need
    text = text.strip()
    if not text:
        if need:
            need.delete()
        return None
    if need and need.text == text:
        return need
    need = need or Need(log=log, visit=visit, raised_by=by, raised_on=timezone.localdate())
    need.text = text
    need.organization_id = log.organization_id if log else visit.organization_id
    need.entity_id = visit.entity_id if visit else None
    need.save()
    return need


def answer_need(*, need: Need, answer: str, by: User, scope: Scope) -> None:
    """答复. Raises Refused when there is nothing to read in it, or somebody was faster."""
    if not answer.strip():
        raise Refused("请写明怎样答复。")
    with recording(by=by, via=Via.PAGE):
        NEED_FLOW.apply(
            need, "answer", by=by, scope=scope, note=answer, answer=answer.strip(),
            answered_at=timezone.now(), answer_seen_at=None,
        )


def reopen_need(*, need: Need, note: str, by: User, scope: Scope) -> None:
    """再次提出, by whoever raised it or by the town; the answer so far stays among the steps."""
    if need.raised_by_id != by.pk and not scope.may("answer_needs"):
        raise Refused("只有提出人和镇街可以再次提出。")
    with recording(by=by, via=Via.PAGE):
        NEED_FLOW.apply(
            need, "reopen", by=by, scope=scope, note=note, answer="", answered_at=None,
            answer_seen_at=None,
        )


def see_answer(*, need: Need, by: User) -> None:
    """Whoever raised the need has the answer on the screen: it waits for nobody any more."""
    if need.state != NeedState.ANSWERED or need.raised_by_id != by.pk or need.answer_seen_at:
        return
    with recording(by=by, via=Via.PAGE):
        need.answer_seen_at = timezone.now()
        need.save(update_fields=["answer_seen_at"])
