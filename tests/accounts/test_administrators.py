"""Three administrators apart: accounts, policies, trail; none has the verbs or rows of another."""

from datetime import date

import pytest

from accounts import actions
from accounts.actions import Wanted
from accounts.choices import ADMIN_ROLES, Role
from accounts.models import Grant, User
from accounts.scope import RIGHTS, scope_for
from common import parameters
from common.models import Parameter
from common.refusals import Refused
from tests.cast import USERS

pytestmark = pytest.mark.django_db
DAY = date(2027, 1, 1)


def change_setting(key: str, value: object):
    return lambda cast, by: parameters.set_from(key=key, value=value, on=DAY, by=by)


VERBS = {
    "create": lambda cast, by: actions.create_account(
        wanted=Wanted("周敏", Role.TOWN, {"area": cast.town_a}), by=by
    ),
    "create for offices": lambda cast, by: actions.create_for_offices(
        role=Role.INSTRUCTOR, by=by
    ),
    "disable": lambda cast, by: actions.set_active(user=cast.no_grant, is_active=False, by=by),
    "grant": lambda cast, by: actions.grant_role(
        user=cast.no_grant, role=Role.TOWN, by=by, area=cast.town_a
    ),
    "withdraw": lambda cast, by: actions.end_grant(
        grant=Grant.objects.get(user=cast.town_a_staff), by=by
    ),
    "link": lambda cast, by: actions.renew_links(users=[cast.no_grant], by=by),
    "unlock": lambda cast, by: actions.unlock(user=cast.no_grant, by=by),
    "set a policy": change_setting("password.min_length", 14),
    "set a rule": change_setting("staff_threshold", 60),
}
MAY = {
    "system_admin": set(VERBS) - {"set a policy", "set a rule"},
    "security_admin": {"set a policy"},
    "district_staff": {"set a rule"},
}


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_belongs_to_one_role(cast, verb):
    done = set()
    for name in USERS:
        before = (User.objects.count(), Grant.objects.count(), Parameter.objects.count())
        # The account that the verb is about is another one's, or the own would be refused anyway.
        if name == "no_grant":
            continue
        try:
            VERBS[verb](cast, cast.user(name))
            done.add(name)
        except Refused:
            assert before == (
                User.objects.count(), Grant.objects.count(), Parameter.objects.count()
            )
    assert done == {name for name, verbs in MAY.items() if verb in verbs}


def test_the_three_rights_have_one_role_each():
    for right, role in (
        ("manage_accounts", Role.SYSTEM_ADMIN),
        ("edit_security", Role.SECURITY_ADMIN),
        ("read_trail", Role.AUDIT_ADMIN),
    ):
        assert RIGHTS[right] == {role}
    others = set(RIGHTS) - {"manage_accounts", "edit_security", "read_trail", "take_exports"}
    assert [right for right in others if RIGHTS[right] & ADMIN_ROLES] == []


@pytest.mark.parametrize("role", sorted(Role.values))
def test_nobody_grants_to_oneself(cast, role):
    with pytest.raises(Refused, match="不能给自己授权"):
        actions.grant_role(user=cast.system_admin, role=role, by=cast.system_admin)
    assert scope_for(cast.system_admin).roles == {Role.SYSTEM_ADMIN}


@pytest.mark.parametrize("role", sorted(ADMIN_ROLES))
@pytest.mark.parametrize("holder", ["system_admin", "security_admin", "audit_admin"])
def test_the_three_are_three_people(cast, role, holder):
    other = User.objects.create_user("system_two")
    actions.grant_role(user=other, role=Role.SYSTEM_ADMIN, by=None)
    for by in (other, None):  # on a page and by a command
        if role == holder:
            actions.grant_role(user=cast.user(holder), role=role, by=by)
            continue
        with pytest.raises(Refused, match="三个人分别担任"):
            actions.grant_role(user=cast.user(holder), role=role, by=by)
    assert scope_for(cast.user(holder)).roles == {holder}


def test_a_role_to_come_counts_as_held(cast):
    actions.grant_role(user=cast.no_grant, role=Role.AUDIT_ADMIN, by=None, starts_on=DAY)
    with pytest.raises(Refused, match="三个人分别担任"):
        actions.grant_role(user=cast.no_grant, role=Role.SECURITY_ADMIN, by=cast.system_admin)


def test_an_administrator_has_no_other_business(cast):
    with pytest.raises(Refused, match="另开一个账号"):
        actions.grant_role(
            user=cast.audit_admin, role=Role.TOWN, by=cast.system_admin, area=cast.town_a
        )
    with pytest.raises(Refused, match="另开一个账号"):
        actions.grant_role(
            user=cast.town_a_staff, role=Role.SECURITY_ADMIN, by=cast.system_admin
        )


@pytest.mark.parametrize("name", ["security_admin", "audit_admin"])
def test_the_system_administrator_cannot_become_another_one(cast, name):
    """A link for an account is the account: the watchers get theirs on the server."""
    user = cast.user(name)
    user.set_password("qingshi yunhe 2026")
    user.save()
    with pytest.raises(Refused, match="在服务器上用 create_user"):
        actions.renew_links(users=[user], by=cast.system_admin)
    assert len(actions.renew_links(users=[user], by=None)) == 1


def test_a_new_watcher_gets_the_first_link_on_the_page(cast):
    wanted = Wanted("钱五", Role.AUDIT_ADMIN, {})
    issued = actions.create_account(wanted=wanted, by=cast.system_admin)
    assert issued.link.startswith("/link/")
    assert len(actions.renew_links(users=[issued.user], by=cast.system_admin)) == 1


def test_nobody_disables_oneself(cast):
    for act in (
        lambda by: actions.set_active(user=by, is_active=False, by=by),
        lambda by: actions.renew_links(users=[by], by=by),
        lambda by: actions.end_grant(grant=Grant.objects.get(user=by), by=by),
    ):
        with pytest.raises(Refused, match="停用自己"):
            act(cast.system_admin)


def test_policies_stand_on_pages_of_their_own(client, cast):
    client.force_login(cast.security_admin)
    text = client.get("/security/").content.decode()
    assert "密码最少位数" in text
    assert "规模覆盖率" not in text
    data = {"value": "14", "on": "2026-01-01"}
    client.post("/security/password.min_length/edit/", data)
    assert parameters.value("password.min_length") == 14
    assert client.get("/security/staff_threshold/").status_code == 404
    client.force_login(cast.district_staff)
    assert "密码最少位数" not in client.get("/rules/").content.decode()
    for url in ("/rules/password.min_length/", "/rules/password.min_length/edit/"):
        assert client.get(url).status_code == 404
    assert client.post("/rules/password.min_length/edit/", data).status_code == 404
    assert client.get("/security/").status_code == 403
