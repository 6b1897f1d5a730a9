"""What the page of one member shows, as of a day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from common.dated import BEGINNING
from enterprises.models import Entity
from members.models import Affiliation, Management, Member, MemberState
from organizations.entity_pages import address_of, visible_ids


@dataclass(frozen=True)
class Place:
    """A record that the member belongs to: its name, its address where the user may open it, and
    since when."""

    name: str = ""
    url: str = ""
    since: date | None = None


@dataclass(frozen=True)
class Places:
    """Where a member stands on a day. Without ``managed`` the member takes part where the
    membership lies."""

    affiliated: Place
    managed: Place | None
    workplace: Place
    transferred_on: date | None
    state: MemberState


def places(member: Member, scope: Any, day: date) -> Places:
    """组织关系, 管理关系 and 工作单位 on ``day``."""
    affiliation = _link(Affiliation, member, day)
    management = _link(Management, member, day)
    found = [row.organization for row in (affiliation, management) if row]
    visible = visible_ids(found, scope)
    state = MemberState.objects.at(day).select_related("workplace").get(member=member)
    return Places(
        affiliated=_place(affiliation, visible) or Place(),
        managed=_place(management, visible),
        workplace=_workplace(state, scope),
        transferred_on=affiliation.transferred_on if affiliation else None,
        state=state,
    )


def _link(model: type, member: Member, day: date) -> Any:
    return model.objects.at(day).filter(member=member).select_related("organization").first()


def _place(link: Any, visible: set[Any]) -> Place | None:
    if link is None:
        return None
    organization = link.organization
    url = address_of(organization) if organization.pk in visible else ""
    return Place(organization.name, url, None if link.starts_on == BEGINNING else link.starts_on)


def _workplace(state: MemberState, scope: Any) -> Place:
    if state.workplace is None:
        return Place(state.workplace_text)
    seen = Entity.objects.within(scope).filter(pk=state.workplace_id).exists()
    return Place(str(state.workplace), address_of(state.workplace) if seen else "")
