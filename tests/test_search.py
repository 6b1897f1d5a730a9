"""The search of the whole portal."""

import pytest

from common.models import ReadEntry
from common.search import PERSONAL, SHOWN, is_personal
from evaluations.models import Commitment, Honour
from members.models import Member
from organizations.models import Instructor, PartyOrganization
from tests import factories as make
from tests.counting import queries_of
from tests.registers.samples import ROWS, write
from tests.services.tickets import raised

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
    # Entities, organizations, members, instructors, tickets, commitments, honours, small ledgers.
    assert queries_of(client, URL, {"q": "金"}) == queries_of(client, URL) + 8


# --- Tickets, commitments, honours, small ledgers -----------------------------------------------


@pytest.fixture
def recorded(cast):
    """Something of each kind about the firm of 甲镇, called so that “扩产” finds it."""
    asked = raised(cast.secretary_a, cast.entity_a, title="扩产用地")
    Commitment.objects.create(
        organization=cast.organization_a, entity=cast.entity_a, year=2026, signed_on="2026-03-01"
    )
    Honour.objects.create(
        year=2026, level="town", kind="other", name="扩产先进", entity=cast.entity_a,
        person="吴永康",
    )
    write("help", {**ROWS["help"], "名称": "扩产贷款", "主办单位": "", "受益主体": ""})
    write("plans", {**ROWS["plans"], "方案名称": "扩产帮扶"})
    write("funds", {**ROWS["funds"], "领款人": "吴永康"})
    write("enterprise_years")
    write("new_employment", {**ROWS["new_employment"], "姓名": "扩产哥"})
    return asked


def test_tickets_and_ledgers_by_name_and_number(cast, client, recorded):
    for user in (cast.town_a_staff, cast.district_staff, cast.secretary_a):
        client.force_login(user)
        groups = found(client, "扩产")
        assert groups["tickets"] == ["扩产用地"]
        assert groups["honours"] == ["扩产先进"]
        assert groups["plans"] == ["扩产帮扶"]
        assert found(client, recorded.number) == {"tickets": ["扩产用地"]}
    client.force_login(cast.town_a_staff)
    assert found(client, "扩产") == {
        "tickets": ["扩产用地"], "honours": ["扩产先进"], "plans": ["扩产帮扶"],
        "help": ["扩产贷款"],
    }
    fund = "活动经费 2026-03-15 甲组〔2026〕3号 主题党日"
    assert found(client, "甲组〔2026〕3号") == {"funds": [fund]}
    groups = found(client, "甲一五金")
    assert groups["enterprise_years"] == ["甲一五金有限公司 2025"]
    assert len(groups["commitments"]) == len(groups["tickets"]) == 1
    page = client.get(URL, {"q": "扩产"})
    for one in page.context["found"]:
        for hit in one.hits:
            assert client.get(hit.url).status_code == 200


def test_people_are_not_found_in_ledgers(cast, client, recorded):
    client.force_login(cast.district_staff)
    assert "new_employment" not in found(client, "扩产哥")
    for text in ("吴永康", "王骑手", "周一", "孙五"):
        assert found(client, text) == {}, text


def test_other_towns_ledgers_are_not_found(cast, client, recorded):
    for user in (cast.town_b_staff, cast.no_grant, cast.department_staff, cast.audit_admin):
        client.force_login(user)
        assert found(client, "扩产") == {}
        assert found(client, recorded.number) == {}


def test_many_rows_of_a_ledger_are_cut_and_lead_to_its_list(cast, client):
    write("plans", *({**ROWS["plans"], "方案名称": f"扩产{n:02}"} for n in range(SHOWN + 2)))
    client.force_login(cast.town_a_staff)
    [one] = client.get(URL, {"q": "扩产"}).context["found"]
    assert [hit.name for hit in one.hits] == [f"扩产{n:02}" for n in range(SHOWN)]
    assert client.get(one.more).context["page"].total == SHOWN + 2


@pytest.mark.parametrize("text", ["", " ", "%", "_", "'", "\\", "字" * 500, "😀", "\u202e", "（"])
def test_odd_texts_are_no_error(cast, client, text):
    client.force_login(cast.district_staff)
    assert client.get(URL, {"q": text}).status_code == 200


def test_signs_alone_find_nothing(cast, client, recorded):
    client.force_login(cast.district_staff)
    assert found(client, "（") == found(client, "·") == {}


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
