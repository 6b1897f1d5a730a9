"""What a page of figures is about: day, comparison, area, kind. All of it stands in the URL."""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest

from accounts.scope import Scope, area_scope
from areas.choices import AreaLevel
from areas.models import Area
from common import parameters
from common.views import day_of
from enterprises.choices import EntityKind
from reports.figures import Extent
from reports.populations import COMMUNITY, GRID, TOWN
from reports.trend import usual_comparison

_ABOVE_TOWN = frozenset({AreaLevel.PROVINCE, AreaLevel.CITY, AreaLevel.DISTRICT})
# What an area of a level is divided into; a grid is the smallest.
_PARTS = {
    AreaLevel.TOWN: COMMUNITY,
    AreaLevel.PARK: GRID,
    AreaLevel.COMMUNITY: GRID,
    AreaLevel.GRID: "",
}


class Places:
    """The areas that lie wholly in a scope, and the words for the whole of it; one query."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.by_id: dict[UUID, Area] = {area.pk: area for area in Area.objects.all()}
        # A sector committee works in the whole district.
        is_wide = scope.everything or scope.subtrees
        inside = self.by_id.values() if is_wide else self._below(scope.roots)
        self.inside = {area.code: area for area in inside}

    def _below(self, roots: Iterable[UUID]) -> list[Area]:
        wanted, found = set(roots), []
        for area in self.by_id.values():
            above = area
            while above.pk not in wanted and above.parent_id:
                above = self.by_id[above.parent_id]
            if above.pk in wanted:
                found.append(area)
        return found

    def get(self, code: str) -> Area | None:
        """The area with this code; None for no code. Someone else's or none: 404."""
        if not code:
            return None
        if code not in self.inside:
            raise Http404
        return self.inside[code]

    def extent(self, area: Area | None) -> Extent:
        """The rows of the scope that lie in an area, or all of them."""
        return Extent(self.scope, area_scope(area, self.by_id.values()) if area else None)

    @cached_property
    def roots(self) -> list[Area]:
        """The granted areas; of everything the root of the tree."""
        if self.scope.everything:
            return [area for area in self.by_id.values() if area.parent_id is None]
        return [self.by_id[pk] for pk in self.scope.roots if pk in self.by_id]

    @cached_property
    def root(self) -> Area | None:
        """The granted area, when it is one."""
        return self.roots[0] if len(self.roots) == 1 else None

    @property
    def is_above_town(self) -> bool:
        """Whether a district or more is granted; a sector committee spans one, too."""
        return bool(self.scope.subtrees) or any(one.level in _ABOVE_TOWN for one in self.roots)

    @cached_property
    def whole(self) -> str:
        """The whole scope in words."""
        if self.roots:
            if self.root and self.root.level in _ABOVE_TOWN:
                towns = sum(area.level == AreaLevel.TOWN for area in self.inside.values())
                return f"全区 {towns} 个镇街" if towns else str(self.root)
            return "、".join(str(area) for area in self.roots)
        grants = (one for one in self.scope.grants if one.organization_id in self.scope.subtrees)
        return "、".join(str(grant.organization) for grant in grants) or "本人范围"

    def choices(self, day: date, chosen: Area | None = None) -> list[tuple[str, list[Area]]]:
        """Areas to choose from, by level: towns and parks of a district, of a town its
        communities and grids."""
        levels = [AreaLevel.TOWN, AreaLevel.PARK]
        if not self.is_above_town:
            levels += [AreaLevel.COMMUNITY, AreaLevel.GRID]
        groups = []
        for level in AreaLevel:
            found = [
                area for area in self.inside.values()
                if area == chosen or (area.level in levels and area != self.root
                                      and _is_in_use(area, day))
            ]
            found = [area for area in found if area.level == level]
            if found:
                groups.append((level.label, sorted(found, key=lambda area: area.code)))
        return groups

    def division(self, area: Area | None) -> str:
        """The dimension that divides an area (None: the whole scope); "" when none does."""
        area = area or self.root
        return TOWN if area is None else _PARTS.get(AreaLevel(area.level), TOWN)


def _is_in_use(area: Area, day: date) -> bool:
    begun = area.opened_on is None or area.opened_on <= day
    return begun and (area.closed_on is None or day < area.closed_on)


@dataclass(frozen=True)
class Conditions:
    """Day, comparison, area and kind of a page; ``refusal`` says why a comparison was left out."""

    places: Places
    day: date
    against: date | None
    area: Area | None
    kind: EntityKind
    is_kind_chosen: bool = False
    refusal: str = ""

    @property
    def extent(self) -> Extent:
        return self.places.extent(self.area)

    def shown_kind(self, here: Sequence[EntityKind], without_rate: Container[str]) -> EntityKind:
        """The chosen or the main kind; when nobody chose and it has no rows, the first there
        is, one with a rate before others: a sector committee may have markets and shops only."""
        if self.is_kind_chosen or self.kind in here or not here:
            return self.kind
        return next((kind for kind in here if kind.value not in without_rate), here[0])

    def as_query(self) -> dict[str, str]:
        """These conditions as an address has them."""
        query = {"as_of": self.day.isoformat()}
        query["against"] = self.against.isoformat() if self.against else ""
        if self.area:
            query["area"] = self.area.code
        if self.is_kind_chosen:
            query["kind"] = self.kind.value
        return query

    @property
    def query_and(self) -> str:
        """The same, to go on with another area."""
        rest = {key: value for key, value in self.as_query().items() if key != "area"}
        return f"{urlencode(rest)}&"

    @property
    def place(self) -> str:
        return str(self.area) if self.area else self.places.whole

    @property
    def division(self) -> str:
        return self.places.division(self.area)


def conditions_of(request: HttpRequest, scope: Scope) -> Conditions:
    """The conditions in the URL, for who has this scope. An area outside it is 404; a day or kind
    that makes no sense is today, or the district's main kind."""
    places = Places(scope)
    day = day_of(request)
    against, refusal = _against(request, day)
    wanted = request.GET.get("kind", "")
    is_chosen = wanted in EntityKind.values
    return Conditions(
        places=places,
        day=day,
        against=against,
        area=places.get(request.GET.get("area", "")),
        kind=EntityKind(wanted) if is_chosen else main_kind(day),
        is_kind_chosen=is_chosen,
        refusal=refusal,
    )


def main_kind(day: date) -> EntityKind:
    """The kind that reports look at closely."""
    return EntityKind(parameters.value("report.main_kind", on=day)[0])


def _against(request: HttpRequest, day: date) -> tuple[date | None, str]:
    """The day to compare with: chosen, none (an empty choice), or the usual one."""
    if request.GET.get("against") == "":
        return None, ""
    if "against" not in request.GET:
        return usual_comparison(day), ""
    chosen = day_of(request, "against")
    if chosen >= day:
        return None, "对比日期应早于时点，没有对比。"
    return chosen, ""
