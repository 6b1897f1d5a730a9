"""留痕检索: who saw or changed what, of whom, when; masked, exported, and itself in the trail."""

import io
from datetime import date, timedelta

import openpyxl
import pytest
from django.utils import timezone

from accounts import actions
from accounts.choices import Role, SignInEvent
from accounts.models import SignInEntry
from accounts.trail import record_sign_in
from accounts.trail_words import short_name, without_numbers
from common import parameters
from common.exports import actions as exports
from common.models import ExportFile, ReadEntry, Via
from common.trace import record_read, recording
from members.models import Member
from tests.cast import USERS
from tests.counting import queries_of
from tests.ledgers.desk import entity, load

pytestmark = pytest.mark.django_db
PARTS = ("/trail/", "/trail/reads/", "/trail/steps/", "/trail/sign-ins/")


@pytest.fixture
def auditor(client, cast):
    """The client of the audit administrator."""
    client.force_login(cast.audit_admin)
    return client


def lines(answer) -> list[tuple[str, ...]]:
    """The rows of a page without their time."""
    return [tuple(cell.text for cell in row.cells[1:]) for row in answer.context["table"]]


def rename(cast, entity, name: str, by=None) -> None:
    with recording(by=by or cast.town_a_staff, via=Via.PAGE):
        entity.name = name
        entity.save()


def reads(cast) -> list[tuple[str, str]]:
    """What the auditor's own doings left."""
    entries = ReadEntry.objects.filter(actor=cast.audit_admin.pk).order_by("id")
    return list(entries.values_list("action", "reason"))


# --- Changes ------------------------------------------------------------------------------------


def test_a_change_is_found_by_person_record_kind_and_day(auditor, cast):
    rename(cast, cast.entity_a, "甲一五金厂")
    rename(cast, cast.entity_b, "乙一商行", by=cast.town_b_staff)
    found = (
        "town_a_staff（town_a_staff）", "变更市场主体", "甲一五金厂",
        "名称 甲一五金有限公司 → 甲一五金厂", "页面修改",
    )
    today = timezone.localdate()
    for query in (
        "person=town_a", "record=甲一五金厂", f"record={cast.entity_a.pk}",
        f"record=甲一五金厂&kind=enterprises_entity&day_after={today}&day_before={today}",
    ):
        assert found in lines(auditor.get(f"/trail/?{query}"))
        assert "乙一商行" not in str(lines(auditor.get(f"/trail/?{query}")))
    for query in (
        "person=nobody", "record=甲一五金厂&kind=members_member",
        f"record=甲一五金厂&day_before={today - timedelta(days=1)}",
    ):
        assert lines(auditor.get(f"/trail/?{query}")) == []


def test_what_is_about_a_person_is_not_shown(auditor, cast):
    with recording(by=cast.town_a_staff, via=Via.PAGE):
        Member.objects.filter(pk=cast.member_a.pk).update(name="赵新名", education="博士研究生")
    page = auditor.get(f"/trail/?record={cast.member_a.pk}")
    text = page.content.decode()
    assert ("变更党员", "赵**", "姓名 （不显示）；学历 （不显示）") in [
        line[1:4] for line in lines(page)
    ]
    for word in ("赵新名", "党员a", "博士", "大学本科"):
        assert word not in text
    answer = auditor.post(f"/trail/?record={cast.member_a.pk}")
    cells = _cells(answer)
    assert "赵**" in cells
    assert not {"赵新名", "博士研究生"} & cells


def _cells(answer) -> set[str]:
    book = openpyxl.load_workbook(io.BytesIO(answer.getvalue()))
    return {str(cell.value) for row in book.active.iter_rows() for cell in row}


def test_settings_and_grants_are_told_too(auditor, cast):
    parameters.set_from(
        key="staff_threshold", value=60, on=date(2027, 1, 1), by=cast.district_staff
    )
    actions.set_active(user=cast.no_grant, is_active=False, by=cast.system_admin)
    changes = lines(auditor.get("/trail/?person=district_staff"))
    assert {line[2] for line in changes} == {"规模覆盖率的从业人数线"}
    assert [line[1:4] for line in lines(auditor.get("/trail/?person=system_admin"))] == [
        ("变更用户", "no_grant", "启用 是 → 否")
    ]


def test_a_grant_says_what_it_gives_and_what_was_withdrawn(auditor, cast):
    given = ("no_grant", "角色 镇街工作人员；区划 甲镇")
    grant = actions.grant_role(
        user=cast.no_grant, role=Role.TOWN, by=cast.system_admin, area=cast.town_a
    )
    assert ("新增授权", *given) in {
        line[1:4] for line in lines(auditor.get("/trail/?record=no_grant"))
    }
    actions.end_grant(grant=grant, by=cast.system_admin)
    assert ("删除授权", *given) in {
        line[1:4] for line in lines(auditor.get("/trail/?record=no_grant"))
    }


