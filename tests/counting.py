"""How many queries a page takes beyond the frame around it, which is the same on every page; what a
page counts, without its text."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.template.base import Template
from django.test import Client
from django.test.utils import CaptureQueriesContext

FRAME = "/me/"


def queries_of(client: Client, url: str, data: Any = None) -> int:
    """Queries of the page without those of the frame (user, scope, navigation)."""
    return _count(client, url, data) - _count(client, FRAME, None)


def _count(client: Client, url: str, data: Any) -> int:
    client.get(url, data)  # what is kept between requests is there
    with CaptureQueriesContext(connection) as found:
        assert client.get(url, data).status_code == 200
    return len(found)


@contextmanager
def unrendered() -> Iterator[None]:
    """Inside, pages are asked for what they count (``context_data``); that they can be shown is
    asked elsewhere."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", lambda *_args, **_kwargs: "")
        yield
