"""Raw values of the trace as people read them: labels, names within the viewer's scope, masks."""

from collections import defaultdict
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from common.dated import BEGINNING, FOREVER
from common.history_diff import Values, told_fields
from common.masking import mask_id_number, mask_phone
from common.secrets import SecretField, Unreadable, disclose
from common.tables import display

UNSEEN = "（不在您的范围内）"
_ID_NUMBER_LENGTH = 15


class Names:
    """Names of other records, read once for a page, as far as the viewer may see them.

    A model whose names anybody may read says so: ``named_openly = True``.
    """

    def __init__(self, scope: Any) -> None:
        self.scope = scope
        self._wanted: dict[type[models.Model], set[UUID]] = defaultdict(set)
        self._found: dict[tuple[type[models.Model], UUID], str] = {}

    def want(self, model: type[models.Model], *pks: Any) -> None:
        self._wanted[model] |= {UUID(str(pk)) for pk in pks if pk}

    def want_values(self, field: models.Field, *values: Any) -> None:
        if field.is_relation:
            self.want(field.related_model, *values)

    def want_row(self, model: type[models.Model], *rows: Values | None) -> None:
        for field in model._meta.concrete_fields:
            for row in rows:
                self.want_values(field, (row or {}).get(field.column))

    def load(self) -> None:
        """Read what is wanted: one query per model."""
        for model, pks in self._wanted.items():
            rows = model._default_manager.all()
            if not getattr(model, "named_openly", False):
                rows = rows.within(self.scope) if hasattr(rows, "within") else rows.none()
            self._found |= {(model, row.pk): str(row) for row in rows.filter(pk__in=pks)}

    def name(self, model: type[models.Model], pk: Any) -> str:
        return self._found.get((model, UUID(str(pk))), UNSEEN)


def in_words(field: models.Field, raw: Any, names: Names) -> str:
    """One raw value; "" for nothing."""
    if raw is None or raw == "" or raw == []:
        return ""
    if isinstance(field, SecretField):
        return _masked(raw)
    if field.is_relation:
        return names.name(field.related_model, raw)
    if isinstance(raw, list):
        labels = dict(getattr(field, "base_field", field).flatchoices)
        return "、".join(str(labels.get(item, display(item))) for item in raw)
    labels = dict(field.flatchoices)
    return str(labels[raw]) if raw in labels else _plain(field, raw)


def _plain(field: models.Field, raw: Any) -> str:
    if isinstance(field, models.DecimalField):
        return f"{Decimal(str(raw)).normalize():,f}"
    try:
        return display(field.to_python(raw))
    except ValidationError:  # the column had another type then
        return str(raw)


def _masked(token: str) -> str:
    try:
        text = disclose(token)
    except Unreadable:
        return "（无法解密）"
    return mask_id_number(text) if len(text) >= _ID_NUMBER_LENGTH else mask_phone(text)


def row_in_words(
    model: type[models.Model], owner: str, row: Values | None, names: Names
) -> str:
    """A link in a few words: what it links, its values, its days."""
    if row is None:
        return ""
    words = []
    for field in told_fields(model, owner):
        raw = row.get(field.column)
        word = in_words(field, raw, names)
        words.append(f"{field.verbose_name} {word}" if isinstance(raw, int | float) else word)
    return "，".join(word for word in [*words, _days(row)] if word)


def _days(row: Values) -> str:
    """2024-03-18 起 · 2024-03-18 至 2025-03-18 前."""
    first, last = row.get("starts_on"), row.get("ends_on")
    begun = f"{first} 起" if first and first != BEGINNING.isoformat() else ""
    if not last or last == FOREVER.isoformat():
        return begun
    return f"{first} 至 {last} 前" if begun else f"至 {last} 前"
