"""Pages of organizations: list, record, form, export, the secretary's phone in full."""

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from areas.choices import AreaLevel
from common.dated import FOREVER
from common.ledgers.forms import CHANGE, CONFIRMED, CORRECT, EFFECTIVE, MEANING
from common.models import ReadEntry
from common.secrets import conceal, disclose
from organizations import details
from organizations.choices import OrganizationCategory, OrganizationStatus, SetUpMode
from organizations.models import OrganizationState, PartyOrganization, Post, Term
from organizations.queries import listed, of_stage, tree_on, with_due
from organizations.rules import election_due, reminder_stage
from tests import factories as make
from tests.counting import queries_of

pytestmark = pytest.mark.django_db
LIST = "/organizations/"
ROWS_QUERIES, RECORD_QUERIES = 6, 50  # beyond those of the frame
PHONE = "13900000002"
EVERYBODY = {
    "中共明川区市场行业委员会", "中共甲一支部委员会", "中共甲镇联合支部委员会",
    "中共乙一支部委员会",
}


def names(page) -> set[str]:
    return {row.name for row in page.context["page"]}


def text_of(page) -> str:
    return page.content.decode()


def sheet_of(answer) -> list[tuple]:
    body = b"".join(answer.streaming_content)
    return list(openpyxl.load_workbook(io.BytesIO(body)).active.iter_rows(values_only=True))


def detail(client, record, **query):
    return client.get(record.get_absolute_url(), query)


@pytest.fixture
def district(cast, client):
    client.force_login(cast.district_staff)
    return client


@pytest.fixture
def town(cast, client):
    client.force_login(cast.town_a_staff)
    return client


# --- The list -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "seen"),
    [
        ("district_staff", EVERYBODY),
        ("importer", EVERYBODY),
        ("town_a_staff", {"中共甲一支部委员会", "中共甲镇联合支部委员会"}),
        ("sector_staff", {"中共明川区市场行业委员会", "中共乙一支部委员会"}),
        ("secretary_a", {"中共甲一支部委员会"}),
        ("instructor_a_user", set()),
    ],
)
def test_everybody_sees_own_rows(cast, client, user, seen):
    client.force_login(cast.user(user))
    assert names(client.get(LIST)) == seen


@pytest.mark.parametrize("user", ["no_grant", "department_staff", "system_admin", "audit_admin"])
def test_others_have_no_list(cast, client, user):
    client.force_login(cast.user(user))
    assert client.get(LIST).status_code == 403
    assert client.post(LIST).status_code == 403


@pytest.mark.parametrize("text", ["甲一", "dzjy", "D-甲"])
def test_search(cast, district, text):
    PartyOrganization.objects.filter(pk=cast.organization_a.pk).update(
        code="D-甲一", initials="dzjyzb"
    )
    assert names(district.get(LIST, {"q": text})) == {"中共甲一支部委员会"}


def test_columns_of_a_row(cast, district):
    make.make_post(cast.organization_joint, person="罗小梅")
    make.make_term(cast.organization_joint, "2024-01-10", 3)
    [row] = district.get(LIST, {"q": "联合", "as_of": "2026-11-20"}).context["page"]
    assert (row.secretary, row.covered, row.affiliated, row.managed) == ("罗小梅", 2, 1, 1)
    assert (row.due_on, row.stage, row.town_name) == (date(2027, 1, 10), "3 个月内", "甲镇")


def test_numbers_of_a_row_are_those_of_the_lists_they_open(cast, town):
    """Of the two entities of the joint branch one lies in 乙街道."""
    [row] = town.get(LIST, {"q": "联合"}).context["page"]
    assert row.covered == 1
    url = f"/entities/?organization={row.pk}"
    assert url in text_of(town.get(LIST, {"q": "联合"}))
    assert names(town.get(url)) == {"甲联食品有限公司"}
    assert {m.name for m in town.get(row.affiliated_url).context["page"]} == {"党员joint"}


