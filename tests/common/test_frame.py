"""The page frame on a small site: scope, roles, lists, forms, verbs, bad input."""

import io
import uuid

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from accounts.choices import Role
from common.paging import LAST
from enterprises.models import Entity
from tests.common.people import make_district, make_entity, make_user

pytestmark = pytest.mark.urls("tests.common.sample")
LIST = "/entities/"


@pytest.fixture
def places(db):
    return make_district()


@pytest.fixture
def entities(places):
    _, stone, river = places
    rows = [make_entity(f"青石企业{i:02}", stone, stated_member_count=i) for i in range(25)]
    return [*rows, make_entity("柳河企业", river, kind="market", uscc="91990101MA00TE5T2P")]


@pytest.fixture
def district(places, client):
    client.force_login(make_user("wang", Role.DISTRICT, places[0], name="王建平"))
    return client


@pytest.fixture
def town(places, client):
    client.force_login(make_user("zhou", Role.TOWN, places[1], name="周敏"))
    return client


def names(response) -> list[str]:
    return [row.name for row in response.context["page"]]


def test_list_shows_only_rows_in_scope(entities, town):
    page = town.get(LIST, {"per": "100"})
    assert len(names(page)) == 25
    assert "柳河企业" not in page.content.decode()
    assert "导出这 25 条" in page.content.decode()


def test_no_grant_no_page_and_no_rows(entities, places, client):
    client.force_login(make_user("nobody"))
    assert client.get(LIST).status_code == 403
    assert client.get(entities[0].get_absolute_url()).status_code == 404


def test_anonymous_goes_to_the_login_page(entities, client):
    answer = client.get(LIST)
    assert answer.status_code == 302
    assert answer.url == f"/login/?next={LIST}"


def test_partial_update_without_session_leads_to_the_login_page(entities, client):
    answer = client.get(LIST, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"].startswith("/login/")


def test_pages_may_use_no_devices(entities, district):
    assert "camera=()" in district.get(LIST).headers["Permissions-Policy"]


def test_personal_pages_are_not_stored(entities, district):
    assert district.get(LIST).headers["Cache-Control"] == "no-store"


def test_search_by_name_code_and_initials(entities, district):
    assert names(district.get(LIST, {"q": " 柳河 "})) == ["柳河企业"]
    assert names(district.get(LIST, {"q": "91990101ma00"})) == ["柳河企业"]
    assert names(district.get(LIST, {"q": "９１９９０１０１ＭＡ００"})) == ["柳河企业"]
    make_entity("宏达五金（二店）")
    assert names(district.get(LIST, {"q": "五金 （二店）"})) == ["宏达五金（二店）"]
    Entity.objects.filter(name="柳河企业").update(initials="lhqy")
    assert names(district.get(LIST, {"q": "LHQ"})) == ["柳河企业"]
    nothing = district.get(LIST, {"q": "没有这个"})
    assert "没有符合条件的主体。" in nothing.content.decode()


def test_filters_are_named_and_can_be_dropped(entities, district):
    page = district.get(LIST, {"kind": "market", "founded_after": "2020-01-01", "sort": "-name"})
    assert names(page) == ["柳河企业"]
    chips = {chip.label: chip for chip in page.context["conditions"]}
    assert chips["主体类型"].text == "专业市场"
    assert chips["主体类型"].query == "founded_after=2020-01-01&sort=-name"
    assert chips["成立日期"].text == "2020-01-01 起"
    assert chips["成立日期"].query == "kind=market&sort=-name"
    assert page.context["clear_query"] == "sort=-name"


def test_choices_of_filters_are_limited_to_the_scope(entities, places, town):
    page = town.get(LIST).content.decode()
    assert "青石镇" in page
    assert "柳河镇" not in page


def test_filter_by_a_foreign_row_is_404(entities, places, town):
    assert town.get(LIST, {"town": str(places[2].pk)}).status_code == 404
    assert town.post(f"{LIST}?town={places[2].pk}").status_code == 404
    assert town.get(LIST, {"town": str(places[1].pk)}).status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "page=-1", "page=100000000000000000000", "per=-1", "per=100000000000000000000",
        "at=x", "at=%00", "sort=password", "sort=%FF", "cols=x", "cols=%FF%FE", "q=%FF%FE%00",
        "kind=nonsense", "kind=%ED%A0%80", "founded_after=2026-02-30", "founded_after=99999-1-1",
        "as_of=2026-02-30", "as_of=x", "as_of=0000-00-00", "as_of=9999-12-31", "town=1",
        "town=%FF", "x" * 3000, "%00=1", "&&==&", "kind=market&kind=x",
    ],
)
def test_odd_queries_give_a_page_or_a_refusal(entities, district, query):
    assert district.get(f"{LIST}?{query}").status_code in (200, 400, 404)


