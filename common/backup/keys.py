"""Which keys a backup belongs to, without saying what they are."""

import hashlib

from django.conf import settings

# Without these the identities in the backup cannot be read; another SECRET_KEY signs people out.
_NEEDED = ("FIELD_KEY", "FINGERPRINT_KEY")
_NAMES = (*_NEEDED, "SECRET_KEY")


def marks() -> dict[str, str]:
    """Name of each key → a short fingerprint of it."""
    return {name: _mark(getattr(settings, name)) for name in _NAMES}


def _mark(material: str) -> str:
    return hashlib.blake2b(material.encode(), digest_size=8, person=b"backup").hexdigest()


def different(found: dict[str, str]) -> list[str]:
    """The needed keys of this installation that are not those of ``found``."""
    own = marks()
    return [name for name in _NEEDED if found.get(name) != own[name]]
