"""The trail of signing in: one line per event, added and read, never changed."""

from accounts.choices import SignInEvent
from accounts.models import SignInEntry, User

_SHOWN = 1


def record_sign_in(
    event: SignInEvent,
    *,
    user: User | None,
    account: str = "",
    address: str | None = None,
    by: User | None = None,
) -> None:
    """Write down that ``event`` happened to an account. ``by``: who did it, when another one.

    Of an account that does not exist only the first letter is kept: people type passwords into
    the wrong field.
    """
    name = user.username if user else account[:_SHOWN] + "***"
    SignInEntry.objects.create(
        user=user, account=name, event=event, address=address, by_id=by.pk if by else None
    )
