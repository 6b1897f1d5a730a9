"""Python's collector of garbage, put aside for work that makes millions of objects which stay."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Inside, Python looks for no cycles of garbage: going through all that stays, again and again,
    took a quarter of the time of an import and of a long report, and found nothing to free."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
