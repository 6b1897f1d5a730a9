"""Take a PDF of a stranger, or refuse it.

    content = harmless(upload)      # Unreadable with one sentence, or the bytes as they came

Nothing of it is read in this process: common.documents.child does that, with limits of memory and
time. What was taken is served as a download of its own, never inside a page.
"""

import tempfile
from typing import BinaryIO

from common.guarded.errors import Unreadable
from common.guarded.parent import Guarded, Sentences

__all__ = ["LARGEST_FILE", "Unreadable", "harmless", "is_pdf"]

MEBIBYTE = 1024 * 1024
LARGEST_FILE = 20 * MEBIBYTE
MEMORY_LIMIT = 512 * MEBIBYTE
CPU_LIMIT = 15
LONGEST_WAIT = 30.0
_TOO_LARGE = f"PDF 最大 {LARGEST_FILE // MEBIBYTE} MB，请压缩或拆开后再传。"
_SENTENCES = Sentences(
    too_large=_TOO_LARGE, too_slow="这个 PDF 处理不了，请用“打印成 PDF”另存一份再传。",
    damaged="这个 PDF 不完整或已损坏，请重新导出一份。",
)


def is_pdf(source: BinaryIO) -> bool:
    """Whether the file begins like a PDF."""
    source.seek(0)
    return source.read(5) == b"%PDF-"


def harmless(source: BinaryIO) -> bytes:
    """The bytes of a PDF in which nothing acts on its own. Raises Unreadable with one sentence."""
    with tempfile.TemporaryFile() as copy:
        source.seek(0)
        while piece := source.read(MEBIBYTE):
            if copy.tell() + len(piece) > LARGEST_FILE:
                raise Unreadable(_TOO_LARGE)
            copy.write(piece)
        copy.flush()
        copy.seek(0)
        request = {"memory_limit": MEMORY_LIMIT, "cpu_limit": CPU_LIMIT}
        child = Guarded(
            "common.documents.child", copy, request, timeout=LONGEST_WAIT, sentences=_SENTENCES
        )
        try:
            kind, _found = child.receive()
            if kind == "too large":
                raise Unreadable(_TOO_LARGE)
        finally:
            child.close()
        copy.seek(0)
        return copy.read()
