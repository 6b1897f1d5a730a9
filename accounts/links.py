"""One-time links to set a password. Nothing is stored: the token is a keyed digest over the
account's present password, last sign-in and the time, so using it once makes it worthless."""

from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from accounts.models import User


class LinkTokenGenerator(PasswordResetTokenGenerator):
    """Tokens of /link/…; valid for PASSWORD_RESET_TIMEOUT."""

    key_salt = "accounts.links.LinkTokenGenerator"


link_tokens = LinkTokenGenerator()


def one_time_link(user: User) -> str:
    """The path of a page where ``user`` sets a password, usable once. The account must have been
    saved; a user who has none yet needs ``set_unusable_password()`` first."""
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("accounts:link", args=[f"{key}.{link_tokens.make_token(user)}"])
