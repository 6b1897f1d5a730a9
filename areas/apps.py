"""区划。"""

from django.apps import AppConfig


class AreasConfig(AppConfig):
    """区划。"""

    name = "areas"
    verbose_name = "区划"