def test_list_of_entities_of_a_foreign_organization_is_404(cast, town):
    assert town.get(f"/entities/?organization={cast.organization_b.pk}").status_code == 404
    assert town.get("/entities/?organization=x").status_code in (200, 404)


def test_who_may_not_see_members_gets_no_numbers(cast, client):
    make.assign(cast.instructor_a, organization=cast.organization_a)
    client.force_login(cast.instructor_a_user)
    [row] = client.get(LIST).context["page"]
    assert (row.affiliated, row.managed) == (None, None)
    assert "/members/" not in text_of(client.get(LIST))
    text = text_of(detail(client, cast.organization_a))
    assert "/members/" not in text
    assert "党员a" not in text  # nor in the history


@pytest.fixture
def varied(cast):
    """Organizations that differ in what filters ask for, on 2026-11-20."""
    park = make.make_area(AreaLevel.PARK, cast.district, name="五金产业园")
    make.make_organization(name="园区总支", category=OrganizationCategory.GENERAL_BRANCH,
                           mode=SetUpMode.AREA_FALLBACK, town=cast.town_b, park=park)
    gone = make.make_organization(name="已撤支部", dissolved_on="2025-01-01", town=cast.town_b)
    make.make_organization(name="停用支部", status=OrganizationStatus.DISSOLVED)
    make.make_organization(name="将来支部", founded_on="2027-01-01")
    late = make.make_organization(name="逾期支部")
    soon = make.make_organization(name="临近支部")
    make.make_term(gone, "2020-01-01", 3)
    make.make_term(late, "2023-11-20", 3)
    make.make_term(soon, "2024-05-20", 3)
    for organization in (late, soon, gone):
        make.make_post(organization)
    return park


DAY = {"as_of": "2026-11-20"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"category": "general_branch"}, {"园区总支"}),
        ({"mode": "area_fallback"}, {"园区总支"}),
        ({"status": "dissolved"}, {"已撤支部", "停用支部"}),
        ({"status": "to_come"}, {"将来支部"}),
        ({"status": "in_use"}, EVERYBODY | {"园区总支", "逾期支部", "临近支部"}),
        ({"election": "overdue"}, {"逾期支部"}),
        ({"election": "6"}, {"临近支部"}),
        ({"election": "3"}, set()),
        ({"election": "unknown"}, EVERYBODY | {"园区总支"}),
        ({"secretary": "filled"}, {"已撤支部", "逾期支部", "临近支部"}),
        ({"secretary": "vacant"}, EVERYBODY | {"园区总支"}),
    ],
)
def test_filters(varied, district, query, found):
    assert names(district.get(LIST, query | DAY)) == found


def test_filters_by_place(cast, varied, district):
    assert names(district.get(LIST, {"park": varied.pk})) == {"园区总支"}
    assert names(district.get(LIST, {"town": cast.town_a.pk})) == {
        "中共甲一支部委员会", "中共甲镇联合支部委员会",
    }


def test_filter_by_a_foreign_place_is_404(cast, town):
    assert town.get(LIST, {"town": cast.town_b.pk}).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["town=x", "category=x", "election=x", "election=99", "status=x", "secretary=x", "sort=x",
     "as_of=x", "per=x", "at=x", "cols=x", "q=%FF", "at=last", "park=1", "sort=-due&at=last"],
)
def test_odd_queries_are_no_error(district, query):
    assert district.get(f"{LIST}?{query}").status_code in (200, 404)


def test_sorted_by_election(cast, varied, district):
    rows = [row.name for row in district.get(LIST, {"sort": "due"} | DAY).context["page"]]
    assert rows[:3] == ["已撤支部", "逾期支部", "临近支部"]  # who has no term stands last


