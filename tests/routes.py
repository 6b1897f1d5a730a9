"""Every route of the portal, read from the resolver."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Route:
    """A named address. ``arguments``: converter by argument of its path."""

    name: str
    path: str
    view: Callable
    arguments: dict[str, Any]

    @property
    def methods(self) -> set[str]:
        """GET and POST, as far as the view answers them; a function says it by its decorators."""
        kind = getattr(self.view, "view_class", None)
        if kind is None:
            return {"GET", "POST"}
        return {name for name in ("GET", "POST") if hasattr(kind, name.lower())}


def routes() -> list[Route]:
    """All routes, in the order of their names."""
    return sorted(_walk(get_resolver(), "", "", {}), key=lambda route: route.name)


def _walk(resolver: URLResolver, path: str, space: str, arguments: dict) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        here = path + str(pattern.pattern)
        known = arguments | pattern.pattern.converters
        if isinstance(pattern, URLPattern):
            yield Route(f"{space}{pattern.name}", here, pattern.callback, known)
        else:
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _walk(pattern, here, inner, known)
