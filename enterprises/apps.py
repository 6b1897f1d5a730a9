"""Market entities."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    """市场主体。"""

    name = "enterprises"
    verbose_name = "市场主体"

    def ready(self) -> None:
        from common import ledgers, trace  # noqa: PLC0415 -- models need ready apps
        from enterprises import models, reach, resources  # noqa: F401, PLC0415

        trace.track(models.Entity)
        trace.track(models.EntityState, "entity_id")
        ledgers.register(resources.EnterpriseLedger)