# --- Readings, sign-ins -------------------------------------------------------------------------


def test_who_saw_a_member_and_why(auditor, cast):
    record_read(
        by=cast.town_a_staff, action="reveal", rows=[cast.member_a.pk], model=Member,
        fields="手机", reason="核对 13800000000",
    )
    record_read(
        by=cast.town_b_staff, action="list", rows=[cast.member_b.pk], model=Member
    )
    assert lines(auditor.get(f"/trail/reads/?record={cast.member_a.pk}")) == [
        ("town_a_staff（town_a_staff）", "查看完整号码", "党员", "党**", "手机",
         "核对 ***********"),
    ]


def test_failed_sign_ins_are_found(auditor, cast, client):
    visitor = type(client)()
    visitor.post("/login/", {"username": "town_a_staff", "password": "no"})
    record_sign_in(SignInEvent.LINK, user=cast.town_b_staff, by=cast.system_admin)
    assert lines(auditor.get("/trail/sign-ins/?person=town_a")) == [
        ("town_a_staff", "密码错误", "127.0.0.1", "—")
    ]
    assert lines(auditor.get("/trail/sign-ins/?person=system_admin&kind=link")) == [
        ("town_b_staff", "发出链接", "—", "system_admin")
    ]


def test_steps_of_flows_are_told(auditor, cast):
    batch = load(
        "enterprises", [entity("某店")], user=cast.town_a_staff, check_only=True
    )
    told = lines(auditor.get("/trail/steps/?person=town_a"))
    assert {line[2] for line in told} == {batch.number}
    assert "已上传 → 检查中" in {line[3] for line in told}


# --- The auditor's own trail --------------------------------------------------------------------


def test_searches_and_exports_are_recorded(auditor, cast):
    auditor.get("/trail/")
    auditor.get("/trail/reads/?person=town_a")
    auditor.post("/trail/sign-ins/?kind=wrong").getvalue()
    assert reads(cast) == [
        ("trail", "没有条件"), ("trail", "人员姓名或账号：town_a"),
        ("trail_export", "事项：密码错误"),
    ]
    assert ("检索留痕", "人员姓名或账号：town_a") in {
        (line[1], line[5]) for line in lines(auditor.get("/trail/reads/"))
    }


@pytest.mark.parametrize("part", PARTS[:3])
@pytest.mark.parametrize("number", ["13800000000", "990101198001010011"])
def test_numbers_of_people_are_not_searched_and_leave_the_address(auditor, cast, part, number):
    answer = auditor.get(f"{part}?record={number}", follow=True)
    assert answer.request["QUERY_STRING"] == ""
    assert "不能按身份号码或手机号检索" in answer.content.decode()
    assert number not in str(reads(cast))


def test_a_long_export_is_left_to_a_job(
    auditor, cast, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    rename(cast, cast.entity_a, "甲一五金厂")
    with django_capture_on_commit_callbacks(execute=True):
        answer = auditor.post("/trail/?record=甲一五金厂")
    export = ExportFile.objects.get()
    assert answer.url == export.get_absolute_url()
    page = auditor.get(answer.url)
    assert page.status_code == 200
    assert "甲一五金厂" in _cells(auditor.get(f"{answer.url}file/"))
    for other in (cast.district_staff, cast.system_admin):
        auditor.force_login(other)
        assert auditor.get(answer.url).status_code in (403, 404)


# --- Who, and how fast --------------------------------------------------------------------------


@pytest.mark.parametrize("part", PARTS)
def test_it_is_the_audit_administrators_alone(client, cast, part):
    opened = set()
    for name in USERS:
        client.force_login(cast.user(name))
        if client.get(part).status_code == 200:
            opened.add(name)
    assert opened == {"audit_admin"}


@pytest.mark.parametrize("part", PARTS)
def test_a_page_of_many_takes_as_many_queries_as_of_few(auditor, cast, part):
    def more(times: int) -> None:
        for number in range(times):
            rename(cast, cast.entity_a, f"甲一五金{number}厂")
            record_read(by=cast.town_a_staff, action="list", rows=[cast.member_a.pk], model=Member)
            SignInEntry.objects.create(account="x", event=SignInEvent.WRONG)

    url = f"{part}?kind=enterprises_entity" if part == "/trail/" else part
    more(1)
    few = queries_of(auditor, url)
    more(12)
    assert queries_of(auditor, url) == few


def test_a_page_of_every_kind_takes_a_bounded_number_of_queries(auditor, cast):
    """One for the people, one for each kind of record that stands on the page."""
    assert queries_of(auditor, "/trail/?per=100") <= 20


def test_words():
    assert (short_name("王建平"), short_name("")) == ("王**", "")
    assert without_numbers("电话 13800000000，第 12 条") == "电话 ***********，第 12 条"
