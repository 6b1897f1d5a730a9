"""明川区 (990101), a fictional district, as the Excel ledgers that its offices would keep.

As of the day of loading it has the published figures of a real one: 438 small enterprises of which
104 are covered, with 433 members; 16 markets (6, 55); 58,271 self-employed shops (708 members, 13
organizations); 1,196 members in all. `figures.py` counts them again from the written files.
"""

from datetime import date
from pathlib import Path
from random import Random

from districts.mingchuan.district import build_district
from districts.mingchuan.flaws import add_flaws
from districts.mingchuan.ledgers import FILES, build_ledgers
from districts.mingchuan.life import listed_activities
from districts.mingchuan.sheets import write_ledger
from districts.mingchuan.shops import SELF_EMPLOYED

SEED = 990101

__all__ = ["FILES", "SEED", "SELF_EMPLOYED", "write_workbooks"]


def write_workbooks(
    folder: Path, *, today: date, seed: int = SEED, self_employed: int = SELF_EMPLOYED
) -> list[tuple[str, Path]]:
    """Write the ledgers into `folder`; return (kind, path) in the order of loading.

    The files are the same, byte for byte, for the same arguments. A smaller `self_employed` cuts
    only shops without members; below 1,200, or for a day before 2026, ValueError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    district = build_district(today=today, seed=seed, self_employed=self_employed)
    listed = listed_activities(district, seed)
    spelling = Random(f"{seed}/spelling")  # noqa: S311 -- invented data
    ledgers = build_ledgers(district, spelling, listed)
    add_flaws(ledgers)
    files = []
    for ledger in ledgers:
        path = folder / ledger.file_name
        write_ledger(path, ledger.sheet, ledger.rows, today)
        files.append((ledger.kind, path))
    return files
