"""Pages of the territorial tree."""

import io

import openpyxl
import pytest
from django.urls import reverse

from areas.choices import AreaLevel
from areas.models import Area
from common.models import HistoryEntry
from tests import factories as make
from tests.counting import queries_of

pytestmark = pytest.mark.django_db
LIST = "/areas/"


def names(page) -> list[str]:
    return [row.name for row in page.context["page"]]


def text_of(page) -> str:
    return page.content.decode()


@pytest.fixture
def district(cast, client):
    client.force_login(cast.district_staff)
    return client


@pytest.fixture
def town(cast, client):
    client.force_login(cast.town_a_staff)
    return client


def test_list_is_ordered_by_level(district):
    assert names(district.get(LIST)) == ["明川区", "乙街道", "甲镇", "甲一村", "甲一村01网格"]


def test_list_shows_own_areas_and_the_way_up(town):
    assert names(town.get(LIST)) == ["明川区", "甲镇", "甲一村", "甲一村01网格"]


def test_sector_committee_sees_the_whole_tree(cast, client):
    client.force_login(cast.sector_staff)
    assert len(names(client.get(LIST))) == 5


@pytest.mark.parametrize("user", ["secretary_a", "instructor_a_user", "no_grant", "audit_admin"])
def test_others_have_no_list(cast, client, user):
    client.force_login(cast.user(user))
    assert client.get(LIST).status_code == 403
    assert client.get(f"{LIST}new/").status_code == 403
    assert client.get(cast.town_a.get_absolute_url()).status_code == 404


def test_levels_are_tabs_with_counts(district):
    page = district.get(LIST, {"level": "town"})
    assert names(page) == ["乙街道", "甲镇"]
    tabs = {tab["label"]: tab["count"] for tab in page.context["levels"]}
    assert tabs == {"全部": 5, "区县": 1, "镇街": 2, "村社区": 1, "网格": 1}


def test_a_town_counts_what_it_may_open(cast, client):
    """Not the other town below the district."""
    client.force_login(cast.town_a_staff)
    rows = {row.name: row for row in client.get(LIST).context["page"]}
    assert rows["明川区"].child_count == 1
    for row in rows.values():
        assert client.get(LIST, {"parent": row.code}).context["page"].total == row.child_count


def test_counts_open_their_lists(cast, district):
    rows = {row.name: row for row in district.get(LIST).context["page"]}
    assert {name: row.child_count for name, row in rows.items()} == {
        "明川区": 2,
        "乙街道": 0,
        "甲镇": 1,
        "甲一村": 1,
        "甲一村01网格": 0,
    }
    counts = {name: row.entity_count for name, row in rows.items()}
    assert counts == {"明川区": 5, "乙街道": 3, "甲镇": 2, "甲一村": 1, "甲一村01网格": 1}
    for name, row in rows.items():
        assert district.get(row.entity_list).context["page"].total == counts[name]


def test_counts_stay_in_scope(cast, town):
    rows = {row.name: row.entity_count for row in town.get(LIST).context["page"]}
    assert rows == {"明川区": 2, "甲镇": 2, "甲一村": 1, "甲一村01网格": 1}


def test_search_and_use(cast, district):
    Area.objects.filter(pk=cast.grid_a.pk).update(closed_on="2026-01-01")
    assert names(district.get(LIST, {"q": "甲"})) == ["甲镇", "甲一村", "甲一村01网格"]
    assert names(district.get(LIST, {"q": "990101101001-"})) == ["甲一村01网格"]
    assert names(district.get(LIST, {"use": "no"})) == ["甲一村01网格"]
    assert "甲一村01网格" in names(district.get(LIST, {"use": "yes", "as_of": "2025-12-31"}))


@pytest.mark.parametrize(
    "query", ["level=x", "use=x", "as_of=x", "sort=x", "at=x", "grid_type=%FF", "page=-1"]
)
def test_odd_queries_are_no_error(district, query):
    assert district.get(f"{LIST}?{query}").status_code == 200


