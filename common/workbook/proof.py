"""The beginning of each part of an .xlsx that is read, parsed by the rules of XML.

calamine looks for what it knows and passes over the rest: of two rows with one number it keeps the
second, it takes a missing end, a DTD, UTF-7 and elements without end for nothing. 128 KiB of each
part is all of a file made by hand, and a hundredth of the time of a large ledger.
"""

import re
import zipfile
from typing import BinaryIO
from xml.parsers import expat

from common.workbook.container import DAMAGED
from common.workbook.errors import Unreadable
from common.workbook.parts import relation_targets, sheet_parts

_ENCODING = "文件内部的文字编码读不了，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
_PROVED = 128 * 1024
_DEEPEST = 64
_LAST_ROW = 1_048_576
_ENCODINGS = {"utf-8", "utf8", "us-ascii", "ascii"}
# An index of a shared string that is no number is taken for the first string.
_WRONG_INDEX = re.compile(rb"t=[\"']s[\"'][^>]{0,100}><v>(?![0-9])")


def check(file: BinaryIO) -> None:
    """Check the workbook, its relations and what they name; raises Unreadable."""
    sheets = set(sheet_parts(file).values())
    named = {"xl/workbook.xml", "xl/_rels/workbook.xml.rels", *relation_targets(file)}
    try:
        with zipfile.ZipFile(file) as archive:
            names = {name.lower(): name for name in archive.namelist()}
            found = {names[part.lower()] for part in named if part.lower() in names}
            for part in sorted(found):
                if part.lower().endswith((".xml", ".rels")):
                    _check(archive, part, _SheetRules() if part in sheets else _Rules())
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, expat.ExpatError) as error:
        raise Unreadable(DAMAGED) from error


def _check(archive: zipfile.ZipFile, part: str, rules: "_Rules") -> None:
    with archive.open(part) as stream:
        beginning = stream.read(_PROVED)
        is_whole = not stream.read(1)
    if b"\0" in beginning[:64]:
        raise Unreadable(_ENCODING)
    rules.prove(beginning, is_whole)


class _Rules:
    """What holds for every part: one tree, of bounded depth, without a DTD, in UTF-8."""

    def __init__(self) -> None:
        self._depth = 0
        self._has_root = False

    def prove(self, beginning: bytes, is_whole: bool) -> None:
        """Parse; raises ExpatError or Unreadable."""
        parser = expat.ParserCreate()
        parser.XmlDeclHandler = self._declared
        parser.StartDoctypeDeclHandler = self._refuse
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.Parse(beginning, is_whole)
        if not self._has_root:
            self._refuse()

    def _begin(self, _name: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        self._has_root = True
        if self._depth > _DEEPEST:
            self._refuse()

    def _end(self, _name: str) -> None:
        self._depth -= 1

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        if encoding and encoding.lower() not in _ENCODINGS:
            raise Unreadable(_ENCODING)

    def _refuse(self, *_what: object) -> None:
        raise Unreadable(DAMAGED)


class _SheetRules(_Rules):
    """And for a sheet: each row and each cell has its own place."""

    def __init__(self) -> None:
        super().__init__()
        self._row = 0
        self._rows: set[int] = set()
        self._places: set[str] = set()

    def prove(self, beginning: bytes, is_whole: bool) -> None:
        """Parse; raises ExpatError or Unreadable."""
        if _WRONG_INDEX.search(beginning):
            self._refuse()
        super().prove(beginning, is_whole)

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        super()._begin(name, attributes)
        kind = name.rpartition(":")[2]
        if kind == "c" and "r" in attributes:
            place = attributes["r"]
            if place in self._places:
                self._twice(f"单元格 {place[:20]} ")
            self._places.add(place)
        elif kind == "row":
            self._row = int(attributes.get("r", self._row + 1))
            if not 1 <= self._row <= _LAST_ROW:
                self._refuse()
            if self._row in self._rows:
                self._twice(f"第 {self._row} 行")
            self._rows.add(self._row)
            self._places.clear()

    def _twice(self, what: str) -> None:
        raise Unreadable(f"{what}在文件里写了两次，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")
