"""Searching the trail: whose entries, about which records."""

import uuid
from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.apps import apps
from django.db import models
from django.db.models import Q, QuerySet

from accounts.models import User
from common.trace import tracked_tables

# Records of one kind that a name may stand for; who means fewer types more.
_MOST = 500
_CALLED = {"name", "short_name", "username", "code", "uscc"}


def people(text: str) -> QuerySet:
    """Ids of the users whose account or name contains the text."""
    found = User.objects.filter(Q(username__icontains=text) | Q(name__contains=text))
    return found.values("pk")


def records(text: str) -> list[uuid.UUID]:
    """Ids of the records of a 记录号, or whose name, account or code contains the text; one query
    per kind of record."""
    try:
        return [uuid.UUID(text)]
    except ValueError:
        pass
    found: list[uuid.UUID] = []
    for model, owners in tracked_tables().values():
        fields = _CALLED & {field.name for field in model._meta.concrete_fields}
        if fields and not owners:
            condition = reduce(or_, (Q(**{f"{name}__contains": text}) for name in fields))
            rows = model._default_manager.filter(condition)
            found += rows.order_by("pk").values_list("pk", flat=True)[:_MOST]
    return found


def model_of(table: str) -> type[models.Model] | None:
    """The model of a table of the portal."""
    return next((m for m in apps.get_models() if m._meta.db_table == table), None)


def owner_model(table: str) -> type[models.Model] | None:
    """The model of the record that rows of a tracked table belong to."""
    model = model_of(table)
    _model, owners = tracked_tables().get(table, (None, ()))
    if model is None or not owners:
        return model
    field = next(f for f in model._meta.concrete_fields if f.column == owners[0])
    return field.related_model


def word_of(table: str) -> str:
    """A table in words: 党员."""
    model = model_of(table)
    return str(model._meta.verbose_name) if model else table


def users_named(pks: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """Names of users with their accounts; one query."""
    found = User.objects.filter(pk__in={pk for pk in pks if pk})
    return {user.pk: f"{user}（{user.username}）" for user in found}
