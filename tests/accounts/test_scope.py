"""Who may see a row (accounts/scope.py)."""

import pytest

from accounts.choices import Role
from accounts.models import Grant, User
from accounts.scope import RIGHTS, scope_for
from enterprises.models import Entity
from organizations.models import Instructor
from tests.ledgers.desk import AREAS, CODES, entity, instructor, load

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    """Two towns with an entity each; an instructor of the one in 乙街道."""
    load("areas", AREAS)
    load("enterprises", [
        entity("甲厂", CODES[0]), entity("乙厂", CODES[1], 所属镇街="乙街道"),
    ])
    load("instructors", [instructor("王导", 联系主体="乙厂")])


def names(scope) -> set[str]:
    """Names of the entities in scope."""
    return set(Entity.objects.within(scope).values_list("name", flat=True))


def grant(user: User, role: Role, **place) -> None:
    """A grant without bounds."""
    Grant.objects.create(user=user, role=role, **place)


def test_no_grant_no_rows(district):
    scope = scope_for(User.objects.create(username="nobody"))
    assert names(scope) == set()


def test_a_town_sees_its_own(district):
    user = User.objects.create(username="town")
    area = Grant._meta.get_field("area").related_model.objects.get(name="甲镇")
    grant(user, Role.TOWN, area=area)
    assert names(scope_for(user)) == {"甲厂"}


def test_grants_add_up_but_rights_do_not_cross_over(district):
    user = User.objects.create(username="both")
    area = Grant._meta.get_field("area").related_model.objects.get(name="甲镇")
    grant(user, Role.TOWN, area=area)
    grant(user, Role.INSTRUCTOR, instructor=Instructor.objects.get())
    scope = scope_for(user)
    assert names(scope) == {"甲厂", "乙厂"}
    assert names(scope.only(RIGHTS["edit_ledgers"])) == {"甲厂"}


def test_the_three_administrators_see_no_business_rows(district):
    user = User.objects.create(username="admin")
    area = Grant._meta.get_field("area").related_model.objects.get(name="明川区")
    grant(user, Role.AUDIT_ADMIN, area=area)
    assert names(scope_for(user)) == set()


def test_a_disabled_account_has_no_scope(district):
    user = User.objects.create(username="gone", is_active=False)
    area = Grant._meta.get_field("area").related_model.objects.get(name="明川区")
    grant(user, Role.DISTRICT, area=area)
    assert names(scope_for(user)) == set()
