"""/search/: what the user may see, by name, code or pinyin initials, in groups that apps register.

    register(Group("entities", "市场主体", find_entities, order=10, roles=RIGHTS["read_ledgers"],
                   list_url="enterprises:entity_list"))

``find(scope, text)`` gives the fitting rows within the scope, best first; ``meta(row)`` the small
line under the name. Nothing is searched by ID number or phone: an address is no place for them.
"""

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse

from common.access import ANYONE, allowed
from common.cells import name_key
from common.filters import in_any, plain
from common.views import PageView

SHOWN = 10  # rows of a group
LONGEST = 60
_ID_NUMBER = re.compile(
    r"\d{6}(19|20)\d{2}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])\d{3}[\dX]", re.ASCII | re.IGNORECASE
)
_MOBILE = re.compile(r"(\+?86-?)?1[3-9]\d{9}", re.ASCII)
PERSONAL = "不能按身份号码或手机号搜索，请改用姓名、名称、代码、编号或拼音首字母。"


def _with_others(_scope: Any, _text: str) -> QuerySet:
    """A kind that is looked for together with others: :func:`register_many`."""
    raise NotImplementedError


@dataclass(frozen=True)
class Group:
    """One kind of record that can be found."""

    key: str
    label: str
    find: Callable[[Any, str], QuerySet] = _with_others
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


ManyOf = Callable[[Any, str], Sequence[Found]]
_GROUPS: dict[str, Group] = {}
_MANY: list[ManyOf] = []


def register(group: Group) -> None:
    """Add a kind of record; registering the same key again replaces it."""
    _GROUPS[group.key] = group


def register_many(find: ManyOf) -> ManyOf:
    """Add several kinds of record that are looked for together: (scope, text) → groups with hits.
    They come after the others."""
    _MANY.append(find)
    return find


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


def containing(rows: QuerySet, text: str, lookups: Iterable[str]) -> QuerySet:
    """Rows of which one of the lookups fits the text, in the order of their model."""
    condition = in_any(lookups, text)
    return rows.filter(condition) if condition else rows.none()


def search(request: HttpRequest, text: str) -> list[Found]:
    """The groups with hits that this user may see."""
    found = []
    for group in sorted(_GROUPS.values(), key=lambda group: group.order):
        if not allowed(group.roles, request.scope):
            continue
        scope = request.scope.only(group.roles) if group.roles else request.scope
        rows = list(group.find(scope, text)[: SHOWN + 1])
        if rows:
            hits = [Hit(str(row), _address(row), group.meta(row)) for row in rows[:SHOWN]]
            more = _list_address(group, text) if len(rows) > SHOWN else ""
            found.append(Found(group, hits, more))
    for find in _MANY:
        found += find(request.scope, text)
    return found


def _address(row: Any) -> str:
    try:
        return row.get_absolute_url()
    except NoReverseMatch:  # the page is not part of this installation
        return ""


def _list_address(group: Group, text: str) -> str:
    try:
        return more_of(reverse(group.list_url), text) if group.list_url else ""
    except NoReverseMatch:
        return ""


def more_of(path: str, text: str) -> str:
    """The list at ``path`` with all hits."""
    return f"{path}?{urlencode({'q': text})}"


class SearchView(PageView):
    """全站搜索."""

    roles = ANYONE
    template_name = "search.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        text = plain(request.GET.get("q", ""))[:LONGEST]
        if is_personal(text):
            return redirect(f"{request.path}?personal=1")  # out of the address at once
        found = search(request, text) if text else []
        context = {"title": "搜索", "text": text, "found": found, "notice": ""}
        if request.GET.get("personal"):
            context["notice"] = PERSONAL
        return self.render_to_response(self.get_context_data(**context))
