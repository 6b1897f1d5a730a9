"""The navigation shows what a user may open, with counts, and marks the present page."""

import pytest
from django.test import RequestFactory

from accounts.choices import Role
from accounts.scope import Scope
from common import navigation
from common.access import ANYONE, PUBLIC, access, allowed, roles_of
from common.navigation import FIGURES, LEDGERS, Item, navigation_for, register

pytestmark = pytest.mark.urls("tests.common.sample")


@pytest.fixture
def items(monkeypatch):
    monkeypatch.setattr(navigation, "_ITEMS", {})
    register(Item("统计报告", "enterprises:entity_create", FIGURES, count=lambda request: 1234))
    register(Item("市场主体", "enterprises:entity_list", LEDGERS))
    register(Item("没有装的页", "nowhere:page", LEDGERS))


def groups_for(roles, path="/entities/"):
    request = RequestFactory().get(path)
    request.scope = Scope(roles=frozenset(roles))
    return navigation_for(request)


def test_groups_stand_in_their_order(items):
    groups = groups_for({Role.DISTRICT})
    assert [group.label for group in groups] == ["台账", "统计"]
    assert [entry.label for group in groups for entry in group.entries] == ["市场主体", "统计报告"]


def test_pages_that_a_user_may_not_open_are_left_out(items):
    labels = [entry.label for group in groups_for({Role.TOWN}) for entry in group.entries]
    assert labels == ["市场主体"]
    assert groups_for({Role.AUDIT_ADMIN}) == []
    assert groups_for(set()) == []


def test_longest_beginning_of_the_path_is_current(items):
    current = [
        entry.label
        for group in groups_for({Role.DISTRICT}, "/entities/new/")
        for entry in group.entries
        if entry.is_current
    ]
    assert current == ["统计报告"]


def test_counts_are_asked_once_per_page(items):
    assert [e.count for g in groups_for({Role.DISTRICT}) for e in g.entries] == [0, 1234]


def test_unknown_group_is_refused():
    with pytest.raises(ValueError, match="group"):
        register(Item("x", "x:y", "别的"))


def test_access_declarations():
    @access(roles={Role.TOWN})
    def page(request):
        return None

    assert roles_of(page) == {Role.TOWN}
    assert roles_of(lambda request: None) is None
    assert allowed(PUBLIC, None)
    assert allowed(ANYONE, Scope())
    assert not allowed({Role.TOWN}, None)
    assert not allowed(set(), Scope(roles=frozenset({Role.TOWN})))
