"""Files in a backup are encrypted: uploaded ledgers hold identity numbers as they were typed.

AES-256-GCM in pieces of 1 MiB. The nonce of a piece is a random prefix of the file, its number
and whether it is the last, so pieces can be neither exchanged nor left out. The key comes from
FIELD_KEY, which is in no backup.
"""

import os
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from common.secrets import Unreadable, file_key

_PIECE = 1024 * 1024
_PREFIX = 7
_TAG = 16


def _nonce(prefix: bytes, number: int, last: bool) -> bytes:
    return prefix + number.to_bytes(4, "big") + bytes([last])


def seal(source: IO[bytes], target: IO[bytes]) -> None:
    """Encrypt ``source`` into ``target``."""
    cipher, prefix = AESGCM(file_key()), os.urandom(_PREFIX)
    target.write(prefix)
    piece, number, last = source.read(_PIECE), 0, False
    while not last:
        following = source.read(_PIECE)
        last = not following
        target.write(cipher.encrypt(_nonce(prefix, number, last), piece, None))
        piece, number = following, number + 1


def unseal(source: IO[bytes], target: IO[bytes]) -> None:
    """Decrypt what :func:`seal` wrote. Raises Unreadable with another key or another text."""
    cipher, prefix = AESGCM(file_key()), source.read(_PREFIX)
    piece, number, last = source.read(_PIECE + _TAG), 0, False
    while not last:
        following = source.read(_PIECE + _TAG)
        last = not following
        try:
            target.write(cipher.decrypt(_nonce(prefix, number, last), piece, None))
        except (InvalidTag, ValueError) as error:
            raise Unreadable("备份中的文件无法解密，请检查密钥。") from error
        piece, number = following, number + 1
