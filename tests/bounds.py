"""No test waits without end. pytest-timeout (pyproject.toml) fails one that takes too long and
shows where its threads stand; where even that does not get through, the process ends with a dump.
"""

import faulthandler
import os
from collections.abc import Generator

import pytest

from tests.extent import FULL

# Seconds for each test of --full: they kill, crash and crawl for many minutes.
LONG = 3600
# Beyond the bound, and for clearing up.
GRACE = 300

_stderr = pytest.StashKey[int]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the real standard error; tests see a captured one."""
    config.stash[_stderr] = os.dup(2)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Full tests may take longer, unless they say how long."""
    is_full = FULL or item.get_closest_marker("full")
    if is_full and not item.get_closest_marker("timeout"):
        item.add_marker(pytest.mark.timeout(LONG))


def _end_after(seconds: float, config: pytest.Config) -> None:
    faulthandler.dump_traceback_later(seconds, exit=True, file=config.stash[_stderr])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """End the process when a test goes on although it was told to stop."""
    marker = item.get_closest_marker("timeout")
    limit = marker.args[0] if marker else item.config.getini("timeout")
    _end_after(float(limit) + GRACE, item.config)
    try:
        return (yield)
    finally:
        faulthandler.cancel_dump_traceback_later()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    """The same for clearing up: a failure, which may have been a bound, has cancelled the other."""
    _end_after(GRACE, item.config)
    return (yield)