@pytest.mark.parametrize("wanted", [1, 3])
def test_list_takes_the_same_queries_for_one_row_and_for_many(cast, town, wanted):
    """Areas to choose from; count and page;
    entities covered; members on the roll and taking part (twice); changes."""
    for name in ("甲三支部", "甲三二支部"):
        organization = make.make_organization(name=name, town=cast.town_a)
        make.make_member(organization)
        make.make_post(organization)
        make.cover(make.make_entity(town=cast.town_a), organization)
    make.make_member(cast.organization_a, managed_by=cast.organization_joint)
    query = {"q": "中共甲一"} if wanted == 1 else {"q": "支部", "category": "branch"}
    assert len(town.get(LIST, query).context["page"].rows) == wanted
    assert queries_of(town, LIST, query) == ROWS_QUERIES


# --- The day of the next election in SQL --------------------------------------------------------


@pytest.mark.parametrize("start", ["2024-02-29", "2023-02-28", "2023-03-01", "2022-12-31"])
@pytest.mark.parametrize("years", [1, 3, 4, 5])
def test_due_day_in_sql_agrees_with_the_rule(cast, start, years):
    term = make.make_term(cast.organization_a, start, years)
    [found] = with_due(Term.objects.filter(pk=term.pk))
    assert found.due_on == election_due(date.fromisoformat(start), years)


@pytest.mark.parametrize("due", ["2027-08-31", "2027-08-30", "2027-02-28", "2027-03-01"])
def test_stage_in_sql_agrees_with_the_rule(cast, due):
    due_on = date.fromisoformat(due)
    make.make_term(cast.organization_a, due_on.replace(year=due_on.year - 3), 3)
    for month, day in ((2, 27), (2, 28), (1, 30), (8, 30), (8, 31), (9, 1), (11, 30)):
        for year in (2026, 2027):
            today = date(year, month, day)
            stage = reminder_stage(due_on, today, (6, 3, 1))
            rows = listed(PartyOrganization.objects.filter(pk=cast.organization_a.pk), today)
            for months in (6, 3, 1):
                is_in = of_stage(rows, str(months), today).exists()
                assert is_in == (stage is not None and 0 < stage <= months), (today, months)
            assert of_stage(rows, "overdue", today).exists() == (stage == 0)


# --- Files --------------------------------------------------------------------------------------


def test_exports(cast, town):
    make.make_post(cast.organization_a, phone=conceal(PHONE))
    rows = sheet_of(town.post(f"{LIST}?q=甲一"))
    assert rows[1][0] == "中共甲一支部委员会"
    rows = sheet_of(town.post(f"{LIST}?q=甲一", {"layout": "ledger"}))
    assert rows[0][0] == "党组织全称★"
    assert rows[1][rows[0].index("书记联系电话")] == "139****0002"
    assert rows[0][-1] == "记录号"


def test_export_needs_the_right(cast, client):
    client.force_login(cast.secretary_a)
    assert client.post(LIST).status_code == 403
    assert client.post(LIST, {"layout": "ledger"}).status_code == 403
    assert client.get("/imports/template/organizations/").status_code == 403


def test_template(town):
    assert sheet_of(town.get("/imports/template/organizations/"))[0][0] == "党组织全称★"


# --- The record ---------------------------------------------------------------------------------


@pytest.fixture
def led(cast):
    """The joint branch with a secretary, an earlier one, a term and an instructor."""
    joint = cast.organization_joint
    make.make_post(joint, "2020-01-01", "2024-01-01", person="吴永康")
    make.make_post(joint, "2024-01-01", person="罗小梅", phone=conceal(PHONE))
    make.make_term(joint, "2024-01-10", 3)
    make.assign(cast.instructor_a, organization=joint)
    return joint


def test_record(cast, led, town):
    text = text_of(detail(town, led, as_of="2026-11-20"))
    for words in ("罗小梅", "139****0002", "吴永康", "2020-01-01 至 2023-12-31", "2027-01-10",
                  "应于 2027年1月10日换届", "指导员甲", "覆盖主体 2 家", "甲联食品有限公司",
                  "另有 1 家不在您的管理范围内", "正式党员 1 名，不足 3 名", "关系时间轴"):
        assert words in text
    assert PHONE not in text
    assert "乙联食品有限公司" not in text


