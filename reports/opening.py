"""Which rows of a list the user may open: figures of the past count what was there then, and
what has moved away since is named, not opened (design.md §4.1)."""

from typing import Any

from django.db.models import Case, Q
from django.urls import NoReverseMatch
from django.utils import timezone

from accounts.scope import Scope
from common.scoping import is_within
from reports.figures import flag


def opening(model: type, scope: Scope) -> Case:
    """Whether the scope reaches a row of ``model`` today, as a column ``opens``."""
    within = is_within(model, scope, timezone.localdate())
    return flag(within or Q(pk__isnull=False))  # an empty condition takes every row


def address(row: Any) -> str:
    """The page of a row that opens; "" for others."""
    if not row.opens:
        return ""
    try:
        return row.get_absolute_url()
    except NoReverseMatch:  # the page is not part of this installation
        return ""
