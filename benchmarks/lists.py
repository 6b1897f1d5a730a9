"""The list of entities: its pages and its search, asked as a browser asks."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import ledgers
from benchmarks.figures import queries
from benchmarks.imports import loaded
from benchmarks.measure import ROUNDS, alternate
from benchmarks.table import Figure

WORD = "餐饮"
_PLACE = re.compile(r"[?&;]at=([\w.=-]+)")
# The rows that the list counts: those with a state on the day of the page.
UNINDEXED = """
SELECT count(*) FROM enterprises_entity e JOIN enterprises_entitystate s
ON s.entity_id = e.id AND s.starts_on <= %s AND s.ends_on > %s WHERE e.name_key LIKE %s
"""


def browser() -> Any:
    """A signed-in client of somebody who sees the whole district."""
    from django.test import Client

    from accounts.actions import grant_role
    from accounts.models import User
    from areas.models import Area

    user, _ = User.objects.get_or_create(username="bench", defaults={"name": "基准"})
    grant_role(user=user, role="district", by=None, area=Area.objects.get(code=ledgers.DISTRICT))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend="accounts.backends.AccountBackend")
    return client


def page(client: Any, **query: str) -> str:
    """One page of the list."""
    answer = client.get("/entities/", {"as_of": ledgers.DAY.isoformat(), **query})
    if answer.status_code != 200:
        raise RuntimeError(f"the list answered {answer.status_code}")
    return answer.content.decode()


def later(client: Any) -> None:
    """Let the last page of the client be a minute old: the next one notes the time."""
    from accounts.lockout import SEEN

    session = client.session
    session[SEEN] -= 60
    session.save()


def next_to(html: str) -> str:
    """The place of the page before or after this one, from its links."""
    return next(place for place in _PLACE.findall(html) if place != "last")


def count_unindexed() -> int:
    """The rows whose name holds the word; no index serves that."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(UNINDEXED, [ledgers.DAY, ledgers.DAY, f"%{WORD}%"])
        return cursor.fetchone()[0]


def find() -> Any:
    """What the search of the list asks first: how many rows fit."""
    from django.http import QueryDict
    from django.test import RequestFactory

    from accounts.models import User
    from accounts.scope import scope_for
    from enterprises.views import EntityList

    request = RequestFactory().get("/", QueryDict(f"q={WORD}&as_of={ledgers.DAY}").dict())
    request.user = User.objects.get(username="bench")
    request.scope = scope_for(request.user)
    view = EntityList()
    view.setup(request)
    rows = view.filtered().qs.order_by()
    return rows.count


def measure(folder: Path) -> Iterator[Figure]:
    loaded(folder)
    client = browser()
    places = {
        "首页": "", "第二页": next_to(page(client)), "末页": "last",
        "末页之前": next_to(page(client, at="last")),
    }
    asked = {name: queries(lambda at=at: page(client, at=at)) for name, at in places.items()}
    asked["搜索"] = queries(lambda: page(client, q=WORD))
    later(client)
    asked["半分钟后"] = queries(lambda: page(client))
    yield Figure(
        "list.queries", max(asked.values()),
        "，".join(f"{name} {number}" for name, number in asked.items()),
    )
    start, end = alternate(
        lambda: page(client), lambda: page(client, at="last"), rounds=2 * ROUNDS
    )
    yield Figure("list.last", end.seconds / start.seconds, f"{end} ÷ {start}")
    count = find()
    if count() != count_unindexed():
        raise RuntimeError("the search counts other rows")
    searched, plain = alternate(count, count_unindexed, rounds=4 * ROUNDS)
    yield Figure(
        "list.search", searched.seconds / plain.seconds,
        f"{1000 * searched.seconds:.1f} ms ÷ {1000 * plain.seconds:.1f} ms",
    )
