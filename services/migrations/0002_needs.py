"""企业需求 of logs and visits become tickets, with the ids that they had."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.db import migrations

_ZONE = ZoneInfo("Asia/Shanghai")
_STEPS = {"answer": "reply", "reopen": "redo"}
_STATES = {"open": "registered", "answered": "closed"}
_TITLE = 40


def tickets_of_needs(apps, schema_editor):
    need_model = apps.get_model("activities", "Need")
    ticket_model = apps.get_model("services", "Ticket")
    numbers: dict[int, int] = {}
    tickets = []
    for need in need_model.objects.order_by("raised_on", "pk").iterator(chunk_size=1000):
        year = need.raised_on.year
        numbers[year] = numbers.get(year, 0) + 1
        tickets.append(_ticket(apps, need, f"GD-{year}-{numbers[year]:04}"))
    ticket_model.objects.bulk_create(tickets, batch_size=1000)
    waiting = [ticket for ticket in tickets if ticket.state == "registered"]
    clock = apps.get_model("services", "TicketClock")
    clock.objects.bulk_create(
        [clock(ticket=one, kind="accept", limit=1, started_at=one.registered_at) for one in waiting],
        batch_size=1000,
    )
    steps = apps.get_model("common", "FlowStep").objects.filter(table="activities_need")
    for before, after in _STEPS.items():
        steps.filter(verb=before).update(verb=after)
    steps.update(table="services_ticket")


def _ticket(apps, need, number):
    line = need.text.split("\n", 1)[0].strip()
    at = datetime.combine(need.raised_on, time(9), _ZONE)
    answered_on = need.answered_at.astimezone(_ZONE).date() if need.answered_at else None
    return apps.get_model("services", "Ticket")(
        pk=need.pk, number=number, entity_id=need.entity_id,
        organization_id=None if need.entity_id else need.organization_id,
        town_id=_town(apps, need), channel="visit" if need.visit_id else "enterprise",
        kind="request", title=line if len(line) <= _TITLE else f"{line[:_TITLE - 1]}…",
        text=need.text, log_id=need.log_id, visit_id=need.visit_id, raised_by_id=need.raised_by_id,
        registered_at=at, registered_on=need.raised_on, state=_STATES[need.state],
        accepted_on=answered_on, answered_on=answered_on, closed_on=answered_on,
        answer=need.answer,
    )


def _town(apps, need):
    """Where the enterprise was when it spoke."""
    name, field = ("EntityState", "entity") if need.entity_id else ("OrganizationState", "organization")
    app = "enterprises" if need.entity_id else "organizations"
    rows = apps.get_model(app, name).objects.filter(
        **{f"{field}_id": getattr(need, f"{field}_id")},
        starts_on__lte=need.raised_on, ends_on__gt=need.raised_on,
    )
    return rows.values_list("town_id", flat=True).first()


class Migration(migrations.Migration):

    dependencies = [
        ("activities", "0005_guards"),
        ("services", "0001_initial"),
    ]

    operations = [migrations.RunPython(tickets_of_needs, migrations.RunPython.noop)]
