"""Pages of instructors: list, record as of a day, form, the phone in full."""

import io
from datetime import date

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from common.ledgers.forms import CHANGE, CONFIRMED, EFFECTIVE, MEANING
from common.models import ReadEntry
from common.secrets import conceal, disclose
from organizations.choices import Commitment, InstructorSource
from organizations.models import Instructor
from organizations.queries import months_later, serving_words
from tests import factories as make
from tests.counting import queries_of

pytestmark = pytest.mark.django_db
LIST = "/organizations/instructors/"
ROWS_QUERIES = 5  # beyond those of the frame
PHONE = "13900000004"
DAY = {"as_of": "2026-11-20"}


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


@pytest.fixture
def known(cast):
    instructor = cast.instructor_a
    instructor.phone = conceal(PHONE)
    instructor.save()
    return instructor


# --- The list -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "seen"),
    [
        ("district_staff", {"指导员甲"}),
        ("importer", {"指导员甲"}),
        ("town_a_staff", {"指导员甲"}),
        ("town_b_staff", set()),
        ("sector_staff", set()),
        ("instructor_a_user", {"指导员甲"}),
    ],
)
def test_everybody_sees_own_rows(cast, client, user, seen):
    client.force_login(cast.user(user))
    assert names(client.get(LIST)) == seen


@pytest.mark.parametrize("user", ["no_grant", "secretary_a", "department_staff", "system_admin"])
def test_others_have_no_list(cast, client, user):
    client.force_login(cast.user(user))
    assert client.get(LIST).status_code == 403
    assert client.get(cast.instructor_a.get_absolute_url()).status_code == 404


@pytest.fixture
def varied(cast):
    """Instructors that differ in what filters ask for, on 2026-11-20."""
    make.make_instructor("2022-01-01", "2024-12-31", name="到期")
    make.make_instructor("2024-03-01", "2027-02-20", name="快到期",
                         source=InstructorSource.RETIRED, town=cast.town_b)
    make.make_instructor("2024-03-01", "2027-02-28", name="不急", grid=cast.grid_a,
                         commitment=Commitment.FULL_TIME)
    make.make_instructor("2027-01-01", "2028-12-31", name="将来")
    again = make.make_instructor("2020-01-01", "2021-12-31", name="再聘", town=cast.town_b)
    make.appoint(again, "2025-01-01", "2029-12-31", town=cast.town_a)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"serving": "serving"}, {"指导员甲", "快到期", "不急", "再聘"}),
        ({"serving": "ending"}, {"快到期"}),
        ({"serving": "ended"}, {"到期"}),
        ({"serving": "not_begun"}, {"将来"}),
        ({"source": "retired"}, {"快到期"}),
        ({"commitment": "full_time"}, {"不急"}),
        ({"q": "再"}, {"再聘"}),
    ],
)
def test_filters(varied, district, query, found):
    assert names(district.get(LIST, query | DAY)) == found


def test_filters_by_place_of_the_shown_term(cast, varied, district):
    assert names(district.get(LIST, {"town": cast.town_a.pk} | DAY)) == {"指导员甲", "再聘"}
    assert names(district.get(LIST, {"town": cast.town_b.pk} | DAY)) == {"快到期"}
    assert names(district.get(LIST, {"grid": cast.grid_a.pk} | DAY)) == {"不急"}
    earlier = {"town": cast.town_b.pk, "as_of": "2021-06-01"}
    assert names(district.get(LIST, earlier)) == {"快到期", "再聘"}


def test_filter_by_a_foreign_place_is_404(cast, town):
    assert town.get(LIST, {"town": cast.town_b.pk}).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["town=x", "grid=1", "serving=x", "source=x", "commitment=x", "sort=x", "as_of=x", "at=x",
     "cols=x", "q=%FF", "at=last", "sort=-ends&at=last"],
)
def test_odd_queries_are_no_error(district, query):
    assert district.get(f"{LIST}?{query}").status_code in (200, 404)


def test_columns_of_a_row(cast, town):
    """Of the two entities assigned one lies in 乙街道: the number is that of the list it opens."""
    make.assign(cast.instructor_a, organization=cast.organization_a)
    [row] = town.get(LIST).context["page"]
    assert (row.entities_assigned, row.organizations_assigned) == (1, 1)
    assert (row.serving, row.town_name, row.last_day) == ("在聘", "甲镇", date(2030, 12, 31))
    assert names(town.get(f"/entities/?instructor={row.pk}")) == {"甲一五金有限公司"}


