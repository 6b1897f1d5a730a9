"""The mechanisms that every app stands on."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    """公共机制。"""

    name = "common"
    verbose_name = "公共"

    def ready(self) -> None:
        from common import checks as _checks  # noqa: F401, PLC0415 -- registers them
        from common import models, parameters, protection, trace  # noqa: PLC0415 -- models need ready apps
        from common.exports import reach as _exports  # noqa: F401, PLC0415
        from common.imports import reach  # noqa: PLC0415
        from common.ledgers import searching  # noqa: F401, PLC0415
        from common.navigation import CONTROL, DATA, Item, register  # noqa: PLC0415

        trace.track(models.Parameter)
        trace.track(models.CalendarDay)
        parameters.discover()
        register(Item("规则参数", "rules:rule_list", group=CONTROL, order=10))
        register(Item("工作日历", "rules:calendar", group=CONTROL, order=20))
        register(Item("安全策略", "security:rule_list", group=CONTROL, order=30))
        register(
            Item("导入台账", "imports:batch_list", group=DATA, order=10, count=reach.waiting)
        )
        post_migrate.connect(protection.protect, sender=self)
