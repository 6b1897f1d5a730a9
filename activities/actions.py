"""Writing a log and judging it: each verb is one transaction, recorded as its user's."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.scope import Scope
from activities import rules
from activities.choices import ACCEPTED, OPEN, Caution, LogState
from activities.contents import Content
from activities.flow import LOG_FLOW
from activities.models import (
    Activity,
    ActivityLog,
    LogDraft,
    LogExemption,
    LogReopening,
    LogRound,
)
from activities.needs import keep_need
from activities.queries import (
    earlier_texts,
    ledger_activities,
    reopened_until,
    roster_size,
)
from common import parameters, workdays
from common.models import Via
from common.periods import add_months, month_end
from common.refusals import Refused
from common.trace import recording
from organizations.models import PartyOrganization

# --- The secretary ------------------------------------------------------------------------------


class StaleDraft(Refused):
    """The draft was saved elsewhere after this page was loaded."""


@dataclass(frozen=True)
class Seen:
    """What a page started from: how often the log had been submitted, and which draft it showed
    (0 = none yet)."""

    rounds: int
    revision: int


def save_draft(
    *, log: ActivityLog, content: Mapping, seen: Seen | None, by: User, scope: Scope
) -> LogDraft:
    """Keep what has been typed, as it is. ``seen``: what the page started from; None: whatever is
    there is replaced. The same text sent twice is one save: an answer may be lost on its way.

    Raises StaleDraft when something newer is there, Refused when the log cannot be written now.
    """
    with transaction.atomic():
        fresh = ActivityLog.objects.select_for_update(of=("self",)).get(pk=log.pk)
        may_write(fresh, scope)
        draft = LogDraft.objects.filter(log=fresh).first() or LogDraft(log=fresh)
        if seen == Seen(fresh.rounds, draft.revision - 1) and draft.content == content:
            return draft
        _same_draft(fresh, draft.revision, seen)
        draft.content, draft.revision = dict(content), draft.revision + 1
        draft.saved_at, draft.saved_by = timezone.now(), by
        draft.save()
    return draft


def submit(
    *, log: ActivityLog, content: Content, by: User, scope: Scope, seen: Seen | None = None
) -> LogRound:
    """Hand the log in. The same content sent twice is one submission.

    Raises Refused when the month is locked, nothing is said, or the state does not allow it;
    StaleDraft when the log was written elsewhere after the page that started from ``seen``.
    """
    _complete(log, content)
    now = timezone.now()
    with recording(by=by, via=Via.PAGE):
        fresh = ActivityLog.objects.select_for_update(of=("self",)).get(pk=log.pk)
        photos = fresh.photos.values_list("pk", flat=True)
        content = replace(content, photos=tuple(map(str, photos)))
        if (twice := _same_again(fresh, content)) is not None:
            return twice
        may_write(fresh, scope)
        draft = LogDraft.objects.filter(log=fresh).first()
        _same_draft(fresh, draft.revision if draft else 0, seen)
        found = _cautions(fresh, content)
        # A returned log that comes again keeps the day on which it first came.
        first = fresh.submitted_at or now
        LOG_FLOW.apply(
            fresh, "submit", by=by, scope=scope, is_zero=content.is_zero, reason=content.reason,
            submitted_at=first, submitted_on=timezone.localdate(first),
            rounds=fresh.rounds + 1, cautions=[caution.value for caution in found],
        )
        _write_activities(fresh, content)
        keep_need(log=fresh, text=content.need, by=by)
        LogDraft.objects.filter(log=fresh).delete()
        return LogRound.objects.create(
            log=fresh, number=fresh.rounds, content=content.as_json(), submitted_at=now,
            submitted_by=by,
        )


def withdraw(*, log: ActivityLog, by: User, scope: Scope) -> None:
    """Take a log back before anyone has looked at it, to change it. Its day of filing is lost."""
    with recording(by=by, via=Via.PAGE):
        if _is_locked(log, timezone.localdate()):
            raise Refused("已过锁定日，撤回后就不能再报了。要修改，请联系镇街退回。")
        LOG_FLOW.apply(
            log, "withdraw", by=by, scope=scope, submitted_at=None, submitted_on=None
        )


def _cautions(log: ActivityLog, content: Content) -> list[Caution]:
    day = min(month_end(log.month), timezone.localdate())
    roster = roster_size(log.organization_id, day)
    return rules.cautions(content, log.month, roster, earlier_texts(log))


def _same_draft(log: ActivityLog, revision: int, seen: Seen | None) -> None:
    if seen is not None and seen != Seen(log.rounds, revision):
        raise StaleDraft("这份日志在另一个页面改过，这一页写的还没有保存。")


def _complete(log: ActivityLog, content: Content) -> None:
    """Activities of the ledger count as said."""
    if content.is_zero and not content.reason.strip():
        raise Refused("请写明这个月为什么没有开展活动。")
    in_ledger = content.activities or ledger_activities(log).exists()
    if content.is_zero and in_ledger:
        raise Refused("台账里有这个月的活动，不能报没有开展活动。")
    if not content.is_zero and not in_ledger:
        raise Refused("请至少填一次活动；没有开展活动的，点“这个月没有开展活动”。")


def _same_again(log: ActivityLog, content: Content) -> LogRound | None:
    """The last round when it says exactly this and is still being looked at."""
    last = log.submissions.order_by("-number").first()
    if log.state == LogState.SUBMITTED and last and last.content == content.as_json():
        return last
    return None


def may_write(log: ActivityLog, scope: Scope) -> None:
    """Raises Refused, with the sentence why, when the log cannot be written now."""
    if not scope.may("file_logs"):
        raise Refused("您没有填报日志的权限。")
    if log.state not in OPEN:
        raise Refused(f"这份日志{log.get_state_display()}，不能修改。")
    if log.month > timezone.localdate():
        raise Refused(f"{log.month.month}月还没有到。")
    if _is_locked(log, timezone.localdate()):
        raise Refused(
            f"{log.month.month}月日志已在{log.lock_on.month}月{log.lock_on.day}日锁定，"
            "要补报请联系镇街开放。"
        )


def _is_locked(log: ActivityLog, today: date) -> bool:
    return rules.is_locked(today, log.lock_on, reopened_until(log))


def _write_activities(log: ActivityLog, content: Content) -> None:
    """Replace the activities of the log by those of the content."""
    log.activities.all().delete()
    for session in content.activities:
        values = session.as_json()
        extras = values.pop("extras")
        Activity.objects.create(
            organization_id=log.organization_id, log=log,
            **(values | dict.fromkeys(extras, True)),
        )


# --- The town and the district ------------------------------------------------------------------


def accept(*, log: ActivityLog, by: User, scope: Scope, note: str = "") -> None:
    """通过. Raises Refused when it is no longer what the reviewer saw."""
    with recording(by=by, via=Via.PAGE):
        LOG_FLOW.apply(log, "accept", by=by, scope=scope, note=note)


def send_back(
    *, log: ActivityLog, comments: Mapping[str, str], by: User, scope: Scope, note: str = ""
) -> None:
    """退回修改, with what is to be put right: path of a field (Content.lines) → sentence.

    The secretary has a number of working days (setting log.return_days), also past the lock day.
    """
    said = {path: text.strip() for path, text in comments.items() if text.strip()}
    whole = "；".join([*said.values(), note.strip()]).strip("；")
    if not whole:
        raise Refused("请写明哪里要改。")
    with recording(by=by, via=Via.PAGE):
        LOG_FLOW.apply(log, "send_back", by=by, scope=scope, note=whole)
        last = log.submissions.order_by("-number").first()
        last.comments = said | ({"": note.strip()} if note.strip() else {})
        last.save(update_fields=["comments"])
        _leave_time(log, by)


def _leave_time(log: ActivityLog, by: User) -> None:
    days = parameters.value("log.return_days")
    until = workdays.add_working_days(timezone.localdate(), days)
    if until > log.lock_on:
        LogReopening.objects.create(log=log, until=until, reason="退回修改", by=by)


def step(
    *, log: ActivityLog, verb: str, by: User, scope: Scope, note: str = ""
) -> None:
    """A step without values of its own: take_back, confirm, refuse, unconfirm."""
    with recording(by=by, via=Via.PAGE):
        LOG_FLOW.apply(log, verb, by=by, scope=scope, note=note)


def accept_all(*, logs: Iterable[ActivityLog], by: User, scope: Scope) -> list[ActivityLog]:
    """Accept the logs of which nothing is to be looked at; returns those that were accepted.
    A log that was moved on meanwhile is left as it is."""
    return _all("accept", LogState.SUBMITTED, logs, by, scope)


def confirm_all(*, logs: Iterable[ActivityLog], by: User, scope: Scope) -> list[ActivityLog]:
    """Confirm the accepted logs of which nothing is to be looked at; returns those that were."""
    return _all("confirm", LogState.ACCEPTED, logs, by, scope)


def _all(
    verb: str, state: str, logs: Iterable[ActivityLog], by: User, scope: Scope
) -> list[ActivityLog]:
    done = []
    for log in logs:
        if log.cautions or log.state != state:
            continue
        try:
            step(log=log, verb=verb, by=by, scope=scope)
        except Refused:
            continue
        done.append(log)
    return done


# --- Exceptions ---------------------------------------------------------------------------------


def exempt(
    *, log: ActivityLog, reason: str, by: User, scope: Scope, until: date | None = None
) -> LogExemption:
    """豁免: the organization need not file from the log's month to the month ``until`` (its first
    day; default: this month only). Counted apart, in no rate.

    Months that are open are exempt at once unless they have been filed, later ones as they open.
    Raises Refused when one of them is exempt already.
    """
    ends_on = add_months(max(until or log.month, log.month), 1)
    reason = reason.strip()[:200]
    with recording(by=by, via=Via.PAGE):
        # Two exemptions of one organization at once wait for one another.
        PartyOrganization.objects.select_for_update(of=("self",)).get(pk=log.organization_id)
        if _exemptions(log, log.month, ends_on).exists():
            raise Refused("这段时间里有的月份已经豁免，请先取消原来的豁免。")
        for one in [log, *_months_after(log, ends_on).filter(state__in=OPEN)]:
            LOG_FLOW.apply(one, "exempt", by=by, scope=scope, note=reason, reason=reason)
        return LogExemption.objects.create(
            organization_id=log.organization_id, starts_on=log.month, ends_on=ends_on,
            reason=reason, by=by,
        )


def restore(*, log: ActivityLog, by: User, scope: Scope) -> None:
    """取消豁免: the organization files again from the log's month on; months before it stay."""
    with recording(by=by, via=Via.PAGE):
        LOG_FLOW.apply(log, "restore", by=by, scope=scope, reason="")
        for row in _exemptions(log, log.month, add_months(log.month, 1)):
            for later in _months_after(log, row.ends_on).filter(state=LogState.EXEMPT):
                LOG_FLOW.apply(later, "restore", by=by, scope=scope, reason="")
            if row.starts_on == log.month:
                row.delete()
            else:
                row.ends_on = log.month
                row.save(update_fields=["ends_on"])


