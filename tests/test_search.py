"""The search of the whole portal."""

import pytest

from common.models import ReadEntry
from common.search import PERSONAL, SHOWN, is_personal
from members.models import Member
from organizations.models import Instructor, PartyOrganization
from tests import factories as make
from tests.counting import queries_of

pytestmark = pytest.mark.django_db
URL = "/search/"


def found(client, text) -> dict[str, list[str]]:
    page = client.get(URL, {"q": text})
    return {one.group.key: [hit.name for hit in one.hits] for one in page.context["found"]}


@pytest.fixture
def named(cast):
    """Names that one text finds, on both sides of the border."""
    PartyOrganization.objects.filter(pk=cast.organization_a.pk).update(
        short_name="五金支部", initials="zgjyzbwyh"
    )
    Member.objects.filter(pk=cast.member_a.pk).update(name="吴金", initials="wj")
    Instructor.objects.filter(pk=cast.instructor_a.pk).update(name="吴金花", initials="wjh")
    return cast


def test_groups_of_what_one_may_see(named, client):
    client.force_login(named.town_a_staff)
    assert found(client, "五金") == {
        "entities": ["甲一五金有限公司"],
        "organizations": ["五金支部"],
    }
    assert found(client, "wj") == {"members": ["吴金"], "instructors": ["吴金花"]}
    assert found(client, "JYWJ") == {"entities": ["甲一五金有限公司"]}
    assert found(client, "91990101ma00te") == {"entities": ["甲一五金有限公司"]}


def test_other_town_finds_nothing(named, client):
    client.force_login(named.town_b_staff)
    for text in ("五金", "wj", "91990101MA00TE5T2P", "吴金"):
        assert found(client, text) == {}
    assert "没有找到“五金”" in client.get(URL, {"q": "五金"}).content.decode()


@pytest.mark.parametrize(
    ("user", "groups"),
    [
        ("district_staff", {"entities", "organizations", "members", "instructors"}),
        ("secretary_a", {"entities", "organizations", "members"}),
        ("no_grant", set()),
        ("system_admin", set()),
        ("audit_admin", set()),
    ],
)
def test_groups_by_role(cast, client, user, groups):
    client.force_login(cast.user(user))
    PartyOrganization.objects.update(short_name="甲")
    Member.objects.update(name="甲")
    assert set(found(client, "甲")) == groups


def test_beginnings_come_first_and_hits_are_limited(cast, client):
    client.force_login(cast.district_staff)
    for number in range(SHOWN + 2):
        make.make_entity(name=f"大甲一{number:02}", town=cast.town_a)
    page = client.get(URL, {"q": "甲一"})
    [entities] = [one for one in page.context["found"] if one.group.key == "entities"]
    assert len(entities.hits) == SHOWN
    assert entities.hits[0].name == "甲一五金有限公司"
    assert client.get(entities.more).context["page"].total == SHOWN + 3


def test_search_takes_one_query_per_group(named, client):
    client.force_login(named.town_a_staff)
    assert queries_of(client, URL, {"q": "金"}) == queries_of(client, URL) + 4


@pytest.mark.parametrize("text", ["", " ", "%", "_", "'", "\\", "字" * 500, "😀", "\u202e", "（"])
def test_odd_texts_are_no_error(cast, client, text):
    client.force_login(cast.district_staff)
    assert client.get(URL, {"q": text}).status_code == 200


def test_percent_is_a_letter(cast, client):
    client.force_login(cast.district_staff)
    assert found(client, "%") == {}


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("99010119800101001X", True),
        ("990101 19800101 0019", True),
        ("13900000001", True),
        ("91990101MA00TE5T2P", False),
        ("990101101", False),
        ("甲一", False),
        ("139", False),
        ("990101198013010019", False),
    ],
)
def test_personal_numbers_are_known(text, is_it):
    assert is_personal(text) == is_it


def test_personal_numbers_leave_the_address(cast, client):
    client.force_login(cast.district_staff)
    answer = client.get(URL, {"q": "99010119800101001X"})
    assert answer.url == "/search/?personal=1"
    assert PERSONAL in client.get(answer.url).content.decode()
    assert not ReadEntry.objects.exists()


def test_search_needs_an_account(client):
    assert client.get(URL, {"q": "甲"}).status_code == 302
