"""Organizations founded, members developed, secretaries, instructors, visits, activities: counted
by hand on a small district, and each number opens as many rows."""

from datetime import date

import pytest

from accounts.choices import Role
from accounts.scope import Scope
from activities.models import Activity, Visit
from areas.choices import AreaLevel
from common.periods import Span
from enterprises.choices import EntityKind
from members.choices import PositionLevel
from organizations.choices import InstructorSource, OrganizationCategory, SetUpMode
from organizations.models import Post
from reports.figures import Extent, percent_text
from reports.indicators import INDICATORS
from tests import factories as make
from tests.factories import on

pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
DAY = on("2026-06-30")
YEAR = Span(date(2026, 1, 1), DAY)


def value(key, where=None, span=YEAR):
    return INDICATORS[key].figure(WHOLE, DAY, where, span).value


@pytest.fixture
def town():
    return make.make_area(AreaLevel.TOWN, make.make_area(AreaLevel.DISTRICT), name="甲镇")


def test_founded_in_the_period_and_still_there():
    firm = make.make_entity()
    new = make.make_organization(founded_on="2026-02-01", mode=SetUpMode.JOINT)
    make.cover(firm, new, starts_on="2026-02-01")
    make.make_organization(founded_on="2026-06-30", category=OrganizationCategory.FUNCTIONAL_BRANCH)
    make.make_organization(founded_on="2026-03-01", dissolved_on="2026-05-01")
    make.make_organization(founded_on="2025-12-31")
    make.make_organization(founded_on="2026-07-01")
    assert value("organizations_founded") == 2
    assert value("organizations_founded", {"covers_kind": "小微企业"}) == 1
    assert value("organizations_founded", {"covers_kind": "专业市场"}) == 0
    assert value("organizations_founded", {"mode": "联合组建"}) == 1
    assert value("organizations_founded", {"category": "功能型党支部"}) == 1


def test_members_developed_and_converted(town):
    park = make.make_area(AreaLevel.PARK, town.parent, name="高新园")
    branch = make.make_organization(short_name="龙水分会")
    firm = make.make_entity(park=park)
    make.make_member(
        branch, joined_on="2026-03-01", full_member_on=None, category="probationary",
        workplace=firm, position_level=PositionLevel.MANAGEMENT,
    )
    make.make_member(
        branch, joined_on="2026-06-30", full_member_on=None, category="probationary",
        position_level=PositionLevel.EMPLOYEE,
    )
    make.make_member(branch, joined_on="2026-04-01", full_member_on=None, status="transferred")
    make.make_member(branch, joined_on="2025-01-01", full_member_on="2026-01-01")
    make.make_member(make.make_organization(), managed_by=branch)
    assert value("members_joined") == 2
    assert value("members_joined", {"works_in_park": "是"}) == 1
    assert value("members_joined", {"works_in_park": "高新园"}) == 1
    assert value("members_joined", {"works_in_park": "别的园"}) == 0
    assert value("members_converted") == 1
    share = INDICATORS["members_joined_senior"].figure(WHOLE, DAY, None, YEAR)
    assert (share.met, share.total, percent_text(1, 2)) == (1, 2, "50.0%")
    assert value("members", {"managed_by": "龙水分会"}) == 4
    assert value("members", {"affiliated_with": "龙水分会"}) == 3


def test_secretaries_by_age():
    for born in ("1998-06-30", "1998-07-01", "1960-01-01", None):
        organization = make.make_organization()
        Post.objects.create(organization=organization, person="书记", born_on=on(born))
    gone = make.make_organization(dissolved_on="2026-01-01")
    Post.objects.create(organization=gone, person="书记", born_on=on("1930-01-01"))
    assert value("secretaries") == 4
    assert value("secretary_youngest") == 27
    assert value("secretary_oldest") == 66
    ages = {"28-": 2, "-28": 2, "28-28": 1, "30-40": 0, "x": 0, "30": 0, "-": 0, "²-": 0}
    assert {age: value("secretaries", {"age": age}) for age in ages} == ages


