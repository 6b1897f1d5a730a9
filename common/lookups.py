"""Names to choose from while one types: a text field whose <datalist> the server fills.

    @lookup("entities")
    def entities(scope, text):
        return [Named("甲一五金有限公司", "91990101MA00TE5T2P　甲镇"), …]

What is chosen is text like what is typed, so a form works without scripts, too: by a code or an
exact name. Nothing is looked for by ID number or phone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse

from common.access import having
from common.filters import plain
from common.search import LONGEST, is_personal
from common.views import PageView

SHOWN = 12


@dataclass(frozen=True)
class Named:
    """A record as a form takes it, and what tells it from others."""

    text: str
    label: str


Lookup = Callable[[Any, str], Sequence[Named]]
_LOOKUPS: dict[str, Lookup] = {}


def lookup(kind: str) -> Callable[[Lookup], Lookup]:
    """Register a function (scope, text) → at most :data:`SHOWN` records that the text may mean."""

    def register(find: Lookup) -> Lookup:
        _LOOKUPS[kind] = find
        return find

    return register


class LookupView(PageView):
    """The <option>s for what has been typed so far, within the scope."""

    roles = having("read_ledgers")
    template_name = "ui/options.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        find = _LOOKUPS.get(kwargs["kind"])
        if find is None:
            raise Http404
        # The field sends its own name, whatever that is.
        text = plain(next(iter(self.request.GET.values()), ""))[:LONGEST]
        found = find(self.scope, text) if text and not is_personal(text) else ()
        return super().get_context_data(found=found, **kwargs)


class LookupInput(forms.TextInput):
    """A text field with names to choose from."""

    template_name = "ui/lookup.html"

    def __init__(self, kind: str, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"autocomplete": "off", **(attrs or {})})
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {"lookup": _lookup(self.kind, context)}


class LookupArea(forms.Textarea):
    """Several names in one field; what is chosen beside it is added to them (portal.js)."""

    template_name = "ui/lookup_many.html"

    def __init__(self, kind: str) -> None:
        super().__init__(attrs={"rows": 3})
        self.kind = kind

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return context | {"lookup": _lookup(self.kind, context)}


def _lookup(kind: str, context: dict[str, Any]) -> dict[str, str]:
    """Where the names come from, and the id of their list."""
    widget = context["widget"]
    stem = widget["attrs"].get("id", widget["name"])
    return {"url": reverse("lookup", args=[kind]), "id": stem, "list": f"{stem}_names"}
