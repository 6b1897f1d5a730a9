"""Text tables: encoding, separator, rows."""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from common.workbook.errors import Unreadable

_MARKS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_SEPARATORS = ",\t;，"
_SAMPLE = 40
NOT_TEXT = "文件的文字编码无法识别，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"


def decodings(file: BinaryIO) -> Iterator[tuple[str, str]]:
    """Yield (encoding, text) in the order in which they should be tried.

    A byte order mark decides. Without one strict UTF-8 comes before GB18030: a short GBK text may
    pass for UTF-8, so the caller goes on when it finds no header. Raises Unreadable if none fits.
    """
    file.seek(0)
    content = file.read()
    marked = [name for mark, name in _MARKS.items() if content.startswith(mark)]
    fits = False
    for encoding in marked or ["utf-8", "gb18030"]:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        fits = True
        yield encoding, text
    if not fits:
        raise Unreadable(NOT_TEXT)


def separators(text: str) -> list[str]:
    """Return the separators that occur in the first lines, the most frequent first."""
    head = text[:20_000]
    return sorted((mark for mark in _SEPARATORS if mark in head), key=head.count, reverse=True) or [
        ","
    ]


def rows(text: str, separator: str) -> Iterator[list[str]]:
    """Yield the records, as Excel numbers them: a line break inside quotes begins no row."""
    csv.field_size_limit(1_000_000)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    except csv.Error as error:
        raise Unreadable(
            "文件里有一格没有收尾的引号或过长的内容，请另存为 .xlsx 再上传。"
        ) from error
