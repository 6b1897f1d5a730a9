"""Pages of market entities: list, record, template, export, numbers in full."""

import io
from datetime import date
from decimal import Decimal
from itertools import product

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.scope import scope_for
from areas.choices import AreaLevel
from common.ledgers import ledger_of
from common.ledgers.check import check_rows
from common.ledgers.rows import Options
from common.models import ReadEntry
from common.secrets import conceal
from enterprises.choices import BusinessStatus, EntityKind
from enterprises.models import Entity
from enterprises.queries import SIZE_CHOICES, of_size
from enterprises.rules import size_class
from tests import factories as make
from tests.counting import queries_of

pytestmark = pytest.mark.django_db
LIST = "/entities/"
PHONE = "13900000001"


def names(page) -> set[str]:
    return {row.name for row in page.context["page"]}


def text_of(page) -> str:
    return page.content.decode()


def sheet_of(answer) -> list[tuple]:
    body = b"".join(answer.streaming_content)
    return list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))


@pytest.fixture
def district(cast, client):
    client.force_login(cast.district_staff)
    return client


@pytest.fixture
def town(cast, client):
    client.force_login(cast.town_a_staff)
    return client


# --- The list -----------------------------------------------------------------------------------

EVERYBODY = {
    "甲一五金有限公司",
    "甲联食品有限公司",
    "乙联食品有限公司",
    "乙一商贸有限公司",
    "乙二物流有限公司",
}


@pytest.mark.parametrize(
    ("user", "seen"),
    [
        ("district_staff", EVERYBODY),
        ("importer", EVERYBODY),
        ("town_a_staff", {"甲一五金有限公司", "甲联食品有限公司"}),
        ("sector_staff", {"乙一商贸有限公司"}),
        ("secretary_a", {"甲一五金有限公司"}),
        ("secretary_joint", {"甲联食品有限公司", "乙联食品有限公司"}),
        ("instructor_a_user", {"甲一五金有限公司", "乙二物流有限公司"}),
    ],
)
def test_everybody_sees_own_rows(cast, client, user, seen):
    client.force_login(cast.user(user))
    assert names(client.get(LIST)) == seen


@pytest.mark.parametrize("user", ["no_grant", "department_staff", "system_admin"])
def test_others_have_no_list(cast, client, user):
    client.force_login(cast.user(user))
    assert client.get(LIST).status_code == 403
    assert client.post(LIST).status_code == 403


@pytest.mark.parametrize("text", ["五金", "91990101ma00", "jywj", "JYWJ"])
def test_search(district, text):
    assert names(district.get(LIST, {"q": text})) == {"甲一五金有限公司"}


def test_columns_of_a_row(cast, district):
    page = district.get(LIST, {"q": "甲一"})
    [row] = page.context["page"]
    assert (row.employees, row.member_count, row.coverage) == (20, 1, "single")
    text = text_of(page)
    for words in ("甲一村01网格", "单独组建", "中共甲一支部委员会"):
        assert words in text


def test_contact_is_an_instructor_where_there_is_no_organization(cast, district):
    page = district.get(LIST, {"q": "乙二"})
    assert "指导员 指导员甲" in text_of(page)
    assert "仅工作覆盖" in text_of(page)


def test_links_lead_only_to_what_one_may_see(cast, client):
    """entity_joint_b lies in 乙街道, the branch that covers it in 甲镇."""
    client.force_login(cast.town_b_staff)
    [row] = client.get(LIST, {"q": "乙联"}).context["page"]
    assert row.contact == "中共甲镇联合支部委员会"
    assert row.contact_url is None


@pytest.fixture
def varied(cast):
    """Entities that differ in what filters ask for."""
    park = make.make_area(AreaLevel.PARK, cast.district, name="五金产业园")
    make.make_entity(
        name="市场",
        kind=EntityKind.MARKET,
        town=cast.town_b,
        park=park,
        section="F",
        division="51",
        employees=300,
        revenue=Decimal(50_000),
    )
    make.make_entity(name="停业", town=cast.town_b, status=BusinessStatus.SUSPENDED, employees=None)
    make.make_entity(name="注销", town=cast.town_b, closed_on="2026-01-01", section="", employees=1)
    make.make_entity(
        name="三有", town=cast.town_a, fixed_premises=True, employees=10, section="J", division="66"
    )
    return park


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"kind": "market"}, {"市场"}),
        ({"section": "F"}, {"市场"}),
        ({"status": "suspended"}, {"停业"}),
        ({"status": "closed"}, {"注销"}),
        ({"coverage": "single"}, {"甲一五金有限公司", "乙一商贸有限公司"}),
        ({"coverage": "joint"}, {"甲联食品有限公司", "乙联食品有限公司"}),
        ({"coverage": "work_only"}, {"乙二物流有限公司"}),
        ({"coverage": "none"}, {"市场", "三有"}),
        ({"coverage": "not_counted"}, {"停业", "注销"}),
        ({"three": "yes"}, {"三有"}),
        ({"size": "大型"}, {"市场"}),
        ({"size": "不适用"}, {"三有"}),
        ({"coverage": "none", "kind": "market"}, {"市场"}),
    ],
)
def test_filters(varied, district, query, found):
    assert names(district.get(LIST, query)) == found


