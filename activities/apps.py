"""Monthly activity logs, activities and visits."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    """活动日志和走访。"""

    name = "activities"
    verbose_name = "活动日志"

    def ready(self) -> None:
        from activities import (  # noqa: PLC0415 -- models need ready apps
            activity_ledger,
            inbox,
            inbox_secretary,  # noqa: F401
            models,
            organization_pages,  # noqa: F401
            reach,  # noqa: F401
        )
        from common import ledgers, navigation, trace  # noqa: PLC0415

        trace.track(models.ActivityLog)
        trace.track(models.LogReopening, "log_id")
        trace.track(models.LogExemption, "organization_id")
        trace.track(models.Activity)
        trace.track(models.LogPhoto, "log_id")
        trace.track(models.Visit)
        navigation.register(navigation.Item(
            "月度日志", "activities:log_list", navigation.WORK, 10, count=inbox.waiting_logs
        ))
        navigation.register(navigation.Item(
            "报送情况", "activities:log_matrix", navigation.WORK, 20
        ))
        ledgers.register(activity_ledger.ActivityLedger)
        navigation.register(
            navigation.Item("活动记录", "activities:activity_list", navigation.LEDGERS, 50)
        )
        self._visits()

    def _visits(self) -> None:
        """Visits, load and gaps of instructors."""
        from activities import (  # noqa: PLC0415 -- models need ready apps
            visit_inbox,  # noqa: F401
            visit_ledger,
            visit_pages,  # noqa: F401
            visits,
        )
        from common import ledgers, navigation  # noqa: PLC0415
        from organizations.coverage import ask_for_visits  # noqa: PLC0415

        ask_for_visits(visits.VISIT_RULE)
        ledgers.register(visit_ledger.VisitLedger)
        for order, label, name in (
            (40, "走访记录", "visit_list"), (60, "指导员配备", "load"),
        ):
            navigation.register(
                navigation.Item(label, f"activities:{name}", navigation.WORK, order)
            )
