"""Pages of members: list, record, form, numbers in full, and what is written down of reading."""

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from common.ledgers.forms import CHANGE, CONFIRMED, EFFECTIVE, MEANING
from common.models import ReadEntry
from common.secrets import conceal, disclose
from members.models import Member
from members.rules import dues_words, months_behind
from tests import factories as make
from tests.counting import queries_of

pytestmark = pytest.mark.django_db
LIST = "/members/"
ROWS_QUERIES = 3  # beyond those of the frame
# A made-up number that passes GB 11643, of a district that does not exist.
NUMBER, PHONE = "990101198001010014", "13900000003"
EVERYBODY = {"党员a", "党员joint", "党员b"}


def names(page) -> set[str]:
    return {row.name for row in page.context["page"]}


def text_of(page) -> str:
    return page.content.decode()


def sheet_of(answer) -> list[tuple]:
    body = b"".join(answer.streaming_content)
    return list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))


def detail(client, record, **query):
    return client.get(record.get_absolute_url(), query)


def page_of(name: str, member: Member) -> str:
    return reverse(f"members:{name}", args=[member.pk])


@pytest.fixture
def district(cast, client):
    client.force_login(cast.district_staff)
    return client


@pytest.fixture
def town(cast, client):
    client.force_login(cast.town_a_staff)
    return client


@pytest.fixture
def secretary(cast, client):
    client.force_login(cast.secretary_a)
    return client


@pytest.fixture
def known(cast):
    """党员a with numbers that can be told."""
    member = cast.member_a
    member.id_number, member.phone = conceal(NUMBER), conceal(PHONE)
    member.save()
    return member


# --- The list -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "seen"),
    [
        ("district_staff", EVERYBODY),
        ("importer", EVERYBODY),
        ("town_a_staff", {"党员a", "党员joint"}),
        ("town_b_staff", {"党员b"}),
        ("sector_staff", {"党员b"}),
        ("secretary_a", {"党员a"}),
        ("secretary_joint", {"党员joint"}),
    ],
)
def test_everybody_sees_own_rows(cast, client, user, seen):
    client.force_login(cast.user(user))
    assert names(client.get(LIST)) == seen


@pytest.mark.parametrize(
    "user",
    ["no_grant", "instructor_a_user", "department_staff", "system_admin", "security_admin",
     "audit_admin"],
)
def test_others_never_see_members(cast, client, user):
    client.force_login(cast.user(user))
    for url in (LIST, f"{LIST}new/", "/imports/template/members/"):
        assert client.get(url).status_code == 403
    assert client.post(LIST).status_code == 403
    for name in ("member_detail", "member_history", "member_edit", "member_phone"):
        assert client.get(page_of(name, cast.member_a)).status_code == 404
    assert not ReadEntry.objects.exists()


@pytest.mark.parametrize("text", ["党员a", "dya", "DYA"])
def test_search(cast, district, text):
    Member.objects.filter(pk=cast.member_a.pk).update(initials="dya")
    assert names(district.get(LIST, {"q": text})) == {"党员a"}


def test_numbers_are_masked(known, district):
    text = text_of(district.get(LIST))
    assert "990101********0014" in text
    assert "139****0003" in text
    assert NUMBER not in text
    assert PHONE not in text


@pytest.fixture
def varied(cast):
    """Members that differ in what filters ask for."""
    make.make_member(cast.organization_a, name="预备", category="probationary",
                     full_member_on=None, mobility="in")
    make.make_member(cast.organization_a, name="转出", status="transferred")
    make.make_member(cast.organization_a, name="在外", managed_by=cast.organization_b,
                     mobility="out")
    make.make_member(cast.organization_b, name="外来", managed_by=cast.organization_a)
    make.make_member(cast.organization_b, name="将来", joined_on="2999-01-01",
                     full_member_on=None, workplace_text="待建的厂")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"category": "probationary"}, {"预备"}),
        ({"status": "transferred"}, {"转出"}),
        ({"status": "to_come"}, {"将来"}),
        ({"status": "normal"}, EVERYBODY | {"预备", "在外", "外来"}),
        ({"mobility": "in"}, {"预备"}),
        ({"mobility": "out"}, {"在外"}),
        ({"workplace": "五金"}, {"党员a"}),
        ({"workplace": "待建"}, {"将来"}),
        ({"link": "outside"}, {"在外", "外来"}),
        ({"link": "away"}, {"在外", "外来"}),
        ({"link": "affiliated", "category": "probationary"}, {"预备"}),
    ],
)
def test_filters(varied, district, query, found):
    assert names(district.get(LIST, query)) == found


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("", {"党员a", "预备", "转出", "在外", "外来"}),
        ("affiliated", {"党员a", "预备", "转出", "在外"}),
        ("managed", {"党员a", "预备", "转出", "外来"}),
        ("outside", {"外来"}),
        ("away", {"在外"}),
    ],
)
def test_filter_by_organization(cast, varied, district, link, found):
    query = {"organization": cast.organization_a.pk, "link": link}
    assert names(district.get(LIST, query)) == found