def test_instructors_by_source(town):
    make.make_instructor(source=InstructorSource.PARK)
    make.make_instructor(source=InstructorSource.OFFICIAL)
    assert value("instructors") == 2
    assert value("instructors", {"source": "园区人员"}) == 1


def test_an_entity_visited_twice_counts_once():
    instructor = make.make_instructor()
    shop, firm = make.make_entity(kind=EntityKind.SELF_EMPLOYED), make.make_entity()
    for entity, day in [(shop, "2026-01-01"), (shop, "2026-02-01"), (firm, "2026-06-30"),
                        (firm, "2025-12-31")]:
        Visit.objects.create(instructor=instructor, entity=entity, visited_on=on(day))
    assert (value("visits"), value("visited_entities")) == (3, 2)
    assert value("visited_entities", {"kind": "个体工商户"}) == 1
    assert set(INDICATORS["visited_entities"].rows(WHOLE, DAY, None, YEAR)) == {shop, firm}


def test_an_activity_counts_under_each_of_its_types():
    branch = make.make_organization()
    for types, day in [(["theme_day", "lecture"], "2026-03-01"), (["public_talk"], "2026-03-02"),
                       (["public_talk"], "2025-03-02")]:
        Activity.objects.create(
            organization=branch, types=types, topic="学习", held_on=on(day),
            has_micro_lecture=types[0] == "theme_day",
        )
    assert value("activities") == 2
    kinds = {"主题党日": 1, "党课": 1, "宣讲": 1, "支委会": 0, "没有的": 0}
    assert {kind: value("activities", {"type": kind}) for kind in kinds} == kinds
    assert value("activities", {"part_of": "微党课"}) == 1
    assert value("activities", {"part_of": "别的"}) == 0


def test_entities_by_what_they_are(town):
    branch = make.make_organization(name="商街党支部")
    firm = make.make_entity(tags=["专精特新"], stage="start_up", is_member_run=True, employees=7)
    make.make_entity(tags=["高新技术"], employees=30)
    make.cover(firm, branch)
    for where, number in [
        ({"tag": "专精特新"}, 1), ({"tag": "没有"}, 0), ({"stage": "初创期"}, 1),
        ({"member_run": "是"}, 1), ({"covered_by": "商街党支部"}, 1), ({"covered_by": "别的"}, 0),
    ]:
        assert value("entities", where) == number, where
    assert value("employees", {"covered_by": "商街党支部"}) == 7
    assert value("employees") == 37


# --- Lists --------------------------------------------------------------------------------------


def test_each_number_opens_as_many_rows(client, town):
    branch = make.make_organization(town=town, founded_on="2026-02-01")
    make.make_area(AreaLevel.GRID, town)
    Post.objects.create(organization=branch, person="书记", born_on=on("1980-01-01"))
    firm = make.make_entity(town=town)
    make.make_member(branch, joined_on="2026-03-01", full_member_on="2026-05-01")
    Visit.objects.create(
        instructor=make.make_instructor(town=town), entity=firm, visited_on=on("2026-05-05")
    )
    Activity.objects.create(
        organization=branch, types=["lecture"], topic="学习", held_on=on("2026-03-02")
    )
    client.force_login(make.make_user(role=Role.TOWN, area=town))
    span = {"as_of": "2026-06-30", "from": "2026-01-01", "to": "2026-06-30"}
    for key in (
        "organizations_founded", "members_joined", "members_joined_senior", "members_converted",
        "secretaries", "secretary_oldest", "instructors", "grids", "visits", "visited_entities",
        "activities", "employees",
    ):
        page = client.get(f"/figures/{key}/", span)
        assert page.status_code == 200, key
        assert page.context["size"] == page.context["page"].total == 1, key
    other = make.make_user(role=Role.TOWN, area=make.make_area(AreaLevel.TOWN, town.parent))
    client.force_login(other)
    for key in ("secretaries", "visits", "activities", "members_joined", "grids"):
        assert client.get(f"/figures/{key}/", span).context["size"] == 0, key
