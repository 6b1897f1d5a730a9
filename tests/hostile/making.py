"""How hostile ledger files are made: one function per file, named as in tests/hostile.csv.

Nothing of it is committed: a file exists for the time of its test.
"""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape

from tests.common.workbooks import SHEET, changed
from tests.ledgers import desk

COLUMNS = dict(zip(desk.entity("x"), "ABCDEFGHIJ", strict=True))


@dataclass(frozen=True)
class HostileFile:
    """A file to be uploaded. ``user``: a member of the cast, "" for the district; ``day``: the
    数据截止日; ``settings``: settings that differ from what they are."""

    content: bytes
    ledger: str
    file_name: str
    user: str
    settings: Mapping[str, Any]


_MAKERS: dict[str, Callable[[], HostileFile]] = {}


def hostile(
    ledger: str = "enterprises", file_name: str = "台账.xlsx", user: str = "", **settings: Any
) -> Callable:
    """Register the function that makes the bytes of a file, under its own name."""

    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        _MAKERS[make.__name__] = lambda: HostileFile(
            make(), ledger, file_name, user,
            {key.replace("__", "."): value for key, value in settings.items()},
        )
        return make

    return register


def names() -> set[str]:
    """The names of all files."""
    return set(_MAKERS)


def made(name: str) -> HostileFile:
    """Make a file."""
    return _MAKERS[name]()


# --- honest ledgers, to be spoilt ---------------------------------------------------------------


def ledger(*rows: Mapping[str, Any]) -> bytes:
    """A ledger as .xlsx: these rows, or three ordinary ones in Excel rows 2 to 4."""
    ordinary = [desk.entity(name) for name in ("甲店", "乙店", "丙店")]
    return desk.workbook(rows or ordinary).getvalue()


def part(content: bytes, name: str = SHEET) -> bytes:
    """One part of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)


def replaced(old: bytes, new: bytes, name: str = SHEET, content: bytes = b"") -> bytes:
    """A ledger with the first occurrence of some XML in a part replaced."""
    content = content or ledger()
    assert old in part(content, name)
    return changed(content, {name: lambda xml: xml.replace(old, new, 1)})


def appended(xml: bytes | Iterable[bytes], content: bytes = b"") -> bytes:
    """A ledger with XML behind its last row."""
    added = xml if isinstance(xml, bytes) else b"".join(xml)
    return replaced(b"</sheetData>", added + b"</sheetData>", content=content)


def line(number: int, name: str = "丁店", **cells: str) -> bytes:
    """The XML of an ordinary row; ``cells``: column letter → the XML of its cell, "" for none,
    with ``@`` where its place (A5) belongs."""
    xml = {
        COLUMNS[column]: f'<c r="@" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
        if isinstance(value, str) else f'<c r="@"><v>{value}</v></c>'
        for column, value in desk.entity(name).items() if value != ""
    } | cells
    inner = "".join(
        xml[letter].replace("@", f"{letter}{number}") for letter in sorted(xml)
    )
    return f'<row r="{number}">{inner}</row>'.encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A zip of files."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()
