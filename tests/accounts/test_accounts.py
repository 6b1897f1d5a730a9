"""The system administrator's pages: accounts, grants, links, accounts in bulk."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.choices import Role
from accounts.links import one_time_link
from accounts.models import Grant, OneTimeLink, SignInEntry, User
from common.models import HistoryEntry
from common.secrets import conceal
from tests import factories as make
from tests.counting import queries_of

pytestmark = pytest.mark.django_db
PASSWORD = "qingshi yunhe 2026"


@pytest.fixture
def admin(client, cast):
    """The client of the system administrator."""
    client.force_login(cast.system_admin)
    return client


def text_of(answer) -> str:
    return answer.content.decode()


def links_in(answer) -> list[str]:
    return [slip.url for slip in answer.context["slips"]]


def workbook(*rows) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    book.active.append(["姓名", "角色", "范围", "账号", "自", "至"])
    for row in rows:
        book.active.append(list(row))
    target = io.BytesIO()
    book.save(target)
    return SimpleUploadedFile("账号.xlsx", target.getvalue())


# --- One account --------------------------------------------------------------------------------


def test_an_account_is_made_with_a_grant_and_a_link(admin, cast, client):
    data = {"name": "周敏", "role": Role.TOWN, "place": "甲镇", "starts_on": "2026-01-01"}
    answer = admin.post("/accounts/new/", data)
    user = User.objects.get(username="zhoumin")
    (link,) = links_in(answer)
    assert answer.headers["Cache-Control"] == "no-store"
    assert (user.name, user.standing) == ("周敏", "待设密码")
    (grant,) = Grant.objects.of(user)
    assert (grant.role, grant.area, grant.starts_on) == (
        Role.TOWN, cast.town_a, date(2026, 1, 1)
    )
    visitor = type(client)()
    page = visitor.get(link, follow=True)
    assert "zhoumin" in text_of(page)
    given = {"new_password1": PASSWORD, "new_password2": PASSWORD}
    visitor.post(page.request["PATH_INFO"], given)
    assert visitor.post("/login/", {"username": "zhoumin", "password": PASSWORD}).url == "/"
    kept = [value for row in OneTimeLink.objects.values() for value in row.values()]
    assert not any(link.rstrip("/").rpartition("/")[2] in str(value) for value in kept)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": ""}, "请填写姓名。"),
        ({"username": "TOWN_A_staff"}, "已经有账号“TOWN_A_staff”，请换一个。"),
        ({"place": "丙镇"}, "没有（或不止一个）区划叫“丙镇”，请填代码。"),
        ({"role": Role.SECRETARY, "place": ""}, "请填写党组织的全称或代码。"),
        ({"role": Role.INSTRUCTOR, "place": "某所"}, "没有在“某所”的指导员周敏，请核对姓名和"),
        ({"role": Role.AUDIT_ADMIN}, "三类管理员不用填范围。"),
        ({"starts_on": "2026-05-01", "last_day": "2026-04-30"}, "要晚于开始日期。"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_made(admin, cast, data, sentence):
    before = User.objects.count()
    given = {"name": "周敏", "role": Role.TOWN, "place": "甲镇", "starts_on": "2026-01-01"} | data
    assert sentence in text_of(admin.post("/accounts/new/", given))
    assert User.objects.count() == before


def test_names_that_are_taken_get_a_number(admin, cast):
    for _ in range(3):
        data = {"name": "周敏", "role": Role.TOWN, "place": "甲镇", "starts_on": "2026-01-01"}
        admin.post("/accounts/new/", data)
    names = User.objects.filter(name="周敏").values_list("username", flat=True)
    assert sorted(names) == ["zhoumin", "zhoumin2", "zhoumin3"]


def test_a_disabled_account_is_out_and_stays_out(admin, cast, client):
    other = type(client)()
    other.force_login(cast.town_a_staff)
    link = one_time_link(cast.town_a_staff)
    url = f"/accounts/{cast.town_a_staff.pk}/"
    assert other.get("/me/").status_code == 200
    admin.post(f"{url}disable/")
    assert other.get("/me/").status_code == 302
    assert "停用" in text_of(admin.get(url))
    admin.post(f"{url}enable/")
    assert other.get("/me/").status_code == 302  # no session comes back
    assert "这个链接不能再用" in text_of(other.get(link, follow=True))
    assert "启用" in text_of(admin.get(url))


def test_grants_are_added_and_withdrawn_at_once(admin, cast, client):
    other = type(client)()
    other.force_login(cast.no_grant)
    url = f"/accounts/{cast.no_grant.pk}/"
    data = {"role": Role.TOWN, "place": "990101101", "starts_on": "2026-01-01"}
    assert admin.post(f"{url}grants/new/", data).url == url
    assert other.get("/entities/").status_code == 200
    grant = Grant.objects.get(user=cast.no_grant)
    admin.post(f"/accounts/grants/{grant.pk}/end/")
    assert other.get("/entities/").status_code == 403
    grant.refresh_from_db()
    assert grant.ends_on == timezone.localdate()
    assert "已结束" in text_of(admin.get(url))


def test_a_grant_until_a_day_counts_on_that_day_and_not_after(admin, cast):
    today = timezone.localdate()
    data = {"role": Role.TOWN, "place": "甲镇", "starts_on": today, "last_day": today}
    admin.post(f"/accounts/{cast.no_grant.pk}/grants/new/", data)
    grant = Grant.objects.get(user=cast.no_grant)
    assert grant.ends_on == today + timedelta(days=1)


def test_a_grant_to_come_is_withdrawn_without_trace_of_a_day(admin, cast):
    day = timezone.localdate() + timedelta(days=30)
    data = {"role": Role.TOWN, "place": "甲镇", "starts_on": day}
    admin.post(f"/accounts/{cast.no_grant.pk}/grants/new/", data)
    grant = Grant.objects.get(user=cast.no_grant)
    assert "未开始" in text_of(admin.get(f"/accounts/{cast.no_grant.pk}/"))
    admin.post(f"/accounts/grants/{grant.pk}/end/")
    assert not Grant.objects.filter(user=cast.no_grant).exists()


def test_a_new_link_and_an_open_lock(admin, cast, client):
    cast.town_a_staff.set_password(PASSWORD)
    cast.town_a_staff.save()
    visitor = type(client)()
    for _ in range(5):
        visitor.post("/login/", {"username": "town_a_staff", "password": "no"})
    good = {"username": "town_a_staff", "password": PASSWORD}
    assert visitor.post("/login/", good).status_code == 429
    url = f"/accounts/{cast.town_a_staff.pk}/"
    admin.post(f"{url}unlock/")
    assert visitor.post("/login/", good).status_code == 302
    assert len(links_in(admin.post(f"{url}link/"))) == 1
    entries = SignInEntry.objects.filter(by=cast.system_admin).order_by("id")
    assert list(entries.values_list("event", "account")) == [
        ("unlocked", "town_a_staff"), ("link", "town_a_staff"),
    ]


def test_what_was_done_is_traced_without_passwords(admin, cast):
    admin.post(f"/accounts/{cast.town_a_staff.pk}/disable/")
    cast.town_a_staff.set_password(PASSWORD)
    cast.town_a_staff.save()
    entries = HistoryEntry.objects.filter(table="accounts_user", operation="U")
    (entry,) = entries.filter(actor=cast.system_admin.pk)
    assert (entry.row, entry.before, entry.after) == (
        cast.town_a_staff.pk, {"is_active": True}, {"is_active": False}
    )
    for entry in HistoryEntry.objects.filter(table="accounts_user"):
        assert "password" not in {**(entry.before or {}), **(entry.after or {})}


# --- The list -----------------------------------------------------------------------------------


def names_listed(answer) -> set[str]:
    return {row.object.username for row in answer.context["table"]}


def test_the_list_is_searched_and_filtered(admin, cast):
    expired = timezone.localdate() - timedelta(days=1)
    Grant.objects.filter(user=cast.town_b_staff).update(ends_on=expired)
    User.objects.filter(pk=cast.importer.pk).update(is_active=False)
    assert names_listed(admin.get("/accounts/?q=town_")) == {"town_a_staff", "town_b_staff"}
    assert names_listed(admin.get("/accounts/?role=town")) == {"town_a_staff"}
    assert names_listed(admin.get("/accounts/?standing=disabled")) == {"importer"}
    assert names_listed(admin.get("/accounts/?granted=none")) == {"no_grant", "town_b_staff"}


def test_the_list_takes_as_many_queries_for_many(admin, cast):
    few = queries_of(admin, "/accounts/?role=town")
    for _ in range(10):
        make.make_user(role=Role.TOWN, area=cast.town_a)
    assert queries_of(admin, "/accounts/?role=town") == few


# --- All who hold an office ---------------------------------------------------------------------


def test_one_press_gives_every_secretary_in_post_an_account(admin, cast):
    make.make_post(cast.organization_a, person="王建平")
    make.make_post(cast.organization_b, person="李新")
    make.make_post(cast.organization_joint, "2019-01-01", "2020-01-01", person="前任")
    page = admin.get("/accounts/offices/secretary/")
    assert page.context["number"] == 2
    assert "王建平" not in text_of(page)
    answer = admin.post("/accounts/offices/secretary/")
    assert [slip.username for slip in answer.context["slips"]] == ["lixin", "wangjianping"]
    user = User.objects.get(username="wangjianping")
    (grant,) = Grant.objects.of(user)
    assert (grant.organization, grant.person) == (cast.organization_a, "王建平")
    again = admin.post("/accounts/offices/secretary/")
    assert "在任书记都有账号了" in text_of(again)


def test_one_person_in_two_posts_gets_one_account(admin, cast):
    for organization in (cast.organization_a, cast.organization_b):
        make.make_post(organization, person="王建平", phone=conceal("13800000001"))
    make.make_post(cast.organization_joint, person="王建平", phone=conceal("13800000002"))
    admin.post("/accounts/offices/secretary/")
    counts = {
        user.username: Grant.objects.of(user).count()
        for user in User.objects.filter(name="王建平")
    }
    assert counts == {"wangjianping": 2, "wangjianping2": 1}


def test_instructors_in_term_get_accounts_too(admin, cast):
    answer = admin.post("/accounts/offices/instructor/")
    assert [slip.name for slip in answer.context["slips"]] == ["指导员甲"]
    (grant,) = Grant.objects.of(User.objects.get(name="指导员甲"))
    assert grant.instructor == cast.instructor_a
    assert admin.get("/accounts/offices/town/").status_code == 404


def test_all_open_links_are_given_anew(admin, cast, client):
    User.objects.exclude(pk=cast.system_admin.pk).update(password="x")
    make.make_post(cast.organization_a, person="王建平")
    first = links_in(admin.post("/accounts/offices/secretary/"))
    second = links_in(admin.post("/accounts/links/"))
    assert len(second) == 1
    visitor = type(client)()
    assert "这个链接不能再用" in text_of(visitor.get(first[0], follow=True))
    assert "设置密码" in text_of(visitor.get(second[0], follow=True))


# --- From a workbook ----------------------------------------------------------------------------


def test_accounts_from_a_workbook(admin, cast):
    file = workbook(
        ("周敏", "镇街工作人员", "甲镇", "", "", ""),
        ("李四", "企业党组织书记", "中共甲一支部委员会", "lisi", "2026-01-01", "2026-12-31"),
        ("钱五", "安全管理员", "", "", "", ""),
    )
    answer = admin.post("/accounts/bulk/", {"file": file})
    assert [slip.username for slip in answer.context["slips"]] == ["zhoumin", "lisi", "qianwu"]
    grant = Grant.objects.get(user__username="lisi")
    assert (grant.organization, grant.starts_on, grant.ends_on) == (
        cast.organization_a, date(2026, 1, 1), date(2027, 1, 1)
    )


def test_one_sentence_per_bad_row_and_nothing_written(admin, cast):
    before = User.objects.count()
    file = workbook(
        ("周敏", "镇街工作人员", "甲镇", "same", "", ""),
        ("李四", "镇长", "甲镇", "", "", ""),
        ("赵六", "镇街工作人员", "丙镇", "", "", ""),
        ("钱七", "镇街工作人员", "甲镇", "Same", "", ""),
        ("孙八", "镇街工作人员", "甲镇", "town_a_staff", "", ""),
        ("吴九", "镇街工作人员", "甲镇", "", "2026-05-01", "2026-04-01"),
    )
    answer = admin.post("/accounts/bulk/", {"file": file})
    errors = [str(error) for error in answer.context["form"].errors["file"]]
    assert [error.partition("：")[0] for error in errors] == [f"第 {n} 行" for n in range(3, 8)]
    assert "没有这个角色" in errors[0]
    assert errors[1:] == [
        "第 4 行：没有（或不止一个）区划叫“丙镇”，请填代码。",
        "第 5 行：与第 2 行的账号重复“Same”，请换一个。",
        "第 6 行：已经有这个账号“town_a_staff”，请换一个。",
        "第 7 行：“至”要晚于“自”。",
    ]
    assert User.objects.count() == before


def test_the_template_comes_back_as_it_went(admin, cast):
    answer = admin.get("/accounts/bulk/template/")
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    sheet = book.active
    assert [cell.value for cell in sheet[3]] == ["姓名", "角色", "范围", "账号", "自", "至"]
    sheet.cell(6, 1, "周敏")
    sheet.cell(6, 2, "镇街工作人员")
    sheet.cell(6, 3, "甲镇")
    target = io.BytesIO()
    book.save(target)
    file = SimpleUploadedFile("账号.xlsx", target.getvalue())
    answer = admin.post("/accounts/bulk/", {"file": file})
    assert [slip.username for slip in answer.context["slips"]] == ["zhoumin"]


def test_a_file_that_is_none_is_refused(admin, cast):
    answer = admin.post("/accounts/bulk/", {"file": SimpleUploadedFile("a.xlsx", b"nothing")})
    assert len(answer.context["form"].errors["file"]) == 1
