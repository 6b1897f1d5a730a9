"""The commands of ledgers.md §2 as another program calls them: files in, exit code and text out."""

import contextlib
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from python_calamine import CalamineWorkbook

from tests.ledgers.desk import workbook

AREAS = [
    {"区划代码": "990101", "名称": "明川区", "层级": "区县"},
    {"区划代码": "990101001", "名称": "甲镇", "层级": "镇街", "上级代码": "990101"},
    {"区划代码": "990101002", "名称": "乙街道", "层级": "镇街", "上级代码": "990101"},
    {"区划代码": "P1", "名称": "高新园", "层级": "园区", "上级代码": "990101"},
    {"区划代码": "G1", "名称": "甲一网格", "层级": "网格", "上级代码": "990101001"},
]
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def uscc(number: int) -> str:
    """A credit code whose check character is right (GB 32100)."""
    body = f"91990101MA{number:07d}"
    total = sum(_USCC.index(c) * 3**at for at, c in enumerate(body))
    return body + _USCC[-total % 31]


def id_number(number: int, born: str = "19900101") -> str:
    """An ID number whose check character is right (GB 11643)."""
    body = f"990101{born}{number:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(c) * w for c, w in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


class Office:
    """A folder with ledger files, and the command line."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._count = 0

    def run(self, *words: Any) -> tuple[int, str]:
        """Exit code and standard output of a command."""
        out, err = io.StringIO(), io.StringIO()
        try:
            with contextlib.redirect_stderr(err):
                call_command(*map(str, words), stdout=out, stderr=err)
        except CommandError as error:
            return error.returncode, out.getvalue()
        except SystemExit as end:
            return int(end.code or 0), out.getvalue()
        return 0, out.getvalue()

    def json(self, *words: Any) -> tuple[int, Any]:
        """Exit code and the JSON on standard output, which holds nothing else."""
        code, text = self.run(*words, "--json")
        return code, json.loads(text) if text else None

    def file(self, rows: Iterable[Mapping[str, Any]]) -> Path:
        """The rows as a workbook."""
        path = self._path("xlsx")
        path.write_bytes(workbook(rows).getvalue())
        return path

    def _path(self, suffix: str) -> Path:
        self._count += 1
        return self.folder / f"file{self._count}.{suffix}"

    def load(self, kind: str, rows: Any, *words: str) -> dict[str, Any]:
        """The answer of an import; ``rows`` or the path of a file."""
        path = rows if isinstance(rows, Path) else self.file(rows)
        return self.json("import_ledger", kind, path, *words)[1]

    def bring(self, kind: str, rows: Any, *words: str) -> dict[str, Any]:
        """An import that must go through."""
        answer = self.load(kind, rows, *words)
        assert (answer["state"], answer["errors"]) == ("applied", [])
        return answer

    def export(self, kind: str, *words: str) -> Path:
        """The path of an export."""
        path = self._path("xlsx")
        assert self.run("export_ledger", kind, path, *words)[0] == 0
        return path

    def exported(self, kind: str, *words: str) -> list[dict[str, str]]:
        """The rows of an export as text, by header without ★."""
        return table(self.export(kind, *words))

    def figures(self, *words: str) -> dict[str, Any]:
        """Key → (met, total), or the value of a count."""
        code, answer = self.json("indicators", *words)
        assert code == 0
        return {one["key"]: measured(one) for one in answer["indicators"]}


def measured(one: Mapping[str, Any]) -> Any:
    """(met, total) of a share, the value of a count."""
    return one["value"] if "value" in one else (one["met"], one["total"])


def table(path: Path, sheet: int = 0) -> list[dict[str, str]]:
    """The rows of a sheet by header without ★; numbers as text."""
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(sheet).to_python()
    names = [str(name).rstrip("★") for name in rows[0]]
    return [dict(zip(names, map(_text, row), strict=True)) for row in rows[1:]]


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def counted(answer: Mapping[str, Any]) -> tuple[int, int, int]:
    """Created, updated, unchanged."""
    return answer["created"], answer["updated"], answer["unchanged"]


def said(notes: Iterable[Mapping[str, Any]]) -> list[tuple[int, str]]:
    """(Excel row, header) of errors or warnings."""
    return [(note["row"], note["column"]) for note in notes]