def test_filters_by_place(cast, varied, district):
    assert names(district.get(LIST, {"town": cast.town_a.pk})) == {
        "甲一五金有限公司",
        "甲联食品有限公司",
        "三有",
    }
    assert names(district.get(LIST, {"park": varied.pk})) == {"市场"}
    assert names(district.get(LIST, {"community": cast.community_a.pk})) == {"甲一五金有限公司"}
    assert names(district.get(LIST, {"grid": cast.grid_a.pk})) == {"甲一五金有限公司"}


def test_filter_by_a_foreign_place_is_404(cast, town):
    assert town.get(LIST, {"town": cast.town_b.pk}).status_code == 404
    assert "乙街道" not in text_of(town.get(LIST))


@pytest.mark.parametrize(
    "query",
    [
        "town=x",
        "kind=x",
        "coverage=x",
        "size=x",
        "status=x",
        "section=99",
        "three=x",
        "sort=x",
        "as_of=x",
        "as_of=9999-12-31",
        "per=x",
        "at=x",
        "cols=x",
        "q=%FF",
        "page=-1",
        "grid=1",
        "page=100000000000000000000",
        "at=last",
        "kind=market&kind=x",
    ],
)
def test_odd_queries_are_no_error(district, query):
    assert district.get(f"{LIST}?{query}").status_code in (200, 404)


def test_list_as_of_an_earlier_day(cast, district):
    make.change(cast.entity_a, "2026-01-01", employees=99, status=BusinessStatus.SUSPENDED)
    [row] = district.get(LIST, {"q": "甲一", "as_of": "2025-12-31"}).context["page"]
    assert (row.employees, row.coverage) == (20, "single")
    [row] = district.get(LIST, {"q": "甲一", "as_of": "2026-01-01"}).context["page"]
    assert (row.employees, row.coverage) == (99, "not_counted")


def test_sorted_by_staff(cast, district):
    make.change(cast.entity_free, "2021-01-01", employees=5)
    make.change(cast.entity_b, "2021-01-01", employees=50)
    most = [row.name for row in district.get(LIST, {"sort": "-employees"}).context["page"]]
    least = [row.name for row in district.get(LIST, {"sort": "employees"}).context["page"]]
    assert most[0] == least[-1] == "乙一商贸有限公司"
    assert most[-1] == least[0] == "乙二物流有限公司"


def test_list_takes_the_same_queries_for_one_row_and_for_many(cast, town):
    make.make_entity(name="甲三机械有限公司", town=cast.town_a)
    assert len(names(town.get(LIST, {"q": "有限公司"}))) == 3
    # Count, page, which organizations and instructors may be opened, the user's areas for the
    # choices of the filters; one less than the personal page takes.
    assert queries_of(town, LIST, {"q": "五金"}) == 5 - 1
    assert queries_of(town, LIST, {"q": "有限公司"}) == 5 - 1


def test_a_whole_page_of_the_district_takes_seven_queries(district, django_assert_num_queries):
    district.get(LIST)
    # Session; user and grants; settings; areas; count; page; what waits. An eighth notes every
    # half minute that the user was here.
    with django_assert_num_queries(7):
        district.get(LIST)


# --- 企业划型 in SQL -----------------------------------------------------------------------------

PLACES = [
    ("C", "33"),
    ("C", ""),
    ("F", "51"),
    ("F", ""),
    ("K", "70"),
    ("G", "59"),
    ("P", "83"),
    ("P", ""),
    ("J", "66"),
    ("L", "72"),
    ("A", ""),
    ("", ""),
    ("E", "47"),
]
VALUES = [
    (None, None, None),
    (5, None, None),
    (25, Decimal(400), Decimal(400)),
    (350, Decimal(9000), Decimal(6000)),
    (1500, Decimal(200_000), Decimal(200_000)),
    (None, Decimal(40), None),
    (300, None, Decimal(90)),
    (15, Decimal(600), None),
]


