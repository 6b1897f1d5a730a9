"""Tickets of enterprises, service items, help given."""

from django.apps import AppConfig


class ServicesConfig(AppConfig):
    """企业服务工单、服务清单和帮扶成果。"""

    name = "services"
    verbose_name = "企业服务"
