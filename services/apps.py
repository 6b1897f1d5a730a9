"""Tickets of enterprises, service items, help given."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class ServicesConfig(AppConfig):
    """企业服务工单、服务清单和帮扶成果。"""

    name = "services"
    verbose_name = "企业服务"

    def ready(self) -> None:
        from common import (  # noqa: PLC0415 -- models need ready apps
            ledgers,
            navigation,
            parameters,
            trace,
            workdays,
        )
        from services import (  # noqa: PLC0415
            clocks,
            inbox,
            models,
            raising,  # noqa: F401
            reach,  # noqa: F401
            search,  # noqa: F401
            shipping,
            ticket_ledger,
        )

        self._help()  # its categories are named by those of tickets
        post_migrate.connect(lambda **_signal: shipping.ship(), sender=self, weak=False)
        workdays.watch(clocks.renew)
        parameters.watch(clocks.OFFICE, clocks.renew_from)
        trace.track(models.TicketCategory)
        trace.track(models.ServiceItem)
        trace.track(models.Ticket)
        for part in (
            models.TicketSupport, models.TicketClock, models.TicketPause, models.TicketPhoto,
        ):
            trace.track(part, "ticket_id")
        ledgers.register(ticket_ledger.TicketLedger)
        for order, label, name, count in (
            (20, "企业诉求", "ticket_list", inbox.waiting_tickets),
            (30, "诉求看板", "ticket_board", None), (40, "服务清单", "item_list", None),
        ):
            navigation.register(
                navigation.Item(label, f"services:{name}", navigation.SERVICE, order, count=count)
            )

    def _help(self) -> None:
        """Help given: its ledger, its categories, its summary."""
        from common import navigation, trace  # noqa: PLC0415 -- models need ready apps
        from common.ledgers import declared  # noqa: PLC0415
        from services import (  # noqa: PLC0415
            help_models,
            help_resources,
            help_shipping,
            record_pages,  # noqa: F401
        )

        post_migrate.connect(lambda **_signal: help_shipping.ship(), sender=self, weak=False)
        for ledger in help_resources.LEDGERS:
            trace.track(ledger.model)
            declared.register(ledger)
        trace.track(help_models.HelpBeneficiary, "help_id", "entity_id")
        navigation.register(
            navigation.Item("帮扶成果", "help:summary", navigation.SERVICE, 60)
        )
