"""Command line: python -m districts.mingchuan FOLDER [--today DATE] [--seed N] [--check]."""

import argparse
import json
import sys
from datetime import date
from pathlib import Path

from districts.mingchuan import SEED, SELF_EMPLOYED, write_workbooks


def main() -> None:
    """Write the workbooks and print their paths; with --check also the figures read back."""
    parser = argparse.ArgumentParser(prog="python -m districts.mingchuan", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--today", type=date.fromisoformat, default=None)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--self-employed", type=int, default=SELF_EMPLOYED)
    parser.add_argument("--check", action="store_true", help="count the figures from the files")
    options = parser.parse_args()
    today = options.today or date.today()  # noqa: DTZ011 -- the clerk's own calendar day
    files = write_workbooks(
        options.folder, today=today, seed=options.seed, self_employed=options.self_employed
    )
    for kind, path in files:
        sys.stdout.write(f"{kind}\t{path}\n")
    if options.check:
        from districts.mingchuan.figures import count, read  # noqa: PLC0415 -- needs calamine

        figures = count(read(files), today)
        sys.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2) + "\n")


if __name__ == "__main__":
    main()
