"""What waits for a person: a registry that every app fills, shown on the home page.

    @waiting(Box.TODO, order=10, roles=RIGHTS["import"])
    def imports_to_confirm(person):
        batches = ImportBatch.objects.filter(asked_by=person.user.pk, ...)
        return Matter("导入待确认", len(batches), "批", lines=[Line(b.file_name, url, ...)])

A function in a module that ``AppConfig.ready()`` imports; it is asked on the home page of those
who have one of ``roles``, and for their reminders (common/digests.py). It knows the person by
``user`` and ``scope`` only. ``count`` is the number of rows of the list behind ``url``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

from django.http import HttpRequest

from common.access import allowed

SHOWN = 5  # lines of a matter; its list has the rest


class Asker(Protocol):
    """Whose inbox it is: a request, or a :class:`Person` where there is none."""

    user: Any
    scope: Any


class Person(NamedTuple):
    """A user with the scope of today."""

    user: Any
    scope: Any


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
    whether it is what this user came for (the one red button); ``press``: an address at which one
    press (a POST) does it."""

    title: str
    url: str
    note: str = ""
    when: str = ""
    tone: str = ""
    verb: str = "办理"
    is_first: bool = False
    press: str = ""


@dataclass(frozen=True)
class Matter:
    """Things of one sort: how many, the first of them, the list of all ("" = all are shown).
    ``mailed``: the titles may stand in an e-mail; they name organizations and months, no people.
    """

    label: str
    count: int
    unit: str
    lines: Sequence[Line] = ()
    url: str = ""
    mailed: bool = False

    @property
    def more(self) -> int:
        """How many are not shown here; a line that does it for all stands for all."""
        if any(line.press for line in self.lines):
            return 0
        return max(self.count - len(self.lines), 0)


Source = Callable[[Any], Matter | None]


@dataclass(frozen=True)
class _Registered:
    box: Box
    order: int
    roles: frozenset[str]
    source: Source


_SOURCES: dict[str, _Registered] = {}


def waiting(box: Box, *, order: int, roles: Iterable[str]) -> Callable[[Source], Source]:
    """Register a function (person) → Matter, or None when nothing waits."""

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


def boxes_for(person: Asker) -> list[Filled]:
    """Every box with what waits for this user; matters without things are left out."""
    matters: dict[Box, list[Matter]] = {box: [] for box in Box}
    for one in sorted(_SOURCES.values(), key=lambda one: one.order):
        if not allowed(one.roles, person.scope):
            continue
        matter = one.source(person)
        if matter is not None and matter.count:
            matters[one.box].append(matter)
    return [Filled(box, found) for box, found in matters.items()]


# --- The count in the navigation ----------------------------------------------------------------

_COUNTED = (Box.TODO, Box.RETURNED)
_KEPT = "waiting"


def remember(request: HttpRequest, boxes: Iterable[Filled]) -> None:
    """Keep how much waits, for the navigation of other pages: asking every source on every page
    would cost each of them a dozen queries."""
    request.session[_KEPT] = sum(filled.count for filled in boxes if filled.box in _COUNTED)


def remembered(request: HttpRequest) -> int:
    """待我办 and 被退回 as the home page last counted them; no query."""
    return request.session.get(_KEPT, 0)
