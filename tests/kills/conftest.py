"""A worker and the sweeper's clock on a Redis of their own, and somebody who kills them."""

import os
import random

import pytest
from celery import current_app

from tests.kills.killing import Killer
from tests.kills.processes import Crew, own_redis


def use(broker: str, *, eager: bool) -> None:
    """Let this process send its jobs there."""
    current_app.conf.update(broker_url=broker, task_always_eager=eager)
    # Celery keeps connections to the broker that it has used before.
    current_app._pool = current_app.amqp._producer_pool = None


@pytest.fixture
def redis_server(tmp_path):
    """A Redis that may be killed; jobs of this test go through it."""
    before = current_app.conf.broker_url
    with own_redis(tmp_path / "redis") as server:
        use(server.broker, eager=False)
        yield server
    use(before, eager=True)


@pytest.fixture
def crew(transactional_db, tmp_path, redis_server):
    """Starts workers; the sweeper's clock runs. What lives at the end is killed."""
    crew = Crew(tmp_path, redis_server.url)
    try:
        crew.beat()
        yield crew
    finally:
        crew.end()


@pytest.fixture
def killer(crew, tell):
    """Kills at random; KILLS_SEED draws the same moments again."""
    killer = Killer(crew, int(os.environ.get("KILLS_SEED", random.randrange(10**6))))
    yield killer
    tell(killer.protocol())
