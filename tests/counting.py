"""How many queries a page takes beyond the frame around it, which is the same on every page."""

from typing import Any

from django.db import connection
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
