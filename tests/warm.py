"""Ledger files are read by a process that is warm already: starting an interpreter for each of some
two thousand small files took more time than anything else that the tests do."""

from pathlib import Path

import pytest

from common.guarded.processes import Warm
from common.workbook import reader

_WARM = Warm(str(reader.READER))
# These are about the process that opens the file: each gets its own, as in the portal.
_COLD = ("test_workbook", "test_hostile_files")
_COLD_FOLDERS = {"kills"}


def _is_cold(path: Path) -> bool:
    return path.name.startswith(_COLD) or path.parent.name in _COLD_FOLDERS


@pytest.fixture(autouse=True)
def _warm_reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if not _is_cold(request.node.path):
        monkeypatch.setattr(reader, "READER", _WARM)