def test_record_on_an_earlier_day(cast, led, town):
    make.change(led, "2025-01-01", category=OrganizationCategory.BRANCH)
    page = detail(town, led, as_of="2023-05-01")
    assert page.context["secretary"].post.person == "吴永康"
    assert page.context["term"] is None
    assert page.context["state"].category == OrganizationCategory.JOINT_BRANCH
    assert "edit/?as_of=2023-05-01" in text_of(page)


@pytest.mark.parametrize("day", ["x", "2026-02-30", "0001-01-01", "9999-12-31", "1900-01-01"])
def test_odd_days_are_no_error(cast, led, town, day):
    assert detail(town, led, as_of=day).status_code == 200


def test_tree(cast, client):
    """The committee has a branch in 乙街道; a town sees the name above, not the page."""
    below = make.make_organization(name="乙一下属支部", parent=cast.organization_b)
    client.force_login(cast.town_b_staff)
    page = detail(client, cast.organization_b)
    assert [(one.name, one.url) for one in page.context["tree"]] == [
        ("中共明川区市场行业委员会", ""),
    ]
    shown = page.context["subordinates"]
    assert (shown["rows"], shown["total"], shown["unseen"]) == ([], 1, 1)
    client.force_login(cast.district_staff)
    page = detail(client, cast.committee)
    [row] = page.context["subordinates"]["rows"]
    assert (row.name, row.below_count, row.covered, row.affiliated) == (
        "中共乙一支部委员会", 1, 1, 1,
    )
    assert tree_on(timezone.localdate()).above(below.pk) == [
        cast.committee.pk, cast.organization_b.pk,
    ]


def test_long_lists_are_cut_and_lead_on(cast, district, monkeypatch):
    monkeypatch.setattr(details, "SHOWN", 1)
    monkeypatch.setattr(details, "BELOW_SHOWN", 1)
    make.make_organization(name="乙二支部", parent=cast.committee)
    gone = make.make_organization(name="乙三支部", parent=cast.committee, dissolved_on="2021-01-01")
    page = detail(district, cast.committee)
    shown = page.context["subordinates"]
    assert (len(shown["rows"]), shown["total"], shown["more"]) == (1, 2, 1)
    url = f"{LIST}?superior={cast.committee.pk}&status=in_use"
    assert url.replace("&", "&amp;") in text_of(page)
    assert names(district.get(url)) == {"中共乙一支部委员会", "乙二支部"}
    assert gone.name in names(district.get(LIST, {"superior": cast.committee.pk}))
    page = detail(district, cast.organization_joint)
    assert (len(page.context["coverage"].rows), page.context["coverage"].more) == (1, 1)
    assert names(district.get(page.context["entities_url"])) == {
        "甲联食品有限公司", "乙联食品有限公司",
    }


def test_record_takes_the_same_queries_for_one_and_for_many(cast, district):
    child = make.make_organization(parent=cast.organization_b)
    make.assign(cast.instructor_a, organization=cast.organization_b)
    make.make_post(cast.organization_b)
    url = cast.organization_b.get_absolute_url()
    assert queries_of(district, url) == RECORD_QUERIES
    for _ in range(2):
        other = make.make_organization(parent=cast.organization_b)
        make.make_member(other)
        make.cover(make.make_entity(), cast.organization_b)
        make.assign(make.make_instructor(), organization=cast.organization_b)
        make.make_post(other)
    make.make_member(child)
    assert queries_of(district, url) == RECORD_QUERIES


