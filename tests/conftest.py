"""What every test may use."""

import gc
import logging
import signal

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.database", "tests.browser", "tests.cast", "tests.protocol", "tests.bounds", "tests.warm",
]

# A terminated run takes its databases, workers and browsers with it.
signal.signal(signal.SIGTERM, signal.default_int_handler)

# How long an example takes says more about the other users of the machine than about the code.
settings.register_profile("portal", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("portal")

# Files that take long begin first, or one process would work on them alone at the end.
LONG = (
    "tests/test_permissions.py", "tests/test_numbers.py", "tests/kills/", "tests/acceptance/",
    "tests/test_canary.py", "tests/test_hostile_", "tests/reports/test_load_demo.py",
    "tests/imports/", "tests/common/test_ledger_forms.py", "tests/common/test_restore",
    "tests/reports/",
    "tests/test_ledger_pages_browser.py", "tests/common/test_frame_browser.py",
    "tests/evaluations/", "tests/activities/", "tests/test_injection.py", "tests/members/",
    "tests/organizations/", "tests/enterprises/", "tests/common/test_health.py",
)


def pytest_collection_finish() -> None:
    """What is there now stays to the end: look for cycles among the rest only, and less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    # pytest keeps what is logged and shows it; a second copy with every traceback costs time.
    logging.getLogger().handlers = [
        handler for handler in logging.getLogger().handlers
        if type(handler) is not logging.StreamHandler
    ]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, in the order above; otherwise as collected."""
    items.sort(
        key=lambda item: next(
            (rank for rank, name in enumerate(LONG) if item.nodeid.startswith(name)), len(LONG)
        )
    )
