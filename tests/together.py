"""The same thing done by several at once, each in a thread of its own with a connection of its own.

Nobody waits without a bound: one that fails on the way to the start would keep the others, and the
whole run, waiting for ever.
"""

import threading
from collections.abc import Callable
from typing import Any

from django.db import connection

# Seconds, for a slow machine; what the threads do takes a fraction of one.
LONGEST = 60


def together(
    number: int, action: Callable[..., Any], ready: Callable[[], Any] | None = None
) -> list[Any]:
    """The results of ``action``, run by ``number`` threads at once; what fails, fails the test.

    ``ready``: what each does before all begin; its result goes to ``action``.
    """
    barrier, results, errors = threading.Barrier(number), [], []

    def body() -> None:
        try:
            given = [ready()] if ready else []
            barrier.wait(LONGEST)
            results.append(action(*given))
        except BaseException as error:
            barrier.abort()
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=body, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LONGEST)
    left = sum(thread.is_alive() for thread in threads)
    assert not left, f"{left} of {number} have not ended after {LONGEST} s"
    if errors:
        # Who could not begin only tells that another one has failed.
        raise min(errors, key=lambda error: isinstance(error, threading.BrokenBarrierError))
    return results
