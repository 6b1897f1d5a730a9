"""How much is tested: ``./portal test`` takes the first of what differs in degree only (seeds,
roles, widths), ``./portal test --full`` all of it. Tests that are long as such are marked ``full``.
"""

import os
from collections.abc import Sequence
from typing import TypeVar

Each = TypeVar("Each")

FULL = os.environ.get("PORTAL_TEST_FULL") == "1"


def few(every: Sequence[Each], most: int = 1) -> Sequence[Each]:
    """All of them, or without --full the first ``most``."""
    return every if FULL else every[:most]
