"""Writing tickets: each verb is one transaction, recorded as its user's, with the clocks that it
starts, stops or pauses."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, models
from django.utils import timezone

from accounts.models import Department, User
from accounts.scope import RIGHTS, Scope
from common import parameters, workdays
from common.models import Via
from common.refusals import Refused
from common.secrets import conceal
from common.trace import recording
from services import clocks, help_given
from services.choices import (
    LEVELS,
    ClockKind,
    RatingSource,
    TicketCard,
    TicketChannel,
    TicketGrade,
    TicketKind,
    TicketLevel,
    TicketOutcome,
    TicketSatisfaction,
)
from services.flow import TICKET_FLOW
from services.models import ServiceItem, Ticket, TicketCategory, TicketSupport
from services.queries import next_number, town_of
from services.ticket_rights import is_of_enterprise, may_step

# Numbers are given one at a time; a number of this lock that nothing else uses.
_NUMBERS = 0x7469636B
# Where a ticket keeps whose it is and from where it came.
_FIELDS = {
    "entity": "entity", "partyorganization": "organization", "activitylog": "log",
    "visit": "visit",
}
C = ClockKind
_WORKING = (C.ACCEPT, C.ASSIGN, C.SIGN, C.FIRST_REPLY, C.WORK)
_ALL = (*_WORKING, C.RATE)


@dataclass(frozen=True)
class Ticking:
    """What a step does to the clocks of its ticket, in this order: goes on, stops, starts, pauses.
    """

    stops: tuple[str, ...] = ()
    starts: tuple[str, ...] = ()
    pauses: bool = False
    goes_on: bool = False


CLOCKS = {
    "accept": Ticking(stops=(C.ACCEPT,), starts=(C.ASSIGN, C.FIRST_REPLY, C.WORK)),
    "send_back": Ticking(pauses=True),
    "resubmit": Ticking(goes_on=True),
    "assign": Ticking(stops=(C.ASSIGN, C.SIGN), starts=(C.SIGN,)),
    "take": Ticking(stops=(C.ASSIGN, C.SIGN)),
    "sign": Ticking(stops=(C.SIGN,)),
    "dispute": Ticking(stops=(C.SIGN,), starts=(C.ASSIGN,)),
    "progress": Ticking(stops=(C.FIRST_REPLY,)),
    "suspend": Ticking(pauses=True),
    "resume": Ticking(goes_on=True),
    "answer": Ticking(stops=_WORKING, starts=(C.RATE,)),
    "reply": Ticking(stops=_WORKING, starts=(C.RATE,)),
    "redo": Ticking(stops=(C.RATE,), starts=(C.WORK,)),
    **dict.fromkeys(("rate", "lapse", "conclude", "withdraw"), Ticking(stops=_ALL, goes_on=True)),
}


@dataclass(frozen=True)
class Asked:
    """What an enterprise asks for, as it is registered."""

    title: str
    text: str = ""
    kind: str = TicketKind.REQUEST
    channel: str = TicketChannel.ENTERPRISE
    category: TicketCategory | None = None
    grade: str = TicketGrade.ORDINARY
    contact: str = ""
    phone: str = ""
    item: ServiceItem | None = None


def register(
    *, whom: models.Model, asked: Asked, by: User, scope: Scope, source: models.Model | None = None
) -> Ticket:
    """登记. ``whom``: the entity or organization whose it is; ``source``: the log or visit that
    brought it. Raises Refused for somebody outside the scope."""
    reached = scope.only(RIGHTS["raise_tickets"])
    within = type(whom).objects.within(reached).filter(pk=whom.pk)
    if not reached.may("raise_tickets") or not within.exists():
        raise Refused(f"“{whom}”不在您的管理范围内。")
    with recording(by=by, via=Via.PAGE):
        return open_ticket(whom=whom, asked=asked, by=by, source=source)


def open_ticket(
    *, whom: models.Model, asked: Asked, by: User | None, source: models.Model | None = None
) -> Ticket:
    """The new ticket, numbered and with its first clock, inside the caller's transaction."""
    now = timezone.now()
    today = timezone.localdate(now)
    _one_at_a_time()
    ticket = Ticket(
        number=next_number(today.year), town_id=town_of(whom, today), raised_by=by,
        registered_at=now, registered_on=today, channel=asked.channel, kind=asked.kind,
        category=asked.category, grade=asked.grade, item=asked.item, title=asked.title.strip(),
        text=asked.text.strip(), contact=asked.contact.strip(),
        contact_phone=conceal(asked.phone) if asked.phone else "",
    )
    for record in (whom, source):
        if record is not None:
            setattr(ticket, _FIELDS[record._meta.model_name], record)
    ticket.save()
    clocks.start(ticket, (C.ACCEPT,), now)
    clocks.settle([ticket], now)
    return ticket


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_NUMBERS])


