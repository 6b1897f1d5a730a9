"""Make a plain JPEG of whatever a phone or a stranger sends.

    picture = reencode(upload)      # Unreadable with one sentence, or a Picture

Nothing is decoded in this process: common.pictures.child does it, with limits of memory and time.
"""

import tempfile
from dataclasses import dataclass
from typing import BinaryIO

from common.guarded.errors import Unreadable
from common.guarded.parent import Guarded, Sentences
from common.guarded.processes import Warm
from common.pictures.kinds import DAMAGED, TOO_LARGE, kind_of

__all__ = ["LARGEST_FILE", "Picture", "Unreadable", "reencode"]

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 20 * MEBIBYTE
# 40 megapixels in RGBA and a copy of them, and the libraries.
MEMORY_LIMIT = 768 * MEBIBYTE
CPU_LIMIT = 15
LONGEST_WAIT = 30.0

_SENTENCES = Sentences(
    too_large=TOO_LARGE, too_slow="这张照片处理不了，请换一张，或截屏后再传。", damaged=DAMAGED
)
_DARKROOM = Warm("common.pictures.child")


@dataclass(frozen=True)
class Picture:
    """A JPEG without anything that the camera wrote into it. Width and height in pixels."""

    data: bytes
    width: int
    height: int


def reencode(source: BinaryIO) -> Picture:
    """The picture in ``source`` (a binary file), upright, no side longer than child.LONGEST_SIDE.

    Raises Unreadable with one sentence when it is no photo, or too large.
    """
    with tempfile.TemporaryFile() as copy:
        source.seek(0)
        while piece := source.read(MEBIBYTE):
            if copy.tell() + len(piece) > LARGEST_FILE:
                raise Unreadable(f"照片最大 {LARGEST_FILE // MEBIBYTE} MB，请换一张小一点的。")
            copy.write(piece)
        copy.flush()
        # What is no photo at all costs no process.
        copy.seek(0)
        kind_of(copy.read(64))
        copy.seek(0)
        return _reencode(copy)


def _reencode(file: BinaryIO) -> Picture:
    request = {"memory_limit": MEMORY_LIMIT, "cpu_limit": CPU_LIMIT}
    child = Guarded(_DARKROOM, file, request, timeout=LONGEST_WAIT, sentences=_SENTENCES)
    try:
        kind, found = child.receive()
        if kind == "too large":
            raise Unreadable(TOO_LARGE)
        return Picture(**found)
    finally:
        child.close()
