"""Who may make a step on a given ticket: the right of the flow, and whose turn it is.

Nobody rates his own work: whoever handled the ticket, and the office that handled it, leave the
rating to the enterprise, to its instructor, or to the other level.
"""

from collections.abc import Iterable
from functools import cached_property

from accounts.choices import Role
from accounts.models import User
from accounts.scope import RIGHTS, Scope
from common.models import FlowStep
from common.transitions import Transition
from services.choices import TicketLevel, TicketOutcome
from services.flow import TICKET_FLOW
from services.models import Ticket

OFFICE = RIGHTS["assign_tickets"]
# Steps that are work on the matter itself.
WORK = ("reply", "take", "sign", "progress", "suspend", "ask_extension", "answer")


class Standing:
    """What one user is to one ticket. Each question is asked of the database once at most."""

    def __init__(self, ticket: Ticket, user: User, scope: Scope) -> None:
        self.ticket, self.user, self.scope = ticket, user, scope

    @cached_property
    def is_office(self) -> bool:
        """Of the town or the district that the ticket lies in."""
        return self._reaches(OFFICE)

    @property
    def is_district(self) -> bool:
        """Of the district itself."""
        return self._reaches(RIGHTS["conclude_tickets"])

    @cached_property
    def is_enterprise(self) -> bool:
        """Speaks for the enterprise: raised it, or is its secretary."""
        if self.ticket.raised_by_id is not None and self.ticket.raised_by_id == self.user.pk:
            return True
        return self._reaches({Role.SECRETARY})

    @property
    def leads(self) -> bool:
        """Of the department in charge."""
        return self.ticket.department_id in self.scope.departments

    @cached_property
    def helps(self) -> bool:
        """Of a department that helps."""
        if not self.scope.departments:
            return False
        helping = {one.department_id for one in self.ticket.supports.all()}
        return bool(helping & self.scope.departments)

    @property
    def handles(self) -> bool:
        """It is the user's to work on: of the department in charge, else of the office."""
        return self.leads if self.ticket.department_id else self.is_office

    @property
    def rates(self) -> bool:
        """May write down what the enterprise says of the answer."""
        if self.leads or self.helps or self._has_worked():
            return False
        return self._reaches({Role.SECRETARY, Role.INSTRUCTOR}) or self._reaches(self._callers())

    @property
    def helped(self) -> bool:
        """Did the work or is its office: may say that it was help."""
        return self.leads or self.is_office

    @cached_property
    def is_recorded(self) -> bool:
        """Whether it stands among the help given."""
        return bool(self.ticket.helps.all())

    def _callers(self) -> Iterable[str]:
        """Whose staff may call back: not those of the office whose own work it was."""
        if self.ticket.department_id:
            return OFFICE
        is_of_town = self.ticket.level == TicketLevel.TOWN
        return {Role.DISTRICT} if is_of_town else {Role.TOWN}

    def _has_worked(self) -> bool:
        table = Ticket._meta.db_table
        steps = FlowStep.objects.filter(table=table, row=self.ticket.pk, verb__in=WORK)
        return steps.filter(by=self.user.pk).exists()

    def _reaches(self, roles: Iterable[str]) -> bool:
        """Whether a grant with one of these roles reaches the ticket."""
        reached = self.scope.only(roles)
        if not reached.roles & set(roles):
            return False
        return Ticket.objects.within(reached).filter(pk=self.ticket.pk).exists()

    def may(self, verb: str) -> bool:
        """Whether it is the user's turn for a step, were the ticket in a state that allows it."""
        right = TICKET_FLOW.transitions[verb].right
        return bool(right) and self.scope.may(right) and _TURNS[verb](self)


def _office(standing: Standing) -> bool:
    return standing.is_office


def _decides_extension(standing: Standing) -> bool:
    return standing.ticket.extension_asked is not None and standing.is_office


def _may_record(standing: Standing) -> bool:
    """What was done has to be of use: not a ticket that ended unsolved."""
    ticket = standing.ticket
    was_in_vain = ticket.is_ended and ticket.outcome == TicketOutcome.UNSOLVED
    return standing.helped and not was_in_vain and not standing.is_recorded


_TURNS = {
    **dict.fromkeys(
        ("accept", "reply", "send_back", "assign", "take", "supervise", "escalate", "archive"),
        _office,
    ),
    "conclude": lambda standing: standing.is_district,
    "record_help": _may_record,
    "drop_help": lambda standing: standing.helped and standing.is_recorded,
    **dict.fromkeys(("extend", "refuse_extension"), _decides_extension),
    **dict.fromkeys(
        ("resubmit", "withdraw", "supplement"), lambda standing: standing.is_enterprise
    ),
    **dict.fromkeys(("sign", "dispute"), lambda standing: standing.leads),
    **dict.fromkeys(
        ("answer", "suspend", "ask_extension"), lambda standing: standing.handles
    ),
    "progress": lambda standing: standing.handles or standing.helps,
    "resume": lambda standing: standing.handles or standing.is_enterprise,
    **dict.fromkeys(("rate", "redo"), lambda standing: standing.rates),
}


def available(ticket: Ticket, user: User, scope: Scope) -> list[Transition]:
    """The steps that this user can make on this ticket now, in the order of the table."""
    standing = Standing(ticket, user, scope)
    return [one for one in TICKET_FLOW.available(ticket, scope) if standing.may(one.verb)]


def may_step(ticket: Ticket, verb: str, user: User, scope: Scope) -> bool:
    """Whether the user may make a step on this ticket, were it in a state that allows it."""
    return Standing(ticket, user, scope).may(verb)


def is_of_enterprise(ticket: Ticket, user: User, scope: Scope) -> bool:
    """Whether the user speaks for the enterprise."""
    return Standing(ticket, user, scope).is_enterprise