def test_size_filter_agrees_with_the_rule(cast):
    day = timezone.localdate()
    expected: dict[str, set] = {size: set() for size, _ in SIZE_CHOICES}
    for (section, division), values in product(PLACES, VALUES):
        employees, revenue, assets = values
        entity = make.make_entity(
            section=section, division=division, employees=employees, revenue=revenue, assets=assets
        )
        size = size_class(section, division or None, employees, revenue, assets, day)
        expected[size].add(entity.pk)
    made = {pk for pks in expected.values() for pk in pks}
    for size, pks in expected.items():
        rows = of_size(Entity.objects.at(day).filter(pk__in=made), size, day)
        assert set(rows.values_list("pk", flat=True)) == pks, size


# --- Files --------------------------------------------------------------------------------------


def test_export_of_what_is_seen(cast, town):
    rows = sheet_of(town.post(f"{LIST}?q=甲一"))
    assert rows[0][:4] == ("名称", "统一社会信用代码", "类型", "所属镇街")
    assert [row[0] for row in rows[1:]] == ["甲一五金有限公司"]


def test_ledger_export_is_masked(cast, town):
    rows = sheet_of(town.post(LIST, {"layout": "ledger"}))
    head = rows[0]
    assert head[0] == "主体类型★"
    assert head[-1] == "记录号"
    phones = {row[head.index("联系电话")] for row in rows[1:]}
    assert phones == {"139****0001"}
    assert {row[head.index("名称★")] for row in rows[1:]} == {
        "甲一五金有限公司",
        "甲联食品有限公司",
    }
    assert not ReadEntry.objects.exists()


def test_ledger_export_imports_again_without_a_change(cast, town):
    rows = sheet_of(town.post(LIST, {"layout": "ledger"}))
    head = [str(name).rstrip("★") for name in rows[0]]
    ledger = ledger_of("enterprises")()
    options = Options(day=timezone.localdate(), scope=scope_for(cast.town_a_staff))
    raw = [(at, dict(zip(head, row, strict=True))) for at, row in enumerate(rows[1:2], start=2)]
    [row] = check_rows(ledger, raw, options)
    assert (row.is_new, row.changes, row.errors) == (False, [], [])


def test_full_numbers_need_a_reason_and_are_recorded(cast, town):
    answer = town.post(LIST, {"layout": "ledger", "identity": "1", "reason": "  "}, follow=True)
    assert "导出完整号码要填写事由。" in text_of(answer)
    assert not ReadEntry.objects.exists()
    rows = sheet_of(town.post(LIST, {"layout": "ledger", "identity": "1", "reason": "换届核对"}))
    at = rows[0].index("联系电话")
    assert {row[at] for row in rows[1:]} == {PHONE}
    entry = ReadEntry.objects.get()
    assert (entry.actor, entry.action, entry.reason) == (
        cast.town_a_staff.pk,
        "export",
        "换届核对",
    )
    assert set(entry.rows) == {str(cast.entity_a.pk), str(cast.entity_joint.pk)}


def test_full_numbers_need_the_right(cast, client):
    client.force_login(cast.sector_staff)
    assert "导出完整号码" not in text_of(client.get(LIST))
    answer = client.post(LIST, {"layout": "ledger", "identity": "1", "reason": "x"})
    assert answer.status_code == 403
    assert not ReadEntry.objects.exists()


@pytest.mark.parametrize("user", ["secretary_a", "instructor_a_user"])
def test_export_needs_the_right(cast, client, user):
    client.force_login(cast.user(user))
    assert "导出" not in text_of(client.get(LIST))
    assert client.post(LIST).status_code == 403
    assert client.post(LIST, {"layout": "ledger"}).status_code == 403


def test_template_offers_places_of_the_scope(cast, town):
    body = b"".join(town.get("/imports/template/enterprises/").streaming_content)
    book = openpyxl.load_workbook(io.BytesIO(body))
    offered = {cell for row in book["选项"].iter_rows(values_only=True) for cell in row}
    assert "甲镇" in offered
    assert "乙街道" not in offered
    assert book.active["A1"].value == "主体类型★"


# --- The record ---------------------------------------------------------------------------------


def detail(client, entity, **query):
    return client.get(entity.get_absolute_url(), query)


def test_record_says_why_it_is_covered(cast, town):
    text = text_of(detail(town, cast.entity_a))
    for words in (
        "为何算组织覆盖",
        "由中共甲一支部委员会覆盖，计入分子",
        "正常经营，计入分母",
        "单独组建",
        "C33 金属制品业",
        "划型依据",
        "有固定场所",
        "关系时间轴",
        "党员 1 名",
        "党员a",
        "990101********",
    ):
        assert words in text
    assert PHONE not in text
    assert "139****0001" in text


