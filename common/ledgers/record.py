"""The base of the models of declared ledgers."""

import uuid

from django.db import models
from django.urls import reverse

from common.scoping import ScopedQuerySet


class DeclaredRecord(models.Model):
    """台账记录: a row of a declared ledger (common/ledgers/declared.py).

    ``either``: name → (header, fields): several keys of which one is filled are one column;
    ``words``: what tells these keys apart; ``beside``: fields that are no columns.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    remarks = models.CharField("备注", max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        from common.ledgers.declared import ledger_of_model  # noqa: PLC0415 -- needs ready apps

        return reverse("ledgers:record_detail", args=[ledger_of_model(type(self)).kind, self.pk])
