"""Accounts."""

from django.apps import AppConfig

# Columns of an account that the trace leaves out: secrets, and what changes by itself.
_UNTOLD = (
    "password", "last_login", "session_round", "large_type", "first_name", "last_name", "email",
    "is_staff", "is_superuser", "date_joined",
)


class AccountsConfig(AppConfig):
    """账号与授权。"""

    name = "accounts"
    verbose_name = "账号与授权"

    def ready(self) -> None:
        from accounts import models, scope  # noqa: PLC0415 -- models need ready apps
        from common import access, protection, scoping, trace  # noqa: PLC0415
        from common.navigation import CONTROL, Item, register  # noqa: PLC0415

        trace.track(models.Grant, "user_id")
        trace.track(models.User, hidden=_UNTOLD)
        protection.append_only(models.SignInEntry._meta.db_table)
        access.register_rights(scope.RIGHTS)
        from accounts import reach, references  # noqa: F401, PLC0415
        from common.exports import inbox  # noqa: F401, PLC0415 -- asks for the rights

        scoping.register_scope_builder(scope.acting_scope)
        register(Item("留痕检索", "trail:changes", group=CONTROL, order=50))
        register(Item("账号", "accounts:user_list", group=CONTROL, order=40))
