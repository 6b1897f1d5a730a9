"""The coverage report: frozen, agreeing with itself, harmless to draw."""

import io
from datetime import date, timedelta

import openpyxl
import pypdf
import pytest
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Grant, User
from accounts.scope import acting_scope, scope_for
from areas.models import Area
from common import jobs, workdays
from common.models import Job
from common.refusals import Refused
from enterprises.models import Entity
from reports import actions, rosters
from reports.choices import RunState
from reports.models import ReportRun
from tests.ledgers.desk import AREAS, CODES, PEOPLE, entity, load, member, organization

pytestmark = pytest.mark.django_db


@pytest.fixture
def district():
    """Two firms, one of them covered, with a member; an organization."""
    load("areas", AREAS)
    load("organizations", [organization("甲支部", 书记姓名="周一")])
    load(
        "enterprises",
        [
            entity("一厂", CODES[0], 覆盖党组织="甲支部", 组建方式="单独组建"),
            entity("<script>二厂</script>", CODES[1], 所属镇街="乙街道"),
        ],
    )
    load("members", [member("李四", PEOPLE[0], "甲支部", 工作单位="一厂")])
    return Area.objects.get(code="990101")


@pytest.fixture
def run(district):
    """A report that the district asked for and the job built."""
    today = timezone.localdate()
    return built(
        actions.request_report(
            area=district,
            as_of=today,
            against=today - timedelta(days=90),
            by=None,
            scope=acting_scope(None),
        )
    )


def built(run: ReportRun) -> ReportRun:
    """Let the job of a run end."""
    jobs.complete(Job.objects.get(kind="reports.build", subject=run.pk))
    run.refresh_from_db()
    return run


def content(stored) -> bytes:
    """The bytes of a stored file."""
    with stored.open("rb") as file:
        return file.read()


def test_figures_are_frozen_and_checked(run):
    assert run.state == RunState.DONE
    assert run.checksum == actions.checksum_of(run.payload)
    kind = run.payload["kinds"][0]
    found = (
        kind["entities"]["value"],
        kind["org_coverage"]["met"],
        kind["org_coverage"]["percent"],
    )
    assert found == (2, 1, "50.0")


@pytest.mark.full
def test_a_report_asks_as_often_whatever_kinds_there_are(district, django_assert_num_queries):
    """Issue 7: at most 60 queries from the claim of the job to its end, comparison included."""
    load(
        "enterprises",
        [entity(f"另一户{kind}", "", 主体类型=kind) for kind in ("个体工商户", "专业市场")],
    )
    today = timezone.localdate()
    asked = actions.request_report(
        area=district, as_of=today, against=today - timedelta(days=90), by=None,
        scope=acting_scope(None),
    )
    job = Job.objects.get(subject=asked.pk)
    with django_assert_num_queries(59):
        jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error


def test_pdf_and_workbook_say_the_same(run):
    text = "".join(
        page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content(run.pdf))).pages
    )
    assert "50.0%" in text
    assert run.number in text
    book = openpyxl.load_workbook(io.BytesIO(content(run.xlsx)))
    row = next(r for r in book["总体情况"].iter_rows(values_only=True) if r[0] == "小微企业")
    assert row[1:6] == (2, 1, 1, 1, "50.0%")
    names = {r[0] for r in book["名单-小微企业"].iter_rows(min_row=2, values_only=True)}
    assert names == {"一厂", "<script>二厂</script>"}


def test_numbers_in_the_pdf_open_their_lists(run):
    pages = pypdf.PdfReader(io.BytesIO(content(run.pdf))).pages
    links = {
        annotation.get_object()["/A"]["/URI"]
        for page in pages
        for annotation in page.get("/Annots", [])
        if "/URI" in annotation.get_object().get("/A", {})
    }
    assert any("/org_coverage/" in link and "part=met" in link for link in links)


@pytest.mark.full
def test_a_new_drawing_gives_the_same_figures(run):
    Entity.objects.filter(name="一厂").update(name="改名厂")
    lists = rosters.unpacked(content(run.lists))
    again = actions.draw(run.payload, lists, run.number, run.checksum)
    book = openpyxl.load_workbook(io.BytesIO(again["xlsx"]))
    names = {r[0] for r in book["名单-小微企业"].iter_rows(min_row=2, values_only=True)}
    assert "一厂" in names


def test_a_town_reports_on_itself_only(district):
    user = User.objects.create(username="town")
    town = Area.objects.get(name="甲镇")
    Grant.objects.create(user=user, role=Role.TOWN, area=town)
    scope = scope_for(user)
    with pytest.raises(Refused):
        actions.request_report(
            area=district, as_of=timezone.localdate(), against=None, by=user, scope=scope
        )
    made = built(
        actions.request_report(
            area=town, as_of=timezone.localdate(), against=None, by=user, scope=scope
        )
    )
    assert made.payload["kinds"][0]["entities"]["value"] == 1
    assert "二厂" not in rosters.unpacked(content(made.lists)).__repr__()


def test_who_sees_a_run(run):
    user = User.objects.create(username="town")
    Grant.objects.create(user=user, role=Role.TOWN, area=Area.objects.get(name="甲镇"))
    assert not ReportRun.objects.within(scope_for(user)).exists()
    assert ReportRun.objects.within(acting_scope(None)).get() == run


def test_dates_that_make_no_sense_are_refused(district):
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refused):
        actions.request_report(
            area=district, as_of=tomorrow, against=None, by=None, scope=acting_scope(None)
        )


def test_the_monthly_report_is_made_once(district, monkeypatch):
    first = workdays.first_working_day(date(2026, 11, 1))
    monkeypatch.setattr(timezone, "localdate", lambda *_args: first)
    assert [r.as_of for r in actions.request_monthly()] == [date(2026, 10, 31)]
    assert actions.request_monthly() == []
    monkeypatch.setattr(timezone, "localdate", lambda *_args: first + timedelta(days=1))
    assert actions.request_monthly() == []
