"""Words and tones of tickets that lists, pages and the inbox share."""

from datetime import date

from common import workdays
from services.choices import PENDING, TicketCard, TicketState
from services.models import Ticket

S = TicketState
STATE_TONES = {
    S.REGISTERED.label: "warn", S.RETURNED.label: "bad", S.ACCEPTED.label: "warn",
    S.ASSIGNED.label: "warn", S.DISPUTED.label: "bad", S.WORKING.label: "info",
    S.SUSPENDED.label: "", S.ANSWERED.label: "info", S.CLOSED.label: "ok", S.ARCHIVED.label: "",
    S.WITHDRAWN.label: "",
}
CARD_TONES = {TicketCard.YELLOW.label: "warn", TicketCard.RED.label: "bad"}
# The stages over a ticket and the states in which each is the current one.
STAGES = (
    ("登记", (S.REGISTERED, S.RETURNED, S.WITHDRAWN)),
    ("受理", (S.ACCEPTED,)),
    ("交办签收", (S.ASSIGNED, S.DISPUTED)),
    ("办理", (S.WORKING, S.SUSPENDED)),
    ("反馈", ()),
    ("企业评价", (S.ANSWERED,)),
    ("办结", (S.CLOSED, S.ARCHIVED)),
)


def stage_of(ticket: Ticket) -> int:
    """The number of the current stage, from 1."""
    return next(at for at, (_, states) in enumerate(STAGES, 1) if ticket.state in states)


def time_left(ticket: Ticket, today: date, days: workdays.Calendar) -> tuple[str, str]:
    """还剩 2 个工作日 with a tone; "" where no clock runs for the office."""
    if ticket.state == S.SUSPENDED:
        return "暂停计时", ""
    if ticket.state not in PENDING or ticket.due_on is None:
        return "", ""
    if ticket.due_on < today:
        return f"超期 {workdays.count(ticket.due_on, today, days)} 个工作日", "bad"
    left = workdays.count(today, ticket.due_on, days)
    if not left:
        return "今天到期", "warn"
    return f"剩 {left} 个工作日", "warn" if left == 1 else ""
