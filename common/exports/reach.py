"""Whose exported files a user sees."""

from datetime import date
from typing import Any

from django.db.models import Q

from common.scoping import reaches


@reaches("common.ExportFile")
def own_files(scope: Any, _day: date) -> Q | None:
    """The files that the user asked for, nobody else's."""
    return Q(asked_by=scope.user_id) if scope.user_id else None
