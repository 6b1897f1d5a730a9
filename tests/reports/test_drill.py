"""Every number opens the list that makes it: as many rows, in the same scope, on the same day."""

import io
import random
from contextlib import nullcontext
from urllib.parse import quote

import openpyxl
import pytest
from django.urls import reverse

from accounts.choices import Role
from areas.models import Area
from common import jobs
from common.exports import actions as exports
from common.models import ExportFile, ReadEntry
from enterprises.models import Entity
from members.models import Member
from organizations.models import ParentLink, PartyOrganization
from reports.attribution import Cause
from reports.indicators import INDICATORS
from tests import factories as make
from tests.counting import unrendered
from tests.extent import few
from tests.factories import on
from tests.reports.districts import LEAP_DAY, random_district
from tests.reports.figures_of import linked_numbers

pytest_plugins = ["tests.cast"]
pytestmark = pytest.mark.django_db
TOWN_A = "990101101"


def staff_of(role):
    """A user of each role that reads figures, over a part of the random district."""
    if role == Role.SECTOR:
        committee = make.make_organization()
        for branch in PartyOrganization.objects.exclude(pk=committee.pk)[:5]:
            ParentLink.objects.create(organization=branch, parent=committee)
        return make.make_user(role=role, organization=committee)
    level = "district" if role == Role.DISTRICT else "town"
    return make.make_user(role=role, area=Area.objects.filter(level=level).order_by("code").first())


def rows_behind(client, url):
    """How many rows the list behind an address has, by its heading and by its pages."""
    return list_behind(client, url)["size"]


