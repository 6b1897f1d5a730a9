"""Whose import batches a user sees, and how many of them wait."""

from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from common.models import BatchState, ImportBatch
from common.scoping import reaches


@reaches("common.ImportBatch")
def own_batches(scope: Any, _day: date) -> Q | None:
    """The batches that the user uploaded; who sees the whole district sees all."""
    return Q(asked_by=scope.user_id) if scope.user_id else None


def waiting(request: HttpRequest) -> QuerySet:
    """Own batches that wait for confirmation, for the navigation."""
    own = ImportBatch.objects.filter(asked_by=request.user.pk)
    return own.filter(state=BatchState.CHECKED)
