"""Tickets of enterprises, service items, help given."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ServicesConfig(AppConfig):
    """企业服务工单、服务清单和帮扶成果。"""

    name = "services"
    verbose_name = "企业服务"

    def ready(self) -> None:
        from common import trace, workdays  # noqa: PLC0415 -- models need ready apps
        from services import clocks, models, raising, reach, shipping  # noqa: F401, PLC0415

        post_migrate.connect(lambda **_signal: shipping.ship(), sender=self, weak=False)
        workdays.watch(clocks.renew)
        trace.track(models.TicketCategory)
        trace.track(models.ServiceItem)
        trace.track(models.Ticket)
        for part in (
            models.TicketSupport, models.TicketClock, models.TicketPause, models.TicketPhoto,
        ):
            trace.track(part, "ticket_id")
