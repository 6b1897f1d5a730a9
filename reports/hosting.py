"""Who held it, as a condition of figures: what kind of host, or which one."""

from typing import Any

from django.db.models import Q

from registers.choices import Level, MassKind
from registers.hosts import HOSTS, Hosted

_KINDS = (
    {word: Q(**{f"{name}__isnull": False}) for name, word in Hosted.words.items()}
    | {str(label): Q(host_mass_organization__kind=value) for value, label in MassKind.choices}
    | {f"{label}队伍": Q(host_team__level=value) for value, label in Level.choices}
)


def hosted_by(value: str, _when: Any = None) -> Q:
    """党组织 · 群团 · 部门 · 队伍, 工会 · 共青团 · 妇联, or 区级队伍; else the host of this
    name."""
    if value in _KINDS:
        return _KINDS[value]
    condition = Q()
    for host in HOSTS:
        condition |= Q(**{f"{host}__name": value})
    return condition