def _exemptions(log: ActivityLog, starts_on: date, ends_on: date) -> QuerySet[LogExemption]:
    """Exemptions of the log's organization that hold in any of these months."""
    return LogExemption.objects.filter(
        organization=log.organization_id, starts_on__lt=ends_on, ends_on__gt=starts_on
    )


def _months_after(log: ActivityLog, ends_on: date) -> QuerySet[ActivityLog]:
    """Logs of the organization of the months after this one and before ``ends_on``."""
    return ActivityLog.objects.filter(
        organization=log.organization_id, month__gt=log.month, month__lt=ends_on
    )


def reopen(
    *, log: ActivityLog, until: date, reason: str, by: User, scope: Scope
) -> LogReopening:
    """开放补报 of a locked month until a day, for a reason."""
    if not scope.may("reopen_logs"):
        raise Refused("您没有开放补报的权限。")
    if not reason.strip():
        raise Refused("请写明为什么开放补报。")
    if until < timezone.localdate():
        raise Refused("补报的最后一天不能早于今天。")
    if log.state in ACCEPTED:
        raise Refused("这份日志已经审过，不用补报。")
    with recording(by=by, via=Via.PAGE):
        return LogReopening.objects.create(
            log=log, until=until, reason=reason.strip()[:200], by=by
        )