def test_filter_by_organization_with_all_below(cast, district):
    query = {"organization": cast.committee.pk, "link": "affiliated"}
    assert names(district.get(LIST, query)) == set()
    assert names(district.get(LIST, query | {"below": "with"})) == {"党员b"}


def test_filter_by_entity(cast, district, town):
    district.force_login(cast.district_staff)
    assert names(district.get(LIST, {"entity": cast.entity_a.pk})) == {"党员a"}
    town.force_login(cast.town_a_staff)
    assert town.get(LIST, {"entity": cast.entity_b.pk}).status_code == 404


def test_filter_by_a_foreign_organization_is_404(cast, secretary):
    assert secretary.get(LIST, {"organization": cast.organization_b.pk}).status_code == 404
    assert "中共乙一支部委员会" not in text_of(secretary.get(LIST))


@pytest.mark.parametrize(
    "query",
    ["organization=x", "entity=x", "category=x", "status=x", "link=x", "below=x", "mobility=x",
     "workplace=%00"[:-3], "sort=x", "as_of=x", "at=x", "per=x", "cols=x", "q=%FF", "at=last",
     "sort=-dues&at=last"],
)
def test_odd_queries_are_no_error(district, query):
    assert district.get(f"{LIST}?{query}").status_code in (200, 404)


def test_list_as_of_an_earlier_day(cast, district):
    make.change(cast.member_a, "2026-01-01", status="left")
    [row] = district.get(LIST, {"q": "党员a"}).context["page"]
    assert row.status_words == "出党"
    [row] = district.get(LIST, {"q": "党员a", "as_of": "2025-12-31"}).context["page"]
    assert row.status_words == "正常"


@pytest.mark.parametrize("wanted", [1, 3])
def test_list_takes_the_same_queries_for_one_row_and_for_many(cast, town, wanted):
    """Organizations to choose from; count, page, changes, and what was read."""
    for name in ("王一", "王二", "王三"):
        make.make_member(cast.organization_a, name=name, managed_by=cast.organization_joint)
    query = {"q": "党员a" if wanted == 1 else "王"}
    assert len(town.get(LIST, query).context["page"].rows) == wanted
    assert queries_of(town, LIST, query) == ROWS_QUERIES


# --- What is written down -----------------------------------------------------------------------


def test_a_list_is_one_entry_with_the_rows_of_the_page(cast, town):
    town.get(LIST)
    entry = ReadEntry.objects.get()
    assert (entry.actor, entry.action) == (cast.town_a_staff.pk, "list")
    assert set(entry.rows) == {str(cast.member_a.pk), str(cast.member_joint.pk)}


def test_an_empty_list_is_no_entry(town):
    town.get(LIST, {"q": "没有这个人"})
    assert not ReadEntry.objects.exists()


@pytest.mark.parametrize("name", ["member_detail", "member_history", "member_edit"])
def test_opening_a_page_is_one_entry(cast, secretary, name):
    assert secretary.get(page_of(name, cast.member_a)).status_code == 200
    entry = ReadEntry.objects.get()
    assert (entry.actor, entry.action, entry.rows) == (
        cast.secretary_a.pk, "view", [str(cast.member_a.pk)],
    )


def test_a_page_that_is_refused_is_no_entry(cast, secretary):
    assert secretary.get(page_of("member_detail", cast.member_b)).status_code == 404
    assert not ReadEntry.objects.exists()


@pytest.mark.parametrize("data", [{}, {"layout": "ledger"}])
def test_an_export_is_one_entry_with_its_rows(cast, known, town, data):
    rows = sheet_of(town.post(f"{LIST}?q=党员a", data))
    assert NUMBER not in str(rows)
    assert "990101********0014" in str(rows)
    entry = ReadEntry.objects.get()
    assert (entry.action, entry.rows) == ("export", [str(known.pk)])


