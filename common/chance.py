"""Random ids and nonces for those who need some hundred thousand at once.

The bytes are the operating system's, taken in larger portions: asking for each id alone costs an
import more than all else that it does with the id. Each piece is given out once: list.pop is
atomic among threads, and a forked process drops what it has inherited.
"""

import os
import time
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


# Where the version and the variant stand in a UUID, and the random bits behind them.
_MARKS = 0x7 << 76 | 0x2 << 62
_RANDOM = (1 << 62) - 1
_MILLISECOND = 1_000_000  # nanoseconds
# What uuid.UUID(int=…) does, without asking which of its six arguments was given: half the time.
_bare = object.__new__
_set_number, _set_safety = uuid.UUID.int.__set__, uuid.UUID.is_safe.__set__


def new_id() -> uuid.UUID:
    """A UUID of version 7: the millisecond, its 4,096th part (RFC 9562 section 6.2, method 3), then
    62 random bits, which nobody guesses.

    Ids that are made one after the other come in order. So each row of an import goes to the end
    of every index of ids, eleven in all: written to other pages it took half as long again, and a
    tenth more anywhere among those of its millisecond.
    """
    millisecond, rest = divmod(time.time_ns(), _MILLISECOND)
    moment = millisecond << 80 | (rest << 12) // _MILLISECOND << 64
    number = moment | _MARKS | int.from_bytes(random_piece()) & _RANDOM
    made = _bare(uuid.UUID)
    _set_number(made, number)
    _set_safety(made, uuid.SafeUUID.unknown)
    return made
