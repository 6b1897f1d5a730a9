"""Personal data at rest: one text token per value, ``k1.<fingerprint>.<ciphertext>``.

The ciphertext is AES-256-GCM with a random nonce, bound to the fingerprint; the fingerprint is a
keyed HMAC-SHA-256 of the normalised value, so equality, uniqueness and "unchanged" are decided
without decrypting. Keys come from the environment or from key files, never from the database.
"""

import base64
import hashlib
import hmac
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.signals import setting_changed
from django.db import models
from django.db.models import F, Func, Value
from django.dispatch import receiver

from common.chance import random_piece

KEY_ID = "k1"


class Unreadable(Exception):
    """The stored token cannot be decrypted with the configured keys."""


def _derived(material: str, purpose: str) -> bytes:
    return hashlib.blake2b(material.encode(), digest_size=32, person=purpose.encode()).digest()


@cache
def _cipher() -> AESGCM:
    return AESGCM(_derived(settings.FIELD_KEY, "field"))


@cache
def _fingerprint_key() -> bytes:
    return _derived(settings.FINGERPRINT_KEY, "fingerprint")


@receiver(setting_changed)
def _forget_keys(**_signal: Any) -> None:
    """Keys are made once for the hundred thousand numbers of an import; tests exchange them."""
    _cipher.cache_clear()
    _fingerprint_key.cache_clear()


def fingerprint(text: str) -> str:
    """Keyed fingerprint (32 hex digits) of a normalised value."""
    return hmac.digest(_fingerprint_key(), text.encode(), "sha256").hex()[:32]


def conceal(text: str) -> str:
    """Encrypt ``text`` into a token; the empty text stays empty."""
    if not text:
        return ""
    mark = fingerprint(text)
    nonce = random_piece()[:12]
    sealed = _cipher().encrypt(nonce, text.encode(), mark.encode())
    return f"{KEY_ID}.{mark}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"


def disclose(token: str) -> str:
    """Decrypt a token. Raises :class:`Unreadable` when it was made with another key."""
    if not token:
        return ""
    try:
        _, mark, body = token.split(".")
        raw = base64.urlsafe_b64decode(body)
        opened = _cipher().decrypt(raw[:12], raw[12:], mark.encode())
    except (ValueError, InvalidTag) as error:
        raise Unreadable("这一项无法解密，请联系系统管理员检查密钥。") from error
    return opened.decode()


def file_key() -> bytes:
    """The key of files that leave the portal's folder (common/backup/sealing.py)."""
    return _derived(settings.FIELD_KEY, "file")


def same(token: str, text: str) -> bool:
    """Whether ``token`` conceals ``text``."""
    return mark_of(token) == (fingerprint(text) if text else "")


def mark_of(token: str) -> str:
    """The fingerprint inside a token, empty for an empty token."""
    return token.split(".", 2)[1] if token else ""


class SecretField(models.TextField):
    """A column of tokens. It is read and written as a token; use :func:`disclose` to see it."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("blank", True)
        kwargs.setdefault("default", "")
        super().__init__(*args, **kwargs)


def fingerprint_of(column: str) -> Func:
    """SQL expression of the fingerprint in ``column``, for unique constraints and look-ups."""
    return Func(
        F(column), Value("."), Value(2), function="split_part", output_field=models.TextField()
    )
