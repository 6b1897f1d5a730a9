"""Accounts and grants are the system administrator's, the trail is the audit administrator's."""

from datetime import date

from django.db.models import Q

from accounts.choices import Role
from accounts.scope import Scope
from common.scoping import reaches


@reaches("accounts.User")
@reaches("accounts.Grant")
def all_accounts(scope: Scope, _day: date) -> Q | None:
    """Every account, for who keeps them."""
    return Q(pk__isnull=False) if Role.SYSTEM_ADMIN in scope.roles else None


@reaches("common.HistoryEntry")
@reaches("common.ReadEntry")
@reaches("common.FlowStep")
@reaches("accounts.SignInEntry")
def all_entries(scope: Scope, _day: date) -> Q | None:
    """The whole trail, for who audits it."""
    return Q(pk__isnull=False) if Role.AUDIT_ADMIN in scope.roles else None
