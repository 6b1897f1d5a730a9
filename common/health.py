"""Is the portal well? For monitors, containers and the administrator at the machine.

``/healthz`` asks every part, ``/healthz/<part>`` one. Anybody may ask, so the answer is a word and
a status: 200 or 503; no reasons, versions or names. ``./portal manage health`` prints the parts.
"""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.exceptions import RedisError

from common import alive
from common.access import PUBLIC, access


def _web() -> bool:
    return True


def _database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


def _redis(*keys: str) -> bool:
    """Whether Redis answers and has all of ``keys``."""
    try:
        with alive.client() as redis:
            return redis.exists(*keys) == len(keys) if keys else bool(redis.ping())
    except RedisError:
        return False


def _worker() -> bool:
    return _redis(alive.key("worker"))


def _beat() -> bool:
    return _redis(alive.key("beat"))


def _disk() -> bool:
    """Whether files can be written and there is room for them."""
    folders = (Path(settings.MEDIA_ROOT), Path(tempfile.gettempdir()))
    return all(_has_room(folder) for folder in folders)


def _has_room(folder: Path) -> bool:
    while not folder.exists():  # before the first upload
        folder = folder.parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return False
    return os.access(folder, os.W_OK) and free >= settings.MIN_FREE_BYTES


PARTS: dict[str, Callable[[], bool]] = {
    "web": _web,
    "database": _database,
    "redis": _redis,
    "worker": _worker,
    "beat": _beat,
    "disk": _disk,
}


def state() -> dict[str, bool]:
    """Each part and whether it is well."""
    return {name: ask() for name, ask in PARTS.items()}


def _answer(well: bool) -> JsonResponse:
    return JsonResponse({"status": "ok" if well else "failing"}, status=200 if well else 503)


@require_safe
@never_cache
@access(roles=PUBLIC)
def health(_request: HttpRequest) -> JsonResponse:
    """Every part."""
    return _answer(all(state().values()))


@require_safe
@never_cache
@access(roles=PUBLIC)
def health_part(_request: HttpRequest, part: str) -> JsonResponse:
    """One part; 404 for a word that is none."""
    if part not in PARTS:
        raise Http404
    return _answer(PARTS[part]())
