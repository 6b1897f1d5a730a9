"""市场主体。"""

from django.apps import AppConfig


class EnterprisesConfig(AppConfig):
    """市场主体。"""

    name = "enterprises"
    verbose_name = "市场主体"
