"""统计与报告。"""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """统计与报告。"""

    name = "reports"
    verbose_name = "统计与报告"