@pytest.mark.parametrize("wanted", [1, 3])
def test_list_takes_the_same_queries_for_one_row_and_for_many(cast, town, wanted):
    """Areas to choose from; count, page, terms, entities, organizations, changes."""
    for name in ("乙甲", "乙乙", "乙丙"):
        instructor = make.make_instructor(name=name, town=cast.town_a, grid=cast.grid_a)
        make.assign(instructor, cast.entity_a)
        make.assign(instructor, organization=cast.organization_a)
    query = {"q": "指导员甲" if wanted == 1 else "乙"}
    assert len(town.get(LIST, query).context["page"].rows) == wanted
    assert queries_of(town, LIST, query) == ROWS_QUERIES


def test_exports(cast, known, town):
    rows = sheet_of(town.post(LIST, {"layout": "ledger"}))
    assert rows[0][0] == "姓名★"
    assert rows[1][rows[0].index("联系电话★")] == "139****0004"
    assert sheet_of(town.post(LIST))[1][0] == "指导员甲"
    assert sheet_of(town.get("/imports/template/instructors/"))[0][0] == "姓名★"


def test_export_needs_the_right(cast, client):
    client.force_login(cast.instructor_a_user)
    assert client.post(LIST).status_code == 403
    assert client.post(LIST, {"layout": "ledger"}).status_code == 403


# --- The record ---------------------------------------------------------------------------------


def test_record(cast, known, town):
    make.assign(known, organization=cast.organization_a)
    page = detail(town, known)
    text = text_of(page)
    for words in ("联系主体 2 家", "甲一五金有限公司", "中共甲一支部委员会　单独组建",
                  "另有 1 家不在您的管理范围内", "联系党组织 1 个", "139****0004", "在聘", "甲镇"):
        assert words in text
    assert PHONE not in text
    assert "乙二物流有限公司" not in text


def test_the_instructor_sees_what_is_assigned(cast, client):
    client.force_login(cast.instructor_a_user)
    text = text_of(detail(client, cast.instructor_a))
    assert "甲一五金有限公司" in text
    assert "乙二物流有限公司" in text
    assert "修改</a>" not in text
    assert "查看完整号码" not in text


def test_record_on_an_earlier_day(cast, district):
    again = make.make_instructor("2020-01-01", "2021-12-31", name="再聘", town=cast.town_b)
    make.appoint(again, "2025-01-01", "2029-12-31", town=cast.town_a)
    make.assign(again, cast.entity_b, "2020-01-01", "2022-01-01")
    make.assign(again, cast.entity_a, "2025-01-01", "2030-01-01")
    page = detail(district, again, as_of="2021-06-01")
    assert [row.entity for row in page.context["assigned"].entities.rows] == [cast.entity_b]
    assert page.context["object"].town_name == "乙街道"
    page = detail(district, again, as_of="2023-06-01")
    assert page.context["assigned"].entities.total == 0
    assert page.context["object"].serving == "已到期"
    page = detail(district, again, as_of="2026-06-01")
    assert [row.entity for row in page.context["assigned"].entities.rows] == [cast.entity_a]
    assert [one.words for one in page.context["appointments"]] == ["在聘", "已到期"]


@pytest.mark.parametrize("day", ["x", "2026-02-30", "0001-01-01", "9999-12-31", "1900-01-01"])
def test_odd_days_are_no_error(cast, town, day):
    assert detail(town, cast.instructor_a, as_of=day).status_code == 200


@pytest.mark.parametrize(
    "page", ["instructor_detail", "instructor_history", "instructor_edit", "instructor_phone"]
)
def test_foreign_record_is_404(cast, client, page):
    client.force_login(cast.town_b_staff)
    url = reverse(f"organizations:{page}", args=[cast.instructor_a.pk])
    assert client.get(url).status_code == 404
    assert client.post(url, {"reason": "x"}).status_code in (404, 405)


