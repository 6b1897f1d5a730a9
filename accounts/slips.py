"""Slips to print and cut: an account with its one-time link, as address and as QR code."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import segno
from django.http import HttpRequest

from accounts.actions import Issued
from accounts.models import Grant, OneTimeLink


@dataclass(frozen=True)
class Code:
    """A QR code as one path on a square of ``size`` modules, quiet zone included."""

    size: int
    path: str


@dataclass(frozen=True)
class Slip:
    """What one person is handed. ``url`` is shown this once."""

    name: str
    username: str
    roles: str
    url: str
    code: Code
    until: datetime


_QUIET = 4


def code_of(text: str) -> Code:
    """The QR code of a text, drawn here: nothing is asked of other servers."""
    rows = list(segno.make(text, error="m", micro=False).matrix)
    runs = []
    for y, row in enumerate(rows):
        start = None
        for x, is_dark in enumerate([*row, 0]):
            if is_dark and start is None:
                start = x
            elif not is_dark and start is not None:
                runs.append(f"M{start + _QUIET} {y + _QUIET}h{x - start}v1h-{x - start}z")
                start = None
    return Code(len(rows) + 2 * _QUIET, "".join(runs))


def slips_of(issued: Iterable[Issued], request: HttpRequest) -> list[Slip]:
    """The slips of links that were just made, in their order; three queries."""
    issued = list(issued)
    users = [one.user.pk for one in issued]
    links = OneTimeLink.objects.filter(user__in=users, closed_at=None)
    until = dict(links.values_list("user_id", "expires_at"))
    roles: dict = {}
    grants = Grant.objects.filter(user__in=users).select_related(
        "area", "organization", "instructor", "department"
    )
    for grant in grants:
        roles.setdefault(grant.user_id, []).append(str(grant))
    return [
        _slip(one, request, "、".join(roles.get(one.user.pk, ())), until[one.user.pk])
        for one in issued
    ]


def _slip(issued: Issued, request: HttpRequest, roles: str, until: datetime) -> Slip:
    url = request.build_absolute_uri(issued.link)
    user = issued.user
    return Slip(user.name, user.username, roles, url, code_of(url), until)
