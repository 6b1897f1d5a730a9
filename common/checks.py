"""System checks that look into the database; ``migrate`` runs them, so every start of ./portal."""

from collections.abc import Collection
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection

from common import secrets


@register(Tags.database)
def keys_fit_the_database(
    databases: Collection[str] | None = None, **_options: Any
) -> list[CheckMessage]:
    """An identity from each table must open: other keys than those of the database would show
    none of them, and mix what they write with what is there."""
    if not databases:
        return []
    there = set(connection.introspection.table_names())
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if isinstance(field, secrets.SecretField) and model._meta.db_table in there:
                rows = model._base_manager.exclude(**{field.name: ""}).order_by()
                if not all(map(_opens, rows.values_list(field.name, flat=True)[:1])):
                    return [_other_keys(f"{model._meta.label}.{field.name}")]
    return []


def _opens(token: str) -> bool:
    try:
        return secrets.same(token, secrets.disclose(token))
    except secrets.Unreadable:
        return False


def _other_keys(where: str) -> Error:
    return Error(
        f"数据库中的身份信息（{where}）不能用现在的密钥读取。",
        hint="请把这份数据库使用的密钥文件放回密钥文件夹（docs/operation.md）。",
        id="common.E001",
    )