def test_an_export_in_full_is_one_entry_with_its_reason(known, town):
    data = {"layout": "ledger", "identity": "1", "reason": "换届核对"}
    rows = sheet_of(town.post(f"{LIST}?q=党员a", data))
    assert rows[1][rows[0].index("公民身份号码★")] == NUMBER
    entry = ReadEntry.objects.get()
    assert (entry.action, entry.reason, entry.fields) == ("export", "换届核对", "完整号码")


def test_secretaries_take_no_roster_away(cast, secretary):
    assert "导出" not in text_of(secretary.get(LIST))
    assert secretary.post(LIST).status_code == 403
    assert secretary.post(LIST, {"layout": "ledger"}).status_code == 403
    assert secretary.get("/imports/template/members/").status_code == 403


# --- The record ---------------------------------------------------------------------------------


def test_record(cast, known, town):
    make.manage(known, cast.organization_b, "2025-01-01")
    Member.objects.filter(pk=known.pk).update(
        dues_paid_until=date(2026, 6, 30), monthly_dues="12.50", party_post="组织委员"
    )
    town.force_login(cast.district_staff)
    text = text_of(detail(town, known, as_of="2026-11-20"))
    for words in ("990101********0014", "139****0003", "中共甲一支部委员会", "中共乙一支部委员会",
                  "2025-01-01 起", "组织关系在外", "甲一五金有限公司", "2026-06，欠 4 个月",
                  "组织委员", "关系时间轴"):
        assert words in text
    assert NUMBER not in text
    assert PHONE not in text


def test_record_on_an_earlier_day(cast, known, town):
    make.change(known, "2026-01-01", status="transferred", workplace=cast.entity_joint)
    page = detail(town, known, as_of="2025-12-31")
    assert page.context["status"] == "正常"
    assert page.context["places"].workplace.name == "甲一五金有限公司"
    assert "edit/?as_of=2025-12-31" in text_of(page)
    page = detail(town, known)
    assert page.context["status"] == "已转出"
    assert page.context["places"].workplace.name == "甲联食品有限公司"


@pytest.mark.parametrize("day", ["x", "2026-02-30", "0001-01-01", "9999-12-31", "1900-01-01"])
def test_odd_days_are_no_error(cast, town, day):
    assert detail(town, cast.member_a, as_of=day).status_code == 200


def test_links_lead_only_to_what_one_may_see(cast, client):
    """A member of 乙街道's branch who takes part in 甲镇 and works in 乙街道."""
    member = make.make_member(
        cast.organization_b, managed_by=cast.organization_a, workplace=cast.entity_b
    )
    client.force_login(cast.town_a_staff)
    places = detail(client, member).context["places"]
    assert (places.affiliated.name, places.affiliated.url) == ("中共乙一支部委员会", "")
    assert places.managed.url
    assert places.workplace.url == ""


@pytest.mark.parametrize(
    "name",
    ["member_detail", "member_history", "member_edit", "member_phone", "member_id_number"],
)
@pytest.mark.parametrize("user", ["town_b_staff", "secretary_joint", "sector_staff"])
def test_foreign_record_is_404(cast, client, user, name):
    client.force_login(cast.user(user))
    url = page_of(name, cast.member_a)
    assert client.get(url).status_code == 404
    assert client.post(url, {"reason": "x"}).status_code in (404, 405)
    assert not ReadEntry.objects.exists()


