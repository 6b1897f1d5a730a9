"""Users, areas and entities for the tests of the frame."""

from datetime import date

from accounts.models import Grant, User
from areas.choices import AreaLevel
from areas.models import Area
from common.cells import name_key
from enterprises.choices import BusinessStatus, EntityKind
from enterprises.models import Entity, EntityState

PASSWORD = "correct horse battery"


def make_area(code: str, name: str, level: str, parent: Area | None = None) -> Area:
    return Area.objects.create(code=code, name=name, level=level, parent=parent)


def make_district() -> tuple[Area, Area, Area]:
    """明川区 with 青石镇 and 柳河镇."""
    district = make_area("990101", "明川区", AreaLevel.DISTRICT)
    return (
        district,
        make_area("990101001", "青石镇", AreaLevel.TOWN, district),
        make_area("990101002", "柳河镇", AreaLevel.TOWN, district),
    )


def make_user(username: str, role: str = "", area: Area | None = None, **values) -> User:
    user = User.objects.create_user(username, password=PASSWORD, **values)
    if role:
        Grant.objects.create(user=user, role=role, area=area)
    return user


def make_entity(name: str, town: Area | None = None, **values) -> Entity:
    given = {
        "kind": EntityKind.SMALL_MICRO,
        "name_key": name_key(name),
        "address": "工业路 18 号",
        "legal_representative": "吴永康",
        "founded_on": date(2022, 5, 10),
    } | values
    entity = Entity.objects.create(name=name, **given)
    EntityState.objects.create(entity=entity, status=BusinessStatus.NORMAL, town=town)
    return entity
