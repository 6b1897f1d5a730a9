"""A ticket ends as help given: what is filled in, who may, what takes it back."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from accounts.scope import scope_for
from common.refusals import Refused
from services import help_shipping
from services.help_models import Help, HelpCategory
from services.models import Ticket, TicketCategory
from services.ticket_rights import available
from tests.counting import queries_of
from tests.ledgers.desk import load, undo
from tests.services.test_ticket_ledger import row
from tests.services.tickets import BAD, GOOD, assigned, category, department, do, raised

pytestmark = pytest.mark.django_db
VERBS = {"record_help", "drop_help"}


@pytest.fixture(autouse=True)
def _monday(time_machine):
    time_machine.move_to("2026-11-09 10:20+08:00")
    help_shipping.ship()


@pytest.fixture
def ticket(cast):
    """What a department has answered, with what it saved."""
    asked = raised(cast.secretary_a, cast.entity_a, title="申请：共享检测设备")
    given = assigned(asked, cast.town_a_staff, department())
    given = do("sign", given, cast.department_staff)
    return do("answer", given, cast.department_staff, text="已约用。", saved_amount=Decimal(35000))


def offered(ticket, user) -> set[str]:
    return {one.verb for one in available(ticket, user, scope_for(user))} & VERBS


def press(ticket, user, verb="record_help"):
    client = Client()
    client.force_login(user)
    return client.post(reverse(f"services:ticket_{verb}", args=[ticket.pk]), follow=True)


def test_one_press_fills_in_what_the_ticket_tells(cast, ticket):
    kind = HelpCategory.objects.get(name="共享设备")
    TicketCategory.objects.filter(pk=ticket.category_id).update(help_category=kind)
    page = press(ticket, cast.town_a_staff)
    one = Help.objects.get()
    assert (one.ticket, one.category, one.name, one.happened_on, one.town, one.amount) == (
        ticket, kind, f"申请：共享检测设备（{ticket.number}）", date(2026, 11, 9), cast.town_a,
        Decimal("3.5"),
    )
    assert one.hosted_by == department()
    assert [link.entity for link in one.beneficiaries.all()] == [cast.entity_a]
    # The page of the help comes next, and leads back.
    assert page.request["PATH_INFO"] == one.get_absolute_url()
    assert f'href="{ticket.get_absolute_url()}"' in page.content.decode()
    client = Client()
    client.force_login(cast.town_a_staff)
    assert f'href="{one.get_absolute_url()}"' in client.get(
        ticket.get_absolute_url()
    ).content.decode()


def test_the_category_above_or_else_other_help(cast, ticket):
    above = TicketCategory.objects.create(
        name="市政", help_category=HelpCategory.objects.get(name="办事便利")
    )
    for parent, name in ((above, "办事便利"), (None, "其他")):
        TicketCategory.objects.filter(pk=ticket.category_id).update(parent=parent)
        press(ticket, cast.town_a_staff)
        assert Help.objects.get().category.name == name
        press(ticket, cast.town_a_staff, "drop_help")


def test_without_a_category_that_fits_it_is_told(cast, ticket):
    TicketCategory.objects.update(help_category=None)
    HelpCategory.objects.filter(name="其他").delete()
    page = press(ticket, cast.town_a_staff)
    assert "请先登记一类" in page.content.decode()
    assert not Help.objects.exists()


def test_who_may_and_only_once(cast, ticket):
    outside = (cast.secretary_a, cast.instructor_a_user, cast.town_b_staff, cast.sector_staff)
    for user in outside:
        assert offered(ticket, user) == set()
        with pytest.raises(Refused):
            do("record_help", ticket, user)
    for user in (cast.town_a_staff, cast.district_staff, cast.department_staff):
        assert offered(ticket, user) == {"record_help"}
    page = press(ticket, cast.department_staff)
    # The department reads no ledgers: it stays where it was.
    assert page.request["PATH_INFO"] == ticket.get_absolute_url()
    assert Help.objects.get().name in page.content.decode()
    for user in (cast.town_a_staff, cast.district_staff, cast.department_staff):
        fresh = Ticket.objects.get(pk=ticket.pk)
        assert offered(fresh, user) == {"drop_help"}
        with pytest.raises(Refused):
            do("record_help", ticket, user)
    assert Help.objects.count() == 1


def test_what_ended_unsolved_was_no_help(cast, ticket):
    ticket = do("conclude", ticket, cast.district_staff, note="政策不允许")
    assert offered(ticket, cast.district_staff) == set()


def test_an_enterprise_that_is_dissatisfied_takes_it_back(cast, ticket):
    do("record_help", ticket, cast.town_a_staff)
    ticket = do("rate", ticket, cast.secretary_a, note="设备是坏的", **BAD)
    assert not Help.objects.exists()
    assert offered(ticket, cast.town_a_staff) == set()
    client = Client()
    client.force_login(cast.town_a_staff)
    assert "帮扶成果随之撤回" in client.get(ticket.get_absolute_url()).content.decode()


def test_taken_back_and_recorded_again_after_the_end(cast, ticket):
    do("record_help", ticket, cast.town_a_staff)
    ticket = do("rate", ticket, cast.secretary_a, **GOOD)
    press(ticket, cast.town_a_staff, "drop_help")
    assert not Help.objects.exists()
    do("record_help", do("archive", ticket, cast.town_a_staff), cast.town_a_staff)
    assert Help.objects.get().happened_on == date(2026, 11, 9)


def test_the_undo_of_an_import_keeps_a_ticket_that_became_help(cast):
    category("道路照明")
    batch = load("tickets", [row(), row(标题="停水")])
    first = Ticket.objects.get(title="路灯不亮")
    do("record_help", first, cast.town_a_staff)
    assert undo(batch)["undone"] == 1
    assert Ticket.objects.get() == first
    assert Help.objects.get().ticket == first


def test_the_page_of_a_ticket_takes_as_many_queries_with_its_help(cast, ticket):
    client = Client()
    client.force_login(cast.district_staff)
    before = queries_of(client, ticket.get_absolute_url())
    do("record_help", ticket, cast.district_staff)
    assert queries_of(client, ticket.get_absolute_url()) - before <= 1