def test_list_takes_the_same_queries_for_one_row_and_for_many(cast, district):
    make.make_area(AreaLevel.TOWN, cast.district, name="丙镇")
    assert len(names(district.get(LIST, {"level": "town"}))) == 3
    # Count, page, entities by town, levels; one less than the personal page takes.
    assert queries_of(district, LIST, {"level": "town", "q": "甲"}) == 4 - 1
    assert queries_of(district, LIST, {"level": "town"}) == 4 - 1


def test_record_shows_where_it_stands_and_what_is_below(cast, town):
    page = town.get(cast.town_a.get_absolute_url())
    text = text_of(page)
    assert [area.name for area in page.context["line"]] == ["明川区"]
    assert "下级区划 1 个" in text
    assert "甲一村" in text
    assert "990101101" in text
    figures = {figure.label: figure for figure in page.context["figures"]}
    assert {label: figure.value for label, figure in figures.items()} == {
        "市场主体": 2,
        "党组织": 2,
    }
    for figure in figures.values():
        assert town.get(figure.url).context["page"].total == figure.value


def test_foreign_record_is_404(cast, town):
    for page in ("area_detail", "area_history", "area_edit"):
        assert town.get(reverse(f"areas:{page}", args=[cast.town_b.pk])).status_code == 404


def test_form_needs_the_right(cast, town):
    url = reverse("areas:area_edit", args=[cast.town_a.pk])
    assert town.get(url).status_code == 403
    assert town.post(url, {"name": "x"}).status_code == 403
    assert town.get("/imports/template/areas/").status_code == 404
    text = text_of(town.get(cast.town_a.get_absolute_url()))
    assert "修改</a>" not in text
    assert "下载空白模板" not in text_of(town.get(LIST))


def test_new_area(cast, district):
    page = district.get(f"{LIST}new/")
    assert "甲镇（990101101）" in text_of(page)
    data = {"code": "990101101002", "name": "甲二村", "level": "村社区", "parent": "990101101"}
    answer = district.post(f"{LIST}new/", data)
    area = Area.objects.get(name="甲二村")
    assert answer.url == area.get_absolute_url()
    assert (area.level, area.parent) == (AreaLevel.COMMUNITY, cast.town_a)
    assert HistoryEntry.objects.filter(owner=area.pk, actor=cast.district_staff.pk).exists()


def form_of(client, area, **values):
    form = client.get(reverse("areas:area_edit", args=[area.pk])).context["form"]
    return {field.html_name: field.value() or "" for field in form} | values


def test_area_below_itself_is_refused(cast, district):
    url = reverse("areas:area_edit", args=[cast.town_a.pk])
    page = district.post(url, form_of(district, cast.town_a, parent="990101101001"))
    assert page.context["form"].errors == {"parent": ["上级关系绕成了圈，请核对这一行和它的上级。"]}
    page = district.post(url, form_of(district, cast.town_a, parent="990101101"))
    assert page.context["form"].errors == {"parent": ["上级不能是自己，请改填上一级的代码。"]}
    assert Area.objects.get(pk=cast.town_a.pk).parent == cast.district


def test_area_is_not_dated(cast, district):
    """Areas have no dated values: nothing is asked."""
    url = reverse("areas:area_edit", args=[cast.town_a.pk])
    answer = district.post(url, form_of(district, cast.town_a, name="甲山镇"))
    assert answer.url == cast.town_a.get_absolute_url()
    assert Area.objects.get(pk=cast.town_a.pk).name == "甲山镇"


def test_code_of_another_area_is_refused(cast, district):
    url = reverse("areas:area_edit", args=[cast.town_a.pk])
    page = district.post(url, form_of(district, cast.town_a, code="990101001"))
    assert "code" in page.context["form"].errors


def test_ledger_export_and_template(cast, district):
    def sheet(answer):
        body = b"".join(answer.streaming_content)
        return list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))

    rows = sheet(district.post(f"{LIST}?level=town", {"layout": "ledger"}))
    assert rows[0][:4] == ("区划代码★", "名称★", "层级★", "上级代码")
    assert [row[1] for row in rows[1:]] == ["乙街道", "甲镇"]
    assert sheet(district.get("/imports/template/areas/"))[0][0] == "区划代码★"
    assert "导出完整号码" not in text_of(district.get(LIST))