# --- Steps --------------------------------------------------------------------------------------


def step(*, ticket: Ticket, verb: str, by: User, scope: Scope, note: str = "") -> None:
    """A step that needs nothing but a note. Raises Refused (one sentence) when the state does not
    allow it, somebody was faster, or it is not this user's turn."""
    with recording(by=by, via=Via.PAGE):
        _step(ticket, verb, by, scope, note)


def _step(
    ticket: Ticket, verb: str, by: User, scope: Scope, note: str = "", **values: Any
) -> None:
    """The step and its clocks, inside the caller's recorded transaction."""
    _turn(ticket, verb, by, scope)
    done = TICKET_FLOW.apply(ticket, verb, by=by, scope=scope, note=note, **values)
    _tick(ticket, verb, done.note)


def _turn(ticket: Ticket, verb: str, by: User, scope: Scope) -> None:
    """Whether it is this user's turn, asked of the ticket as it stands under a lock."""
    fresh = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket.pk)
    if fresh.state == ticket.state:  # else the flow says what has happened meanwhile
        ticket.refresh_from_db()
        if not may_step(ticket, verb, by, scope):
            raise Refused(f"这件诉求不由您{TICKET_FLOW.label(verb)}。")


def _tick(ticket: Ticket, verb: str, note: str = "") -> None:
    """Do to the clocks what the step asks for."""
    now, what = timezone.now(), CLOCKS.get(verb, Ticking())
    if what.goes_on:
        clocks.go_on(ticket, now)
    clocks.stop(ticket, what.stops, now)
    clocks.start(ticket, what.starts, now)
    if what.pauses:
        clocks.pause(ticket, now, note)
    clocks.settle([ticket], now)


def accept(
    *, ticket: Ticket, kind: str, grade: str, category: TicketCategory, by: User, scope: Scope
) -> None:
    """受理: the office says what it is, which decides the time limit."""
    with recording(by=by, via=Via.PAGE):
        _step(
            ticket, "accept", by, scope, kind=kind, grade=grade, category=category,
            accepted_on=timezone.localdate(),
        )


def reply(*, ticket: Ticket, answer: str, by: User, scope: Scope) -> None:
    """直接答复: the office answers at once (即办)."""
    today = timezone.localdate()
    with recording(by=by, via=Via.PAGE):
        _turn(ticket, "reply", by, scope)
        is_new = ticket.accepted_on is None
        _step(
            ticket, "reply", by, scope, answer, answer=answer.strip(),
            accepted_on=ticket.accepted_on or today, answered_on=today, department=None,
        )
        if is_new:  # work that was begun and done in one step
            now = timezone.now()
            clocks.start(ticket, (C.WORK,), now)
            clocks.stop(ticket, (C.WORK,), now)
            clocks.settle([ticket], now)


def assign(
    *, ticket: Ticket, department: Department, supports: Iterable[Department], by: User,
    scope: Scope, note: str = "",
) -> None:
    """交办 to one department in charge and others that help; again, when it was the wrong one."""
    helping = [one for one in supports if one.pk != department.pk]
    names = "、".join(str(one) for one in helping)
    told = f"主办{department}" + (f"，协办{names}" if names else "")
    told = "。".join(part for part in (told, note.strip()) if part)
    with recording(by=by, via=Via.PAGE):
        _step(ticket, "assign", by, scope, told, department=department)
        TicketSupport.objects.filter(ticket=ticket).exclude(department__in=helping).delete()
        for one in helping:
            TicketSupport.objects.get_or_create(ticket=ticket, department=one)


def take(*, ticket: Ticket, by: User, scope: Scope) -> None:
    """自行办理: the office itself works on it."""
    with recording(by=by, via=Via.PAGE):
        _step(ticket, "take", by, scope, department=None)
        TicketSupport.objects.filter(ticket=ticket).delete()


def ask_extension(*, ticket: Ticket, days: int, reason: str, by: User, scope: Scope) -> None:
    """申请延期: once a round of work, in time, at most doubling it."""
    said = reason.strip()
    with recording(by=by, via=Via.PAGE):
        _step(
            ticket, "ask_extension", by, scope, f"{days} 个工作日：{said}" if said else "",
            extension_asked=days,
        )
        _may_be_extended(ticket, days)


def _may_be_extended(ticket: Ticket, days: int) -> None:
    clock = ticket.clocks.get(kind=C.WORK, stopped_at=None)
    notice = parameters.value("ticket.extension_notice")
    today = timezone.localdate()
    if ticket.is_extended:
        raise Refused("这次办理已经延期过一次，不能再延。")
    if not 1 <= days <= clock.limit:
        raise Refused(f"最多延长 {clock.limit} 个工作日。")
    if clock.due_on is None or workdays.working_days_between(today, clock.due_on) < notice:
        raise Refused(f"要在到期前至少 {notice} 个工作日申请延期。")


