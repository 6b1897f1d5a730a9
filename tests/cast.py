"""The cast of the tests: one small district with a user of every kind, and rows that could leak.

甲镇 (town_a) and 乙街道 (town_b) lie in the district. In 甲镇 a branch covers entity_a, and a joint
branch covers entity_joint and, in 乙街道, entity_joint_b. The market committee (a sector committee
that sits in no town) has a branch in 乙街道 that covers entity_b. entity_free in 乙街道 has none.
Each organization has a member. instructor_a, of 甲镇, is assigned to entity_a and to entity_free.

    def test_something(cast, client):
        client.force_login(cast.town_a_staff)
"""

import pickle
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.utils import timezone
from time_machine import escape_hatch

from accounts.choices import Role
from accounts.models import Department, Grant, User
from areas.choices import AreaLevel
from areas.models import Area
from common.secrets import conceal
from enterprises.models import Entity
from members.models import Member
from organizations.choices import OrganizationCategory, SetUpMode
from organizations.models import Instructor, PartyOrganization
from tests import factories as make

# Names of the users, in the order of the permission table.
USERS = (
    "district_staff",
    "sector_staff",
    "town_a_staff",
    "town_b_staff",
    "secretary_a",
    "secretary_joint",
    "instructor_a_user",
    "department_staff",
    "importer",
    "no_grant",
    "system_admin",
    "security_admin",
    "audit_admin",
)


@dataclass
class Cast:
    """Places, records and users; a user's name is the name of its attribute."""

    district: Area
    town_a: Area
    town_b: Area
    community_a: Area
    grid_a: Area
    organization_a: PartyOrganization
    organization_joint: PartyOrganization
    committee: PartyOrganization
    organization_b: PartyOrganization
    entity_a: Entity
    entity_joint: Entity
    entity_joint_b: Entity
    entity_b: Entity
    entity_free: Entity
    member_a: Member
    member_joint: Member
    member_b: Member
    instructor_a: Instructor
    district_staff: User
    sector_staff: User
    town_a_staff: User
    town_b_staff: User
    secretary_a: User
    secretary_joint: User
    instructor_a_user: User
    department_staff: User
    importer: User
    no_grant: User
    system_admin: User
    security_admin: User
    audit_admin: User

    def user(self, name: str) -> User:
        """A user by name."""
        return getattr(self, name)


def _places() -> dict[str, Area]:
    district = make.make_area(AreaLevel.DISTRICT, code="990101", name="明川区")
    town_a = make.make_area(AreaLevel.TOWN, district, code="990101101", name="甲镇")
    town_b = make.make_area(AreaLevel.TOWN, district, code="990101001", name="乙街道")
    community_a = make.make_area(AreaLevel.COMMUNITY, town_a, code="990101101001", name="甲一村")
    grid_a = make.make_area(
        AreaLevel.GRID, community_a, code="990101101001-01", name="甲一村01网格"
    )
    return {
        "district": district,
        "town_a": town_a,
        "town_b": town_b,
        "community_a": community_a,
        "grid_a": grid_a,
    }


def _organizations(town_a: Area, town_b: Area) -> dict[str, PartyOrganization]:
    committee = make.make_organization(
        name="中共明川区市场行业委员会", category=OrganizationCategory.COMMITTEE
    )
    joint = {"category": OrganizationCategory.JOINT_BRANCH, "mode": SetUpMode.JOINT}
    return {
        "committee": committee,
        "organization_a": make.make_organization(name="中共甲一支部委员会", town=town_a),
        "organization_joint": make.make_organization(
            name="中共甲镇联合支部委员会", town=town_a, **joint
        ),
        "organization_b": make.make_organization(
            name="中共乙一支部委员会", town=town_b, parent=committee
        ),
    }