def list_behind(client, url):
    """What the template of the list behind an address is given."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    assert answer.context_data["size"] == answer.context_data["page"].total
    return answer.context_data


@pytest.mark.parametrize("role", few((Role.DISTRICT, Role.SECTOR, Role.TOWN)))
def test_every_number_of_the_dashboard_opens_as_many_rows(client, role):
    """The pages behind the numbers of one kind are rendered for one role; the others only count."""
    days = sorted(random_district(seed=7, size=24))
    client.force_login(staff_of(role))
    query = {"as_of": days[-1].isoformat(), "against": days[1].isoformat()}
    for kind in ("small_micro", "market"):
        page = client.get(reverse("reports:coverage"), query | {"kind": kind})
        numbers = dict(linked_numbers(page.content.decode()))
        assert len(numbers) > 40
        is_shown = role == Role.DISTRICT and kind == "market"
        with nullcontext() if is_shown else unrendered():
            wrong = {
                url: (number, rows)
                for url, number in numbers.items()
                if (rows := rows_behind(client, url)) != number
            }
        assert wrong == {}


@pytest.mark.parametrize("role", few((Role.TOWN, Role.DISTRICT, Role.SECTOR)))
def test_every_number_of_the_home_page_opens_as_many_rows(client, role):
    random_district(seed=3, size=24)
    client.force_login(staff_of(role))
    numbers = list(linked_numbers(client.get("/").content.decode()))
    assert numbers
    for url, number in numbers:
        assert rows_behind(client, url) == number, url


def test_the_heading_says_figure_day_place_cell_and_basis(client, cast):
    client.force_login(cast.district_staff)
    url = reverse("reports:rows", args=["org_coverage"])
    asked = {"as_of": "2026-10-31", "part": "met", "town": TOWN_A, "kind": "小微企业"}
    text = client.get(url, asked).content.decode()
    assert "<h1>有党组织覆盖　2 家</h1>" in text
    for words in (
        "2026年10月31日", "全区 2 个镇街", "镇街：甲镇，主体类型：小微企业", "组织覆盖率 2 / 2",
        "口径：有在用党组织覆盖的主体 ÷ 正常经营的主体",
    ):
        assert words in text


def test_every_indicator_has_a_list(client, cast):
    """Rendered are the first of each kind over each model."""
    client.force_login(cast.district_staff)
    firsts = {}
    with unrendered():
        for key, indicator in few(list(INDICATORS.items()), most=30):
            found = list_behind(client, f"/figures/{key}/?part=met")
            firsts.setdefault((indicator.kind, found["view"].sheet.model), key)
    for key in firsts.values():
        assert rows_behind(client, f"/figures/{key}/?part=met") >= 0


@pytest.mark.parametrize("part", few(("unmet", "nonsense", "all", ""), most=2))
def test_a_list_shows_the_part_that_is_asked_for(client, cast, part):
    """Of every share, which alone has parts, and of one indicator of each other kind."""
    client.force_login(cast.district_staff)
    one_of_each = {indicator.kind: key for key, indicator in INDICATORS.items()}
    shares = {key for key, indicator in INDICATORS.items() if indicator.kind == "share"}
    with unrendered():
        for key in shares | {*one_of_each.values()}:
            assert rows_behind(client, f"/figures/{key}/?part={part}") >= 0


@pytest.mark.full
@pytest.mark.parametrize("part", ["met", "unmet", "all", "", "nonsense"])
def test_every_list_of_every_indicator_is_shown(client, cast, part):
    client.force_login(cast.district_staff)
    for key in INDICATORS:
        assert rows_behind(client, f"/figures/{key}/?part={part}") >= 0


@pytest.mark.parametrize(
    "path",
    ["nothing/", "state/nothing/", "change/nothing/", "due/nothing/", "org_coverage/?area=000000",
     "%E8%A6%86%E7%9B%96/"],
)
def test_unknown_figures_and_areas_are_404(client, cast, path):
    client.force_login(cast.district_staff)
    assert client.get(f"/figures/{path}").status_code == 404


@pytest.mark.parametrize(
    "query",
    ["town=nowhere", "kind=没有", "industry=ZZ", "chain=没有", "park=x", "grid=x", "community=x",
     "covers_kind=小微企业", "works_at_kind=小微企业", "town=" + "9" * 400],
)
def test_unknown_cells_and_those_of_other_figures_are_empty(client, cast, query):
    client.force_login(cast.district_staff)
    assert rows_behind(client, f"/figures/org_coverage/?{quote(query, safe='=&')}") == 0


def test_the_cell_of_rows_without_a_value(client, cast):
    client.force_login(cast.district_staff)
    make.make_entity(name="没有镇街的企业")
    assert rows_behind(client, "/figures/entities/?town=") == 1
    page = client.get("/figures/entities/?town=&q=镇街的企业")
    assert page.context["page"].total == 1
    assert ("town", "") in page.context["held"]


@pytest.mark.parametrize(
    "query", ["as_of=never", "as_of=2026-02-30", "as_of=0001-01-01", "as_of=9999-12-31", "at=x",
              "sort=x", "per=1", "cols=x", "start=x", "part=%FF"],
)
def test_odd_values_give_a_page(client, cast, query):
    client.force_login(cast.district_staff)
    for path in ("org_coverage", "state/none", "change/joined", "due/elections", "members"):
        assert client.get(f"/figures/{path}/?{query}").status_code == 200


def test_a_change_needs_an_earlier_day(client, cast):
    client.force_login(cast.district_staff)
    for start in ("2026-10-31", "2026-11-30"):
        query = f"?as_of=2026-10-31&start={start}"
        assert all(rows_behind(client, f"/figures/change/{cause}/{query}") == 0 for cause in Cause)


@pytest.mark.parametrize("user", ["secretary_a", "instructor_a_user", "importer", "no_grant",
                                  "department_staff", "audit_admin"])
def test_only_readers_of_figures_may_open_lists(client, cast, user):
    client.force_login(cast.user(user))
    for path in ("org_coverage", "state/none", "change/joined", "due/elections"):
        assert client.get(f"/figures/{path}/").status_code == 403


def test_a_town_sees_its_own_rows_only(client, cast):
    client.force_login(cast.town_a_staff)
    page = client.get("/figures/entities/")
    assert {row.pk for row in page.context["page"]} == {cast.entity_a.pk, cast.entity_joint.pk}
    assert client.get("/figures/entities/?area=990101001").status_code == 404
    assert client.get("/figures/entities/?area=990101").status_code == 404


@pytest.fixture
def moved(cast):
    """An entity, with its branch and member, that has moved from 甲镇 to 乙街道 since."""
    entity = make.make_entity(name="迁走的企业", town=cast.town_a)
    branch = make.make_organization(name="迁走的支部", town=cast.town_a)
    make.cover(entity, branch)
    member = make.make_member(branch, name="迁走的党员")
    for record in (entity, branch):
        make.change(record, "2026-09-01", town=cast.town_b)
    return entity, branch, member


def test_rows_that_moved_away_are_named_not_opened(client, cast, moved):
    client.force_login(cast.town_a_staff)
    for path, record in zip(("org_coverage", "organizations", "members"), moved, strict=True):
        page = client.get(f"/figures/{path}/?as_of=2026-08-31&part=met")
        text = page.content.decode()
        assert record.name in text
        assert record.get_absolute_url() not in text
        assert "只列名称，不能打开" in text
        assert client.get(record.get_absolute_url()).status_code == 404
    page = client.get("/figures/members/?as_of=2026-08-31").content.decode()
    assert "迁走的党员" in page
    assert page.count("*****") == page.count('<span class="code">9901')  # only of those that open
    assert rows_behind(client, "/figures/org_coverage/?part=met") == 2


def test_the_export_has_exactly_the_rows(client, cast, moved):
    client.force_login(cast.town_a_staff)
    answer = client.post("/figures/org_coverage/?as_of=2026-08-31&part=met&sort=-name")
    assert "attachment" in answer["Content-Disposition"]
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    rows = list(book.active.iter_rows(min_row=2, values_only=True))
    assert {row[0] for row in rows} == {"迁走的企业", "甲一五金有限公司", "甲联食品有限公司"}


def test_many_rows_are_left_to_a_job(client, cast, moved, monkeypatch):
    monkeypatch.setattr("common.exports.actions.AT_ONCE", 2)
    client.force_login(cast.town_a_staff)
    answer = client.post("/figures/org_coverage/?as_of=2026-08-31&part=met&sort=-name")
    export = ExportFile.objects.get()
    assert answer["Location"] == export.get_absolute_url()
    assert (export.total, export.asked_by) == (3, cast.town_a_staff)
    jobs.complete(exports.job_of(export))
    export.refresh_from_db()
    with export.file.open("rb") as file:
        rows = list(openpyxl.load_workbook(file).active.iter_rows(min_row=2, values_only=True))
    assert len(rows) == 3
    assert client.get("/figures/org_coverage/").status_code == 200


def test_who_saw_members_is_written_down(client, cast):
    client.force_login(cast.town_a_staff)
    client.get("/figures/org_coverage/")
    assert not ReadEntry.objects.exists()
    client.get("/figures/members/")
    client.post("/figures/members/").getvalue()
    listed, exported = ReadEntry.objects.order_by("id")
    assert (listed.action, exported.action) == ("list", "export")
    assert set(listed.rows) == {str(cast.member_a.pk), str(cast.member_joint.pk)}
    assert listed.actor == cast.town_a_staff.pk


def test_a_search_stays_in_the_list(client, cast):
    client.force_login(cast.district_staff)
    page = client.get("/figures/org_coverage/?as_of=2026-10-31&part=met&q=食品&town=" + TOWN_A)
    assert [row.pk for row in page.context["page"]] == [cast.entity_joint.pk]
    assert page.context["size"] == 2
    held = dict(page.context["held"])
    assert held == {"as_of": "2026-10-31", "part": "met", "town": TOWN_A}


def test_lists_take_the_same_queries_for_any_number_of_rows(
    client, cast, django_assert_num_queries, django_assert_max_num_queries
):
    client.force_login(cast.district_staff)
    for path, most in (("org_coverage", 21), ("organizations", 18), ("members", 20)):
        client.get(f"/figures/{path}/")
        with django_assert_max_num_queries(most) as few:
            client.get(f"/figures/{path}/")
        for _ in range(15):
            entity = make.make_entity(town=cast.town_a)
            branch = make.make_organization(town=cast.town_a)
            make.cover(entity, branch)
            make.make_member(branch, workplace=entity)
        with django_assert_num_queries(len(few.captured_queries)):
            client.get(f"/figures/{path}/")


@pytest.mark.full
@pytest.mark.parametrize("seed", [1, 2])
def test_parts_of_a_share_sum_to_the_whole(client, seed):
    days = random_district(seed=seed, size=20)
    client.force_login(staff_of(Role.DISTRICT))
    day = random.Random(seed).choice(days).isoformat()
    for key, indicator in INDICATORS.items():
        if indicator.kind == "share":
            with unrendered():
                met, unmet, whole = (
                    rows_behind(client, f"/figures/{key}/?as_of={day}&part={part}")
                    for part in ("met", "unmet", "all")
                )
            assert met + unmet == whole


def test_the_models_of_lists_are_those_of_the_figures(client, cast):
    client.force_login(cast.district_staff)
    for path, model in (("entities", Entity), ("members", Member),
                        ("secretary_filled", PartyOrganization)):
        page = client.get(f"/figures/{path}/?as_of={on(LEAP_DAY).isoformat()}")
        assert page.context["view"].sheet.model is model