def extend(*, ticket: Ticket, by: User, scope: Scope) -> None:
    """同意延期."""
    with recording(by=by, via=Via.PAGE):
        _turn(ticket, "extend", by, scope)
        days = ticket.extension_asked or 0
        _step(
            ticket, "extend", by, scope, f"延长 {days} 个工作日", extension_asked=None,
            is_extended=True,
        )
        clocks.lengthen(ticket, days)
        clocks.settle([ticket])


def refuse_extension(*, ticket: Ticket, note: str, by: User, scope: Scope) -> None:
    """不同意延期."""
    with recording(by=by, via=Via.PAGE):
        _step(ticket, "refuse_extension", by, scope, note, extension_asked=None)


def answer(
    *, ticket: Ticket, text: str, by: User, scope: Scope, saved_amount: Decimal | None = None,
    saved_percent: int | None = None,
) -> None:
    """反馈结果: what was done; the enterprise is asked now."""
    with recording(by=by, via=Via.PAGE):
        _step(
            ticket, "answer", by, scope, text, answer=text.strip(),
            answered_on=timezone.localdate(), extension_asked=None, saved_amount=saved_amount,
            saved_percent=saved_percent,
        )


def rate(
    *, ticket: Ticket, satisfaction: str, outcome: str, by: User, scope: Scope, note: str = ""
) -> None:
    """评价, or what the enterprise said when called. 不满意 needs a reason and opens the ticket
    again; the second time it also goes up a level."""
    is_own = is_of_enterprise(ticket, by, scope)
    with recording(by=by, via=Via.PAGE):
        _turn(ticket, "rate", by, scope)
        said = {
            "satisfaction": satisfaction, "outcome": outcome,
            "first_satisfaction": ticket.first_satisfaction or satisfaction,
            "rating_source": RatingSource.ENTERPRISE if is_own else RatingSource.CALL_BACK,
        }
        if satisfaction == TicketSatisfaction.DISSATISFIED:
            level = ticket.level if ticket.round == 1 else next_level(ticket.level)
            if note.strip() and help_given.drop(ticket):  # it was none after all
                note = f"{note.strip()}（已记的帮扶成果随之撤回）"
            _step(
                ticket, "redo", by, scope, note, round=ticket.round + 1, level=level,
                is_extended=False, answered_on=None, **said,
            )
            return
        words = TicketSatisfaction(satisfaction).label
        told = "，".join(part for part in (words, note.strip()) if part)
        _step(ticket, "rate", by, scope, told, closed_on=timezone.localdate(), **said)


def conclude(*, ticket: Ticket, note: str, by: User, scope: Scope) -> None:
    """终结: the district ends what cannot be done, and says why; nobody is called satisfied."""
    with recording(by=by, via=Via.PAGE):
        _step(
            ticket, "conclude", by, scope, note, closed_on=timezone.localdate(),
            outcome=ticket.outcome or TicketOutcome.UNSOLVED,
            answer=ticket.answer or note.strip(),
        )


def supervise(*, ticket: Ticket, card: str, note: str, by: User, scope: Scope) -> None:
    """督办 with a yellow or a red card."""
    told = f"{TicketCard(card).label}：{note.strip()}" if note.strip() else ""
    with recording(by=by, via=Via.PAGE):
        _step(ticket, "supervise", by, scope, told, card=card)


def escalate(*, ticket: Ticket, level: str, note: str, by: User, scope: Scope) -> None:
    """升级 to a higher level."""
    if LEVELS.index(TicketLevel(level)) <= LEVELS.index(TicketLevel(ticket.level)):
        raise Refused(f"已由{ticket.get_level_display()}牵头，请选更高一级。")
    told = f"{TicketLevel(level).label}：{note.strip()}" if note.strip() else ""
    with recording(by=by, via=Via.PAGE):
        _step(ticket, "escalate", by, scope, told, level=level)


def record_help(*, ticket: Ticket, by: User, scope: Scope) -> None:
    """记为帮扶成果: what was done for the enterprise is counted as help given."""
    with recording(by=by, via=Via.PAGE):
        _step(ticket, "record_help", by, scope)
        help_given.make(ticket)


def drop_help(*, ticket: Ticket, by: User, scope: Scope) -> None:
    """撤回帮扶成果: it was none, or is recorded elsewhere."""
    with recording(by=by, via=Via.PAGE):
        _step(ticket, "drop_help", by, scope)
        help_given.drop(ticket)


def next_level(level: str) -> str:
    """The level above; the highest stays."""
    return LEVELS[min(LEVELS.index(TicketLevel(level)) + 1, len(LEVELS) - 1)]