def test_a_filter_that_makes_no_sense_is_named(entities, district):
    page = district.get(LIST, {"kind": "nonsense"}).content.decode()
    assert "没有采用：主体类型" in page


def test_list_takes_the_same_queries_for_any_number_of_rows(
    entities, district, django_assert_num_queries
):
    district.get(LIST)
    with django_assert_num_queries(6) as few:
        district.get(LIST, {"q": "柳河"})
    with django_assert_num_queries(len(few.captured_queries)):
        district.get(LIST, {"q": "企业", "per": "100"})


def test_pages_keep_the_conditions(entities, district):
    first = district.get(LIST, {"kind": "small_micro"})
    following = first.context["page"].next
    second = district.get(LIST, {"kind": "small_micro", "at": following})
    assert len(names(first)) == 20
    assert len(names(second)) == 5
    assert second.context["query"] == "kind=small_micro"
    assert names(district.get(LIST, {"kind": "small_micro", "at": LAST})) == names(second)


def test_sort_and_heads(entities, district):
    page = district.get(LIST, {"sort": "-members"})
    assert names(page)[0] == "青石企业24"
    heads = {head.column.key: head for head in page.context["heads"]}
    assert heads["members"].direction == "descending"
    assert heads["name"].url == "?sort=name"
    assert heads["kind"].url == ""


def test_columns_can_be_chosen(entities, district):
    page = district.get(LIST, {"cols": ["representative"]})
    assert [head.column.key for head in page.context["heads"]] == ["name", "representative"]
    assert "吴永康" in page.content.decode()


def test_export_has_what_is_seen(entities, district):
    answer = district.post(f"{LIST}?kind=small_micro&sort=-members&cols=members")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == ("名称", "统一社会信用代码", "党员", "记录号")
    assert len(rows) == 26
    assert rows[1][0] == "青石企业24"
    assert rows[1][3] == str(entities[24].pk)
    assert "attachment" in answer.headers["Content-Disposition"]


def test_export_needs_its_own_right(entities, places, client):
    client.force_login(make_user("sector", Role.IMPORTER, places[0]))
    assert "导出这" not in client.get(LIST).content.decode()
    assert client.post(LIST).status_code == 403


def test_detail_of_a_foreign_row_is_404(entities, town):
    assert town.get(reverse("enterprises:entity_detail", args=[entities[0].pk])).status_code == 200
    assert town.get(reverse("enterprises:entity_detail", args=[entities[-1].pk])).status_code == 404
    assert town.get(reverse("enterprises:entity_detail", args=[uuid.uuid4()])).status_code == 404


def test_own_row_without_the_right_is_403(entities, town):
    own, foreign = entities[0].pk, entities[-1].pk
    assert town.get(reverse("enterprises:entity_edit", args=[own])).status_code == 403
    assert town.post(reverse("enterprises:entity_edit", args=[own])).status_code == 403
    assert town.post(reverse("enterprises:entity_edit", args=[foreign])).status_code == 404
    assert town.get(reverse("enterprises:entity_create")).status_code == 403


def test_verb_is_post_only_and_stays_in_scope(entities, town):
    own = reverse("enterprises:entity_close", args=[entities[0].pk])
    assert town.get(own).status_code == 405
    assert town.post(own).status_code == 302
    entities[0].refresh_from_db()
    assert entities[0].remarks == "closed"
    foreign = reverse("enterprises:entity_close", args=[entities[-1].pk])
    assert town.post(foreign).status_code == 404
    assert not Entity.objects.get(pk=entities[-1].pk).remarks


def test_refusal_is_a_sentence(entities, district):
    Entity.objects.filter(pk=entities[0].pk).update(remarks="locked")
    url = reverse("enterprises:entity_close", args=[entities[0].pk])
    page = district.post(url, follow=True)
    assert page.status_code == 200
    assert "刚被别人锁定" in page.content.decode()


