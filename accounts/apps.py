"""Accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """账号与授权。"""

    name = "accounts"
    verbose_name = "账号与授权"

    def ready(self) -> None:
        from accounts import models, scope  # noqa: PLC0415 -- models need ready apps
        from common import access, protection, scoping, trace  # noqa: PLC0415

        trace.track(models.Grant, "user_id")
        protection.append_only(models.SignInEntry._meta.db_table)
        access.register_rights(scope.RIGHTS)
        from common.exports import inbox  # noqa: F401, PLC0415 -- asks for the rights

        scoping.register_scope_builder(scope.acting_scope)