# --- Numbers in full ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "number", "label"),
    [("member_phone", PHONE, "手机"), ("member_id_number", NUMBER, "公民身份号码")],
)
def test_number_is_shown_once_with_a_reason(cast, known, secretary, name, number, label):
    url = page_of(name, known)
    assert number not in text_of(secretary.get(url, {"reason": "x"}))
    assert number not in text_of(secretary.post(url, {"reason": " "}))
    assert not ReadEntry.objects.exists()
    answer = secretary.post(url, {"reason": "核对党费"})
    assert number in text_of(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    entry = ReadEntry.objects.get()
    assert (entry.actor, entry.action, entry.rows, entry.fields, entry.reason) == (
        cast.secretary_a.pk, "reveal", [str(known.pk)], label, "核对党费",
    )


# --- The form -----------------------------------------------------------------------------------


def form_data(page) -> dict[str, str]:
    """What a browser would send of the form as it is shown."""
    form = page.context["form"]
    left_out = () if form.question else (MEANING, EFFECTIVE)
    return {
        f.name: "" if f.value() is None else str(f.value()) for f in form if f.name not in left_out
    }


def save(client, url, **values):
    """Open the form, change values, answer what it asks by 变更."""
    data = form_data(client.get(url)) | values
    page = client.post(url, data)
    if page.status_code == 200 and page.context["form"].question:
        answer = form_data(page)
        page = client.post(url, data | {MEANING: CHANGE, EFFECTIVE: answer[EFFECTIVE],
                                        CONFIRMED: answer[CONFIRMED]})
    return page


NEW = {
    "name": "林秀英", "sex": "女", "ethnicity": "汉族", "id_number": "990101199003070023",
    "education": "大专", "category": "正式党员", "status": "正常", "joined_on": "2015-07-01",
    "full_member_on": "2016-07-01", "phone": "13900000008",
}


def test_secretary_adds_a_member_of_the_own_organization(cast, secretary):
    answer = save(secretary, f"{LIST}new/", **NEW, affiliation="中共甲一支部委员会")
    made = Member.objects.get(name="林秀英")
    assert answer.headers["Location"] == made.get_absolute_url()
    assert disclose(made.id_number) == NEW["id_number"]
    assert made.affiliations.get().organization == cast.organization_a


def test_secretary_adds_nobody_elsewhere(cast, secretary):
    page = save(secretary, f"{LIST}new/", **NEW, affiliation="中共乙一支部委员会")
    assert page.status_code == 200
    assert not Member.objects.filter(name="林秀英").exists()


def test_secretary_edits_who_takes_part_in_the_own_organization(cast, known, secretary):
    assert save(secretary, page_of("member_edit", known), party_post="书记").status_code == 302
    known.refresh_from_db()
    assert known.party_post == "书记"
    assert (disclose(known.id_number), disclose(known.phone)) == (NUMBER, PHONE)


def test_secretary_only_reads_who_takes_part_elsewhere(cast, known, secretary):
    make.manage(known, cast.organization_b)
    page = detail(secretary, known)
    assert page.status_code == 200
    assert "修改</a>" not in text_of(page)
    assert secretary.get(page_of("member_edit", known)).status_code == 403
    assert secretary.post(page_of("member_edit", known), {}).status_code == 403


def test_secretary_gives_nobody_away(cast, known, secretary):
    """Another organization cannot be named; nothing is written."""
    page = save(secretary, page_of("member_edit", known), affiliation="中共乙一支部委员会")
    assert page.status_code == 200
    assert known.affiliations.get().organization == cast.organization_a


def test_a_change_of_workplace_from_a_day(cast, known, town):
    url = page_of("member_edit", known)
    data = form_data(town.get(url)) | {"workplace": "甲联食品有限公司"}
    page = town.post(url, data)
    assert page.context["form"].question.changes
    data |= {MEANING: CHANGE, EFFECTIVE: "2026-10-01", CONFIRMED: form_data(page)[CONFIRMED]}
    assert town.post(url, data).status_code == 302
    old, new = known.states.order_by("starts_on")
    assert (old.workplace, old.ends_on) == (cast.entity_a, date(2026, 10, 1))
    assert new.workplace == cast.entity_joint


def test_two_editors(cast, known, town):
    """Who saves second sees both values; a number that the other changed stays masked."""
    url = page_of("member_edit", known)
    other = Client()
    other.force_login(cast.district_staff)
    mine = form_data(town.get(url))
    assert save(other, url, party_post="组织委员", phone="13900000077").status_code == 302
    page = town.post(url, mine | {"party_post": "宣传委员", "phone": "13900000066"})
    text = text_of(page)
    assert page.status_code == 200
    for words in ("有人改过这条记录", "组织委员", "宣传委员", "139****0077"):
        assert words in text
    assert "13900000077" not in text
    known.refresh_from_db()
    assert known.party_post == "组织委员"


def test_form_shows_no_number(known, secretary):
    text = text_of(secretary.get(page_of("member_edit", known)))
    assert "990101********0014" in text
    assert NUMBER not in text
    assert PHONE not in text


# --- Dues ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid_until", "day", "months"),
    [
        (date(2026, 10, 31), date(2026, 11, 30), 0),
        (date(2026, 10, 1), date(2026, 12, 1), 1),
        (date(2025, 12, 31), date(2026, 1, 1), 0),
        (date(2025, 11, 30), date(2026, 1, 1), 1),
        (date(2027, 3, 31), date(2026, 1, 1), 0),
    ],
)
def test_months_behind(paid_until, day, months):
    assert months_behind(paid_until, day) == months


def test_dues_in_words():
    assert dues_words(None, date(2026, 11, 20)) == ""
    assert dues_words(date(2026, 10, 31), date(2026, 11, 20)) == "2026-10"
    assert dues_words(date(2026, 4, 30), date(2026, 11, 20)) == "2026-04，欠 6 个月"
