"""What waits for a person: a registry that every app fills, shown on the home page.

    @waiting(Box.TODO, order=10, roles=RIGHTS["import"])
    def imports_to_confirm(request):
        batches = ImportBatch.objects.filter(...)
        return Matter("导入待确认", len(batches), "批", lines=[Line(b.file_name, url, ...)])

A function in a module that ``AppConfig.ready()`` imports; it is asked on the home page of those
who have one of ``roles``. ``count`` is the number of rows of the list behind ``url``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.http import HttpRequest

from common.access import allowed

SHOWN = 5  # lines of a matter; its list has the rest


class Box(StrEnum):
    """The boxes of the home page, in this order."""

    TODO = "todo"
    RETURNED = "returned"
    DUE = "due"
    MINE = "mine"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    Box.TODO: "待我办", Box.RETURNED: "被退回", Box.DUE: "即将到期", Box.MINE: "我已办未结",
}


@dataclass(frozen=True)
class Line:
    """One thing that waits. ``url``: its exact page, "" when it cannot be opened; ``when`` in
    words with a tone (ok, warn, bad or none); ``verb``: what is to be done there; ``is_first``:
    whether it is what this user came for (the one red button)."""

    title: str
    url: str
    note: str = ""
    when: str = ""
    tone: str = ""
    verb: str = "办理"
    is_first: bool = False


@dataclass(frozen=True)
class Matter:
    """Things of one sort: how many, the first of them, the list of all ("" = all are shown)."""

    label: str
    count: int
    unit: str
    lines: Sequence[Line] = ()
    url: str = ""

    @property
    def more(self) -> int:
        """How many are not shown here."""
        return max(self.count - len(self.lines), 0)


Source = Callable[[HttpRequest], Matter | None]


@dataclass(frozen=True)
class _Registered:
    box: Box
    order: int
    roles: frozenset[str]
    source: Source


_SOURCES: dict[str, _Registered] = {}


def waiting(box: Box, *, order: int, roles: Iterable[str]) -> Callable[[Source], Source]:
    """Register a function (request) → Matter, or None when nothing waits."""

    def register(source: Source) -> Source:
        key = f"{source.__module__}.{source.__qualname__}"
        _SOURCES[key] = _Registered(box, order, frozenset(roles), source)
        return source

    return register


@dataclass(frozen=True)
class Filled:
    """A box with its matters."""

    box: Box
    matters: Sequence[Matter]

    @property
    def count(self) -> int:
        return sum(matter.count for matter in self.matters)


def boxes_for(request: HttpRequest) -> list[Filled]:
    """Every box with what waits for this user; matters without things are left out."""
    matters: dict[Box, list[Matter]] = {box: [] for box in Box}
    for one in sorted(_SOURCES.values(), key=lambda one: one.order):
        if not allowed(one.roles, request.scope):
            continue
        matter = one.source(request)
        if matter is not None and matter.count:
            matters[one.box].append(matter)
    return [Filled(box, found) for box, found in matters.items()]
