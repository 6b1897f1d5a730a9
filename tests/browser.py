"""A browser for the tests: the Chromium of the system, never a downloaded one."""

import os
import shutil

import pytest
from django.db import connections

# Playwright runs an event loop in this thread, and Django would refuse to ask the database here.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def playwright(django_db_setup, playwright):
    """While its event loop runs, Django keeps other connections for this thread than before and
    after. They are closed here, or the test database could not be dropped.
    """
    yield playwright
    connections.close_all()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict) -> dict:
    """Debian's chromium; root may not use its sandbox."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    return browser_type_launch_args | {"executable_path": path, "args": ["--no-sandbox"]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict) -> dict:
    return browser_context_args | {"locale": "zh-CN"}
