"""用户与权限。"""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """用户与权限。"""

    name = "accounts"
    verbose_name = "用户与权限"
