"""Market entities."""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    """市场主体。"""

    name = "enterprises"
    verbose_name = "市场主体"

    def ready(self) -> None:
        from common import ledgers, navigation, trace  # noqa: PLC0415 -- models need ready apps
        from common.ledgers import related  # noqa: PLC0415
        from enterprises import (  # noqa: PLC0415
            area_pages,  # noqa: F401
            models,
            reach,  # noqa: F401
            resources,
            search,  # noqa: F401
            tracks,  # noqa: F401
        )

        trace.track(models.Entity)
        trace.track(models.EntityState, "entity_id")
        ledgers.register(resources.EnterpriseLedger)
        related.show_on("enterprises.Entity", related.Naming("about_entity", "市场主体"))
        navigation.register(
            navigation.Item("市场主体", "enterprises:entity_list", navigation.LEDGERS, 10)
        )
