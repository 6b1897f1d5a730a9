"""党组织。"""

from django.apps import AppConfig


class OrganizationsConfig(AppConfig):
    """党组织。"""

    name = "organizations"
    verbose_name = "党组织"