def _entities(places: dict[str, Area]) -> dict[str, Entity]:
    town_a, town_b = places["town_a"], places["town_b"]
    phone = conceal("13900000001")
    return {
        "entity_a": make.make_entity(
            name="甲一五金有限公司",
            initials="jywjyxgs",
            town=town_a,
            division="33",
            community=places["community_a"],
            grid=places["grid_a"],
            uscc="91990101MA00TE5T2P",
            phone=phone,
        ),
        "entity_joint": make.make_entity(name="甲联食品有限公司", town=town_a, phone=phone),
        "entity_joint_b": make.make_entity(name="乙联食品有限公司", town=town_b, phone=phone),
        "entity_b": make.make_entity(name="乙一商贸有限公司", town=town_b, phone=phone),
        "entity_free": make.make_entity(name="乙二物流有限公司", town=town_b, phone=phone),
    }


def _users(places: dict[str, Area], found: dict[str, Any]) -> dict[str, User]:
    district = places["district"]
    department = Department.objects.create(name="市场监督管理局")
    grants = {
        "district_staff": (Role.DISTRICT, {"area": district}),
        "sector_staff": (Role.SECTOR, {"organization": found["committee"]}),
        "town_a_staff": (Role.TOWN, {"area": places["town_a"]}),
        "town_b_staff": (Role.TOWN, {"area": places["town_b"]}),
        "secretary_a": (Role.SECRETARY, {"organization": found["organization_a"]}),
        "secretary_joint": (Role.SECRETARY, {"organization": found["organization_joint"]}),
        "instructor_a_user": (Role.INSTRUCTOR, {"instructor": found["instructor_a"]}),
        "department_staff": (Role.DEPARTMENT, {"department": department}),
        "importer": (Role.IMPORTER, {"area": district}),
        "system_admin": (Role.SYSTEM_ADMIN, {}),
        "security_admin": (Role.SECURITY_ADMIN, {}),
        "audit_admin": (Role.AUDIT_ADMIN, {}),
    }
    nobody = make_password(None)
    users = {name: User(username=name, password=nobody) for name in ("no_grant", *grants)}
    User.objects.bulk_create(users.values())
    Grant.objects.bulk_create(
        Grant(user=users[name], role=role, **place) for name, (role, place) in grants.items()
    )
    return users


@dataclass(frozen=True)
class _Recorded:
    """What was written for the cast, as SQL, and the pickled cast that goes with it."""

    statements: str
    cast: bytes


_RECORDED: dict[date | datetime, _Recorded] = {}


@pytest.fixture
def cast(db) -> Cast:
    """The district with everybody in it. Two thousand tests ask for it: it is made once a process,
    later tests write the same rows by one round trip."""
    # The rows hold the time of their making: of the day, or of the minute that a test is set to.
    now = timezone.localtime().replace(second=0, microsecond=0)
    when = now if escape_hatch.is_travelling() else now.date()
    if when not in _RECORDED:
        _RECORDED[when] = _record()
    else:
        with connection.cursor() as cursor:
            cursor.execute(_RECORDED[when].statements)
    return pickle.loads(_RECORDED[when].cast)


def _made() -> Cast:
    with make.together():
        places, found = _records()
    return Cast(**places, **found, **_users(places, found))


def _record() -> _Recorded:
    statements: list[str] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: dict) -> Any:
        if sql.startswith("INSERT"):
            statements.append(context["cursor"].mogrify(sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        made = _made()
    return _Recorded(";\n".join(statements), pickle.dumps(made))


def _records() -> tuple[dict[str, Area], dict[str, Any]]:
    places = _places()
    found: dict[str, Any] = _organizations(places["town_a"], places["town_b"])
    found |= _entities(places)
    make.cover(found["entity_a"], found["organization_a"])
    make.cover(found["entity_joint"], found["organization_joint"], SetUpMode.JOINT)
    make.cover(found["entity_joint_b"], found["organization_joint"], SetUpMode.JOINT)
    make.cover(found["entity_b"], found["organization_b"])
    for name, entity in (("a", "entity_a"), ("joint", "entity_joint"), ("b", "entity_b")):
        found[f"member_{name}"] = make.make_member(
            found[f"organization_{name}"], name=f"党员{name}", workplace=found[entity]
        )
    instructor = make.make_instructor(name="指导员甲", town=places["town_a"])
    make.assign(instructor, found["entity_a"])
    make.assign(instructor, found["entity_free"])
    found["instructor_a"] = instructor
    return places, found
