"""The side navigation: a registry that apps fill from ``AppConfig.ready()``.

    register(Item("市场主体", "enterprises:entity_list", group=LEDGERS, order=10))

An item is shown to those who may open its page: the roles are those that its view declares, so
they are written once. ``count`` gives the number of things that wait, or the rows themselves, which
are counted for all items in one query (nothing is shown for 0).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import unquote

from django.conf import settings
from django.db.models import Count, QuerySet, Value
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_script_prefix, resolve, reverse

from common.access import may_open

HOME, LEDGERS, WORK, SERVICE, FIGURES, DATA, CONTROL = (
    "",
    "台账",
    "日常工作",
    "评定与服务",
    "统计",
    "数据",
    "管理",
)
GROUPS = (HOME, LEDGERS, WORK, SERVICE, FIGURES, DATA, CONTROL)


@dataclass(frozen=True)
class Item:
    """One line of the navigation. ``url_name`` is a page without arguments."""

    label: str
    url_name: str
    group: str = HOME
    order: int = 100
    count: Callable[[HttpRequest], int | QuerySet] | None = None


@dataclass
class Entry:
    """An item as one user sees it on one page."""

    label: str
    url: str
    count: int = 0
    is_current: bool = False


@dataclass
class Group:
    """Entries under one heading ("" = none)."""

    label: str
    entries: list[Entry] = field(default_factory=list)


_ITEMS: dict[str, Item] = {}


def register(item: Item) -> None:
    """Add an item; registering the same page again replaces it."""
    if item.group not in GROUPS:
        raise ValueError(f"unknown navigation group {item.group!r}")
    _ITEMS[item.url_name] = item


def navigation_for(request: HttpRequest) -> list[Group]:
    """The groups that this user may open, in order, with the current page marked."""
    scope = getattr(request, "scope", None)
    groups = {label: Group(label) for label in GROUPS}
    entries: list[Entry] = []
    waiting: dict[int, QuerySet] = {}
    for item in sorted(_ITEMS.values(), key=lambda item: (GROUPS.index(item.group), item.order)):
        page = _page(item.url_name, settings.ROOT_URLCONF, get_script_prefix())
        if scope is None or page is None or not may_open(page.view, scope):
            continue
        entry = Entry(item.label, page.url)
        number = item.count(request) if item.count else 0
        if isinstance(number, QuerySet):
            waiting[len(entries)] = number
        else:
            entry.count = number
        groups[item.group].entries.append(entry)
        entries.append(entry)
    for at, number in _counted(waiting):
        entries[at].count = number
    _mark_current(entries, request.path)
    return [group for group in groups.values() if group.entries]


def _counted(waiting: dict[int, QuerySet]) -> Iterable[tuple[int, int]]:
    """(Key, number of rows) of each queryset that has any; one query for all of them."""
    counts = [
        rows.order_by().annotate(nav_entry=Value(at)).values("nav_entry").annotate(n=Count("pk"))
        .values_list("nav_entry", "n")
        for at, rows in waiting.items()
    ]
    if not counts:
        return ()
    first, *others = counts
    return first.union(*others, all=True) if others else first


@dataclass(frozen=True)
class _Page:
    """An address of this site and the view behind it."""

    url: str
    view: Callable


@cache
def _page(url_name: str, _urlconf: str, prefix: str) -> _Page | None:
    """The page of a name, found once: every page shows some thirty. ``reverse`` quotes the address
    and adds the prefix. None: the page is not part of this installation."""
    try:
        url = reverse(url_name)
    except NoReverseMatch:
        return None
    path = unquote(url).removeprefix(prefix)
    return _Page(url, resolve(f"/{path}").func)


def _mark_current(entries: list[Entry], path: str) -> None:
    """Mark the entry whose address is the longest beginning of the path."""
    fitting = [entry for entry in entries if _covers(entry.url, path)]
    if fitting:
        max(fitting, key=lambda entry: len(entry.url)).is_current = True


def _covers(url: str, path: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
