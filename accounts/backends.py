"""Who asks, on every page."""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from accounts.models import Grant, User


class AccountBackend(ModelBackend):
    """Accounts of the portal, by name and password."""

    def get_user(self, user_id: Any) -> User | None:
        """The user of a session with the grants that count now (``held``): one query, since every
        page needs both."""
        held = Grant.objects.held(user_id)
        user = held[0].user if held else super().get_user(user_id)
        if user is None or not self.user_can_authenticate(user):
            return None
        user.held = held
        return user
