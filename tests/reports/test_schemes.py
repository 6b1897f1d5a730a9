"""Criteria in force, stars and grades held, and what bulletins narrow organizations and members by:
counted by hand, and each number opens as many rows."""

from datetime import date

import pytest

from accounts.choices import Role
from accounts.scope import Scope
from areas.choices import AreaLevel
from evaluations.choices import VersionState
from evaluations.models import RatingScheme, StarGrant
from evaluations.shipping import ship
from organizations.choices import SetUpMode
from organizations.models import PartyOrganization
from reports.figures import Extent
from reports.indicators import INDICATORS
from services.models import Ticket
from tests import factories as make

pytestmark = pytest.mark.django_db
WHOLE = Extent(Scope(everything=True))
DAY = date(2026, 6, 30)
STARS, FORTRESS = {"scheme": "党组织星级评定"}, {"scheme": "堡垒指数"}


def value(key, where=None):
    return INDICATORS[key].figure(WHOLE, DAY, where).value


def names(key, where):
    return set(INDICATORS[key].rows(WHOLE, DAY, where).values_list("name", flat=True))


@pytest.fixture
def client_of_district(client):
    district = make.make_area(AreaLevel.DISTRICT)
    client.force_login(make.make_user(role=Role.DISTRICT, area=district))
    return client


def grant(branch, scheme, label, rank, level, **days):
    return StarGrant.objects.create(
        organization=branch, scheme=RatingScheme.objects.get(name=scheme["scheme"]), rank=rank,
        label=label, granted_by=level, document="1号", change="rated",
        **({"starts_on": date(2025, 12, 1)} | days),
    )


def test_criteria_of_the_version_in_force(client_of_district):
    ship()
    assert (value("rating_criteria", STARS), value("rating_categories", STARS)) == (80, 6)
    assert value("rating_criteria", {**STARS, "category": "组织生活"}) == 14
    first = RatingScheme.objects.get(name=STARS["scheme"]).versions.get()
    draft = first.scheme.versions.create(number=2)
    draft.criteria.create(category="新类别", number=1, name="新指标", points=1)
    assert value("rating_criteria", STARS) == 1, "nothing was put to use yet: the newest"
    first.state = VersionState.FROZEN
    first.save()
    assert (value("rating_criteria", STARS), value("rating_categories", STARS)) == (80, 6)
    for key, number in (("rating_criteria", ""), ("rating_categories", "类别种数 6")):
        page = client_of_district.get(f"/figures/{key}/", {"as_of": str(DAY), **STARS}).context
        assert (page["size"], page["subject"].number) == (80, number)
        assert all(row.opens for row in page["page"].rows)


def test_stars_and_grades_held_by_organizations_in_use(client_of_district):
    ship()
    one, two, gone = (
        make.make_organization(**values) for values in ({}, {}, {"dissolved_on": "2026-03-01"})
    )
    grant(one, STARS, "五星", 5, "city")
    grant(one, FORTRESS, "A", 4, "district")
    grant(two, STARS, "四星", 4, "district", ends_on=date(2026, 3, 1))
    grant(two, STARS, "三星", 3, "town", starts_on=date(2026, 3, 1))
    grant(two, FORTRESS, "B", 3, "district", starts_on=date(2026, 7, 1))
    grant(gone, STARS, "五星", 5, "city")
    assert value("grades_held") == 3
    assert value("grades_held", {**FORTRESS, "band": "A"}) == 1
    assert value("grades_held", {**FORTRESS, "band": "B"}) == 0
    assert value("grades_held", {**STARS, "granted_by": "镇街"}) == 1
    page = client_of_district.get("/figures/grades_held/", {"as_of": str(DAY), **STARS}).context
    assert page["size"] == page["page"].total == 2
    for key, level, number in (
        ("stars_5", "市", 1), ("stars_5", "区", 0), ("stars_4", "区", 0), ("stars_3", "镇街", 1),
        ("stars_3", "没有的", 0), ("organizations", "市", 1),
    ):
        assert value(key, {"star_level": level}) == number, (key, level)


def test_how_affiliation_and_management_agree():
    called = ("一致", "零星", "没有", "借出", "空")
    branches = [make.make_organization(name=name) for name in called]
    same, some, none, lent, _empty = branches
    for _ in range(2):
        make.make_member(same)
        make.make_member(lent, managed_by=some)
        make.make_member(lent, managed_by=none)
    make.make_member(some)
    make.make_member(lent)
    make.make_member(none, joined_on="2026-07-01")
    wanted = {"一致": {"一致"}, "不一致": {"零星", "借出"}, "没有": {"没有", "空"}, "别的": set()}
    for word, expected in wanted.items():
        assert names("organizations", {"affiliation": word}) == expected
    assert PartyOrganization.objects.count() == len(branches)


def test_members_by_how_their_organization_was_set_up():
    street = make.make_organization(mode=SetUpMode.MARKET_CIRCLE)
    other = make.make_organization()
    make.make_member(street)
    make.make_member(other, managed_by=street)
    make.make_member(street, managed_by=other)
    assert value("members", {"managed_in_mode": "商圈组建"}) == 2
    assert value("members", {"managed_in_mode": "单独组建"}) == 1
    assert value("members", {"managed_in_mode": "没有的"}) == 0


def test_enterprises_with_closed_tickets_each_once(client_of_district):
    town = make.make_area(AreaLevel.TOWN)
    firms = [make.make_entity(town=town) for _ in range(2)]
    for at, (firm, channel, grade) in enumerate((
        (firms[0], "chamber", "ordinary"), (firms[0], "chamber", "complex"),
        (firms[1], "chamber", "ordinary"), (firms[1], "visit", "complex"),
        (None, "chamber", "ordinary"),
    )):
        Ticket.objects.create(
            number=str(at), entity=firm, organization=None if firm else make.make_organization(),
            town=town, channel=channel, kind="request", grade=grade, title="一件", state="closed",
            registered_on=DAY, closed_on=DAY,
        )
    where, span = {"channel": "商会"}, {"from": "2026-01-01", "to": str(DAY)}
    for key, cell, number in (
        ("tickets_closed", where, 4), ("tickets_closed_entities", where, 2),
        ("tickets_closed", {"grade": "复杂"}, 2), ("tickets_closed_entities", {"grade": "紧急"}, 0),
    ):
        page = client_of_district.get(f"/figures/{key}/", {"as_of": str(DAY), **span, **cell})
        assert page.context["size"] == page.context["page"].total == number, (key, cell)
