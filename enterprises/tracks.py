"""Lines of an entity's time line that its own dated values make."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest

from common.additions import track
from common.timelines import Bar, Track
from enterprises.choices import BusinessStatus
from enterprises.models import Entity, EntityState


@track("enterprises.Entity", order=10)
def state_tracks(_request: HttpRequest, entity: Entity) -> list[Track]:
    """经营状态, from founding to closing, and 所在地."""
    states = EntityState.objects.filter(entity=entity).order_by("starts_on")
    rows = list(states.select_related("town", "community", "park", "grid"))
    return [
        Track("经营状态", _runs(rows, entity, _status)),
        Track("所在地", _runs(rows, entity, _place)),
    ]


def _status(state: EntityState) -> tuple[str, bool]:
    return state.get_status_display(), state.status != BusinessStatus.NORMAL


def _place(state: EntityState) -> tuple[str, bool]:
    place = state.grid or state.community or state.park or state.town
    return (str(place) if place else "未填"), not place


def _runs(
    rows: Iterable[EntityState], entity: Entity, say: Callable[[Any], tuple[str, bool]]
) -> list[Bar]:
    """Neighbours that say the same as one bar, between founding and closing."""
    bars: list[Bar] = []
    for row in rows:
        starts_on = max(row.starts_on, entity.founded_on or row.starts_on)
        ends_on = min(row.ends_on, entity.closed_on or row.ends_on)
        if starts_on >= ends_on:
            continue
        text, is_faint = say(row)
        last = bars[-1] if bars else None
        if last and last.text == text and last.ends_on == starts_on:
            bars[-1] = Bar(last.starts_on, ends_on, text, is_faint=is_faint)
        else:
            bars.append(Bar(starts_on, ends_on, text, is_faint=is_faint))
    return bars
