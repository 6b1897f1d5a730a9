"""Names offered while one types, and what forms make of them."""

import pytest
from django.test import Client

from enterprises.models import Entity
from organizations.models import PartyOrganization
from services.models import Help
from tests import factories as make
from tests.counting import queries_of
from tests.registers.samples import prepare, write

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def offered(user, kind, text) -> list[str]:
    answer = client_of(user).get(f"/search/names/{kind}/", {"anything": text})
    assert answer.status_code == 200
    return [one.text for one in answer.context["found"]]


def test_names_of_the_scope_by_name_code_and_initials(cast):
    Entity.objects.filter(pk=cast.entity_a.pk).update(initials="jywj")
    for text in ("五金", cast.entity_a.uscc, "jywj"):
        assert offered(cast.town_a_staff, "entities", text) == ["甲一五金有限公司"]
        assert offered(cast.town_b_staff, "entities", text) == []
    assert offered(cast.town_a_staff, "organizations", "甲一") == ["中共甲一支部委员会"]
    assert offered(cast.town_a_staff, "whom", "甲一") == ["甲一五金有限公司", "中共甲一支部委员会"]
    page = client_of(cast.town_a_staff).get("/search/names/entities/", {"q": "五金"})
    assert f'label="小微企业　{cast.entity_a.uscc}　甲镇"' in page.content.decode()


def test_the_code_where_a_name_repeats(cast):
    twin = make.make_entity(name=cast.entity_a.name, town=cast.town_a, uscc="91990101MA00TE9X1D")
    names = offered(cast.town_a_staff, "entities", "甲一五金")
    assert sorted(names) == sorted([cast.entity_a.uscc, twin.uscc])


@pytest.mark.parametrize("text", ["", " ", "13900000001", "99010119800101001X", "（"])
def test_nothing_for_nothing_and_for_personal_numbers(cast, text):
    assert offered(cast.district_staff, "whom", text) == []


def test_who_may_ask(cast):
    url = "/search/names/entities/"
    for user in (cast.department_staff, cast.no_grant, cast.system_admin, cast.audit_admin):
        assert client_of(user).get(url).status_code == 403
    assert client_of(cast.district_staff).get("/search/names/nothing/").status_code == 404


def test_queries_do_not_grow(cast):
    client = client_of(cast.town_a_staff)
    before = queries_of(client, "/search/names/whom/", {"q": "甲"})
    for number in range(5):
        make.make_entity(name=f"甲某{number}", town=cast.town_a)
        make.make_organization(name=f"甲支部{number}", town=cast.town_a)
    assert queries_of(client, "/search/names/whom/", {"q": "甲"}) == before


def test_a_form_shows_names_and_takes_names_and_codes(cast):
    prepare("help")
    write("help")
    one = Help.objects.get()
    client = client_of(cast.town_a_staff)
    form = client.get(f"{one.get_absolute_url()}edit/").context["form"]
    assert form["beneficiaries"].value() == "甲一五金有限公司、甲联食品有限公司"
    plan = {
        "problem": "用地", "measures": "协调", "starts_on": "2026-02-01", "state": "推进中",
    }
    page = client.get("/registers/plans/new/").content.decode()
    assert 'hx-get="/search/names/entities/"' in page
    names = [f.html_name for f in client.get("/registers/plans/new/").context["form"]]
    for at, text in enumerate(("甲一五金有限公司", cast.entity_a.uscc)):
        sent = dict.fromkeys(names, "") | plan | {"entity": text, "name": f"扩产{at}"}
        saved = client.post("/registers/plans/new/", sent, follow=True)
        assert saved.redirect_chain, saved.context["form"].errors
        edit = client.get(f"{saved.request['PATH_INFO']}edit/")
        assert edit.context["form"]["entity"].value() == "甲一五金有限公司"


def test_a_ticket_is_raised_by_a_name_that_was_chosen(cast):
    client = client_of(cast.town_a_staff)
    page = client.get("/tickets/new/").content.decode()
    assert 'hx-get="/search/names/whom/"' in page
    [name] = offered(cast.town_a_staff, "whom", "甲一支部")
    client.post("/tickets/new/", {
        "other": name, "title": "路灯不亮", "kind": "request", "channel": "visit",
    })
    assert PartyOrganization.objects.get(tickets__title="路灯不亮") == cast.organization_a
