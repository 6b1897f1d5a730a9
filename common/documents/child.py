"""The guarded process that looks through a PDF: python -m common.documents.child.

A PDF is kept and handed on as it came, so what can act on its own is refused: scripts, actions on
opening, programs to start, attachments, forms of the XML kind. The names are sought in the file and
in its compressed object streams; nothing is drawn.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

from common.guarded.child import Frames, main
from common.guarded.errors import Unreadable

DAMAGED = "这个 PDF 不完整或已损坏，请重新导出一份。"
NO_PDF = "这不是 PDF。请传照片（JPEG、PNG）或 PDF。"
LOCKED = "这个 PDF 加了密码，请去掉密码后再传。"
ACTIVE = "这个 PDF 带有脚本、附件或自动动作，请用“打印成 PDF”另存一份再传。"

HEAD, TAIL = b"%PDF-", b"%%EOF"
_REACH = 1024  # the head may follow other bytes, the tail be followed by some
_MOST_INFLATED = 64 * 1024 * 1024
_STREAM = re.compile(rb"stream\r?\n")
_END = b"endstream"
_NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]+)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE = frozenset({
    b"JavaScript", b"JS", b"Launch", b"EmbeddedFile", b"EmbeddedFiles", b"OpenAction", b"AA",
    b"RichMedia", b"XFA", b"SubmitForm", b"ImportData", b"GoToR", b"GoToE",
})
# An action on opening that only leads to a page is what every office program writes.
_HARMLESS_OPENING = re.compile(rb"/OpenAction\s*(\[|\d+\s+\d+\s+R)|/OpenAction\s*<<[^>]*/GoTo\b")


def serve(file: BinaryIO, _request: dict[str, Any], frames: Frames) -> None:
    """Answer "harmless", or refuse with a sentence."""
    file.seek(0)
    content = file.read()
    if HEAD not in content[:_REACH]:
        raise Unreadable(NO_PDF)
    if TAIL not in content[-_REACH:]:
        raise Unreadable(DAMAGED)
    for part in _parts(content):
        plain = _HARMLESS_OPENING.sub(b"", part)
        names = {_plain(name) for name in _NAME.findall(plain)}
        if b"Encrypt" in names:
            raise Unreadable(LOCKED)
        if names & _ACTIVE:
            raise Unreadable(ACTIVE)
    frames.send("harmless", None)


def _plain(name: bytes) -> bytes:
    """A name without the #-escapes that could hide it."""
    return _ESCAPED.sub(lambda code: bytes([int(code[1], 16)]), name)


def _parts(content: bytes) -> Iterator[bytes]:
    """The file outside its streams, then what its object streams hold. Other streams are pictures,
    fonts and drawing, where a name means nothing."""
    at, left = 0, _MOST_INFLATED
    while found := _STREAM.search(content, at):
        head = content[at : found.start()]
        yield head
        end = content.find(_END, found.end())
        if end < 0:
            raise Unreadable(DAMAGED)
        if b"ObjStm" in {_plain(name) for name in _NAME.findall(head[head.rfind(b" obj") + 1 :])}:
            inflated = _inflated(content[found.end() : end], left)
            left -= len(inflated)
            yield inflated
        at = end + len(_END)
    yield content[at:]


def _inflated(stream: bytes, most: int) -> bytes:
    """An object stream; one that is packed in another way, or too large, cannot be looked
    through."""
    try:
        inflater = zlib.decompressobj()
        inflated = inflater.decompress(stream, max(most, 1))
    except zlib.error as error:
        raise Unreadable(DAMAGED) from error
    if inflater.unconsumed_tail:
        raise Unreadable(DAMAGED)
    return inflated


if __name__ == "__main__":
    main(serve, damaged=DAMAGED)
