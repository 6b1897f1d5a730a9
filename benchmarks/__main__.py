"""``./portal bench [--json] [NAME …]``: each figure beside its bound; exit code 1 when one is
missed. NAME is a group (reading, imports …) or the beginning of a figure's key (read, list.last).
Groups of WHEN_NAMED run only when they are named, as ``./portal test --full`` names tenfold.
"""

import argparse
import importlib
import json
import signal
import sys
import time
from collections.abc import Iterator

from benchmarks.place import own_place
from benchmarks.table import BOUNDS, Figure

# Module -> the beginnings of the keys that it measures.
GROUPS = {
    "reading": ("read.",),
    "imports": ("check.", "apply.", "again.", "undo."),
    "history": ("history.",),
    "figures": ("coverage.", "trend."),
    "lists": ("list.",),
    "exports": ("export.time",),
    "printing": ("pdf.",),
    "tenfold": ("ten.", "export.memory"),
    "month_end": ("month.",),
    "published": ("x.",),
}
# Measured when they are named: a quarter of an hour each, or a database of its own.
WHEN_NAMED = frozenset({"tenfold", "month_end", "published"})
ALONE = "published"


def main() -> int:
    """Measure what was asked for; 0 when all bounds are met."""
    parser = argparse.ArgumentParser(prog="./portal bench")
    parser.add_argument("--json", action="store_true", help="JSON on standard output")
    parser.add_argument("names", nargs="*", metavar="NAME", help=" ".join(GROUPS))
    options = parser.parse_args()
    groups = chosen(options.names)
    if not groups:
        parser.error(f"没有这样的项目，可用：{'、'.join(GROUPS)}")
    if ALONE in groups and len(groups) > 1:
        parser.error(f"{ALONE} 要单独测")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    found = []
    with own_place() as folder:
        for figure in measured(groups, folder):
            found.append(figure)
            say(figure.line())
    missed = [figure for figure in found if not figure.is_met]
    if options.json:
        answer = {"figures": [figure.as_json() for figure in found], "missed": len(missed)}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    say(f"未达到 {len(missed)} 项，共 {len(found)} 项。")
    return 1 if missed else 0


def chosen(names: list[str]) -> list[str]:
    """The groups that measure what is named; without names all but those of WHEN_NAMED."""
    return [
        group for group, keys in GROUPS.items()
        if (not names and group not in WHEN_NAMED)
        or group in names
        or any(b.key.startswith(name) for b in BOUNDS if b.key.startswith(keys) for name in names)
    ]


def measured(groups: list[str], folder) -> Iterator[Figure]:
    """The figures of the groups, one after the other."""
    for group in groups:
        begun = time.monotonic()
        yield from importlib.import_module(f"benchmarks.{group}").measure(folder)
        say(f"—— {group} 用时 {time.monotonic() - begun:.0f} 秒")


def say(text: str) -> None:
    """Progress and the table go to standard error, so that --json has standard output alone."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
