"""/search/: what the user may see, by name, code or pinyin initials, in groups that apps register.

    register(Group("entities", "市场主体", find_entities, order=10, roles=RIGHTS["read_ledgers"],
                   list_url="enterprises:entity_list"))

``find(scope, text)`` gives the fitting rows within the scope, best first; ``meta(row)`` the small
line under the name. Nothing is searched by ID number or phone: an address is no place for them.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from common.access import ANYONE, allowed
from common.cells import name_key
from common.filters import plain
from common.views import PageView

SHOWN = 10  # rows of a group
_LONGEST = 60
_ID_NUMBER = re.compile(
    r"\d{6}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]", re.ASCII | re.IGNORECASE
)
_MOBILE = re.compile(r"(\+?86-?)?1[3-9]\d{9}", re.ASCII)
PERSONAL = "不能按身份号码或手机号搜索，请改用姓名、名称、代码或拼音首字母。"


@dataclass(frozen=True)
class Group:
    """One kind of record that can be found."""

    key: str
    label: str
    find: Callable[[Any, str], QuerySet]
    meta: Callable[[Any], str] = str
    order: int = 100
    roles: Collection[str] = field(default_factory=frozenset)
    list_url: str = ""  # name of the list that shows all hits by ?q=
    unit: str = "条"


@dataclass(frozen=True)
class Hit:
    """One row found."""

    name: str
    url: str
    meta: str


@dataclass(frozen=True)
class Found:
    """A group with its first rows; ``more`` is the address of all of them."""

    group: Group
    hits: Sequence[Hit]
    more: str = ""


_GROUPS: dict[str, Group] = {}


def register(group: Group) -> None:
    """Add a kind of record; registering the same key again replaces it."""
    _GROUPS[group.key] = group


def is_personal(text: str) -> bool:
    """Whether a text looks like an ID number or a mobile phone."""
    packed = text.replace(" ", "")
    return bool(_ID_NUMBER.fullmatch(packed) or _MOBILE.fullmatch(packed))


def matching(
    rows: QuerySet,
    text: str,
    *,
    key: str = "name",
    code: str = "",
    also: str = "",
) -> QuerySet:
    """Rows whose name (or ``also``) contains the text, whose code or pinyin initials begin with
    it; names and codes that begin with it come first. ``key``: the column of names (a ``name_key``
    is compared in its own form)."""
    typed = plain(text)
    wanted = name_key(text) if key.endswith("name_key") else typed
    if not wanted:
        return rows.none()
    first = Q(**{f"{key}__startswith": wanted})
    condition = first | Q(**{f"{key}__contains": wanted})
    if code:
        begins = Q(**{f"{code}__startswith": typed.upper()})
        first, condition = first | begins, condition | begins
    if also:
        condition |= Q(**{f"{also}__contains": typed})
    if typed.isascii():
        condition |= Q(initials__startswith=typed.lower())
    rank = Case(When(first, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.filter(condition).order_by(rank, key, "pk")


def search(request: HttpRequest, text: str) -> list[Found]:
    """The groups with hits that this user may see."""
    found = []
    for group in sorted(_GROUPS.values(), key=lambda group: group.order):
        if not allowed(group.roles, request.scope):
            continue
        rows = list(group.find(request.scope, text)[: SHOWN + 1])
        if rows:
            hits = [Hit(str(row), _address(row), group.meta(row)) for row in rows[:SHOWN]]
            more = _list_address(group, text) if len(rows) > SHOWN else ""
            found.append(Found(group, hits, more))
    return found


def _address(row: Any) -> str:
    try:
        return row.get_absolute_url()
    except NoReverseMatch:  # the page is not part of this installation
        return ""


def _list_address(group: Group, text: str) -> str:
    try:
        return f"{reverse(group.list_url)}?{urlencode({'q': text})}" if group.list_url else ""
    except NoReverseMatch:
        return ""


class SearchView(PageView):
    """全站搜索."""

    roles = ANYONE
    template_name = "search.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = plain(request.GET.get("q", ""))[:_LONGEST]
        if is_personal(text):
            return redirect(f"{request.path}?personal=1")  # out of the address at once
        found = search(request, text) if text else []
        context = {"title": "搜索", "text": text, "found": found, "notice": ""}
        if request.GET.get("personal"):
            context["notice"] = PERSONAL
        return self.render_to_response(self.get_context_data(**context))
