"""A grant has its time, and ends with the post or the 聘期 that it hangs on."""

from datetime import date, datetime

import pytest
from django.utils import timezone

from accounts.actions import grant_role
from accounts.choices import Role
from accounts.models import Grant
from accounts.scope import scope_for
from enterprises.models import Entity
from organizations.models import Post
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def on(time_machine):
    """Let it be noon of a day."""

    def move(day: str) -> None:
        noon = datetime.fromisoformat(f"{day}T12:00")
        time_machine.move_to(noon.replace(tzinfo=timezone.get_default_timezone()), tick=False)

    move("2026-11-22")
    return move


@pytest.fixture
def branch():
    """A branch that covers one entity."""
    organization = make.make_organization()
    make.cover(make.make_entity(name="甲厂"), organization)
    return organization


def seen(user) -> set[str]:
    return set(Entity.objects.within(scope_for(user)).values_list("name", flat=True))


def secretary(name: str):
    user = make.make_user()
    user.name = name
    user.save()
    return user


def test_a_grant_counts_from_its_first_day_to_its_last(on, branch):
    user = make.make_user(
        role=Role.SECRETARY, organization=branch,
        starts_on=date(2026, 11, 1), ends_on=date(2027, 1, 1),
    )
    for day, found in (
        ("2026-10-31", set()), ("2026-11-01", {"甲厂"}), ("2026-12-31", {"甲厂"}),
        ("2027-01-01", set()),
    ):
        on(day)
        assert (day, seen(user)) == (day, found)


def test_a_secretarys_grant_ends_with_the_post(on, branch):
    post = make.make_post(branch, person="王建平")
    user = secretary("王建平")
    grant = grant_role(user=user, role=Role.SECRETARY, by=None, organization=branch)
    assert (grant.person, seen(user)) == ("王建平", {"甲厂"})
    post.ends_on = date(2026, 12, 1)
    post.save()
    make.make_post(branch, "2026-12-01", person="李新")
    on("2026-11-30")
    assert seen(user) == {"甲厂"}
    on("2026-12-01")
    assert seen(user) == set()
    assert scope_for(user).roles == frozenset()


def test_a_new_phone_in_the_same_post_changes_nothing(on, branch):
    """A change cuts the row of the post in two; the person goes on."""
    make.make_post(branch, "2020-01-01", "2026-12-01", person="王建平")
    user = secretary("王建平")
    grant_role(user=user, role=Role.SECRETARY, by=None, organization=branch)
    make.make_post(branch, "2026-12-01", person="王建平")
    on("2026-12-02")
    assert seen(user) == {"甲厂"}
    Post.objects.filter(starts_on=date(2026, 12, 1)).delete()
    assert seen(user) == set()


def test_a_helpers_grant_hangs_on_no_post(on, branch):
    make.make_post(branch, person="王建平", ends_on="2026-12-01")
    user = secretary("张干事")
    assert grant_role(user=user, role=Role.SECRETARY, by=None, organization=branch).person == ""
    on("2026-12-02")
    assert seen(user) == {"甲厂"}


def test_an_instructors_grant_ends_with_the_last_appointment(on):
    instructor = make.make_instructor(last="2026-12-31")
    entity = make.make_entity(name="乙厂")
    make.assign(instructor, entity)
    user = make.make_user(role=Role.INSTRUCTOR, instructor=instructor)
    on("2026-12-31")
    assert (seen(user), scope_for(user).roles) == ({"乙厂"}, {Role.INSTRUCTOR})
    on("2027-01-01")
    assert (seen(user), scope_for(user).roles) == (set(), frozenset())
    make.appoint(instructor, "2027-03-01", "2027-12-31")
    on("2027-03-01")
    assert seen(user) == {"乙厂"}


def test_an_assignment_that_ends_takes_its_entity_along(on):
    instructor = make.make_instructor()
    make.assign(instructor, make.make_entity(name="乙厂"), ends_on="2026-12-01")
    user = make.make_user(role=Role.INSTRUCTOR, instructor=instructor)
    assert seen(user) == {"乙厂"}
    on("2026-12-01")
    assert seen(user) == set()


def test_the_personal_page_says_what_a_grant_hangs_on(on, branch, client):
    make.make_post(branch, person="王建平")
    user = secretary("王建平")
    grant_role(user=user, role=Role.SECRETARY, by=None, organization=branch)
    client.force_login(user)
    assert "随书记任职终止" in client.get("/me/").content.decode()


def test_grants_of_others_stay_apart(on, branch):
    other = make.make_organization()
    make.make_post(branch, person="王建平")
    make.make_post(other, person="王建平")
    user = secretary("王建平")
    grant_role(user=user, role=Role.SECRETARY, by=None, organization=branch)
    assert list(Grant.objects.of(user).values_list("organization", flat=True)) == [branch.pk]