def test_members_of_an_organization(cast, district):
    """在册, 管理, 流入, 流出, and 正式党员 of those on the roll (domain.md §4.4)."""
    make.make_member(cast.organization_a, managed_by=cast.organization_joint, mobility="out")
    make.make_member(cast.organization_joint, managed_by=cast.organization_a, mobility="in")
    make.make_member(cast.organization_a, joined_on="2999-01-01", full_member_on=None)
    make.make_member(cast.organization_a, status="transferred")
    page = detail(district, cast.organization_a)
    panel = next(
        one.context for one in page.context["panels"]["record"] if "figures" in one.context
    )
    assert [(one["name"], one["value"]) for one in panel["figures"]] == [
        ("在册", 2), ("管理", 2), ("流入", 1), ("流出", 1),
    ]
    assert (panel["full"], panel["outside"]) == (2, 1)
    for one in panel["figures"]:
        assert district.get(one["url"]).context["page"].total == one["value"]
    assert district.get(panel["outside_url"]).context["page"].total == 1


def test_members_beyond_the_scope_are_counted_apart(cast, client):
    make.make_member(cast.organization_a, managed_by=cast.organization_b)
    client.force_login(cast.town_a_staff)
    page = detail(client, cast.organization_a)
    panel = next(
        one.context for one in page.context["panels"]["record"] if "figures" in one.context
    )
    assert (panel["figures"][0]["value"], panel["figures"][0]["seen"]) == (2, 1)
    assert client.get(panel["figures"][0]["url"]).context["page"].total == 1


@pytest.mark.parametrize(
    "page",
    ["organization_detail", "organization_history", "organization_edit", "secretary_phone"],
)
def test_foreign_record_is_404(cast, town, page):
    make.make_post(cast.organization_b, phone=conceal(PHONE))
    url = reverse(f"organizations:{page}", args=[cast.organization_b.pk])
    assert town.get(url).status_code == 404
    assert town.post(url, {"reason": "x"}).status_code in (404, 405)


def test_own_record_without_the_right_is_403(cast, client):
    client.force_login(cast.secretary_a)
    assert detail(client, cast.organization_a).status_code == 200
    url = reverse("organizations:organization_edit", args=[cast.organization_a.pk])
    assert client.get(url).status_code == 403
    assert "修改</a>" not in text_of(detail(client, cast.organization_a))
    assert client.get(f"{LIST}new/").status_code == 403


def test_history_page(cast, town):
    url = reverse("organizations:organization_history", args=[cast.organization_a.pk])
    assert town.get(url).status_code == 200


# --- The secretary's phone in full --------------------------------------------------------------


def test_phone_is_shown_once_with_a_reason(cast, led, town):
    url = reverse("organizations:secretary_phone", args=[led.pk])
    assert PHONE not in text_of(town.get(url))
    assert PHONE not in text_of(town.post(url, {"reason": " "}))
    assert not ReadEntry.objects.exists()
    assert PHONE in text_of(town.post(url, {"reason": "通知换届"}))
    entry = ReadEntry.objects.get()
    post = Post.objects.get(person="罗小梅")
    assert (entry.actor, entry.action, entry.rows, entry.reason) == (
        cast.town_a_staff.pk, "reveal", [str(post.pk)], "通知换届",
    )


def test_phone_of_the_secretary_of_that_day(cast, led, town):
    Post.objects.filter(person="吴永康").update(phone=conceal("13900000009"))
    page = detail(town, led, as_of="2023-05-01")
    url = page.context["phone_url"]
    assert url in text_of(page)
    assert "13900000009" in text_of(town.post(url, {"reason": "核对"}))


def test_phone_of_nobody_is_404(cast, town):
    url = reverse("organizations:secretary_phone", args=[cast.organization_a.pk])
    assert town.get(url).status_code == 404


def test_phone_needs_the_right(cast, led, client):
    client.force_login(cast.instructor_a_user)
    url = reverse("organizations:secretary_phone", args=[led.pk])
    assert client.post(url, {"reason": "x"}).status_code == 403
    assert "查看完整号码" not in text_of(detail(client, led))


# --- The form -----------------------------------------------------------------------------------


