"""What higher apps add to the pages of a lower one, which knows nothing of them.

A record's page has panels (templates with a context) and tracks of its time line; a list has parts
(columns, filters, what they need). An app registers them for a model by its label in a module that
``AppConfig.ready()`` imports::

    @panel("enterprises.Entity", slot=RECORD, order=10, template="organizations/why.html")
    def why(request, entity, day):
        return {"reasons": ...}          # None: nothing to show

    @track("enterprises.Entity", order=30)
    def organizations(request, entity):
        return Track("党组织", bars)

    add_to_list("enterprises.Entity", ListPart(order=20, columns=..., filters=..., prepare=...))
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django_filters import Filter

from common.tables import Column
from common.timelines import Track

# Where a panel stands on a record's page: what needs a decision, the record, what is around it.
TOP, RECORD, CONTEXT = "top", "record", "context"

PanelContext = Callable[[HttpRequest, Any, date], Mapping[str, Any] | None]
TrackOf = Callable[[HttpRequest, Any], Track | Sequence[Track]]


@dataclass(frozen=True)
class Panel:
    """One registered panel."""

    slot: str
    order: int
    template: str
    context: PanelContext


@dataclass(frozen=True)
class Shown:
    """A panel with what it shows; the template is included with ``panel`` = ``context``."""

    template: str
    context: Mapping[str, Any]


@dataclass(frozen=True)
class Figure:
    """A number on a record's page that opens its list."""

    label: str
    value: int
    unit: str
    url: str = ""


FiguresOf = Callable[[HttpRequest, Any, date], Sequence[Figure]]


@dataclass(frozen=True)
class ListPart:
    """What an app adds to a list.

    ``annotate`` (queryset, day) adds what filters and sorts need; ``prepare`` (rows, scope, day)
    reads what the columns show, for all rows at once, and sets it as attributes of the rows.
    """

    order: int
    columns: Sequence[Column] = ()
    filters: Mapping[str, Filter] = field(default_factory=dict)
    annotate: Callable[[QuerySet, date], QuerySet] | None = None
    prepare: Callable[[list[Any], Any, date], None] | None = None


_PANELS: dict[str, list[Panel]] = {}
_TRACKS: dict[str, list[tuple[int, TrackOf]]] = {}
_FIGURES: dict[str, list[tuple[int, FiguresOf]]] = {}
_PARTS: dict[str, list[ListPart]] = {}


def panel(
    label: str, *, slot: str, order: int, template: str
) -> Callable[[PanelContext], PanelContext]:
    """Register the context of a panel of the records of a model."""

    def register(context: PanelContext) -> PanelContext:
        _PANELS.setdefault(label, []).append(Panel(slot, order, template, context))
        return context

    return register


def panels_of(request: HttpRequest, record: Model, day: date) -> dict[str, list[Shown]]:
    """The panels of a record by slot, in order, those with something to show."""
    shown: dict[str, list[Shown]] = {TOP: [], RECORD: [], CONTEXT: []}
    for one in sorted(_PANELS.get(record._meta.label, []), key=lambda one: one.order):
        context = one.context(request, record, day)
        if context is not None:
            shown[one.slot].append(Shown(one.template, context))
    return shown


def track(label: str, *, order: int) -> Callable[[TrackOf], TrackOf]:
    """Register a line (or several) of the time line of the records of a model."""

    def register(function: TrackOf) -> TrackOf:
        _TRACKS.setdefault(label, []).append((order, function))
        return function

    return register


def tracks_of(request: HttpRequest, record: Model) -> list[Track]:
    """The tracks of a record, in order."""
    found: list[Track] = []
    for _order, function in sorted(_TRACKS.get(record._meta.label, []), key=lambda one: one[0]):
        tracks = function(request, record)
        found += [tracks] if isinstance(tracks, Track) else tracks
    return found


def figures(label: str, *, order: int) -> Callable[[FiguresOf], FiguresOf]:
    """Register numbers for the page of the records of a model."""

    def register(function: FiguresOf) -> FiguresOf:
        _FIGURES.setdefault(label, []).append((order, function))
        return function

    return register


def figures_of(request: HttpRequest, record: Model, day: date) -> list[Figure]:
    """The numbers of a record, in order."""
    registered = sorted(_FIGURES.get(record._meta.label, []), key=lambda one: one[0])
    return [figure for _order, function in registered for figure in function(request, record, day)]


def add_to_list(label: str, part: ListPart) -> None:
    """Add columns and filters to the list of a model."""
    _PARTS.setdefault(label, []).append(part)


def parts_of(model: type[Model]) -> list[ListPart]:
    """What has been added to the list of a model, in order."""
    return sorted(_PARTS.get(model._meta.label, []), key=lambda part: part.order)
