"""The small ledgers: mass organizations, funds, trainings, sites, alliances and what is like them."""

from django.apps import AppConfig


class RegistersConfig(AppConfig):
    """群团、经费、培训、阵地等其他台账。"""

    name = "registers"
    verbose_name = "其他台账"
