"""A ticket that ends as help given: the record that is made of it, linked both ways."""

from decimal import Decimal

from django.utils import timezone

from common.refusals import Refused
from services.help_choices import HelpGroup
from services.help_models import Help, HelpBeneficiary, HelpCategory
from services.models import Ticket

# Tickets are about yuan, help about 万元.
_MYRIAD = Decimal(10_000)
_NOWHERE = "帮扶类别台账里没有“其他帮扶”一类，请先登记一类，或给诉求类别选好对应的帮扶类别。"


def make(ticket: Ticket) -> Help:
    """The help that a ticket was, filled as far as the ticket tells, inside the caller's recorded
    transaction. The number in its name keeps helps of one day and title apart. Raises Refused when
    no category fits."""
    one = Help.objects.create(
        ticket=ticket, category=category_of(ticket), name=f"{ticket.title}（{ticket.number}）",
        happened_on=ticket.closed_on or ticket.answered_on or timezone.localdate(),
        town_id=ticket.town_id, host_department_id=ticket.department_id,
        amount=ticket.saved_amount / _MYRIAD if ticket.saved_amount else None,
        evidence=f"企业诉求 {ticket.number} 的办理结果",
    )
    if ticket.entity_id:
        HelpBeneficiary.objects.create(help=one, entity_id=ticket.entity_id)
    return one


def drop(ticket: Ticket) -> int:
    """Take back what a ticket was recorded as; how many helps that were."""
    helps = list(ticket.helps.all())
    for one in helps:
        one.delete()
    return len(helps)


def category_of(ticket: Ticket) -> HelpCategory:
    """What the ticket's category stands for, or the one above it, or 其他帮扶. Raises Refused."""
    kind = ticket.category
    for one in (kind, kind and kind.parent):
        if one and one.help_category:
            return one.help_category
    other = HelpCategory.objects.filter(group=HelpGroup.OTHER).order_by("order", "name").first()
    if other is None:
        raise Refused(_NOWHERE)
    return other
