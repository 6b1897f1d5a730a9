"""Health: one word for anybody, the parts for the administrator, by real processes."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.test import Client

from common import alive, health

pytestmark = pytest.mark.django_db
FAILING = {"status": "failing"}
OK = {"status": "ok"}


@pytest.fixture(autouse=True)
def _nobody_there(settings):
    """A portal of its own: another test's worker says nothing here."""
    settings.CELERY_TASK_DEFAULT_QUEUE = "test-health"
    keys = [alive.key("worker"), alive.key("beat"), "test-health"]
    with alive.client() as redis:
        redis.delete(*keys)
        yield
        redis.delete(*keys)


@pytest.fixture
def everybody():
    alive.tell("worker")
    alive.tell("beat")


def status(client: Client, part: str = "") -> int:
    answer = client.get(f"/healthz/{part}" if part else "/healthz")
    assert answer.json() == (OK if answer.status_code == 200 else FAILING)
    return answer.status_code


def statuses(client: Client) -> dict[str, int]:
    return {part: status(client, part) for part in health.PARTS}


def test_all_well(client, everybody, django_assert_num_queries):
    with django_assert_num_queries(1):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b'{"status": "ok"}')
    assert "no-store" in answer.headers["Cache-Control"]
    assert not answer.cookies
    assert statuses(client) == dict.fromkeys(health.PARTS, 200)


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_silent_process_is_missed(client, everybody, part):
    with alive.client() as redis:
        assert 0 < redis.ttl(alive.key(part)) <= alive.EXPIRES
        redis.delete(alive.key(part))
    assert status(client) == 503
    assert statuses(client) == dict.fromkeys(health.PARTS, 200) | {part: 503}


def test_redis_away(client, everybody, settings):
    settings.REDIS_URL = "redis://localhost:1/0"
    assert status(client) == 503
    queue = dict.fromkeys(("redis", "worker", "beat"), 503)
    assert statuses(client) == dict.fromkeys(health.PARTS, 200) | queue
    alive.tell("worker")  # says nothing, harms nothing


def test_database_away(client, everybody):
    before = connections[DEFAULT_DB_ALIAS]
    away = before.copy()
    away.settings_dict = before.settings_dict | {"NAME": "no_such_database"}
    connections[DEFAULT_DB_ALIAS] = away
    try:
        assert status(client) == 503
        assert statuses(client) == dict.fromkeys(health.PARTS, 200) | {"database": 503}
    finally:
        connections[DEFAULT_DB_ALIAS] = before


def test_disk_full(client, everybody, settings):
    settings.MIN_FREE_BYTES = 10**18
    assert status(client) == 503
    assert statuses(client) == dict.fromkeys(health.PARTS, 200) | {"disk": 503}


def test_nothing_but_reading(client):
    assert client.post("/healthz").status_code == 405
    assert client.head("/healthz/web").status_code == 200
    assert client.get("/healthz/everything").status_code == 404


def test_asked_by_the_machine_itself_without_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_REDIRECT_EXEMPT = [r"^healthz"]
    client = Client()
    assert client.get("/healthz/web").status_code == 200
    assert client.get("/login/").status_code == 301


def test_command_names_the_parts(everybody, settings, capsys):
    call_command("health")
    assert capsys.readouterr().out.splitlines() == [
        "程序：正常", "数据库：正常", "Redis：正常", "任务进程：正常", "定时进程：正常",
        "磁盘：正常",
    ]
    settings.MIN_FREE_BYTES = 10**18
    with pytest.raises(CommandError, match="磁盘异常"):
        call_command("health", json=True)
    assert json.loads(capsys.readouterr().out) == dict.fromkeys(health.PARTS, True) | {
        "disk": False
    }


def wait_for(condition: Callable[[], bool]) -> bool:
    limit = time.monotonic() + 30
    while time.monotonic() < limit and not condition():
        time.sleep(0.1)
    return condition()


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_real_process_tells(client, tmp_path, part):
    """The process itself, and when it is gone nobody tells any longer."""
    own = {"worker": ["--concurrency=1"], "beat": ["--pidfile=", "-s", str(tmp_path / "beat")]}
    file = tmp_path / "alive"
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", part, "-l", "CRITICAL", *own[part]],
        env=os.environ | {
            "PORTAL_ALIVE_FILE": str(file), "PORTAL_TEST_EAGER": "0",
            "PYTEST_XDIST_WORKER": "health",
        },
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    try:
        assert wait_for(lambda: status(client, part) == 200)
        assert file.exists()
    finally:
        process.terminate()
        process.wait(30)
    with alive.client() as redis:
        redis.delete(alive.key(part))
    assert status(client, part) == 503
