"""统计与报告。"""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """统计与报告。"""

    name = "reports"
    verbose_name = "统计与报告"

    def ready(self) -> None:
        from common import navigation, trace  # noqa: PLC0415 -- models need ready apps
        from common.imports import inbox as _imports  # noqa: F401, PLC0415 -- asks for the rights
        from common.inbox import remembered as home_count  # noqa: PLC0415
        from common.ledgers import declared  # noqa: PLC0415
        from reports import inbox, reach, resources, town_formulas  # noqa: F401, PLC0415

        for ledger in (resources.Bulletins, resources.BulletinLines):
            trace.track(ledger.model)
            declared.register(ledger)

        navigation.register(navigation.Item(
            "工作台", "reports:home", navigation.HOME, 0, count=home_count
        ))
        navigation.register(
            navigation.Item("覆盖情况", "reports:coverage", navigation.FIGURES, 10)
        )
        navigation.register(
            navigation.Item("统计报告", "reports:run_list", navigation.FIGURES, 20)
        )
        navigation.register(
            navigation.Item("工作数据", "reports:bulletin_list", navigation.FIGURES, 30)
        )
