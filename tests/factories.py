"""Small records for tests: a record with the state that holds without bound, and its links.

Everything has a default; a test names what it is about. Dates may be given as text, 2024-01-01.
Later values come with :func:`change`, as an import's 变更 would bring them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from datetime import date, timedelta
from itertools import count
from typing import Any

from django.db.models import Model

from accounts.choices import Role
from accounts.models import Grant, User
from areas.choices import AreaLevel
from areas.models import Area
from common.cells import name_key
from common.dated import BEGINNING, FOREVER
from common.secrets import conceal
from enterprises.choices import BusinessStatus, EntityKind
from enterprises.models import Entity, EntityState
from members.choices import MemberCategory, MembershipStatus
from members.models import Affiliation, Management, Member, MemberState
from organizations.choices import (
    Commitment,
    InstructorSource,
    OrganizationCategory,
    OrganizationStatus,
    SetUpMode,
)
from organizations.models import (
    Appointment,
    Assignment,
    CoverageLink,
    Instructor,
    OrganizationState,
    ParentLink,
    PartyOrganization,
    Post,
    Term,
)

_NUMBER = count(1)
# Rows that wait to be written together; None: each is written as it is made.
_WAITING: ContextVar[list[Model] | None] = ContextVar("waiting", default=None)


@contextmanager
def together() -> Iterator[None]:
    """What is made inside is written at its end, each table by one statement. For many records, and
    for those that every other test begins with; nothing inside may ask the database for them."""
    rows: list[Model] = []
    token = _WAITING.set(rows)
    try:
        yield
    finally:
        _WAITING.reset(token)
    by_model: dict[type[Model], list[Model]] = {}
    for row in rows:
        by_model.setdefault(type(row), []).append(row)
    for model, made in by_model.items():
        model._base_manager.bulk_create(made)


def _create(model: type, **values: Any) -> Any:
    waiting = _WAITING.get()
    if waiting is None:
        return model.objects.create(**values)
    waiting.append(model(**values))
    return waiting[-1]


def on(value: date | str | None) -> date | None:
    """A date, given as a date or as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _split(model: type, values: dict[str, Any]) -> dict[str, Any]:
    """Take those of ``values`` that are fields of ``model``; the rest stays in ``values``."""
    names = {field.name for field in model._meta.get_fields()}
    return {name: values.pop(name) for name in list(values) if name in names}


def _refuse_rest(values: dict[str, Any]) -> None:
    if values:
        raise TypeError(f"no such field: {', '.join(values)}")


def change(record: Any, day: date | str, **values: Any) -> Any:
    """From ``day`` on the record has these values; the state that held before ends there."""
    day, waiting = on(day), _WAITING.get()
    state = _state_on(record, day, waiting)
    ends_on, state.ends_on = state.ends_on, day
    later = copy(state)
    later._state = copy(state._state)
    later._state.adding = True
    later.pk = type(state)._meta.pk.get_default()
    later.starts_on, later.ends_on = day, ends_on
    for name, value in values.items():
        setattr(later, name, value)
    if waiting is None:
        state.save()
        later.save()
    else:
        waiting.append(later)
    return later


def _state_on(record: Any, day: date, waiting: list[Model] | None) -> Any:
    """The state of the record whose period ``day`` lies in, not at its beginning."""
    if waiting is None:
        return record.states.get(starts_on__lt=day, ends_on__gt=day)
    model, owner = record.states.model, record.states.field.attname
    return next(
        row for row in waiting
        if isinstance(row, model) and getattr(row, owner) == record.pk
        and row.starts_on < day < row.ends_on
    )


# --- Areas and users ----------------------------------------------------------------------------


def make_area(level: AreaLevel = AreaLevel.TOWN, parent: Area | None = None, **values: Any) -> Area:
    """An area; codes and names count up."""
    number = next(_NUMBER)
    defaults = {"code": f"A{number:06}", "name": f"{level.label}{number}"}
    return _create(Area, level=level, parent=parent, **(defaults | values))


def make_user(username: str = "", role: Role | None = None, **grant: Any) -> User:
    """A user, with one grant if a role is given (area=, organization=, instructor=)."""
    user = User.objects.create_user(username or f"user{next(_NUMBER)}")
    if role:
        _create(Grant, user=user, role=role, **grant)
    return user


# --- Entities -----------------------------------------------------------------------------------


def make_entity(**values: Any) -> Entity:
    """An entity that counts: founded 2020-01-01, 正常, without coverage."""
    number = next(_NUMBER)
    name = values.pop("name", f"企业{number}")
    defaults = {
        "kind": EntityKind.SMALL_MICRO, "name": name, "name_key": name_key(name),
        "uscc": f"T{number:017}", "address": "和平路 1 号", "legal_representative": "陈某",
        "founded_on": "2020-01-01",
    }
    own = defaults | _split(Entity, values)
    own["founded_on"], own["closed_on"] = on(own["founded_on"]), on(own.get("closed_on"))
    entity = _create(Entity, **own)
    state = {"status": BusinessStatus.NORMAL, "section": "C", "employees": 20}
    _create(EntityState, entity=entity, **(state | _split(EntityState, values)))
    _refuse_rest(values)
    return entity


# --- Organizations ------------------------------------------------------------------------------