def form_data(entity, **values):
    given = {"name": entity.name, "kind": entity.kind, "founded_on": "2022-05-10"}
    return given | {"is_member_run": "", "remarks": entity.remarks} | values


def test_form_names_what_is_wrong(entities, district):
    url = reverse("enterprises:entity_edit", args=[entities[0].pk])
    page = district.post(url, form_data(entities[0], name="", founded_on="2022.13.1"))
    text = page.content.decode()
    assert page.status_code == 200
    assert 'id="id_name_error"' in text
    assert 'aria-describedby="id_name_helptext id_name_error"' in text
    assert 'id="id_founded_on_error"' in text


def test_long_form_stands_in_groups(entities, district):
    page = district.get(reverse("enterprises:entity_create"))
    groups = page.context["form"].field_groups
    assert [(label, [f.name for f in fields]) for label, fields in groups] == [
        ("基本信息", ["name", "kind", "founded_on"]),
        ("情况", ["is_member_run"]),
        ("其他", ["remarks"]),
    ]
    wrong = district.post(reverse("enterprises:entity_create"), {"founded_on": "x"})
    assert "还有填写不对的地方" in wrong.content.decode()
    assert wrong.context["form"].wrong_labels == ["名称", "主体类型", "成立日期"]


def test_second_editor_sees_both_values(entities, district):
    entity = entities[0]
    url = reverse("enterprises:entity_edit", args=[entity.pk])
    seen = district.get(url).context["form"].version()
    Entity.objects.filter(pk=entity.pk).update(name="别人改的名称")
    page = district.post(url, form_data(entity, name="我改的名称", seen_version=seen))
    text = page.content.decode()
    assert "打开本页后，有人改过这条记录" in text
    assert "别人改的名称" in text
    assert "我改的名称" in text
    assert Entity.objects.get(pk=entity.pk).name == "别人改的名称"
    again = page.context["form"].data["seen_version"]
    answer = district.post(url, form_data(entity, name="我改的名称", seen_version=again))
    assert answer.status_code == 302
    assert Entity.objects.get(pk=entity.pk).name == "我改的名称"


def test_save_without_a_second_editor(entities, district):
    entity = entities[0]
    url = reverse("enterprises:entity_edit", args=[entity.pk])
    seen = district.get(url).context["form"].version()
    answer = district.post(url, form_data(entity, name="新名称", seen_version=seen))
    assert answer.url == entity.get_absolute_url()
    assert Entity.objects.get(pk=entity.pk).name == "新名称"


@pytest.mark.parametrize("place", ["query", "form", "path", "cookie"])
def test_nul_is_400(entities, district, place):
    url = reverse("enterprises:entity_edit", args=[entities[0].pk])
    if place == "query":
        answer = district.get(f"{url}?q=%00")
    elif place == "form":
        answer = district.post(url, form_data(entities[0], name="a\x00b"))
    elif place == "path":
        answer = district.get("/link/a%00b/")
    else:
        district.cookies["sessionid"] = "aaaaaaaaaa\x00"
        answer = district.get(url)
    assert answer.status_code == 400
    assert "看不懂这个请求" in answer.content.decode()


@pytest.mark.parametrize(
    "body",
    [b"name=%FF%FE&kind=market", b"\xff\xfe=\xff", b"name=" + b"%ED%A0%80"],
)
def test_invalid_utf8_in_a_form_is_no_error(entities, district, body):
    url = reverse("enterprises:entity_edit", args=[entities[0].pk])
    answer = district.post(url, body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code in (200, 302, 400)


def test_error_pages_speak_chinese(entities, district):
    assert "没有这一页" in district.get("/no/such/page/").content.decode()
    assert "没有这项权限" in _town_edit(district, entities).content.decode()
    quiet = Client(raise_request_exception=False)
    quiet.cookies = district.cookies
    broken = quiet.get("/crash/")
    assert broken.status_code == 500
    assert "系统出错" in broken.content.decode()


def _town_edit(client, entities):
    client.logout()
    client.force_login(make_user("other", Role.IMPORTER, entities[0].states.get().town))
    return client.get(reverse("enterprises:entity_edit", args=[entities[0].pk]))


def test_missing_csrf_token_is_a_sentence(entities, places):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/login/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    assert "页面已过期" in answer.content.decode()
