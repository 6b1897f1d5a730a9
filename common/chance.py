"""Random ids and nonces for those who need some hundred thousand at once.

The bytes are the operating system's, taken in larger portions: asking for each id alone costs an
import more than all else that it does with the id. Each piece is given out once: list.pop is
atomic among threads, and a forked process drops what it has inherited.
"""

import os
import uuid

_PIECE = 16
_pieces: list[bytes] = []
os.register_at_fork(after_in_child=_pieces.clear)


def random_piece() -> bytes:
    """16 random bytes, fit for a key, a nonce or an id."""
    try:
        return _pieces.pop()
    except IndexError:
        portion = os.urandom(256 * _PIECE)
        _pieces.extend(portion[at : at + _PIECE] for at in range(0, len(portion), _PIECE))
        return os.urandom(_PIECE)


def new_id() -> uuid.UUID:
    """A random UUID (version 4), as unguessable as uuid.uuid4()."""
    return uuid.UUID(bytes=random_piece(), version=4)
