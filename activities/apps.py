"""Monthly activity logs, activities, visits and needs."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """活动日志、走访和企业需求。"""

    name = "activities"
    verbose_name = "活动日志"

    def ready(self) -> None:
        from activities import (  # noqa: PLC0415 -- models need ready apps
            activity_ledger,
            models,
            organization_pages,  # noqa: F401
            reach,  # noqa: F401
        )
        from common import ledgers, navigation, trace  # noqa: PLC0415

        trace.track(models.ActivityLog)
        trace.track(models.LogReopening, "log_id")
        trace.track(models.Activity)
        trace.track(models.LogPhoto, "log_id")
        trace.track(models.Visit, "instructor_id", "entity_id|organization_id")
        trace.track(models.Need, "id", "entity_id|organization_id")
        ledgers.register(activity_ledger.ActivityLedger)
        navigation.register(
            navigation.Item("活动记录", "activities:activity_list", navigation.LEDGERS, 50)
        )