def test_record_on_an_earlier_day(cast, town):
    make.change(cast.entity_a, "2026-01-01", status=BusinessStatus.SUSPENDED, employees=7)
    text = text_of(detail(town, cast.entity_a))
    assert "不纳入覆盖统计" in text
    assert "经营状态为停业，不计入" in text
    earlier = text_of(detail(town, cast.entity_a, as_of="2025-12-31"))
    assert "为何 2025年12月31日算组织覆盖" in earlier
    assert "edit/?as_of=2025-12-31" in earlier


@pytest.mark.parametrize("day", ["x", "2026-02-30", "0001-01-01", "9999-12-31", "1900-01-01"])
def test_odd_days_are_no_error(cast, town, day):
    assert detail(town, cast.entity_a, as_of=day).status_code == 200


def test_record_shows_only_members_in_scope(cast, client):
    make.make_member(cast.organization_b, name="外镇党员", workplace=cast.entity_a)
    client.force_login(cast.town_a_staff)
    text = text_of(detail(client, cast.entity_a))
    assert "党员 2 名" in text
    assert "外镇党员" not in text
    assert "另有 1 名不在您的管理范围内" in text


def test_number_of_members_opens_their_list(cast, town):
    make.make_member(cast.organization_a, workplace=cast.entity_a, status="left")
    panels = detail(town, cast.entity_a).context["panels"]["record"]
    [panel] = [one.context for one in panels if one.template == "members/of_entity.html"]
    assert panel["total"] == town.get(panel["list_url"]).context["page"].total == 1


def test_instructor_sees_the_entity_but_no_members(cast, client):
    client.force_login(cast.instructor_a_user)
    text = text_of(detail(client, cast.entity_a))
    assert "党员 1 名" in text
    assert "党员a" not in text
    assert "修改</a>" not in text
    assert "查看完整号码" not in text


@pytest.mark.parametrize("page", ["entity_detail", "entity_history", "entity_phone", "entity_edit"])
def test_foreign_record_is_404(cast, town, page):
    url = reverse(f"enterprises:{page}", args=[cast.entity_b.pk])
    assert town.get(url).status_code == 404
    assert town.post(url, {"reason": "x"}).status_code in (404, 405)


def test_history_page(cast, town):
    text = text_of(town.get(reverse("enterprises:entity_history", args=[cast.entity_a.pk])))
    assert "变更记录" in text
    assert town.get(f"{cast.entity_a.get_absolute_url()}history/?before=x").status_code == 200


def test_time_line_of_a_long_life(cast, town):
    make.cover(cast.entity_a, cast.organization_joint, starts_on="1979-01-01", ends_on="2001-01-01")
    Entity.objects.filter(pk=cast.entity_a.pk).update(founded_on=date(1900, 1, 1))
    text = text_of(detail(town, cast.entity_a))
    assert "1979-01-01 至 2000-12-31" in text


# --- A number in full ---------------------------------------------------------------------------


@pytest.fixture
def phone_url(cast):
    return reverse("enterprises:entity_phone", args=[cast.entity_a.pk])


def test_number_is_shown_once_with_a_reason(cast, town, phone_url):
    answer = town.post(phone_url, {"reason": "核对换届材料"})
    assert PHONE in text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    entry = ReadEntry.objects.get()
    assert (entry.actor, entry.action, entry.rows, entry.fields, entry.reason) == (
        cast.town_a_staff.pk,
        "reveal",
        [str(cast.entity_a.pk)],
        "联系电话",
        "核对换届材料",
    )


def test_number_in_place(cast, town, phone_url):
    answer = town.post(phone_url, {"reason": "核对"}, headers={"HX-Request": "true"})
    assert PHONE in text_of(answer)
    assert "<html" not in text_of(answer)


@pytest.mark.parametrize("reason", ["", "   ", "字" * 201])
@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_number_needs_a_reason(cast, town, phone_url, reason, headers):
    answer = town.post(phone_url, {"reason": reason}, headers=headers)
    assert answer.status_code == 200
    assert PHONE not in text_of(answer)
    assert "事由" in text_of(answer)
    assert not ReadEntry.objects.exists()


def test_number_is_not_shown_by_get(town, phone_url):
    assert PHONE not in text_of(town.get(phone_url, {"reason": "x"}))
    assert not ReadEntry.objects.exists()


def test_number_needs_the_right(cast, client, phone_url):
    client.force_login(cast.instructor_a_user)
    assert client.post(phone_url, {"reason": "x"}).status_code == 403
    assert not ReadEntry.objects.exists()


def test_number_of_another_key_is_a_sentence(cast, town, phone_url, settings):
    Entity.objects.filter(pk=cast.entity_a.pk).update(phone=conceal(PHONE)[:-8] + "AAAAAAA=")
    assert "无法解密" in text_of(town.post(phone_url, {"reason": "x"}))
    assert detail(town, cast.entity_a).status_code == 200