def test_own_record_without_the_right_is_403(cast, client):
    client.force_login(cast.instructor_a_user)
    url = reverse("organizations:instructor_edit", args=[cast.instructor_a.pk])
    assert client.get(url).status_code == 403
    url = reverse("organizations:instructor_phone", args=[cast.instructor_a.pk])
    assert client.post(url, {"reason": "x"}).status_code == 403


def test_phone_is_shown_once_with_a_reason(cast, known, town):
    url = reverse("organizations:instructor_phone", args=[known.pk])
    assert PHONE not in text_of(town.get(url))
    assert PHONE not in text_of(town.post(url, {"reason": ""}))
    assert PHONE in text_of(town.post(url, {"reason": "通知走访"}))
    entry = ReadEntry.objects.get()
    assert (entry.action, entry.rows, entry.reason) == ("reveal", [str(known.pk)], "通知走访")


# --- The form -----------------------------------------------------------------------------------


def form_data(page) -> dict[str, str]:
    """What a browser would send of the form as it is shown."""
    form = page.context["form"]
    left_out = () if form.question else (MEANING, EFFECTIVE)
    return {
        f.name: "" if f.value() is None else str(f.value()) for f in form if f.name not in left_out
    }


def save(client, url, **values):
    """Open the form, change values, answer what it asks by 变更 from today."""
    data = form_data(client.get(url)) | values
    page = client.post(url, data)
    if page.status_code == 200 and page.context["form"].question:
        answer = form_data(page)
        page = client.post(url, data | {MEANING: CHANGE, EFFECTIVE: answer[EFFECTIVE],
                                        CONFIRMED: answer[CONFIRMED]})
    return page


def edit_url(instructor) -> str:
    return reverse("organizations:instructor_edit", args=[instructor.pk])


def test_new_instructor(cast, town):
    answer = save(
        town, f"{LIST}new/", name="周敏", political_status="中共党员", workplace="甲镇党建办",
        source="机关干部", commitment="专职", start="2026-01-01", end="2027-12-31", town="甲镇",
        phone=PHONE, entities="甲一五金有限公司",
    )
    made = Instructor.objects.get(name="周敏")
    assert answer.headers["Location"] == made.get_absolute_url()
    assert disclose(made.phone) == PHONE
    assert made.assignments.get().entity == cast.entity_a


def test_end_before_beginning_is_told_at_its_field(cast, known, town):
    page = save(town, edit_url(known), end="2019-01-01")
    assert page.status_code == 200
    assert page.context["form"].errors["end"]


def test_another_term_keeps_the_first(cast, known, town):
    """续聘: the new 聘期 is a row of its own."""
    make.Appointment.objects.filter(instructor=known).update(ends_on=date(2026, 1, 1))
    assert save(town, edit_url(known), start="2026-01-01", end="2027-12-31").status_code == 302
    first, second = known.appointments.order_by("starts_on")
    assert (first.starts_on, first.ends_on) == (date(2020, 1, 1), date(2026, 1, 1))
    assert (second.starts_on, second.ends_on) == (date(2026, 1, 1), date(2028, 1, 1))


def test_two_editors(cast, known, town):
    other = Client()
    other.force_login(cast.district_staff)
    mine = form_data(town.get(edit_url(known)))
    assert save(other, edit_url(known), position="科长").status_code == 302
    page = town.post(edit_url(known), mine | {"position": "主任"})
    assert page.status_code == 200
    for words in ("有人改过这条记录", "科长", "主任"):
        assert words in text_of(page)
    known.refresh_from_db()
    assert known.position == "科长"
    assert disclose(known.phone) == PHONE


# --- Rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2024, 12, 31), "尚未开始"),
        (date(2025, 1, 1), "在聘"),
        (date(2026, 9, 30), "在聘"),
        (date(2026, 10, 1), "即将到期"),
        (date(2026, 12, 31), "即将到期"),
        (date(2027, 1, 1), "已到期"),
    ],
)
def test_state_of_a_term(day, words):
    """聘期止 2026-12-31: it ends within three months from 1 October on."""
    assert serving_words(date(2025, 1, 1), date(2027, 1, 1), day) == words


def test_months_later():
    assert months_later(date(2026, 11, 30), 3) == date(2027, 2, 28)
    assert months_later(date(2026, 10, 15), 3) == date(2027, 1, 15)