def form_data(page) -> dict[str, str]:
    """What a browser would send of the form as it is shown."""
    form = page.context["form"]
    left_out = () if form.question else (MEANING, EFFECTIVE)
    return {
        f.name: "" if f.value() is None else str(f.value()) for f in form if f.name not in left_out
    }


def edit_url(organization) -> str:
    return reverse("organizations:organization_edit", args=[organization.pk])


def test_new_organization(cast, town):
    data = form_data(town.get(f"{LIST}new/")) | {
        "name": "中共甲二支部委员会", "category": "党支部", "mode": "单独组建", "town": "甲镇",
        "founded_on": "2026-01-01", "status": "在用", "person": "王某", "phone": PHONE,
        "parent": "", "term_start": "2026-01-01", "term_years": "3",
    }
    answer = town.post(f"{LIST}new/", data)
    if answer.status_code == 200:
        answer = town.post(f"{LIST}new/", form_data(answer))
    made = PartyOrganization.objects.get(name="中共甲二支部委员会")
    assert answer.headers["Location"] == made.get_absolute_url()
    assert disclose(made.posts.get().phone) == PHONE
    assert made.terms.get().years == 3


def test_new_organization_outside_the_scope_is_refused(cast, town):
    data = form_data(town.get(f"{LIST}new/")) | {
        "name": "中共乙九支部委员会", "category": "党支部", "mode": "单独组建", "town": "乙街道",
        "founded_on": "2026-01-01", "status": "在用",
    }
    assert town.post(f"{LIST}new/", data).status_code == 200
    assert not PartyOrganization.objects.filter(name="中共乙九支部委员会").exists()


def test_another_secretary_from_a_day(cast, led, town):
    """The form asks whether this is a change or a correction; the earlier post ends that day."""
    data = form_data(town.get(edit_url(led))) | {"person": "何玉旺", "phone": "13900000005"}
    page = town.post(edit_url(led), data)
    assert page.context["form"].question.changes
    data |= {MEANING: CHANGE, EFFECTIVE: "2026-10-01", CONFIRMED: form_data(page)[CONFIRMED]}
    assert town.post(edit_url(led), data).status_code == 302
    old, new = led.posts.get(person="罗小梅"), led.posts.get(person="何玉旺")
    assert (old.ends_on, new.starts_on, new.ends_on) == (
        date(2026, 10, 1), date(2026, 10, 1), FOREVER,
    )
    assert disclose(old.phone) == PHONE


def test_a_category_that_was_wrong(cast, town):
    url = edit_url(cast.organization_a)
    data = form_data(town.get(url)) | {"category": "功能型党支部", MEANING: CORRECT}
    page = town.post(url, data)
    if page.status_code == 200:
        town.post(url, data | {CONFIRMED: form_data(page)[CONFIRMED]})
    [state] = OrganizationState.objects.filter(organization=cast.organization_a)
    assert state.category == OrganizationCategory.FUNCTIONAL_BRANCH


def test_two_editors(cast, led, town):
    """Who saves second sees what the first has saved, and both values."""
    other = Client()
    other.force_login(cast.district_staff)
    mine, theirs = town.get(edit_url(led)), other.get(edit_url(led))
    assert other.post(edit_url(led), form_data(theirs) | {"brand": "红心"}).status_code == 302
    page = town.post(edit_url(led), form_data(mine) | {"brand": "先锋"})
    text = text_of(page)
    assert page.status_code == 200
    for words in ("有人改过这条记录", "红心", "先锋"):
        assert words in text
    assert town.post(edit_url(led), form_data(page)).status_code == 302
    led.refresh_from_db()
    assert led.brand == "先锋"


def test_form_shows_no_number(cast, led, town):
    text = text_of(town.get(edit_url(led)))
    assert PHONE not in text
    assert "139****0002" in text
    data = form_data(town.get(edit_url(led))) | {"brand": "红心"}
    town.post(edit_url(led), data)
    assert disclose(led.posts.get(person="罗小梅").phone) == PHONE
