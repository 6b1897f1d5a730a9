"""Areas."""

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """区划。"""

    name = "areas"
    verbose_name = "区划"

    def ready(self) -> None:
        from areas import (  # noqa: PLC0415 -- models need ready apps
            models,
            references,  # noqa: F401
            resources,
            suggestions,  # noqa: F401
        )
        from common import ledgers, navigation, trace  # noqa: PLC0415

        trace.track(models.Area)
        ledgers.register(resources.AreaLedger)
        navigation.register(navigation.Item("区划", "areas:area_list", navigation.LEDGERS, 50))