def make_organization(**values: Any) -> PartyOrganization:
    """An active organization, founded 2020-01-01. ``parent``: its superior without bound."""
    number = next(_NUMBER)
    name = values.pop("name", f"党支部{number}")
    parent = values.pop("parent", None)
    defaults = {
        "name": name, "name_key": name_key(name), "code": f"D{number:08}",
        "founded_on": "2020-01-01", "status": OrganizationStatus.IN_USE,
    }
    own = defaults | _split(PartyOrganization, values)
    own["founded_on"], own["dissolved_on"] = on(own["founded_on"]), on(own.get("dissolved_on"))
    organization = _create(PartyOrganization, **own)
    state = {"category": OrganizationCategory.BRANCH, "mode": SetUpMode.SINGLE}
    state |= _split(OrganizationState, values)
    _create(OrganizationState, organization=organization, **state)
    if parent:
        _create(ParentLink, organization=organization, parent=parent)
    _refuse_rest(values)
    return organization


def cover(
    entity: Entity,
    organization: PartyOrganization,
    mode: SetUpMode = SetUpMode.SINGLE,
    starts_on: date | str = "2020-01-01",
    ends_on: date | str = FOREVER,
) -> CoverageLink:
    """A coverage link; ``ends_on`` is the first day on which it no longer holds."""
    return _create(
        CoverageLink,
        entity=entity, organization=organization, mode=mode,
        starts_on=on(starts_on), ends_on=on(ends_on),
    )


def make_post(
    organization: PartyOrganization,
    starts_on: date | str = "2020-01-01",
    ends_on: date | str = FOREVER,
    **values: Any,
) -> Post:
    """A secretary in post."""
    defaults = {"person": "王建平"}
    return _create(
        Post,
        organization=organization, starts_on=on(starts_on), ends_on=on(ends_on),
        **(defaults | values),
    )


def make_term(
    organization: PartyOrganization,
    starts_on: date | str,
    years: int | None = 3,
    ends_on: date | str = FOREVER,
) -> Term:
    """A 本届; ``ends_on`` is the beginning of the next."""
    return _create(
        Term,
        organization=organization, starts_on=on(starts_on), ends_on=on(ends_on), years=years
    )


def make_instructor(
    first: date | str = "2020-01-01", last: date | str = "2030-12-31", **values: Any
) -> Instructor:
    """An instructor who serves from ``first`` to ``last`` inclusive (聘期起, 聘期止)."""
    number = next(_NUMBER)
    defaults = {
        "name": f"指导员{number}", "political_status": "中共党员", "workplace": "市场监督管理所",
        "source": InstructorSource.OFFICIAL, "commitment": Commitment.PART_TIME,
        "phone": conceal(f"1380000{number:04}"),
    }
    place = {name: values.pop(name) for name in ("town", "grid") if name in values}
    instructor = _create(Instructor, **(defaults | values))
    appoint(instructor, first, last, **place)
    return instructor


def appoint(instructor: Instructor, first: date | str, last: date | str, **place) -> Appointment:
    """A 聘期, both days inclusive."""
    return _create(
        Appointment,
        instructor=instructor, starts_on=on(first), ends_on=on(last) + timedelta(days=1), **place
    )


def assign(
    instructor: Instructor,
    entity: Entity | None = None,
    starts_on: date | str = "2020-01-01",
    ends_on: date | str = FOREVER,
    organization: PartyOrganization | None = None,
) -> Assignment:
    """An assignment of the instructor to an entity or an organization."""
    return _create(
        Assignment,
        instructor=instructor, entity=entity, organization=organization,
        starts_on=on(starts_on), ends_on=on(ends_on),
    )


# --- Members ------------------------------------------------------------------------------------


def make_member(organization: PartyOrganization | None = None, **values: Any) -> Member:
    """A full member since 2016 who joined in 2015, affiliated with ``organization``.

    ``workplace``: an entity. ``managed_by``: an organization other than the affiliation's.
    """
    number = next(_NUMBER)
    managed_by = values.pop("managed_by", None)
    defaults = {
        "name": f"党员{number}", "sex": "男", "ethnicity": "汉族", "education": "大学本科",
        "id_number": conceal(f"9901011980010{number:05}"), "phone": conceal("13800000000"),
        "joined_on": "2015-07-01", "full_member_on": "2016-07-01",
    }
    own = defaults | _split(Member, values)
    own["joined_on"], own["full_member_on"] = on(own["joined_on"]), on(own["full_member_on"])
    member = _create(Member, **own)
    state = {"status": MembershipStatus.NORMAL, "category": MemberCategory.FULL}
    _create(MemberState, member=member, **(state | _split(MemberState, values)))
    _refuse_rest(values)
    if organization:
        affiliate(member, organization, member.joined_on)
    if managed_by:
        manage(member, managed_by, member.joined_on)
    return member


def affiliate(
    member: Member,
    organization: PartyOrganization,
    starts_on: date | str = BEGINNING,
    ends_on: date | str = FOREVER,
) -> Affiliation:
    """组织关系 in an organization."""
    return _create(
        Affiliation,
        member=member, organization=organization, starts_on=on(starts_on), ends_on=on(ends_on)
    )


def manage(
    member: Member,
    organization: PartyOrganization,
    starts_on: date | str = BEGINNING,
    ends_on: date | str = FOREVER,
) -> Management:
    """管理党组织 other than the affiliation."""
    return _create(
        Management,
        member=member, organization=organization, starts_on=on(starts_on), ends_on=on(ends_on)
    )
